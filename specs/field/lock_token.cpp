// lock_token: a lock that lives in a key of Redis, and one object that the threads or tasks of a process lock it by, as
// redis-py has it. The object remembers the token of who has locked it, and has to forget it when the key is gone.
// README.md says how.
//
// The key has no time to live. Each command is one step of the server; the model of the server is no more than the
// two commands that a lock needs: SET … NX, and the script that deletes the key if it has the token.
#include <chrono>
#include <stdexcept>

#include <norn/model/asyncio/task.hpp>
#include <norn/model/memory/atomic.hpp>
#include <norn/model/memory/choose.hpp>
#include <norn/model/property.hpp>
#include <norn/specs/kit/protocol.hpp>

namespace norn::field {

namespace {

using namespace std::chrono_literals;
using kit::actor;

enum class forgets {
  in_one_step,   // after the reply, if the token is still there
  if_unchanged,  // after the reply; looks first whether the token is still there (redis-py #4258)
  afterwards,    // after the reply (redis-py until #489, and the first version of #4258)
  beforehand,    // before the command (redis-py #489)
};

struct parts_of_lock {
  forgets token = forgets::in_one_step;
};

struct connection_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class remote_lock {
 public:
  using parts = parts_of_lock;

  remote_lock(const parts& how, kit::system&) : how_(how) {}

  void use(actor& me) {
    if (!acquire(me)) return;
    if (is_task(me)) asyncio::sleep(1s);
    try {
      release(me);
    } catch (const connection_error&) {
      // The caller's to handle: he can release it once more, if the object still knows the token.
    }
  }

  void look() const {
    const int held = key_.load();
    require("token_known", held == nobody || held == token_.load(),
            "the key is there, nobody knows its token, and it never expires");
  }

 private:
  static constexpr int nobody = 0;

  static bool is_task(const actor& me) { return me.in().loops > 0; }

  // One step of a task: what a cancelled acquire leaves behind is another story.
  bool acquire(const actor& me) {
    const int token = me.number() + 1;
    int absent = nobody;
    if (!key_.compare_exchange_strong(absent, token)) return false;
    token_.store(token);
    return true;
  }

  void release(actor& me) {
    const int token = token_.load();
    require("owner_can_release", token != nobody, "who has the lock is told that nobody has it");
    if (how_.token == forgets::beforehand) token_.store(nobody);
    const bool deleted = delete_if_equal(me, token);
    if (how_.token != forgets::beforehand) forget(token);
    require("owner_can_release", deleted, "who has the lock is told that another one has it");
  }

  // The script. A task waits for it to arrive and for the reply, and may be cancelled meanwhile.
  bool delete_if_equal(const actor& me, int token) {
    if (is_task(me)) asyncio::sleep(1ms);
    if (me.in().has("disconnect") && choose(2) == 1) throw connection_error("nothing has arrived");
    const bool deleted = key_.compare_exchange_strong(token, nobody);
    if (is_task(me)) asyncio::sleep(1ms);
    return deleted;
  }

  void forget(int token) {
    if (how_.token == forgets::in_one_step) {
      token_.compare_exchange_strong(token, nobody);
    } else if (how_.token == forgets::afterwards || token_.load() == token) {
      token_.store(nobody);
    }
  }

  parts how_;
  atomic<int> key_{nobody, "key"};
  atomic<int> token_{nobody, "token"};
};

// clang-format off
const kit::protocol<remote_lock> protocol{
    .name = "lock_token",
    .covers = {"redis/redis-py#489", "redis/redis-py#3847", "redis/redis-py#3900", "redis/redis-py#4258"},
    .setup = [](actor&) {},
    .work = [](remote_lock& l, actor& me) {
      if (me.in().has("late") && me.number() == 1) asyncio::sleep(2s);
      l.use(me);
    },
    .inspect = [](remote_lock& l, actor&) { l.look(); },
    .modifiers = {{"late", "the second comes when the first is about to release the lock, or later"},
                  {"disconnect", "the connection may break before a release arrives"}},
    .properties =
        {{"token_known", "in the end the key is free, or the object knows the token that frees it"},
         {"owner_can_release", "whoever has acquired the lock can release it"}},
    .variants =
        {{"fixed"},
         {"cleared_after", {forgets::afterwards}, {"redis/redis-py#489"}, "store(token) compare_exchange(token)"},
         {"cleared_before", {forgets::beforehand}, {"redis/redis-py#3847"}, "store(token) compare_exchange(token)"},
         {"compared", {forgets::if_unchanged}, {"redis/redis-py#4258"}, "load(token) store(token) compare_exchange(token)"}},
    .verdicts = R"(
                1thread  2thread                        3thread                        1thread-disconnect  1task-cancel  2task-late                     2task-late-cancel
fixed           holds    holds                          holds                          holds               holds         holds                          holds
cleared_after   holds    token_known owner_can_release  token_known owner_can_release  holds               holds         token_known owner_can_release  token_known owner_can_release
cleared_before  holds    holds                          holds                          token_known         token_known   holds                          token_known
compared        holds    token_known owner_can_release  token_known owner_can_release  holds               holds         holds                          holds)",
    .guarantee = "{fixed}: who locks can unlock, and no key stays that nobody can free, in {deployments}."};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::field
