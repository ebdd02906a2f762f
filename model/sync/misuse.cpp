#include <norn/model/sync/misuse.hpp>

#include <norn/scheduler/run/runner.hpp>

namespace norn::misuse {

void refuse(point& p, std::string_view property, std::string_view message) {
  p.violate(property, message);
  runner::current()->park_for_good();
}

std::string name_of(thread_id t) { return runner::current()->thread_name(t); }

}  // namespace norn::misuse
