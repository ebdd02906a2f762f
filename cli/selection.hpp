// Selection: which checks a person means. A pattern is a glob (`*`, `?`, `[...]`) and means every
// check of which it matches any prefix: `store`, `store/*`, `*@2proc*`.
#pragma once

#include <string>
#include <vector>

#include <norn/specs/kit/check.hpp>

namespace norn {

// The checks of one search that were selected, as they were declared.
struct selected_search {
  const kit::declared_search* search = nullptr;
  std::vector<kit::expectation> checks;  // at least one
};

std::string check_name(const kit::declared_search& s, const kit::expectation& e);

bool matches(const std::string& pattern, const std::string& name);

// All of them where there is no pattern. Throws bad_input for a pattern that is empty or matches
// nothing, with names that are near to it, and where no check is registered at all.
std::vector<selected_search> select(const std::vector<kit::declared_search>& searches,
                                    const std::vector<std::string>& patterns);

// The search of a check's name, `protocol/variant@deployment[:property]`; null where there is none.
const kit::declared_search* search_of(const std::vector<kit::declared_search>& searches,
                                      const std::string& check);

// At most three of the candidates, the nearest first; none that is far.
std::vector<std::string> near_to(const std::string& word, std::vector<std::string> candidates);

// "; did you mean a or b?", or nothing.
std::string did_you_mean(const std::string& word, std::vector<std::string> candidates);

// The names of all checks, and what stands before their separators.
std::vector<std::string> names_and_prefixes(const std::vector<kit::declared_search>& searches);

}  // namespace norn
