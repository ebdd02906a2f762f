// Output: a file that results go to. That it can be written is found out before the search starts;
// what it held stays until the results are there.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace norn {

class output {
 public:
  // Throws bad_input where the file cannot be written. "-": standard output. `option`: what named it.
  output(std::string file, const std::string& option);

  bool is_standard_output() const { return file_ == "-"; }
  const std::string& file() const { return file_; }
  // What the file held stays until the new content is complete: that is written beside it first, and then
  // takes its place. Throws bad_input where it cannot be written after all.
  void write(const std::string& content) const;

 private:
  std::string file_;
  std::string option_;
};

// Writes as much as the stream takes, and does not throw. What standard output did not take is found
// out by flush_standard_output; when standard error takes nothing there is nobody left to tell.
void put(std::FILE* stream, std::string_view text);

template <class... Values>
void print_to(std::FILE* stream, fmt::format_string<Values...> format, Values&&... values) {
  put(stream, fmt::format(format, std::forward<Values>(values)...));
}

// Throws bad_input where what was written to standard output did not get there.
void flush_standard_output();

}  // namespace norn
