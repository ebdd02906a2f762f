#include <norn/specs/kit/check.hpp>

#include <algorithm>
#include <stdexcept>

namespace norn {

namespace {

std::vector<search>& registry() {
  static std::vector<search> searches;
  return searches;
}

}  // namespace

const std::vector<search>& registered_searches() { return registry(); }

register_search::register_search(search s) {
  std::vector<search>& all = registry();
  if (s.expects.empty()) throw std::logic_error(s.name() + " is registered without a property");
  const auto place =
      std::lower_bound(all.begin(), all.end(), s,
                       [](const search& a, const search& b) { return a.name() < b.name(); });
  if (place != all.end() && place->name() == s.name()) {
    throw std::logic_error(s.name() + " is registered twice");
  }
  all.insert(place, std::move(s));
}

}  // namespace norn
