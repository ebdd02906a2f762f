// The main function of an executable made by norn_add_checks.
#include <norn/cli/main.hpp>

int main(int argc, char** argv) { return norn::main(argc, argv); }
