// Verdict table: a line for each check, and the summary of a run.
//
//   ok         store/fixed@2thread:final_count   holds
//   DIFFERS    store/fixed@3thread:final_count   violated, expected holds
//   undecided  store/fixed@4thread:final_count   inconclusive after 60 s, expected holds
#pragma once

#include <string>
#include <vector>

#include <norn/report/check_result.hpp>

namespace norn {

// The verdict in words, with what was expected where that is another: "violated, as expected".
std::string verdict_remark(const check_result& result);

// One line with its end. `name_width`: the width of the longest name in the table.
std::string verdict_line(const check_result& result, std::size_t name_width, bool color);

// "12 checks in 4 searches: 11 as declared, 1 differs · 1,234 executions, 20,111 steps, 56 probes of 789 steps,
// 0.52 s · shrinking: 345 executions, 6,789 steps, 0.08 s". Each search counts once.
std::string summary_text(const std::vector<check_result>& results, bool color);

}  // namespace norn
