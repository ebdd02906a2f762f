// The command `norn` over the checks that are registered in this executable: Norn's own, or a
// user's. Exit codes: exit_code.hpp.
#pragma once

namespace norn {

// Requires: called once, from `main`, before any thread of the process is started.
int main(int argc, char** argv);

}  // namespace norn
