#include <norn/scheduler/run/place.hpp>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/runner.hpp>

namespace norn::engine {

void set_place(std::string_view process, std::string_view host) {
  runner* const r = runner::current();
  NORN_INVARIANT(r != nullptr);
  if (r->narrates()) r->set_place({std::string(process), std::string(host)});
}

}  // namespace norn::engine
