// A test of a user's own, run by GoogleTest's main.
#include <gtest/gtest.h>

#include <norn/norn.hpp>
#include <norn/testing/norn_test.hpp>

NORN_TEST(Counter, IsLocked) {
  norn::mutex m;
  norn::shared<int> x{0, "x"};
  norn::run_concurrently("worker", 2, [&](int) {
    m.lock();
    x = x + 1;
    m.unlock();
  });
  EXPECT_EQ(x, 2);
}
