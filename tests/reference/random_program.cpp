#include "random_program.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <set>
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
#include <norn/scheduler/run/lifeline.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace norn::reference {

using namespace engine;

namespace {

constexpr std::size_t registers = 3;
constexpr std::size_t lifeline_count = 2;

constexpr std::array kind_names = {"read",
                                   "write",
                                   "add",
                                   "add_to_own",
                                   "compare_swap",
                                   "exchange_two",
                                   "follow",
                                   "follow_within",
                                   "claim",
                                   "free_row",
                                   "ghost_count",
                                   "ghost_observe",
                                   "choose",
                                   "skip_if",
                                   "lock",
                                   "unlock",
                                   "try_lock",
                                   "wait",
                                   "wait_for",
                                   "notify_one",
                                   "notify_all",
                                   "await",
                                   "acquire",
                                   "release",
                                   "lock_shared",
                                   "unlock_shared",
                                   "lock_exclusive",
                                   "unlock_exclusive",
                                   "fork",
                                   "fork_into",
                                   "join",
                                   "await_end",
                                   "race_read",
                                   "race_write"};

// A register whose operations are made of points directly, so that these tests rest on no model.
class cell {
 public:
  int read() {
    static constexpr operation_kind kind{.name = "read", .reach = reach::exact};
    point p{kind, state_, {}};
    p.read(state_);
    return value();
  }
  void write(int v) {
    static constexpr operation_kind kind{.name = "write", .reach = reach::exact};
    point p{kind, state_, {}};
    put(p, v);
  }
  int add(int by) {
    static constexpr operation_kind kind{.name = "add", .reach = reach::exact};
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
    static constexpr operation_kind kind{.name = "exchange_two", .reach = reach::exact};
    point p{kind, a.state_, {}};
    const int old = a.value();
    a.put(p, b.value());
    b.put(p, old);
  }
  static int follow(cell& a, cell& b, cell& d, int wanted) {
    static constexpr operation_kind kind{.name = "follow", .reach = reach::unknown};
    point p{kind, a.state_, {}};
    return follow_in(p, a, b, d, wanted);
  }
  static int follow_within(cell& a, cell& b, cell& d, int wanted) {
    static constexpr operation_kind kind{.name = "follow_within", .reach = reach::announced};
    point p{kind, a.state_, {}};
    p.may_read(a.state_);
    p.may_write(b.state_);
    p.may_read(d.state_);
    return follow_in(p, a, b, d, wanted);
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
  static int follow_in(point& p, cell& a, cell& b, cell& d, int wanted) {
    p.read(a.state_);
    if (a.value() == wanted) {
      b.put(p, wanted + 1);
      return -1;
    }
    p.read(d.state_);
    return d.value();
  }
  void put(point& p, int v) {
    p.write(state_);
    p.set_word(state_, static_cast<std::uint64_t>(v));
    value_ = v;
  }

  object state_{"register"};
  int value_ = 0;
};

// Rows of one object, a region each.
class row_table {
 public:
  // Looks at the rows from `from` on, in their order, and takes the first that is free. Returns -1 if none is.
  int claim(std::size_t from) {
    static constexpr operation_kind kind{.name = "claim", .reach = reach::announced};
    point p{kind, rows_, {}};
    p.may_write(rows_, {from, taken_.size() - 1});
    for (std::size_t row = from; row < taken_.size(); ++row) {
      p.read(rows_, region::key(row));
      if (taken_[row]) continue;
      p.write(rows_, region::key(row));
      taken_[row] = true;
      return static_cast<int>(row);
    }
    return -1;
  }
  void free(std::size_t row) {
    static constexpr operation_kind kind{.name = "free", .reach = reach::exact};
    point p{kind, rows_, {}};
    p.write(rows_, region::key(row));
    taken_[row] = false;
  }

