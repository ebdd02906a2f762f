#include <norn/tests/cli/command.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include <norn/cli/main.hpp>
#include <norn/scheduler/explore/settings.hpp>
#include <norn/tests/temporary_folder.hpp>

namespace norn::test {

using namespace engine;

namespace {

void clear_environment() {
  for (const setting& s : all_settings()) unsetenv(environment_name(s.name).c_str());
  for (const char* name : {"NORN_JSON", "NORN_JUNIT", "NORN_REQUIRE_EXHAUSTIVE", "NORN_KEEP_GOING",
                           "NORN_QUIET", "NORN_VERBOSE", "NORN_COLOR", "COLUMNS", "NO_COLOR"}) {
    unsetenv(name);
  }
}

std::string temporary(const std::string& name) {
  static const temporary_folder folder;
  static int files = 0;
  return folder / (std::to_string(files++) + "_" + name);
}

}  // namespace

outcome norn(const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment) {
  clear_environment();
  for (const std::string& variable : environment) {
    const std::size_t equals = variable.find('=');
    setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
  }
  std::vector<std::string> words{"norn"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  outcome o;
  o.code = ::norn::main(static_cast<int>(words.size()), argv.data());
  o.out = ::testing::internal::GetCapturedStdout();
  o.error = ::testing::internal::GetCapturedStderr();
  clear_environment();
  return o;
}

std::string file_with(const std::string& content) {
  const std::string file = temporary("file");
  std::ofstream(file) << content;
  return file;
}

std::string content_of(const std::string& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

std::string absent_file() { return temporary("absent"); }

std::string without_times(const std::string& text) {
  return std::regex_replace(text, std::regex("[0-9]+\\.[0-9]+ s"), "T s");
}

}  // namespace norn::test
