// Findings: what one execution has shown of a check. Properties that it violates, and misuse of Norn by its body.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace norn::engine {

struct violation {
  std::string property;
  std::string message;
  std::size_t step = 0;  // events executed when it was noticed
};

class findings {
 public:
  void clear();

  // Keeps the first violation of each property.
  void violate(std::string_view property, std::string_view message, std::size_t step);
  const std::vector<violation>& violations() const { return violations_; }

  // The check itself is wrong, and the execution goes no further. The first message counts.
  void report_misuse(std::string message);
  const std::string& misuse() const { return misuse_; }  // empty: none

 private:
  std::vector<violation> violations_;
  std::string misuse_;
};

}  // namespace norn::engine
