// Input: a file that is read as a whole.
#pragma once

#include <optional>
#include <string>

namespace norn {

// Nothing where it cannot be read; errno says why.
std::optional<std::string> content_of(const std::string& file);

}  // namespace norn
