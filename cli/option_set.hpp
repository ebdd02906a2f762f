// Option set: the options of one command: what each is called and takes, and what was said. Every option has a twin
// in the environment (`--seed`, NORN_SEED); a flag beats it. What is wrong with a value is said by
// whoever reads it, naming what is accepted.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

namespace norn {

// What was said for an option, and how: by "--seed", or by "NORN_SEED".
struct said {
  std::string source;
  std::string value;
};

class option_set {
 public:
  explicit option_set(CLI::App* command) : command_(command) {}

  void add_value(const std::string& name, const std::string& value, const std::string& help);
  // `negated`: another name that says no.
  void add_flag(const std::string& name, const std::string& help, const std::string& negated = "");

  std::optional<said> value_of(const std::string& name) const;
  // Throws bad_input where the environment says neither yes nor no.
  bool is_set(const std::string& name, bool otherwise = false) const;

 private:
  CLI::App* command_;
};

// The long names of a command's options, "--help" included.
std::vector<std::string> option_names(const CLI::App& command);

}  // namespace norn
