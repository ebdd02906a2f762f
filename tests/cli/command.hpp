// Runs the command in this process, on the checks that this executable registers.
#pragma once

#include <string>
#include <vector>

namespace norn::test {

struct outcome {
  int code = 0;
  std::string out;    // standard output
  std::string error;  // standard error
};

// `norn` with these arguments, and without any variable of Norn in the environment but those given
// as "NAME=value".
outcome norn(const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment = {});

// A file of that content in GoogleTest's folder for temporary files; its path.
std::string file_with(const std::string& content);
std::string content_of(const std::string& file);
// A path there at which there is nothing.
std::string absent_file();

// Durations differ from run to run: each "0.01 s" becomes "T s".
std::string without_times(const std::string& text);

}  // namespace norn::test
