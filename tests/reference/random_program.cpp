#include "random_program.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <sstream>

#include <norn/model/memory/choose.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/memory/shared.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/condition_variable.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/sync/semaphore.hpp>
#include <norn/model/sync/shared_mutex.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/run/life.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace norn::reference {

namespace {

constexpr std::size_t registers = 3;

constexpr std::array kind_names = {"read",          "write",          "add",
                                   "compare_swap",  "exchange_two",   "follow",
                                   "ghost_count",   "ghost_observe",  "choose",
                                   "skip_if",       "lock",           "unlock",
                                   "try_lock",      "wait",           "wait_for",
                                   "notify_one",    "notify_all",     "await",
                                   "acquire",       "release",        "lock_shared",
                                   "unlock_shared", "lock_exclusive", "unlock_exclusive",
                                   "fork",          "join",           "race_read",
                                   "race_write"};

// A register whose operations are made of points directly, so that these tests rest on no model.
class cell {
 public:
  int read() {
    static constexpr operation_kind kind{.name = "read", .fixed = true};
    point p{kind, state_, {}};
    p.read(state_);
    return value();
  }
  void write(int v) {
    static constexpr operation_kind kind{.name = "write", .fixed = true};
    point p{kind, state_, {}};
    put(p, v);
  }
  int add(int by) {
    static constexpr operation_kind kind{.name = "add", .fixed = true};
    point p{kind, state_, {}};
    put(p, value() + by);
    return value();
  }
  bool compare_swap(int from, int to) {
    static constexpr operation_kind kind{"compare_swap"};
    point p{kind, state_, {}};
    if (value() != from) {
      p.read(state_);
      return false;
    }
    put(p, to);
    return true;
  }
  static void exchange_two(cell& a, cell& b) {
    static constexpr operation_kind kind{.name = "exchange_two", .fixed = true};
    point p{kind, a.state_, {}};
    const int old = a.value();
    a.put(p, b.value());
    b.put(p, old);
  }
  static int follow(cell& a, cell& b, cell& d, int wanted) {
    static constexpr operation_kind kind{"follow", true};
    point p{kind, a.state_, {}};
    p.read(a.state_);
    if (a.value() == wanted) {
      b.put(p, wanted + 1);
      return -1;
    }
    p.read(d.state_);
    return d.value();
  }
  void await(int wanted) {
    static constexpr operation_kind kind{"await"};
    const auto equal = [](std::uint64_t word, std::uint64_t operand) { return word == operand; };
    point p{kind, state_, {}, guard{state_.slot(), equal, static_cast<std::uint64_t>(wanted)}};
    p.read(state_);
  }
  // What others know of it now is gone, if it was not written through.
  void lose(point& p, bool really) {
    p.read(state_);
    if (value() % 2 == 1) put(p, really ? 0 : value());
  }
  int value() const {
    if (observing()) observe(state_);
    return value_;
  }

 private:
  void put(point& p, int v) {
    p.write(state_);
    p.set_word(state_, static_cast<std::uint64_t>(v));
    value_ = v;
  }

  object state_{"register"};
  int value_ = 0;
};

struct world {
  std::array<cell, registers> cells;
  std::array<mutex, 2> mutexes;
  shared_mutex rw;
  condition_variable condition;
  counting_semaphore<> semaphore{1};
  ghost<int> count{0};
  shared<int> plain{0};
};

class interpreter {
 public:
  interpreter(world& w, std::ostream& log) : world_(w), log_(log) {}

  void run(const std::vector<instruction>& code) {
    for (std::size_t i = 0; i < code.size(); ++i) {
      if (code[i].kind == instruction_kind::skip_if) {
        if (last_ == code[i].c) ++i;
      } else {
        execute(code[i]);
      }
    }
    for (thread& t : children_) t.join();
    for (const int seen : forked_) log_ << "forked " << seen << ' ';
  }

 private:
  void saw(int value) {
    last_ = value;
    log_ << value << ' ';
  }
  cell& at(std::uint8_t i) { return world_.cells[i % registers]; }

