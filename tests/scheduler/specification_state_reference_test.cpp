// Specification state in the search: random programs that mix ghosts, predicates, choices, short writes, notifications,
// crashes, mounts and objects that come and go. The exhaustive strategy is held against the naive one, which goes
// through every interleaving: the same traces, each once, the same final states, the same violated properties.
//
// NORN_PROGRAMS=N sets how many programs each test draws; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <norn/norn.hpp>

#include "../reference/compare.hpp"
#include "drawn.hpp"

namespace norn::reference {
namespace {

enum class act {
  load,
  store,
  add,
  raise,     // a ghost
  lower,     // the same
  set,       // a ghost
  look,      // at a ghost, which decides a requirement
  remember,  // a ghost, until the end
  choose,    // whether the next act happens
  scratch,   // a mutex comes and goes
  shorten,   // a write to a file of its own; a ghost is raised where one byte was stored
  publish,   // writes the file that predicates look at
  notify,
  declare,  // a process, on the host that may crash
  rest,     // a mark
};

struct instruction {
  act what{};
  std::size_t on = 0;
  int value = 0;
};

struct world_of {
  bool process_crashes = false;
  bool host_crashes = false;
  bool restarts = false;
  bool mounts = false;
  bool waits = false;   // a thread waits on a condition
  bool spares = false;  // the main thread chooses whether there are two more objects
  bool inner = false;   // a ghost of an inner scope ends before the others
};

struct specified_program {
  world_of world;
  std::array<int, 4> limits{};
  std::vector<std::vector<instruction>> threads;
};

std::string name_of(const instruction& i) {
  static const char* const names[] = {"load",    "store",   "add",      "raise",   "lower",
                                      "set",     "look",    "remember", "choose",  "scratch",
                                      "shorten", "publish", "notify",   "declare", "rest"};
  return std::string(names[static_cast<std::size_t>(i.what)]) + " " + std::to_string(i.on) + " " +
         std::to_string(i.value);
}

std::string text_of(const specified_program& p) {
  std::string text;
  const world_of& w = p.world;
  if (w.process_crashes) text += "a process crashes; ";
  if (w.host_crashes)
    text += w.restarts ? "the host crashes and starts again; " : "the host crashes; ";
  if (w.mounts) text += "files are mounted; ";
  if (w.waits) text += "a thread waits; ";
  if (w.spares) text += "spare objects; ";
  if (w.inner) text += "an inner ghost; ";
  text += "limits";
  for (const int limit : p.limits) text += " " + std::to_string(limit);
  for (const auto& thread : p.threads) {
    text += "\nthread:";
    for (const instruction& i : thread) text += " [" + name_of(i) + "]";
  }
  return text;
}

// What an execution of a program is made of.
class stage {
 public:
  stage(const specified_program& p, std::string& seen) : p_(p), seen_(seen) {}

  void run() {
    io::allow_short_writes();
    const host server{"server"};
    const process service{server, "service"};
    if (p_.world.spares && choose(2) == 1) {
      spare_.emplace("spare");
      another_.emplace("another");
    }
    for (const char* name : {"g0", "g1", "g2"}) {
      ghosts_.push_back(std::make_unique<ghost<int>>(0, name));
    }
    state_predicates();
    if (p_.world.inner) inner_scope();
    if (p_.world.mounts) io::mount(host::of_body(), server, io::network_locks::shared);
    play(server, service);
    for (const std::string& each : remembered_) seen_ += each + ";";
    for (const auto& g : ghosts_) seen_ += " " + std::to_string(g->get());
    for (const auto& x : {&x_, &y_}) seen_ += " " + std::to_string(x->load());
    mark("end");
  }

 private:
  void state_predicates() {
    always("sum", [this] { return value(0) + value(1) <= p_.limits[0]; });
    always("guarded", [this] { return x_.load() == 0 || value(2) <= p_.limits[1]; });
    always("apart", [this] { return value(0) == 0 || y_.load() <= p_.limits[2]; });
    always("published", [this] {
      return io::observe_file("published") != std::optional(std::string(1, letter(p_.limits[3])));
    });
  }

  void inner_scope() {
    ghost<int> inner{0, "inner"};
    always("inner", [&inner] { return inner <= 1; });
    run_concurrently("inner", 2, [&](int) {
      if (choose(2) == 1) inner += 1;
    });
  }

  void play(const host& server, const process& service) {
    faults world;
    if (p_.world.process_crashes) world.crash(service);
    if (p_.world.host_crashes) {
      world.crash(server, 1, p_.world.restarts ? again() : faults::reboot{});
    }
    std::vector<thread> threads;
    remembered_.resize(p_.threads.size());
    if (p_.world.waits) {
      threads.emplace_back("waits", [this] {
        std::unique_lock lock{m_};
        changed_.wait(lock);
        *ghosts_[0] += 1;
      });
    }
    for (std::size_t i = 0; i < p_.threads.size(); ++i) {
      const std::string name = "t" + std::to_string(i);
      auto body = [this, i, &server] { perform(p_.threads[i], server, remembered_[i]); };
      threads.push_back(threads.empty() ? service.spawn(name, body) : thread(name, body));
    }
    for (thread& each : threads) each.join();
    world.cease();
  }

  static faults::reboot again() {
    return [](const host& server) {
      process(server, "again").run("publish", [] { io::write_file("published", "a").value(); });
    };
  }

  void perform(const std::vector<instruction>& script, const host& server, std::string& own) {
    for (std::size_t i = 0; i < script.size(); ++i) {
      if (script[i].what != act::choose) {
        perform(script[i], server, own);
      } else if (choose(2) == 0) {
        ++i;
      }
    }
  }

