#include <norn/scheduler/run/findings.hpp>

#include <algorithm>
#include <utility>

namespace norn::engine {

void findings::clear() {
  violations_.clear();
  misuse_.clear();
}

void findings::violate(std::string_view property, std::string_view message, std::size_t step) {
  const bool known = std::any_of(violations_.begin(), violations_.end(),
                                 [&](const violation& v) { return v.property == property; });
  if (!known) violations_.push_back({std::string(property), std::string(message), step});
}

void findings::report_misuse(std::string message) {
  if (misuse_.empty()) misuse_ = std::move(message);
}

}  // namespace norn::engine
