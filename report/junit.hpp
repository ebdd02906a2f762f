// JUnit: results as the XML that CI systems read. A search is a suite, a check a test case: one that
// differs fails, one that is undecided is skipped, misuse is an error.
#pragma once

#include <string>
#include <vector>

#include <norn/report/check_result.hpp>

namespace norn {

std::string junit_text(const std::vector<check_result>& results, const std::string& replay_command);

}  // namespace norn
