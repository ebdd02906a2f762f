// Scripts on a real directory, in real processes.
#pragma once

#include <string>
#include <vector>

#include "io_script.hpp"

namespace norn::io_script {

struct placed_instruction {
  int process = 0;
  instruction what;
};
using script = std::vector<placed_instruction>;

struct outcome {
  std::vector<std::string> results;  // one for each instruction
  std::string tree;
};

// Runs the script in a fresh directory below `base`, process k doing what is placed there, in the
// order of the script. A process id in a result is the number of the process in the script.
outcome run_on_system(const std::string& base, const script& s, int processes);

// The same on the model.
outcome run_in_model(const script& s, int processes);

// Whether a process may take a directory as its root; if not, paths must not leave it.
bool can_change_root();

}  // namespace norn::io_script
