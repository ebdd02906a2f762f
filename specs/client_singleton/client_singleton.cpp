// client_singleton: one client of a service (a connection, a pool) that all requests of a process share, made by the
// first that needs it. README.md says why each verdict is what it is.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/lock.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/property.hpp>
#include <norn/specs/kit/protocol.hpp>

namespace norn::client_singleton {

namespace {

using namespace std::chrono_literals;
using kit::actor;

constexpr int none = -1;
constexpr auto round_trip = 10ms;
constexpr auto at_any_time =
    1ms;  // of two timers the one that was set later and is shorter may be first, or not

// --- the parts that variants differ in; by default those of `fixed` ---

struct parts_of_singleton {
  bool locks = true;
  bool looks_again = true;  // under the lock, whether somebody else has made it meanwhile
  bool flag_first = false;  // says that there is a client before there is one
  bool flag_stays = false;  // also where none could be made
  bool disconnect_locks = true;
  bool closes_first = false;  // and then says that there is none
};

// --- the protocol ---

class singleton {
 public:
  using parts = parts_of_singleton;

  singleton(const parts& how, kit::system&) : how_(how) {}

  // Says which client the request was given, or why it was refused.
  void request(actor& me) {
    try {
      const int client = get(me);
      require("returned_is_open", is_open(client), "a request is given a client that is not open");
      me.did("given", std::to_string(client));
    } catch (const asyncio::runtime_error& e) {
      me.did("refused", e.what());
    }
  }

  // As a shutdown does, or who looks after idle connections; the next request makes another client.
  void disconnect() {
    const hold held = locked_if(how_.disconnect_locks);
    if (initialized_ == 0) return;
    if (!how_.closes_first) initialized_ = 0;
    set_open(client_, false);
    asyncio::sleep(2 * round_trip);
    client_ = none;
    initialized_ = 0;
  }

 private:
  using hold = std::unique_ptr<asyncio::lock_guard<asyncio::lock>>;

  hold locked_if(bool locks) {
    return locks ? std::make_unique<asyncio::lock_guard<asyncio::lock>>(lock_) : nullptr;
  }

  int get(actor& me) {
    if (initialized_ == 1) return client_;
    const hold held = locked_if(how_.locks);
    if (how_.looks_again && initialized_ == 1) return client_;
    if (how_.flag_first || how_.flag_stays) initialized_ = 1;
    client_ = connect(me);
    initialized_ = 1;
    return client_;
  }

  // The service may refuse once.
  int connect(const actor& me) {
    asyncio::sleep(round_trip);
    if (me.in().has("failure") && !refused_ && choose(2) == 1) {
      refused_ = true;
      throw asyncio::runtime_error("connection refused");
    }
    const int client = made_++;
    set_open(client, true);
    const std::vector<bool> open = open_.get();
    require("one_client", std::count(open.begin(), open.end(), true) == 1,
            "two clients are open at once");
    return client;
  }

  void set_open(int client, bool open) {
    open_.change([&](std::vector<bool>& all) {
      all.resize(std::max(all.size(), static_cast<std::size_t>(client) + 1));
      all[static_cast<std::size_t>(client)] = open;
    });
  }
  bool is_open(int client) const {
    return client != none && open_.get()[static_cast<std::size_t>(client)];
  }

  parts how_;
  atomic<int> initialized_{0, "initialized"};
  atomic<int> client_{none, "client"};
  asyncio::lock lock_{"init_lock"};
  int made_ = 0;
  bool refused_ = false;
  ghost<std::vector<bool>> open_{{}, "open"};  // of each client
};

// Refused is who comes while the service refuses, and nobody else.
kit::finding only_the_service_refuses(const kit::history& h) {
  for (const kit::event& e : h.of("refused")) {
    if (e.value != "connection refused") return {false, e.actor + " was refused: " + e.value};
  }
  return true;
}

bool in_one_loop(const kit::deployment& d) { return d.loops == 1; }

// clang-format off
const kit::protocol<singleton> protocol{
    .name = "client_singleton", .covers = {"P13"},
    .setup = [](actor&) {},
    .work = [](singleton& s, actor& me) {
      if (me.in().has("disconnect") && me.number() > 0) asyncio::sleep(2 * at_any_time);
      s.request(me);
    },
    .inspect = [](singleton&, actor&) {},
    .modifiers =
        {{"disconnect", "somebody closes the client; he and all requests but the first come at any time", "closer",
          [](singleton& s, actor&) {
            asyncio::sleep(at_any_time);
            s.disconnect();
          }},
         {"failure", "the service may refuse the first connection"}},
    .properties =
        {{"one_client", "no two clients of a process are open at once"},
         {"returned_is_open", "whoever is given a client is given one that is open", nullptr, in_one_loop},
         {"refused_by_service", "a request fails only where the service refuses", only_the_service_refuses},
         {"no_deadlock", "nobody waits for ever"}},
    .variants =
        {{"buggy", {.locks = false, .looks_again = false}},
         {"fixed"},
         {"flag_first", {.flag_first = true}, {"P13.m1"}, "initialized"},
         {"no_recheck", {.looks_again = false}, {"P13.m2"}, "initialized"},
         {"closes_first", {.closes_first = true}, {"P13.m4"}, "initialized"},
         {"disconnect_unlocked", {.disconnect_locks = false}, {"P13.m5"}, "acquire release"},
         {"failure_poisons", {.flag_stays = true}, {"P13.m6"}, "initialized"}},
    .verdicts = R"(
                     1task  loop              3task             loop-failure      loop-cancel       loop-disconnect
buggy                holds  one_client        one_client        one_client        one_client        one_client
fixed                holds  holds             holds             holds             holds             holds
flag_first           holds  returned_is_open  returned_is_open  returned_is_open  returned_is_open  returned_is_open
no_recheck           holds  one_client        one_client        one_client        one_client        one_client
closes_first         holds  holds             holds             holds             holds             returned_is_open
disconnect_unlocked  holds  holds             holds             holds             holds             holds
failure_poisons      holds  returned_is_open  returned_is_open  returned_is_open  returned_is_open  returned_is_open

                     3task-disconnect  2loop        2proc-loop
buggy                one_client        one_client   one_client
fixed                holds             no_deadlock  holds
disconnect_unlocked  one_client        -            -)",
    .guarantee =
        "{fixed}: one client for each process, in {deployments}: with one event loop. A lock of asyncio is for one loop."};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::client_singleton
