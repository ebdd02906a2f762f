#include <norn/model/sync/misuse.hpp>

#include <norn/scheduler/run/failure.hpp>

namespace norn::misuse {

void refuse(point&, std::string_view property, std::string_view message) {
  halt_quietly(property, message);
}

std::string name_of(thread_id t) { return norn::name_of(t); }

}  // namespace norn::misuse
