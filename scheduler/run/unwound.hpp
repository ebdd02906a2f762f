// Unwound: the exception that unwinds an abandoned thread of the model. Not derived from std::exception,
// so that handlers of the program under test let it pass.
#pragma once

namespace norn::engine {

struct unwound {};

}  // namespace norn::engine