 private:
  object rows_{"rows"};
  std::array<bool, 3> taken_{};
};

struct world {
  row_table rows;
  std::array<cell, registers> cells;
  std::array<mutex, 2> mutexes;
  shared_mutex rw;
  condition_variable condition;
  counting_semaphore<> semaphore{1};
  ghost<int> count{0};
  shared<int> plain{0};
  std::array<object, lifeline_count> lifelines{object{"lifeline"}, object{"another lifeline"}};
  std::vector<thread_id> threads;  // those of the program, as far as they have been created

  const object* lifeline(int number) const {
    return number == 0 ? nullptr : &lifelines[static_cast<std::size_t>(number) - 1];
  }
};

void await_end(thread_id t) {
  static constexpr operation_kind kind{"await end"};
  const auto ended = [](std::uint64_t word, std::uint64_t) { return word != 0; };
  point p{kind, end_of(t), {}, guard{end_of(t), ended, 0, false}};
  p.read(end_of(t));
}

// What a thread has seen and started. Outlives the thread, which may be killed before those that it forked.
struct diary {
  std::ostringstream log;
  std::deque<int> forked;  // what each thread forked has seen
  std::vector<thread_id> children;
};

class interpreter {
 public:
  // Of the threads of the program, it knows of so many.
  interpreter(world& w, diary& seen, std::size_t older)
      : world_(w), diary_(seen), log_(seen.log), older_(older) {}

  void run(const std::vector<instruction>& code) {
    for (std::size_t i = 0; i < code.size(); ++i) {
      if (code[i].kind == instruction_kind::skip_if) {
        if (last_ == code[i].c) ++i;
      } else {
        execute(code[i]);
      }
    }
    for (thread& t : children_) t.join();
  }

