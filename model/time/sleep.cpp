#include <norn/model/time/sleep.hpp>

namespace norn {

using namespace engine;

namespace {
constexpr operation_kind sleep_kind{"sleep"};
}

void detail::sleep(const timer& until, source_location where) {
  point p{sleep_kind, virtual_clock::of_execution().state(), where, until.timing()};
  until.fire(p);
}

}  // namespace norn
