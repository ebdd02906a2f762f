#include <norn/model/sync/misuse.hpp>

#include <norn/scheduler/run/failure.hpp>

namespace norn::misuse {

using namespace engine;

void refuse(point&, std::string_view property, std::string_view message) {
  halt_quietly(property, message);
}

std::string name_of(thread_id t) { return engine::name_of(t); }

}  // namespace norn::misuse
