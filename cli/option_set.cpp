#include <norn/cli/option_set.hpp>

#include <fmt/format.h>

#include <norn/report/display.hpp>
#include <norn/scheduler/base/bad_input.hpp>
#include <norn/scheduler/explore/settings.hpp>

namespace norn {

using namespace engine;

namespace {

bool truth_of(const said& s) {
  for (const char* yes : {"1", "true", "yes", "on"}) {
    if (s.value == yes) return true;
  }
  for (const char* no : {"0", "false", "no", "off"}) {
    if (s.value == no) return false;
  }
  throw bad_input(fmt::format("{} takes 1 or 0 (or true, yes, on; false, no, off), not `{}`",
                              s.source, printable(s.value)));
}

std::string with_twin(const std::string& name, const std::string& help) {
  return help + " [" + environment_name(name) + "]";
}

}  // namespace

void option_set::add_value(const std::string& name, const std::string& value,
                           const std::string& help) {
  command_->add_option(name)->expected(1)->take_last()->type_name(value)->description(
      with_twin(name, help));
}

void option_set::add_flag(const std::string& name, const std::string& help,
                          const std::string& negated) {
  const std::string names = negated.empty() ? name : name + ",!" + negated;
  command_->add_flag(names)->take_last()->description(with_twin(name, help));
}

std::optional<said> option_set::value_of(const std::string& name) const {
  const CLI::Option* option = command_->get_option(name);
  if (option->count() > 0) return said{name, option->results().back()};
  const std::string variable = environment_name(name);
  const auto value = from_environment(variable);
  if (!value) return std::nullopt;
  return said{variable, *value};
}

bool option_set::is_set(const std::string& name, bool otherwise) const {
  const auto found = value_of(name);
  return found ? truth_of(*found) : otherwise;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace norn
