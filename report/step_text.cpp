#include <norn/report/step_text.hpp>

#include <fmt/format.h>

#include <norn/report/display.hpp>

namespace norn {

bool is_fault(const trace_step& s) { return s.kind == "fault"; }

std::string action_of(const trace_step& step) {
  std::string action = step.operation + step.arguments;
  if (!step.object.empty()) action += (step.arguments.empty() ? " " : " on ") + step.object;
  if (!step.result.empty()) action += " → " + step.result;
  return printable(action);
}

std::string phrase_of(const trace_step& step) {
  return (is_fault(step) ? "fault: " : "") + action_of(step);
}

std::string place_of(const std::string& file, int line) {
  if (file.empty()) return "";
  return printable(fmt::format("{}:{}", file.substr(file.rfind('/') + 1), line));
}

}  // namespace norn
