// Output: a file that results go to. That it can be written is found out before the search starts;
// what it held stays until the results are there.
#pragma once

#include <string>

namespace norn {

class output {
 public:
  // Throws bad_input where the file cannot be written. "-": standard output. `option`: what named it.
  output(std::string file, const std::string& option);

  bool is_standard_output() const { return file_ == "-"; }
  // Throws bad_input where it cannot be written after all.
  void write(const std::string& content) const;

 private:
  std::string file_;
  std::string option_;
};

// Throws bad_input where what was written to standard output did not get there.
void flush_standard_output();

}  // namespace norn
