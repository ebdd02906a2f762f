// Real system: the calls that an actor makes (specs/kit/system.hpp), made of the operating system, in turns.
// A call that may wait for a lock takes two turns, as in the model; the first does nothing.
#pragma once

#include <norn/specs/kit/system.hpp>

namespace norn::specs_test {

kit::system& real_system();

}  // namespace norn::specs_test
