#include <norn/scheduler/trace/verdict.hpp>

#include <array>
#include <utility>

namespace norn {

namespace {

constexpr std::array<std::pair<conclusion, std::string_view>, 6> conclusion_names{{
    {conclusion::holds, "holds"},
    {conclusion::holds_within_bound, "holds_within_bound"},
    {conclusion::sampled, "sampled"},
    {conclusion::violated, "violated"},
    {conclusion::inconclusive, "inconclusive"},
    {conclusion::misuse, "misuse"},
}};

}  // namespace

std::string_view name_of(conclusion c) {
  return conclusion_names[static_cast<std::size_t>(c)].second;
}

std::optional<conclusion> conclusion_named(std::string_view name) {
  for (const auto& [value, text] : conclusion_names) {
    if (text == name) return value;
  }
  return std::nullopt;
}

std::string_view name_of(bound_kind b) {
  switch (b) {
    case bound_kind::none:
      return "none";
    case bound_kind::executions:
      return "executions";
    case bound_kind::time:
      return "time";
    case bound_kind::depth:
      return "depth";
    case bound_kind::preemptions:
      return "preemptions";
    case bound_kind::interrupted:
      return "interrupted";
  }
  return "none";
}

}  // namespace norn
