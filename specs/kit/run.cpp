// Runs a variant in a deployment: who is there, and in which order they come.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <norn/model/asyncio/gather.hpp>
#include <norn/model/asyncio/run.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/model/io/system_calls.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/specs/kit/spec.hpp>

namespace norn::kit {

namespace {

// Where process number p of the service is.
process home_of(const deployment& d, int p) {
  if (d.processes == 1) return process::current();
  const std::string name = "service/" + std::to_string(p);
  if (!d.on_hosts_of_their_own) return process(name);
  const host client("web/" + std::to_string(p));
  io::mount(client, host::current(),
            d.has("locks") ? io::network_locks::shared : io::network_locks::local_to_each_host);
  return process(client, name);
}

class one_execution {
 public:
  one_execution(const spec& p, const spec::variant& v, const deployment& d, system& calls,
                const std::function<void(const history&)>& told)
      : p_(p), v_(v), d_(d), calls_(calls), told_(told), seen_(d.crashes()) {}

  void in_one_piece() {
    std::optional<faults> world;
    for (const spec::modifier& m : p_.modifiers) {
      if (m.strikes != nullptr && d_.has(m.name)) {
        m.strikes(world ? *world : world.emplace(), host::current());
      }
    }
    actor observer("observer", 0, d_, model_system(), &seen_);
    if (!d_.has("empty")) p_.setup(observer);
    std::vector<process> homes;
    for (int i = 0; i < d_.processes; ++i) homes.push_back(home_of(d_, i));
    work(homes);
    p_.inspect(services_.front(), observer);
    told_(seen_);
    decide();
  }

  void with_a_crash() {
    const host server{"server"};
    io::set_storage(server, d_.disk);
    if (!d_.has("empty")) {
      process(server, "installation").run("install", [&] {
        actor installer("install", 0, d_, model_system(), &seen_);
        p_.setup(installer);
      });
    }
    std::vector<process> homes;
    for (int i = 0; i < d_.processes; ++i) {
      homes.emplace_back(server, d_.processes == 1 ? "service" : "service/" + std::to_string(i));
    }
    faults world;
    if (d_.crash == deployment::failing::host) {
      world.crash(server);
    } else {
      world.crash(homes.front());
    }
    for (const spec::modifier& m : p_.modifiers) {
      if (m.strikes != nullptr && d_.has(m.name)) m.strikes(world, server);
    }
    work(homes);
    world.cease();
    process(server, "service again").run(who_comes_after, [&] {
      actor after(who_comes_after, d_.actors(), d_, calls_, &seen_);
      const service again = v_.make(calls_);
      p_.inspect(again, after);
      decide();  // what can be decided by now, so that a counterexample ends here
      p_.work(again, after);
      told_(seen_);
      decide();
    });
  }

 private:
  // Everybody does what he is there for.
  void work(const std::vector<process>& homes) {
    const cast all = cast_of(p_, d_);
    for (const cast::part& each : all.parts) {
      actors_.emplace_back(each.name, each.number, d_, calls_, &seen_);
    }
    if (d_.symmetric() && actors_.size() == static_cast<std::size_t>(d_.threads)) {
      const service& shared = services_.emplace_back(v_.make(calls_));
      homes.front()
          .spawn_equal("writer", d_.threads,
                       [&](int i) { p_.work(shared, actors_[static_cast<std::size_t>(i)]); })
          .join();
      return;
    }
    std::vector<thread> threads;
    std::vector<std::size_t> of_loop;
    for (std::size_t i = 0; i < all.parts.size(); ++i) {
      const cast::part& each = all.parts[i];
      const auto place = static_cast<std::size_t>(each.process);
      if (place == services_.size()) services_.push_back(v_.make(calls_));
      if (d_.loops == 0) {
        threads.push_back(homes[place].spawn(each.name, [&, i] { act(all, i); }));
        continue;
      }
      of_loop.push_back(i);
      if (!ends_loop(all, i)) continue;
      const std::string name = "loop/" + std::to_string(threads.size());
      threads.push_back(homes[place].spawn(name, [&, of_loop] { act_as_tasks(all, of_loop); }));
      of_loop.clear();
    }
    for (thread& each : threads) each.join();
    for (thread& each : clients_) each.join();
  }

  void act(const cast& all, std::size_t i) {
    const cast::part& part = all.parts[i];
    (*part.does)(services_[static_cast<std::size_t>(part.process)], actors_[i]);
  }

  // Whether the next actor, if there is one, belongs to another loop. A process' other threads belong to its first.
  bool ends_loop(const cast& all, std::size_t i) const {
    if (i + 1 == all.parts.size()) return true;
    const cast::part& next = all.parts[i + 1];
    const int tasks = d_.threads / d_.loops;
    return next.process != all.parts[i].process || (d_.loops > 1 && next.number % tasks == 0);
  }

  void act_as_tasks(const cast& all, const std::vector<std::size_t>& parts) {
    asyncio::run(
        [&] {
          std::vector<asyncio::task<void>> tasks;
          for (const std::size_t i : parts) {
            tasks.push_back(asyncio::create_task(all.parts[i].name, [&, i] { act(all, i); }));
          }
          if (d_.has("cancel") && parts.front() == 0) {
            clients_.push_back(process::current().spawn("client", [tasks] {
              go_away(tasks[choose(static_cast<std::uint32_t>(tasks.size()))]);
            }));
          }
          asyncio::gather(tasks, asyncio::exceptions::collect).await();
          for (const asyncio::task<void>& each : tasks) {
            if (!each.cancelled()) each.result();
          }
        },
        {.threads = static_cast<unsigned>(d_.pool)});
  }

  // Whoever waits for the task no longer does.
  static void go_away(const asyncio::task<void>& task) {
    try {
      task.loop().call_soon_threadsafe([task] { task.cancel(); });
    } catch (const asyncio::runtime_error&) {
      // The loop has been closed: it was too late.
    }
  }

  void decide() const {
    for (const property& each : p_.properties) {
      if (each.check == nullptr || !each.claimed(d_)) continue;
      const finding found = each.check(seen_);
      require(each.name, found.holds, found.message);
    }
  }

  const spec& p_;
  const spec::variant& v_;
  const deployment& d_;
  system& calls_;
  const std::function<void(const history&)>& told_;
  history seen_;
  std::deque<service> services_;  // one for each process
  std::deque<actor> actors_;
  std::vector<thread> clients_;
};

}  // namespace

cast cast_of(const spec& p, const deployment& d) {
  cast all;
  for (int process = 0; process < d.processes; ++process) {
    for (int i = 0; i < d.threads; ++i) {
      const int number = process * d.threads + i;
      all.parts.push_back({process, "writer/" + std::to_string(number), number, &p.work});
    }
    if (process != 0) continue;
    for (const spec::modifier& m : p.modifiers) {
      if (m.does && d.has(m.name)) all.parts.push_back({0, m.role + "/0", d.actors(), &m.does});
    }
  }
  return all;
}

void run(const spec& p, const spec::variant& v, const deployment& d, system& calls,
         const std::function<void(const history&)>& told) {
  one_execution e(p, v, d, calls, told);
  if (d.crashes()) {
    e.with_a_crash();
  } else {
    e.in_one_piece();
  }
}

}  // namespace norn::kit
