// What asyncio refuses, with the error and the words of Python 3.11.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <norn/norn.hpp>

namespace norn {
namespace {

namespace aio = asyncio;
using namespace std::chrono_literals;

// What is thrown within the body of a check.
template <class Error>
std::string error_of(const std::function<void()>& body) {
  std::string what = "nothing is thrown";
  const search_result found = explore(
      [&] {
        try {
          body();
        } catch (const Error& e) {
          what = e.what();
        }
      },
      {});
  EXPECT_EQ(found.misuse, std::nullopt);
  for (const property_verdict& p : found.properties) EXPECT_EQ(p.message, "") << p.property;
  return what;
}

TEST(AsyncioMisuse, OutsideATask) {
  EXPECT_EQ(error_of<aio::runtime_error>([] { aio::sleep(0s); }),
            "sleep outside a task: no running event loop");
  EXPECT_EQ(error_of<aio::runtime_error>([] { aio::create_task("t", [] {}); }),
            "no running event loop");
  EXPECT_EQ(error_of<aio::runtime_error>([] { aio::future<void> f; }), "no running event loop");
}

// A callback is no task: it cannot wait.
TEST(AsyncioMisuse, AwaitInACallback) {
  EXPECT_EQ(error_of<aio::runtime_error>([] {
              std::string what;
              aio::run([&] {
                const aio::future<void> f;
                aio::event_loop::current().call_soon([&] {
                  try {
                    f.await();
                  } catch (const aio::runtime_error& e) {
                    what = e.what();
                  }
                });
                aio::sleep(0s);
              });
              throw aio::runtime_error(what);
            }),
            "await outside a task: no running event loop");
}

TEST(AsyncioMisuse, ALoopWithinALoop) {
  EXPECT_EQ(error_of<aio::runtime_error>([] { aio::run([] { aio::run([] {}); }); }),
            "asyncio.run() cannot be called from a running event loop");
}

TEST(AsyncioMisuse, AClosedLoop) {
  const auto closed = [](const std::function<void(aio::event_loop&)>& use) {
    return error_of<aio::runtime_error>([&] {
      aio::event_loop* loop = nullptr;
      aio::run([&] { loop = &aio::event_loop::current(); });
      use(*loop);
    });
  };
  EXPECT_EQ(closed([](aio::event_loop& l) { l.call_soon([] {}); }), "Event loop is closed");
  EXPECT_EQ(closed([](aio::event_loop& l) { l.call_soon_threadsafe([] {}); }),
            "Event loop is closed");
  EXPECT_EQ(closed([](aio::event_loop& l) { l.call_later(1s, [] {}); }), "Event loop is closed");
}

TEST(AsyncioMisuse, AFutureOfAnotherLoop) {
  EXPECT_EQ(error_of<aio::runtime_error>([] {
              std::optional<aio::future<int>> other;
              aio::run([&] { other.emplace(); });
              aio::run([&] { other->await(); });
            }),
            "Task got Future attached to a different loop");
}

TEST(AsyncioMisuse, ATaskThatAwaitsItself) {
  EXPECT_EQ(error_of<aio::runtime_error>([] {
              aio::run([] {
                std::optional<aio::task<void>> self;
                self.emplace(aio::create_task("self", [&] { self->await(); }));
                self->await();
              });
            }),
            "Task cannot await on itself");
}

// Two tasks that wait for each other are cancelled.
TEST(AsyncioMisuse, ACircleOfTasks) {
  EXPECT_EQ(error_of<aio::recursion_error>([] {
              aio::run([] {
                std::optional<aio::task<void>> a;
                std::optional<aio::task<void>> b;
                a.emplace(aio::create_task("a", [&] { b->await(); }));
                b.emplace(aio::create_task("b", [&] {
                  try {
                    a->await();
                  } catch (const aio::cancelled_error&) {
                  }
                }));
                aio::sleep(0s);
                const auto told = aio::detail::thrown_by([&] { a->cancel(); });
                // A way out of the circle.
                aio::event_loop& loop = aio::event_loop::current();
                engine::point p{aio::detail::set_kind, loop.state(), {}};
                loop.touch(p);
                b->state()->future_state::cancel(p, {});
                std::rethrow_exception(told);
              });
            }),
            "maximum recursion depth exceeded");
}

TEST(AsyncioMisuse, Locks) {
  const auto in_loop = [](const std::function<void()>& body) { return [=] { aio::run(body); }; };
  EXPECT_EQ(error_of<aio::runtime_error>(in_loop([] { aio::lock().release(); })),
            "Lock is not acquired.");
  EXPECT_EQ(error_of<aio::runtime_error>(in_loop([] { aio::condition().wait(); })),
            "cannot wait on un-acquired lock");
  EXPECT_EQ(error_of<aio::runtime_error>(in_loop([] { aio::condition().notify(); })),
            "cannot notify on un-acquired lock");
  EXPECT_EQ(error_of<aio::value_error>(in_loop([] { aio::semaphore s(-1); })),
            "Semaphore initial value must be >= 0");
  EXPECT_EQ(error_of<aio::value_error>(in_loop([] { aio::bounded_semaphore(1).release(); })),
            "BoundedSemaphore released too many times");
  EXPECT_EQ(error_of<aio::value_error>(in_loop([] { aio::queue<int>().task_done(); })),
            "task_done() called too many times");
}

TEST(AsyncioMisuse, ResultsTwiceAndTooEarly) {
  const auto in_loop = [](const std::function<void()>& body) { return [=] { aio::run(body); }; };
  EXPECT_EQ(error_of<aio::invalid_state_error>(in_loop([] {
              const aio::future<int> f;
              f.set_result(1);
              f.set_result(2);
            })),
            "invalid state");
  EXPECT_EQ(error_of<aio::invalid_state_error>(in_loop([] { aio::future<int>().result(); })),
            "Result is not set.");
}

// A delay that is not positive lets others have their turn.
TEST(AsyncioMisuse, ANegativeDelay) {
  EXPECT_EQ(error_of<std::runtime_error>([] {
              std::string order;
              aio::run([&] {
                const auto other = aio::create_task("other", [&] { order += "other "; });
                aio::sleep(-1s);
                order += "main";
              });
              throw std::runtime_error(order);
            }),
            "other main");
}

TEST(AsyncioMisuse, APoolOfNoThreads) {
  EXPECT_EQ(error_of<aio::value_error>([] { aio::run([] {}, {.threads = 0}); }),
            "max_workers must be greater than 0");
}

// Each is set after the others and is shorter: nine can come due in any of 9! orders.
TEST(AsyncioMisuse, TimersInTooManyOrders) {
  const auto sleepers = [](aio::loop_time takes) {
    return explore(
        [takes] {
          aio::run(
              [] {
                std::vector<aio::task<void>> all;
                for (int i = 9; i > 0; --i) {
                  all.push_back(aio::create_task("t", [i] { aio::sleep(i * 1s); }));
                }
                aio::gather(all).await();
              },
              {.steps_take = takes});
        },
        {});
  };
  const search_result any_time = sleepers(aio::loop_time::asynchronous);
  EXPECT_NE(any_time.misuse.value_or("none").find("more than 1000 ways"), std::string::npos);
  EXPECT_EQ(sleepers(aio::loop_time::prompt).misuse, std::nullopt);
}

// A task that fails is told by whoever awaits it, and by nobody else.
TEST(AsyncioMisuse, AFailedTask) {
  EXPECT_EQ(error_of<std::runtime_error>([] {
              aio::run([] {
                const auto t = aio::create_task("t", [] { throw std::runtime_error("oops"); });
                aio::sleep(0s);
                t.await();
              });
            }),
            "oops");
  EXPECT_EQ(error_of<std::runtime_error>([] {
              aio::run([] {
                aio::create_task("t", [] { throw std::runtime_error("oops"); });
                aio::sleep(0s);
              });
            }),
            "nothing is thrown");
}

// Python's loop would hang. The execution is cut off at the bound on steps, and nothing is said to hold.
TEST(AsyncioMisuse, ATaskThatNeverSuspends) {
  explore_options options;
  options.limits.depth = 300;
  const search_result found = explore(
      [] {
        aio::run([] {
          atomic<bool> over{false, "over"};
          const auto busy = aio::create_task("busy", [&] {
            while (!over.load()) {
            }
          });
          aio::sleep(0s);
          over.store(true);  // its turn does not come
          busy.await();
        });
      },
      options);
  EXPECT_EQ(found.misuse, std::nullopt);
  EXPECT_FALSE(found.complete);
  EXPECT_EQ(found.bound_hit, bound_kind::depth);
  EXPECT_EQ(found.stats.executions, 0U);
  EXPECT_EQ(found.stats.too_deep, 1U);
}

}  // namespace
}  // namespace norn
