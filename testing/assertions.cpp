#include <norn/testing/assertions.hpp>

#include <norn/scheduler/run/failure.hpp>

namespace norn {

using namespace engine;

void assertion_reporter::ReportTestPartResult(const ::testing::TestPartResult& result) {
  if (result.skipped()) {
    skipped_ = true;
    skip_message_ = result.message();
  }
  if (!result.failed()) return;
  const char* file = result.file_name() == nullptr ? "" : result.file_name();
  if (!fail_from_assertion(result.message(), file, result.line_number())) {
    stray_failure_ = result.message();
  }
}

}  // namespace norn
