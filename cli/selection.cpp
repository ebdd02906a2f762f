#include <norn/cli/selection.hpp>

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <numeric>
#include <set>

#include <norn/report/display.hpp>
#include <norn/scheduler/base/bad_input.hpp>

namespace norn {

namespace {

// Levenshtein's, by rows.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

void require_a_match(const std::string& pattern,
                     const std::vector<kit::declared_search>& searches) {
  if (pattern.empty()) {
    throw bad_input("an empty pattern means no check; leave it out to mean all of them");
  }
  for (const kit::declared_search& s : searches) {
    for (const kit::expectation& e : s.expects) {
      if (matches(pattern, check_name(s, e))) return;
    }
  }
  throw bad_input(fmt::format("no check matches `{}`{}\n  `list` shows every check.",
                              printable(pattern),
                              did_you_mean(pattern, names_and_prefixes(searches))));
}

}  // namespace

std::string check_name(const kit::declared_search& s, const kit::expectation& e) {
  return s.name() + ":" + e.property;
}

// A glob matches a prefix of the name exactly if, followed by a star, it matches all of it.
bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch((pattern + "*").c_str(), name.c_str(), FNM_NOESCAPE) == 0;
}

std::vector<selected_search> select(const std::vector<kit::declared_search>& searches,
                                    const std::vector<std::string>& patterns) {
  if (searches.empty()) {
    throw bad_input(
        "no check is registered in this command.\n"
        "  compile sources with a norn::register_search into it, not into a static library of "
        "their "
        "own: its linker drops what nothing refers to.");
  }
  for (const std::string& pattern : patterns) require_a_match(pattern, searches);
  std::vector<selected_search> selected;
  for (const kit::declared_search& s : searches) {
    selected_search chosen{&s, {}};
    for (const kit::expectation& e : s.expects) {
      const bool meant = patterns.empty() ||
                         std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) {
                           return matches(p, check_name(s, e));
                         });
      if (meant) chosen.checks.push_back(e);
    }
    if (!chosen.checks.empty()) selected.push_back(std::move(chosen));
  }
  return selected;
}

const kit::declared_search* search_of(const std::vector<kit::declared_search>& searches,
                                      const std::string& check) {
  const kit::declared_search* found = nullptr;
  for (const kit::declared_search& s : searches) {
    const std::string name = s.name();
    const bool fits = check == name || check.rfind(name + ":", 0) == 0;
    // A deployment may have a colon too: the longest name is the one meant.
    if (fits && (found == nullptr || name.size() > found->name().size())) found = &s;
  }
  return found;
}

std::vector<std::string> near_to(const std::string& word, std::vector<std::string> candidates) {
  constexpr std::size_t most = 3;
  const std::size_t far = std::max<std::size_t>(3, word.size() / 3 + 1);
  const auto distance = [&](const std::string& c) { return edit_distance(word, c); };
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                  [&](const std::string& c) { return distance(c) >= far; }),
                   candidates.end());
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [&](const std::string& a, const std::string& b) { return distance(a) < distance(b); });
  if (candidates.size() > most) candidates.resize(most);
  return candidates;
}

std::string did_you_mean(const std::string& word, std::vector<std::string> candidates) {
  const std::vector<std::string> near = near_to(word, std::move(candidates));
  if (near.empty()) return "";
  return fmt::format("; did you mean {}?", fmt::join(near, " or "));
}

std::vector<std::string> names_and_prefixes(const std::vector<kit::declared_search>& searches) {
  std::set<std::string> names;
  for (const kit::declared_search& s : searches) {
    names.insert({s.protocol, s.protocol + "/" + s.variant, s.name()});
    for (const kit::expectation& e : s.expects) names.insert(check_name(s, e));
  }
  return {names.begin(), names.end()};
}

}  // namespace norn
