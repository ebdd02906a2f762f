// Assertions: GoogleTest's own, failing inside the body of a check.
//
// GoogleTest reports while it holds a mutex of its own: nothing here may throw, or switch to another
// thread of the model. A failure is recorded; the thread stops at its next scheduling point.
#pragma once

#include <string>

#include <gtest/gtest-spi.h>

namespace norn {

// Takes the place of GoogleTest's reporter while it exists.
class assertion_reporter : public ::testing::ScopedFakeTestPartResultReporter {
 public:
  assertion_reporter() : ScopedFakeTestPartResultReporter(INTERCEPT_ALL_THREADS, nullptr) {}

  void ReportTestPartResult(const ::testing::TestPartResult& result) override;

  // The body called GTEST_SKIP.
  bool skipped() const { return skipped_; }
  const std::string& skip_message() const { return skip_message_; }
  // What failed in the process while no body was running; empty where nothing did.
  const std::string& stray_failure() const { return stray_failure_; }

 private:
  bool skipped_ = false;
  std::string skip_message_;
  std::string stray_failure_;
};

}  // namespace norn
