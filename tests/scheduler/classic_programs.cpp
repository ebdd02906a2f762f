#include "classic_programs.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/await.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/barrier.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/latch.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/thread/thread.hpp>

namespace norn::classic {

namespace {

// Modelled objects stay where they were made.
template <class T>
std::vector<std::unique_ptr<T>> make_many(int count) {
  std::vector<std::unique_ptr<T>> many;
  for (int i = 0; i < count; ++i) many.push_back(std::make_unique<T>());
  return many;
}

template <class T>
T& at(std::vector<std::unique_ptr<T>>& many, int i) {
  return *many[static_cast<std::size_t>(i)];
}

// What only one thread may be in.
class critical_section {
 public:
  void pass() {
    ++inside_;
    require("mutual_exclusion", inside_.get() == 1);
    touched_.store(1);  // a step, during which others could come in
    --inside_;
  }

 private:
  ghost<int> inside_{0, "inside"};
  atomic<int> touched_{0};
};

}  // namespace

// --- from the literature on partial order reduction ---

program readers(int readers) {
  return [readers] {
    atomic<int> x{0};
    run_concurrently("thread", readers + 1, [&](int i) {
      if (i == 0) {
        x.store(1);
      } else {
        x.load();
      }
    });
  };
}

program lastzero(int n) {
  return [n] {
    auto array = make_many<atomic<int>>(n + 1);
    run_concurrently("thread", n + 1, [&](int j) {
      if (j == 0) {
        int i = n;
        while (at(array, i).load() != 0) --i;
      } else {
        at(array, j).store(at(array, j - 1).load() + 1);
      }
    });
  };
}

program indexer(int threads) {
  return [threads] {
    constexpr int size = 128;
    constexpr int messages = 4;
    auto table = make_many<atomic<int>>(size);
    run_concurrently("thread", threads, [&](int tid) {
      for (int m = 1; m <= messages; ++m) {
        const int message = m * 11 + tid;
        int place = message * 7 % size;
        for (int empty = 0; !at(table, place).compare_exchange_strong(empty, message); empty = 0) {
          place = (place + 1) % size;
        }
      }
    });
  };
}

program filesystem(int threads) {
  return [threads] {
    constexpr int blocks = 26;
    constexpr int inodes = 32;
    auto inode_locks = make_many<mutex>(inodes);
    auto block_locks = make_many<mutex>(blocks);
    auto inode = make_many<shared<int>>(inodes);
    auto busy = make_many<shared<bool>>(blocks);
    run_concurrently("thread", threads, [&](int tid) {
      const int i = tid % inodes;
      const std::lock_guard own_inode(at(inode_locks, i));
      if (at(inode, i).get() != 0) return;
      for (int b = i * 2 % blocks;; b = (b + 1) % blocks) {
        const std::lock_guard own_block(at(block_locks, b));
        if (at(busy, b).get()) continue;
        at(busy, b).set(true);
        at(inode, i).set(b + 1);
        return;
      }
    });
  };
}

program fib_bench(int rounds) {
  return [rounds] {
    atomic<int> i{1};
    atomic<int> j{1};
    run_concurrently("thread", 2, [&](int t) {
      atomic<int>& own = t == 0 ? i : j;
      const atomic<int>& other = t == 0 ? j : i;
      for (int k = 0; k < rounds; ++k) own.store(own.load() + other.load());
    });
  };
}

// --- one variable or one lock ---

program fetch_add(int threads) {
  return [threads] {
    atomic<int> x{0};
    run_concurrently("thread", threads, [&](int) { x.fetch_add(1); });
  };
}

program locked_increments(int threads) {
  return [threads] {
    mutex m;
    shared<int> x{0};
    run_concurrently("thread", threads, [&](int) {
      const std::lock_guard own(m);
      ++x;
    });
    require("all_counted", x.get() == threads);
  };
}

program independent_writers(int threads) {
  return [threads] {
    auto x = make_many<shared<int>>(threads);
    run_concurrently("thread", threads, [&](int t) { at(x, t).set(1); });
  };
}

program reads_and_writes(int threads, int operations) {
  return [threads, operations] {
    auto x = make_many<atomic<int>>(3);
    run_concurrently("thread", threads, [&](int t) {
      for (int i = 0; i < operations; ++i) {
        if (i % 2 == 0) {
          at(x, (t + i) % 3).store(i);
        } else {
          at(x, (t + i) % 3).load();
        }
      }
    });
  };
}

// --- mutual exclusion ---

program ticket_lock(int threads) {
  return [threads] {
    atomic<int> next{0};
    atomic<int> serving{0};
    critical_section section;
    run_concurrently("thread", threads, [&](int) {
      const int mine = next.fetch_add(1);
      await_equal(serving, mine);
      section.pass();
      serving.store(mine + 1);
    });
  };
}

program dekker() {
  return [] {
    auto wants = make_many<atomic<bool>>(2);
    atomic<int> turn{0};
    critical_section section;
    run_concurrently("thread", 2, [&](int me) {
      const int other = 1 - me;
      at(wants, me).store(true);
      while (at(wants, other).load()) {
        if (turn.load() == me) {
          await_equal(at(wants, other), false);
        } else {
          at(wants, me).store(false);
          await_equal(turn, me);
          at(wants, me).store(true);
        }
      }
      section.pass();
      turn.store(other);
      at(wants, me).store(false);
    });
  };
}

namespace {

// Bits of Peterson's one word: who wants in, and whose turn it is.
constexpr unsigned wants_bit(int thread) { return 1u << thread; }
constexpr unsigned turn_of_1 = 4;

struct may_enter {
  bool operator()(unsigned word, unsigned me) const {
    const bool other_wants = (word & wants_bit(me == 0 ? 1 : 0)) != 0;
    const bool my_turn = ((word & turn_of_1) != 0) == (me == 1);
    return !other_wants || my_turn;
  }
};

}  // namespace

program peterson() {
  return [] {
    atomic<unsigned> word{0};
    critical_section section;
    run_concurrently("thread", 2, [&](int me) {
      word.fetch_or(wants_bit(me));
      if (me == 0) {
        word.fetch_or(turn_of_1);
      } else {
        word.fetch_and(~turn_of_1);
      }
      await(word, may_enter{}, static_cast<unsigned>(me));
      section.pass();
      word.fetch_and(~wants_bit(me));
    });
  };
}

namespace {

program peterson_attempt(bool announces_first) {
  return [announces_first] {
    auto wants = make_many<atomic<bool>>(2);
    atomic<int> turn{0};
    critical_section section;
    run_concurrently("thread", 2, [&](int me) {
      const int other = 1 - me;
      const auto announce = [&] {
        at(wants, me).store(true);
        turn.store(other);
      };
      if (announces_first) announce();
      const bool enters = !at(wants, other).load() || turn.load() == me;
      if (!announces_first) announce();
      if (enters) section.pass();
      at(wants, me).store(false);
    });
  };
}

}  // namespace

program peterson_single_look() { return peterson_attempt(true); }
program peterson_announced_late() { return peterson_attempt(false); }

namespace {

// Szymanski's states: how far a thread has come.
enum stage : int { outside = 0, at_the_door = 1, waiting = 2, in_the_doorway = 3, inside = 4 };

struct door_is_open {
  bool operator()(int other) const { return other < in_the_doorway; }
};
struct is_inside {
  bool operator()(int other) const { return other == stage::inside; }
};
struct has_not_come_in {
  bool operator()(int other) const { return other < waiting; }
};
struct knows_that_the_door_is_shut {
  bool operator()(int other) const { return other != waiting && other != in_the_doorway; }
};

}  // namespace

program szymanski() {
  return [] {
    auto stages = make_many<atomic<int>>(2);
    critical_section section;
    run_concurrently("thread", 2, [&](int me) {
      atomic<int>& mine = at(stages, me);
      const atomic<int>& other = at(stages, 1 - me);
      mine.store(at_the_door);
      await(other, door_is_open{});
      mine.store(in_the_doorway);
      if (other.load() == at_the_door) {
        mine.store(waiting);
        await(other, is_inside{});
      }
      mine.store(stage::inside);
      if (me == 1) await(other, has_not_come_in{});  // the lower number goes first
      section.pass();
      if (me == 0) await(other, knows_that_the_door_is_shut{});
      mine.store(outside);
    });
  };
}

// --- memory ---

program store_buffering() {
  return [] {
    auto x = make_many<atomic<int>>(2);
    std::array<int, 2> seen{};
    run_concurrently("thread", 2, [&](int t) {
      at(x, t).store(1);
      seen[static_cast<std::size_t>(t)] = at(x, 1 - t).load();
    });
    require("one_store_is_seen", seen != std::array<int, 2>{0, 0});
  };
}

program message_passing() {
  return [] {
    atomic<int> data{0};
    atomic<bool> ready{false};
    run_concurrently(
        [&] {
          data.store(1);
          ready.store(true);
        },
        [&] {
          const bool flag = ready.load();
          require("data_before_flag", data.load() == 1 || !flag);
        });
  };
}

program message_passing_with_await() {
  return [] {
    shared<int> data{0};
    atomic<bool> ready{false};
    run_concurrently(
        [&] {
          data.set(1);
          ready.store(true, memory_order_release);
        },
        [&] {
          await_equal(ready, true);
          require("data_before_flag", data.get() == 1);
        });
  };
}

namespace {

// A stack of nodes 1, 2, …; 0 stands for none.
class treiber_stack {
 public:
  explicit treiber_stack(int nodes) : next_(make_many<atomic<int>>(nodes + 1)) {}

