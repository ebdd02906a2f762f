// The race detector by its notes alone. A search runs most races in both orders and needs to see one of
// them; here each order stands alone. What memory orders mean: tests/model/memory/memory_order_test.cpp.
#include <norn/scheduler/run/race_detector.hpp>

#include <gtest/gtest.h>

#include <cstddef>

namespace norn {

using namespace engine;
namespace {

using enum synchronisation;

constexpr thread_id first{1};
constexpr thread_id second{2};
constexpr object_slot gate{0};
constexpr object_slot plain{1};

// Two threads, created by the main thread; each note is an event of its own.
class notes {
 public:
  notes() {
    detector_.note(create_thread, no_thread, object_slot(index_of(main_thread)), 0);
    for (const thread_id t : {first, second}) {
      detector_.note(create_thread, main_thread, object_slot(index_of(t)), 0);
    }
  }

  notes& add(synchronisation what, thread_id by, object_slot o) {
    detector_.note(what, by, o, ++events_);
    return *this;
  }
  bool race() { return detector_.find().has_value(); }
  race_detector::conflict found() { return detector_.find().value(); }

 private:
  race_detector detector_;
  std::size_t events_ = 0;
};

TEST(RaceDetector, ReadBeforeAWrite) {
  const auto c = notes().add(checked_read, first, plain).add(checked_write, second, plain).found();
  EXPECT_EQ(c.object, plain);
  EXPECT_EQ(c.earlier, event_id(0));
  EXPECT_FALSE(c.earlier_wrote);
  EXPECT_EQ(c.later, event_id(1));
  EXPECT_TRUE(c.later_writes);
}

TEST(RaceDetector, EveryReadSinceTheLastWriteCounts) {
  EXPECT_TRUE(notes()
                  .add(checked_read, first, plain)
                  .add(checked_read, second, plain)
                  .add(checked_write, second, plain)
                  .race());
}

TEST(RaceDetector, WhatFollowsAReleaseIsNotReleased) {
  for (const synchronisation how : {release, release_join}) {
    EXPECT_FALSE(notes()
                     .add(checked_write, first, plain)
                     .add(how, first, gate)
                     .add(acquire, second, gate)
                     .add(checked_read, second, plain)
                     .race());
    EXPECT_TRUE(notes()
                    .add(how, first, gate)
                    .add(checked_write, first, plain)
                    .add(acquire, second, gate)
                    .add(checked_read, second, plain)
                    .race());
  }
}

TEST(RaceDetector, ForgottenReleasesHandNothingOver) {
  EXPECT_TRUE(notes()
                  .add(checked_write, first, plain)
                  .add(release, first, gate)
                  .add(forget_release, first, gate)
                  .add(acquire, second, gate)
                  .add(checked_read, second, plain)
                  .race());
}

TEST(RaceDetector, WhatFollowsACreationIsNotHandedOver) {
  EXPECT_TRUE(
      notes().add(checked_write, main_thread, plain).add(checked_read, first, plain).race());
}

}  // namespace
}  // namespace norn
