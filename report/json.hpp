// JSON: results as one object of schema 1, for programs; and what a replay reads back from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <norn/report/check_result.hpp>

namespace norn {

// How the command was set, as the document's "config".
struct json_config {
  std::string strategy;
  std::size_t jobs = 1;
  std::uint64_t seed = 1;
};

// One object, indented, with a last line end.
std::string json_text(const std::vector<check_result>& results, const json_config& config);

// A counterexample that a file holds.
struct stored_counterexample {
  std::string check;
  std::string token;
};
struct file_error {
  std::string message;
};
// Reads a file's content. `file`: its name, for messages.
std::variant<std::vector<stored_counterexample>, file_error> counterexamples_in(
    const std::string& content, const std::string& file);

}  // namespace norn