  void perform(const instruction& i, const host& server, std::string& own) {
    atomic<int>& variable = i.on % 2 == 0 ? x_ : y_;
    ghost<int>& g = *ghosts_[i.on % ghosts_.size()];
    switch (i.what) {
      case act::load:
        variable.load();
        break;
      case act::store:
        variable.store(i.value);
        break;
      case act::add:
        variable.fetch_add(1);
        break;
      case act::raise:
        g += 1;
        break;
      case act::lower:
        g -= 1;
        break;
      case act::set:
        g = i.value;
        break;
      case act::look:
        require("looked", g <= i.value);
        break;
      case act::remember:
        own += std::to_string(g) + " ";
        break;
      case act::choose:
        break;
      case act::scratch: {
        const mutex scratch{"scratch"};
        break;
      }
      case act::shorten: {
        auto out = io::file::open(i.on % 2 == 0 ? "a" : "b", O_WRONLY | O_CREAT);
        if (!out.ok()) break;
        const auto stored = std::move(out).value().write("xy");
        if (stored.ok() && stored.value() == 1) g += 1;
        break;
      }
      case act::publish:
        static_cast<void>(io::write_file("published", std::string(1, letter(i.value))));
        break;
      case act::notify:
        changed_.notify_one();
        g += 1;
        break;
      case act::declare:
        static_cast<void>(process(server, "declared").ends_with_host());
        break;
      case act::rest:
        mark("rest");
        break;
    }
  }

  int value(std::size_t of) const { return ghosts_[of]->get(); }
  static char letter(int of) { return static_cast<char>('a' + of); }

  const specified_program& p_;
  std::string& seen_;
  const shared_memory mapped_;  // whoever crashes has these, too
  atomic<int> x_{0, "x"};
  atomic<int> y_{0, "y"};
  mutex m_{"m"};
  condition_variable changed_{"changed"};
  std::optional<mutex> spare_;
  std::optional<mutex> another_;
  std::vector<std::unique_ptr<ghost<int>>> ghosts_;
  std::vector<std::string> remembered_;  // by thread
};

struct drawn_from {
  std::vector<act> acts;
  int threads = 2;
  int most = 3;  // acts of a thread
  std::vector<bool world_of::*> flags;
};

specified_program draw(const drawn_from& from) {
  specified_program p;
  for (bool world_of::*const flag : from.flags) {
    p.world.*flag = *rc::gen::inRange(0, 2) == 1;
  }
  for (int& limit : p.limits) limit = *rc::gen::inRange(0, 2);
  for (int t = 0; t < from.threads; ++t) {
    std::vector<instruction>& script = p.threads.emplace_back();
    const int length = *rc::gen::inRange(1, from.most + 1);
    for (int i = 0; i < length; ++i) {
      script.push_back({*rc::gen::elementOf(from.acts),
                        static_cast<std::size_t>(*rc::gen::inRange(0, 3)),
                        *rc::gen::inRange(0, 2)});
    }
  }
  return p;
}

void check_programs(const std::string& name, const drawn_from& from, int count) {
  tally total;
  check_drawn(name, count, [&] {
    const specified_program p = draw(from);
    std::string seen;
    const observed_program observed{[&] {
                                      seen.clear();
                                      stage(p, seen).run();
                                    },
                                    [&] { return seen; }};
    const std::string differs = compare(observed, total, /*skip_seen_prefixes=*/false);
    if (!differs.empty()) RC_FAIL(differs + text_of(p));
  });
  std::cout << name << ": " << total.compared << " programs, " << total.violated
            << " of them with a violation, " << total.executions << " executions, " << total.probes
            << " probes, " << total.skipped << " programs over the reference's limit\n";
  EXPECT_GT(total.compared, total.skipped);
  EXPECT_GT(total.violated, 0u);
}

using enum act;

TEST(SpecificationStateAgainstReference, GhostsAndChoices) {
  check_programs(
      "ghosts and choices",
      {{load, store, add, raise, lower, set, look, remember, choose, choose, rest}, 2, 4, {}}, 600);
}

TEST(SpecificationStateAgainstReference, ThreeThreads) {
  check_programs("three threads",
                 {{load, store, add, raise, lower, set, look, choose, choose}, 3, 2, {}}, 300);
}

TEST(SpecificationStateAgainstReference, ObjectsThatComeAndGo) {
  check_programs("objects that come and go",
                 {{load, add, raise, lower, set, choose, scratch, scratch, remember},
                  2,
                  3,
                  {&world_of::spares, &world_of::inner}},
                 300);
}

TEST(SpecificationStateAgainstReference, ShortWritesAndFiles) {
  check_programs("short writes and files",
                 {{load, add, raise, lower, look, choose, shorten, shorten, publish},
                  2,
                  2,
                  {&world_of::mounts, &world_of::spares}},
                 200);
}

TEST(SpecificationStateAgainstReference, Notifications) {
  check_programs(
      "notifications",
      {{add, raise, lower, look, choose, notify, notify, rest}, 2, 2, {&world_of::waits}}, 200);
}

TEST(SpecificationStateAgainstReference, Crashes) {
  check_programs("crashes",
                 {{load, add, raise, lower, set, look, choose, publish, declare},
                  2,
                  2,
                  {&world_of::process_crashes, &world_of::host_crashes, &world_of::restarts,
                   &world_of::mounts}},
                 200);
}

}  // namespace
}  // namespace norn::reference
