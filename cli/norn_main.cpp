// The command `norn`, with the checks of specs/.
#include <norn/cli/main.hpp>

int main(int argc, char** argv) { return norn::main(argc, argv); }
