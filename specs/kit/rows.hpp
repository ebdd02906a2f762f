// Rows: JSON as far as protocols need it, an object of texts or an array of such objects. Keys are sorted. The JSON
// library is instantiated here and in no spec, which makes each of them quick to compile.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace norn::kit {

using row = std::map<std::string, std::string>;
using rows = std::vector<row>;

std::string text_of(const row& object);
std::string text_of(const rows& array);

// Nothing where the text is no array of such objects.
std::optional<rows> parse_rows(const std::string& text);

// Whether the text is JSON at all.
bool is_json(const std::string& text);

}  // namespace norn::kit
