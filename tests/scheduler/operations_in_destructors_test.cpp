// Abandoned executions: threads that are blocked for good, halted by a failure, or cut off are unwound,
// and what they own is released. (The build with AddressSanitizer has LeakSanitizer watch too.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/scheduler/run/failure.hpp>

namespace norn {
namespace {

using ::testing::HasSubstr;
using names = std::set<std::string>;

// Counts its instances.
class owned {
 public:
  explicit owned(int& alive) : alive_(alive) { ++alive_; }
  ~owned() { --alive_; }
  owned(const owned&) = delete;
  owned& operator=(const owned&) = delete;

 private:
  int& alive_;
  std::string text_ = std::string(1'000, 'x');
  std::vector<std::string> list_{10, std::string(100, 'y')};
  std::unique_ptr<int> number_ = std::make_unique<int>(1);
};

search_result searched(const program& body, std::uint32_t depth = 10'000) {
  explore_options options;
  options.name = "abandoned";
  options.properties = {"undecided to the end"};
  options.limits.depth = depth;
  return explore(body, options);
}

names violated_in(const search_result& r) {
  EXPECT_FALSE(r.misuse) << r.misuse.value_or("");
  names found;
  for (const property_verdict& p : r.properties) {
    if (p.verdict == conclusion::violated) found.insert(p.property);
  }
  return found;
}

// A destructor may use the model: a pool that stops its worker and waits for it.
TEST(Abandoned, OperationsInDestructorsDoNothing) {
  int runs = 0;
  int destroyed = 0;
  const search_result r = searched([&] {
    ++runs;
    mutex m;
    atomic<bool> stop{false};
    struct pool {
      mutex& m;
      atomic<bool>& stop;
      int& destroyed;
      thread worker;
      ~pool() {
        {
          const std::lock_guard own(m);
          stop.store(true);
        }
        worker.join();
        ++destroyed;
      }
    };
    m.lock();
    thread user([&] {
      const pool p{m, stop, destroyed, thread([&] { await_equal(stop, true); })};
      m.lock();
    });
    user.join();
  });
  EXPECT_EQ(violated_in(r), names{"no_deadlock"});
  EXPECT_GT(runs, 1);
  EXPECT_EQ(destroyed, runs);
}

}  // namespace
}  // namespace norn
