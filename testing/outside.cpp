#include <norn/testing/outside.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include <norn/report/display.hpp>
#include <norn/scheduler/base/bad_input.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr std::string_view prefix = "--norn_";

std::string accepted_flags() {
  std::string flags = "  the flags of Norn:\n    --norn_replay=TOKEN  one schedule again";
  for (const setting& s : all_settings()) {
    flags += fmt::format("\n    --norn_{}={}  {}: {}", s.name, s.value, s.meaning, s.accepted);
  }
  return flags;
}

bool is_setting(const std::string& name) {
  const std::vector<setting>& all = all_settings();
  return std::any_of(all.begin(), all.end(), [&](const setting& s) { return s.name == name; });
}

// A flag that says --norn but not the rest as we do is a slip, not somebody else's.
void read_flag(outside& into, const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const std::string flag = argument.substr(0, equals);
  const std::string name = flag.size() > prefix.size() ? flag.substr(prefix.size()) : "";
  const bool known = flag.rfind(prefix, 0) == 0 && (name == "replay" || is_setting(name));
  if (!known) {
    throw bad_input(fmt::format("there is no flag {}\n{}", printable(flag), accepted_flags()));
  }
  if (equals == std::string::npos || equals + 1 == argument.size()) {
    throw bad_input(fmt::format("{0} needs a value: {0}=...\n{1}", flag, accepted_flags()));
  }
  const std::string value = argument.substr(equals + 1);
  if (name == "replay") {
    into.replay = value;
  } else {
    set(into.search, name, value, flag);
  }
}

void read_environment(outside& into) {
  into.replay = from_environment("NORN_REPLAY");
  for (const setting& s : all_settings()) {
    const std::string variable = environment_name(s.name);
    const auto value = from_environment(variable);
    if (value) set(into.search, s.name, *value, variable);
  }
}

}  // namespace

outside read_outside(const std::vector<std::string>& arguments) {
  outside read;
  if (!arguments.empty()) read.program = arguments.front();
  try {
    read_environment(read);
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      if (arguments[i].rfind("--norn", 0) == 0) read_flag(read, arguments[i]);
    }
    refuse_contradictions(read.search);
  } catch (const bad_input& error) {
    const std::string message = error.what();
    const bool lists_flags = message.find(accepted_flags()) != std::string::npos;
    throw bad_input(lists_flags ? message : message + "\n" + accepted_flags());
  }
  return read;
}

std::vector<std::string> process_arguments() {
  std::ifstream in{"/proc/self/cmdline", std::ios::binary};
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(in, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

}  // namespace norn