  void execute(const instruction& i) {
    switch (i.kind) {
      case instruction_kind::read:
        return saw(at(i.a).read());
      case instruction_kind::write:
        return at(i.a).write(i.c);
      case instruction_kind::add:
        return saw(at(i.a).add(i.c));
      case instruction_kind::compare_swap:
        return saw(at(i.a).compare_swap(i.b, i.c) ? 1 : 0);
      case instruction_kind::exchange_two:
        return cell::exchange_two(at(i.a), at(i.b));
      case instruction_kind::follow:
        return saw(cell::follow(at(i.a), at(i.b), at(static_cast<std::uint8_t>(i.b + 1)), i.c));
      case instruction_kind::ghost_count:
        ++world_.count;
        return;
      case instruction_kind::ghost_observe:
        return saw(world_.count);
      case instruction_kind::choose:
        return saw(static_cast<int>(norn::choose(2 + i.a % 2u)));
      case instruction_kind::await:
        return at(i.a).await(i.c);
      case instruction_kind::acquire:
        return world_.semaphore.acquire();
      case instruction_kind::release:
        return world_.semaphore.release();
      case instruction_kind::race_read:
        return saw(world_.plain.get());
      case instruction_kind::race_write:
        return world_.plain.set(i.c);
      case instruction_kind::fork:
        return fork(i);
      case instruction_kind::join:
        return join();
      default:
        return execute_lock(i);
    }
  }

  void execute_lock(const instruction& i) {
    const std::size_t m = i.a % 2u;
    switch (i.kind) {
      case instruction_kind::lock:
        return lock(m);
      case instruction_kind::unlock:
        return unlock(m);
      case instruction_kind::try_lock:
        if (!held_[m]) saw((held_[m] = world_.mutexes[m].try_lock()) ? 1 : 0);
        return;
      case instruction_kind::wait:
      case instruction_kind::wait_for:
        return wait(i.b % 2u, i.kind == instruction_kind::wait_for);
      case instruction_kind::notify_one:
        return world_.condition.notify_one();
      case instruction_kind::notify_all:
        return world_.condition.notify_all();
      case instruction_kind::lock_shared:
        if (rw_ == 0) world_.rw.lock_shared(), rw_ = 1;
        return;
      case instruction_kind::unlock_shared:
        if (rw_ == 1) world_.rw.unlock_shared(), rw_ = 0;
        return;
      case instruction_kind::lock_exclusive:
        if (rw_ == 0) world_.rw.lock(), rw_ = 2;
        return;
      default:
        if (rw_ == 2) world_.rw.unlock(), rw_ = 0;
    }
  }

  void lock(std::size_t m) {
    if (!held_[m]) world_.mutexes[m].lock();
    held_[m] = true;
  }
  void unlock(std::size_t m) {
    if (held_[m]) world_.mutexes[m].unlock();
    held_[m] = false;
  }
  void wait(std::size_t m, bool timed) {
    lock(m);
    std::unique_lock<mutex> owner(world_.mutexes[m], std::adopt_lock);
    if (timed) {
      const bool timed_out =
          world_.condition.wait_for(owner, std::chrono::seconds(1)) == std::cv_status::timeout;
      saw(timed_out ? 1 : 0);
    } else {
      world_.condition.wait(owner);
    }
    owner.release();
  }
  void fork(const instruction& i) {
    int& seen = forked_.emplace_back(-1);
    children_.emplace_back([this, i, &seen] {
      world_.cells[i.a % registers].add(i.c);
      seen = world_.cells[i.b % registers].read();
    });
  }
  void join() {
    if (children_.empty()) return;
    children_.back().join();
    children_.pop_back();
  }

  world& world_;
  std::ostream& log_;
  int last_ = 0;
  int rw_ = 0;
  std::array<bool, 2> held_{};
  std::deque<int> forked_;  // what each thread forked has seen
  std::vector<thread> children_;
};

// What lives by one object, and the crash. Before it strikes it finds a register to be lost, or not,
// which depends on what the register holds.
class mortals {
 public:
  explicit mortals(world& w) : world_(w) {}

