#include <norn/specs/kit/check.hpp>

#include <algorithm>

#include <norn/scheduler/base/bad_input.hpp>

namespace norn::kit {

namespace {

struct registry {
  std::vector<declared_search> searches;
  std::string defects;  // a line each
};

// Filled before `main`, where an exception would end the process without a word.
registry& registered() {
  static registry all;
  return all;
}

bool has_twice(const std::vector<expectation>& expects) {
  return std::any_of(expects.begin(), expects.end(), [&](const expectation& e) {
    return std::count_if(expects.begin(), expects.end(), [&](const expectation& other) {
             return other.property == e.property;
           }) > 1;
  });
}

// What is wrong with a search by itself; empty where nothing is.
std::string defect_of(const declared_search& s) {
  if (!s.body) return "has no body";
  if (s.expects.empty()) return "expects nothing: name at least one property and its verdict";
  if (has_twice(s.expects)) return "expects two verdicts of one property: leave one of them";
  return "";
}

}  // namespace

const std::vector<declared_search>& registered_searches() {
  const registry& all = registered();
  if (all.defects.empty()) return all.searches;
  throw bad_input("checks are declared wrongly, and none was run:" + all.defects);
}

register_search::register_search(declared_search s) {
  registry& all = registered();
  const auto place = std::lower_bound(
      all.searches.begin(), all.searches.end(), s,
      [](const declared_search& a, const declared_search& b) { return a.name() < b.name(); });
  const bool twice = place != all.searches.end() && place->name() == s.name();
  const std::string defect =
      twice ? "is registered twice: give each search a name of its own" : defect_of(s);
  if (defect.empty()) {
    all.searches.insert(place, std::move(s));
  } else {
    register_defect(s.name() + " " + defect);
  }
}

void register_defect(const std::string& what) { registered().defects += "\n  " + what; }

}  // namespace norn::kit