 private:
  void saw(int value) {
    if (unwinding()) return;  // killed meanwhile
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
      case instruction_kind::add_to_own:
        if (!own_) own_.emplace();  // its end is a step
        return saw(own_->add(i.c));
      case instruction_kind::compare_swap:
        return saw(at(i.a).compare_swap(i.b, i.c) ? 1 : 0);
      case instruction_kind::exchange_two:
        return cell::exchange_two(at(i.a), at(i.b));
      case instruction_kind::follow:
        return saw(cell::follow(at(i.a), at(i.b), at(static_cast<std::uint8_t>(i.b + 1)), i.c));
      case instruction_kind::follow_within:
        return saw(
            cell::follow_within(at(i.a), at(i.b), at(static_cast<std::uint8_t>(i.b + 1)), i.c));
      case instruction_kind::claim:
        return saw(world_.rows.claim(i.a));
      case instruction_kind::free_row:
        return world_.rows.free(i.a);
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
        return fork([] {}, i.a, i.c, i.b);
      case instruction_kind::fork_into:
        return fork([&w = world_, i] { set_lifeline(w.lifeline(i.b % (lifeline_count + 1))); }, i.a,
                    1, i.c);
      case instruction_kind::join:
        return join();
      case instruction_kind::await_end:
        if (i.a < older_) await_end(world_.threads[i.a]);
        return;
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
  // The child may outlive this interpreter: it refers to nothing of it.
  template <class Begin>
  void fork(Begin begin, std::uint8_t to_change, int by, std::uint8_t to_read) {
    int& seen = diary_.forked.emplace_back(-1);
    children_.emplace_back([begin, &changed = at(to_change), by, &read = at(to_read), &seen] {
      begin();
      changed.add(by);
      seen = read.read();
    });
    diary_.children.push_back(children_.back().get_id());
  }
  void join() {
    if (children_.empty()) return;
    children_.back().join();
    children_.pop_back();
  }

  world& world_;
  diary& diary_;
  std::ostream& log_;
  std::size_t older_;
  std::optional<cell> own_;
  int last_ = 0;
  int rw_ = 0;
  std::array<bool, 2> held_{};
  std::vector<thread> children_;
};

// Kills the threads whose lifeline the object is. Before that it finds a register to be lost, or not, which depends on what
// the register holds. Whether there was anything to kill.
bool crash(world& w, const object& lifeline, bool loses) {
  static constexpr operation_kind kind{.name = "crash", .reach = reach::unknown};
  point p{kind, lifeline, {}};
  const auto n = loses ? p.choose(2) : 0;
  const std::size_t killed = p.kill(lifeline);
  w.cells[0].lose(p, n != 0);
  return killed != 0;
}

// The same twice: what it kills is started again, once.
void crash_twice(world& w, const std::vector<instruction>& again, diary& seen) {
  static constexpr operation_kind restart{"restart"};
  if (!crash(w, w.lifelines[0], true)) return;
  {
    point p{restart, {}};
    seen.children.push_back(spawn("again", -1, [&w, &again, &seen] {
      set_lifeline(&w.lifelines[1]);
      interpreter(w, seen, 1).run(again);
    }));
  }
  crash(w, w.lifelines[1], true);
}

thread_id start_crash(world& w, const random_program& p, int number, diary& of_again) {
  static constexpr operation_kind start{"start environment"};
  point point{start, {}};
  const auto body = [&w, &p, number, &of_again] {
    if (p.again.empty()) {
      crash(w, *w.lifeline(number), p.crash_loses);
    } else {
      crash_twice(w, p.again, of_again);
    }
  };
  return spawn("crash", -1, body, thread_role::environment);
}

struct observation {
  std::vector<diary> threads;  // and one more, of what was started again
  std::vector<diary> equals;
  std::array<int, registers> cells{};
  bool finished = false;
};

bool awaits_ends(const random_program& p) {
  const auto awaits = [](const auto& instructions) {
    return std::any_of(instructions.begin(), instructions.end(),
                       [](const instruction& i) { return i.kind == instruction_kind::await_end; });
  };
  return awaits(p.again) || std::any_of(p.threads.begin(), p.threads.end(), awaits);
}

// As a group has one end, threads that are waited for by others are started one by one.
template <class RunOne>
void run_threads(const random_program& p, std::size_t first, const RunOne& run_one) {
  const std::size_t count = p.threads.size() - first;
  const auto run = [&](int t) { run_one(static_cast<std::size_t>(t) + first); };
  if (!awaits_ends(p)) return run_concurrently("t", static_cast<int>(count), run);
  std::vector<thread> threads;
  for (int t = 0; t < static_cast<int>(count); ++t) {
    threads.emplace_back("t", t, [&run, t] { run(t); });
  }
  for (thread& t : threads) t.join();
}

// The equal threads are in no list that others see: who waits for the end of one of them tells them apart.
template <class RunOne>
void run_with_equals(const random_program& p, world& w, observation& seen, const RunOne& run_one) {
  const auto equals = [&] {
    run_concurrently(
        "equal", p.equals,
        [&](int t) {
          set_lifeline(w.lifeline(p.lives[0]));
          interpreter(w, seen.equals[static_cast<std::size_t>(t)], 0).run(p.threads[0]);
        },
        {.symmetric = true});
  };
  const auto others = [&] { run_threads(p, 1, run_one); };
  if (p.equals_first) {
    run_concurrently(equals, others);
  } else {
    run_concurrently(others, equals);
  }
}

void run(const random_program& p, observation& seen) {
  seen = observation{};
  seen.threads.resize(p.threads.size() + 1);
  seen.equals.resize(static_cast<std::size_t>(p.equals));
  world w;
  w.threads.resize(p.threads.size());
  if (p.with_predicate) {
    // Reads more registers the larger the first is: what it observes is found out on the way.
    always("bounded", [&w] { return w.cells[0].value() < 2 || w.cells[1].value() < 2; });
  }
  std::vector<thread_id> crashes;
  for (int number = 1; number <= p.crashes; ++number) {
    crashes.push_back(start_crash(w, p, number, seen.threads.back()));
  }
  const auto run_one = [&](std::size_t i) {
    w.threads[i] = this_thread_id();
    set_lifeline(w.lifeline(p.lives[i]));
    interpreter(w, seen.threads[i], i).run(p.threads[i]);
  };
  if (p.equals < 2) {
    run_threads(p, 0, run_one);
  } else {
    run_with_equals(p, w, seen, run_one);
  }
  for (const thread_id t : crashes) await_end(t);
  for (const diary& each : seen.threads) {
    for (const thread_id t : each.children) await_end(t);
  }
  for (std::size_t i = 0; i < registers; ++i) seen.cells[i] = w.cells[i].value();
  seen.finished = true;
}

std::string text_of(const diary& seen) {
  std::ostringstream out;
  out << seen.log.str();
  for (const int read : seen.forked) out << "forked " << read << ' ';
  return out.str() + "| ";
}

std::string text_of(const observation& seen) {
  std::ostringstream out;
  for (const diary& each : seen.threads) out << text_of(each);
  std::multiset<std::string> equals;  // whoever they are
  for (const diary& each : seen.equals) equals.insert(text_of(each));
  for (const std::string& each : equals) out << each;
  if (!seen.finished) return out.str() + "blocked";
  for (const int v : seen.cells) out << v << ' ';
  return out.str();
}

void print(std::ostream& out, const std::vector<instruction>& code) {
  for (const instruction& i : code) {
    out << ' ' << kind_names[static_cast<std::size_t>(i.kind)] << '(' << int(i.a) << ',' << int(i.b)
        << ',' << int(i.c) << ')';
  }
  out << '\n';
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const random_program& p) {
  out << (p.with_predicate ? "with a predicate" : "") << '\n';
  if (p.equals > 1) {
    out << "  T0: " << p.equals << " equal threads, started " << (p.equals_first ? "first" : "last")
        << '\n';
  }
  if (p.crashes != 0) {
    out << "  crashes: " << p.crashes << (p.crash_loses ? "" : ", which lose nothing") << '\n';
  }
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    out << "  T" << t;
    if (p.lives[t] != 0) out << ", which lives by " << p.lives[t];
    print(out << ':', p.threads[t]);
  }
  if (!p.again.empty()) print(out << "  started again:", p.again);
  return out;
}

rc::Gen<random_program> arbitrary_program(const feature_set& features) {
  // At full size from the start: small programs hide what large ones show.
  return rc::gen::resize(
      rc::kNominalSize, rc::gen::exec([features] {
        random_program p;
        const int least = features.equals > 1 ? 1 : 2;
        const int threads = *rc::gen::inRange(least, features.threads + 1);
        const auto one = rc::gen::exec([features] {
          instruction i;
          i.kind = *rc::gen::elementOf(features.kinds);
          i.a = *rc::gen::inRange<std::uint8_t>(0, 3);
          i.b = *rc::gen::inRange<std::uint8_t>(0, 3);
          i.c = *rc::gen::inRange<std::uint8_t>(0, 3);
          return i;
        });
        const auto code = [&] {
          const auto length =
              static_cast<std::size_t>(*rc::gen::inRange(1, features.instructions + 1));
          return *rc::gen::container<std::vector<instruction>>(length, one);
        };
        for (int t = 0; t < threads; ++t) p.threads.push_back(code());
        if (features.equals > 1) {
          p.equals = *rc::gen::inRange(2, features.equals + 1);
          p.equals_first = *rc::gen::arbitrary<bool>();
          p.crash_loses = *rc::gen::arbitrary<bool>();
        }
        p.with_predicate = features.predicates && *rc::gen::arbitrary<bool>();
        p.crashes = features.crashes;
        // The first threads live by something, so that each crash finds something to kill in most programs.
        for (int t = 0; t < threads; ++t) {
          p.lives.push_back(*rc::gen::inRange(t < p.crashes ? 1 : 0, p.crashes + 1));
        }
        if (features.restarts) p.again = code();
        return p;
      }));
}

observed_program interpret(const random_program& p) {
  auto seen = std::make_shared<observation>();
  return {[p, seen] { run(p, *seen); }, [seen] { return text_of(*seen); }};
}

}  // namespace norn::reference