  void join_in(int t, int count) const {
    if (t < count) live_by(&life_);
  }
  void strike() {
    static constexpr operation_kind kind{"crash", true};
    point p{kind, life_, {}};
    const auto n = p.choose(2);
    p.kill(life_);
    world_.cells[0].lose(p, n != 0);
  }

 private:
  world& world_;
  object life_{"life"};
};

struct observation {
  std::vector<std::ostringstream> logs;
  std::array<int, registers> cells{};
  bool finished = false;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const random_program& p) {
  out << (p.with_predicate ? "with a predicate" : "") << '\n';
  if (p.mortal != 0) out << "  a crash kills the first " << p.mortal << '\n';
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    out << "  T" << t << ':';
    for (const instruction& i : p.threads[t]) {
      out << ' ' << kind_names[static_cast<std::size_t>(i.kind)] << '(' << int(i.a) << ','
          << int(i.b) << ',' << int(i.c) << ')';
    }
    out << '\n';
  }
  return out;
}

rc::Gen<random_program> arbitrary_program(const feature_set& features) {
  // At full size from the start: small programs hide what large ones show.
  return rc::gen::resize(
      rc::kNominalSize, rc::gen::exec([features] {
        random_program p;
        const int threads = *rc::gen::inRange(2, features.threads + 1);
        const auto one = rc::gen::exec([features] {
          instruction i;
          i.kind = *rc::gen::elementOf(features.kinds);
          i.a = *rc::gen::inRange<std::uint8_t>(0, 3);
          i.b = *rc::gen::inRange<std::uint8_t>(0, 3);
          i.c = *rc::gen::inRange<std::uint8_t>(0, 3);
          return i;
        });
        for (int t = 0; t < threads; ++t) {
          const auto length =
              static_cast<std::size_t>(*rc::gen::inRange(1, features.instructions + 1));
          p.threads.push_back(*rc::gen::container<std::vector<instruction>>(length, one));
        }
        p.with_predicate = features.predicates && *rc::gen::arbitrary<bool>();
        if (features.crashes) p.mortal = *rc::gen::inRange(1, threads + 1);
        return p;
      }));
}

observed_program interpret(const random_program& p) {
  const auto await_end = [](thread_id t) {
    static constexpr operation_kind kind{"await end"};
    const auto ended = [](std::uint64_t word, std::uint64_t) { return word != 0; };
    point point{kind, end_of(t), {}, guard{end_of(t), ended, 0, false}};
    point.read(end_of(t));
  };
  auto seen = std::make_shared<observation>();
  observed_program result;
  result.body = [p, seen, await_end] {
    seen->logs = std::vector<std::ostringstream>(p.threads.size());
    seen->finished = false;
    world w;
    if (p.with_predicate) {
      // Reads more registers the larger the first is: what it observes is found out on the way.
      always("bounded", [&w] { return w.cells[0].value() < 2 || w.cells[1].value() < 2; });
    }
    mortals crashing(w);
    static constexpr operation_kind start{"start environment"};
    const auto environment = [&] {
      point point{start, {}};
      return spawn_environment("crash", [&crashing] { crashing.strike(); });
    };
    std::optional<thread_id> crash;
    if (p.mortal != 0) crash = environment();
    run_concurrently("t", static_cast<int>(p.threads.size()), [&](int t) {
      crashing.join_in(t, p.mortal);
      const auto i = static_cast<std::size_t>(t);
      interpreter(w, seen->logs[i]).run(p.threads[i]);
    });
    if (crash) await_end(*crash);
    for (std::size_t i = 0; i < registers; ++i) seen->cells[i] = w.cells[i].value();
    seen->finished = true;
  };
  result.final_state = [seen] {
    std::ostringstream out;
    for (const auto& log : seen->logs) out << log.str() << "| ";
    if (!seen->finished) return out.str() + "blocked";
    for (const int v : seen->cells) out << v << ' ';
    return out.str();
  };
  return result;
}

}  // namespace norn::reference