  void push(int node) {
    for (;;) {
      int head = head_.load();
      at(next_, node).store(head);
      if (head_.compare_exchange_strong(head, node)) return;
    }
  }
  int pop() {
    for (;;) {
      int head = head_.load();
      if (head == 0) return 0;
      const int below = at(next_, head).load();
      if (head_.compare_exchange_strong(head, below)) return head;
    }
  }

 private:
  atomic<int> head_{0};
  std::vector<std::unique_ptr<atomic<int>>> next_;
};

}  // namespace

program treiber_stack_pushes(int threads) {
  return [threads] {
    treiber_stack stack(threads);
    run_concurrently("thread", threads, [&](int t) { stack.push(t + 1); });
    int popped = 0;
    while (stack.pop() != 0) ++popped;
    require("nothing_is_lost", popped == threads);
  };
}

program treiber_stack_push_pop(int threads) {
  return [threads] {
    treiber_stack stack(threads);
    ghost<int> popped{0};
    run_concurrently("thread", threads, [&](int t) {
      stack.push(t + 1);
      if (stack.pop() != 0) ++popped;
    });
    require("nothing_is_lost", popped.get() == threads);
  };
}

program treiber_stack_aba() {
  return [] {
    treiber_stack stack(2);
    stack.push(2);
    stack.push(1);
    std::vector<int> popped;
    run_concurrently([&] { popped.push_back(stack.pop()); },
                     [&] {
                       const int first = stack.pop();
                       popped.push_back(stack.pop());
                       if (first != 0) stack.push(first);
                     });
    for (int node = stack.pop(); node != 0; node = stack.pop()) popped.push_back(node);
    const auto times = [&](int node) { return std::count(popped.begin(), popped.end(), node); };
    require("stack_is_intact", times(1) <= 1 && times(2) <= 1);
  };
}

// --- locks and conditions ---

namespace {

program dining(int philosophers, bool in_order) {
  return [philosophers, in_order] {
    auto forks = make_many<mutex>(philosophers);
    run_concurrently("philosopher", philosophers, [&](int p) {
      int first = p;
      int second = (p + 1) % philosophers;
      if (in_order && second < first) std::swap(first, second);
      const std::lock_guard one(at(forks, first));
      const std::lock_guard two(at(forks, second));
    });
  };
}

}  // namespace

program dining_philosophers(int philosophers) { return dining(philosophers, false); }
program dining_philosophers_in_order(int philosophers) { return dining(philosophers, true); }

program readers_writers(int readers, int writers) {
  return [readers, writers] {
    shared_mutex m;
    shared<int> x{0};
    run_concurrently("thread", readers + writers, [&](int t) {
      if (t < readers) {
        const std::shared_lock own(m);
        x.get();
      } else {
        const std::lock_guard own(m);
        ++x;
      }
    });
    require("all_counted", x.get() == writers);
  };
}

program producer_consumer(int items) {
  return [items] {
    mutex m;
    condition_variable changed;
    shared<bool> full{false};
    const auto turns = [&](bool wanted) {
      for (int i = 0; i < items; ++i) {
        std::unique_lock own(m);
        changed.wait(own, [&] { return full.get() == wanted; });
        full.set(!wanted);
        changed.notify_one();
      }
    };
    run_concurrently([&] { turns(false); }, [&] { turns(true); });
  };
}

program producer_consumer_lost_wakeup() {
  return [] {
    mutex m;
    condition_variable changed;
    atomic<bool> full{false};
    run_concurrently(
        [&] {
          full.store(true);
          changed.notify_one();
        },
        [&] {
          if (full.load()) return;
          std::unique_lock own(m);
          changed.wait(own);
        });
  };
}

program barrier_phases(int threads, int phases) {
  return [threads, phases] {
    barrier<> all(threads);
    run_concurrently("thread", threads, [&](int) {
      for (int p = 0; p < phases; ++p) all.arrive_and_wait();
    });
  };
}

program latch_arrivals(int threads) {
  return [threads] {
    latch all(threads);
    run_concurrently("thread", threads, [&](int) { all.arrive_and_wait(); });
  };
}

}  // namespace norn::classic
