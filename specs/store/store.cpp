// Store: tickets in one JSON file, as a web service keeps them that has no database. Each call reads the whole
// file and writes the whole file. README.md says why each verdict is what it is.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <norn/model/asyncio/lock.hpp>
#include <norn/model/asyncio/thread_pool.hpp>
#include <norn/model/property.hpp>
#include <norn/specs/files/locks.hpp>
#include <norn/specs/files/saving.hpp>
#include <norn/specs/kit/protocol.hpp>
#include <norn/specs/kit/rows.hpp>

namespace norn::store {

namespace {

using files::lock_kind;
using kit::actor;
using kit::events;
using kit::finding;
using kit::history;
using kit::rows;

const std::string reviews_path = "reviews.json";
const std::string models_path = "models.json";  // another store, which counts the tickets
const std::string empty_store = "[]";

std::string lock_of(const std::string& path) { return path + ".lock"; }

// --- the parts that variants differ in; by default those of `fixed` ---

// The steps of a create that the lock is held over.
struct covered {
  bool ensure = true;
  bool read = true;
  bool ensure_again = true;
  bool save = true;
};
// Where a create looks whether the version that it read is still there, and begins anew if it is not.
enum class version_check { none, under_lock, outside_lock };

struct parts_of_store {
  lock_kind lock = lock_kind::flock;
  covered held = {};
  files::saving saved = {};
  version_check version = version_check::none;
  bool list_locks = false;
  bool task_locks =
      false;  // the task that has a create made in a thread holds a lock of asyncio meanwhile
  // What writers of an odd number do otherwise.
  bool odd_bypass = false;             // save in place, without the lock
  bool odd_lock_models_first = false;  // before the reviews; the others after
};

// --- the protocol ---

class review_store {
 public:
  using parts = parts_of_store;

  review_store(const parts& how, kit::system& calls)
      : how_(how),
        lock_(files::make_lock(how.lock, lock_of(reviews_path), calls)),
        no_lock_(files::make_lock(lock_kind::none, "", calls)),
        models_lock_(files::make_lock(how.lock, lock_of(models_path), calls)) {
    if (how.task_locks) task_lock_.emplace();
  }

  // Says what the new ticket's id is; nothing where the file could not be parsed or saved, which the service
  // answers with an error.
  void create(actor& me) {
    const bool odd = me.number() % 2 == 1;
    const bool bypasses = odd && how_.odd_bypass;
    const bool counts = me.in().has("models");
    const files::saving saved = bypasses ? files::in_place : how_.saved;
    bool again = true;
    while (again) {
      files::holding held(bypasses ? no_lock_ : lock_);
      files::holding models(models_lock_);
      models.over(counts && odd && how_.odd_lock_models_first);
      std::string id;
      again = !attempt(me, saved, held, models, id);
      models.over(false);
      held.over(false);
      if (!id.empty()) me.did("created", id);
    }
  }

  // The handler of a POST request: of a server that runs handlers as tasks, with the create itself in a thread.
  void create_in_thread(actor& me) {
    if (!task_lock_) return asyncio::to_thread([&] { create(me); });
    const asyncio::lock_guard held(*task_lock_);
    asyncio::to_thread([&] { create(me); });
  }

  // What a GET request does.
  void list(actor& me) {
    files::holding held(how_.list_locks ? lock_ : no_lock_);
    held.over(true);
    read(me);
    held.over(false);
  }

 private:
  // Whether that was the last one: false where the version that was read is no longer there. `id`: of the new ticket.
  bool attempt(actor& me, const files::saving& saved, files::holding& held, files::holding& models,
               std::string& id) {
    held.over(how_.held.ensure);
    if (!ensure(me, saved)) return true;
    held.over(how_.held.read);
    std::optional<rows> tickets = read(me);
    if (!tickets) return true;
    const std::size_t version = tickets->size();  // tickets are only added
    const std::string fresh = add_ticket(*tickets, me);
    if (how_.version == version_check::outside_lock && !is_at(version, me)) return false;
    held.over(how_.held.ensure_again);
    if (how_.version == version_check::under_lock && !is_at(version, me)) return false;
    if (!ensure(me, saved)) return true;
    held.over(how_.held.save);
    if (!save(kit::text_of(*tickets), me, saved)) return true;
    if (me.in().has("models")) {
      models.over(true);
      files::save(me.calls(), models_path, std::to_string(version + 1), saved).value();
    }
    id = fresh;
    return true;
  }

  // A fresh installation has no file yet.
  static bool ensure(actor& me, const files::saving& saved) {
    return me.calls().exists(reviews_path) || save(empty_store, me, saved);
  }

  static bool save(const std::string& text, actor& me, const files::saving& how) {
    return files::save(me.calls(), reviews_path, text, how, [&] { me.note(text); }).ok();
  }

  // Nothing when there is no file, or none that can be parsed.
  static std::optional<rows> read(actor& me) {
    auto opened = me.calls().open(reviews_path, O_RDONLY);
    if (!opened) return std::nullopt;
    const auto in = std::move(opened).value();
    const std::string text = in->read_rest().value();
    // What parses but was never committed is spliced from two versions; what does not parse is torn.
    require("reads_parse", me.noted(text), "read what no one had committed: \"" + text + "\"");
    if (me.in().has("log")) me.did("saw", text);
    return kit::parse_rows(text);
  }

  static bool is_at(std::size_t version, actor& me) {
    const std::optional<rows> now = read(me);
    return now && now->size() == version;
  }

  // The id that follows the highest one: `REV-001`, `REV-002`, …
  static std::string add_ticket(rows& tickets, const actor& me) {
    constexpr std::size_t prefix = 4;  // "REV-"
    int highest = 0;
    for (const kit::row& ticket : tickets) {
      highest = std::max(highest, std::stoi(ticket.at("id").substr(prefix)));
    }
    const std::string id = fmt::format("REV-{:03}", highest + 1);
    tickets.push_back({{"id", id}});
    if (me.in().has("log")) tickets.back()["by"] = me.name();
    return id;
  }

  parts how_;
  files::lock lock_;
  files::lock no_lock_;
  files::lock models_lock_;
  std::optional<asyncio::lock> task_lock_;
};

// The files of an earlier run, without a ticket.
void install(actor& me) {
  me.calls().write_file(lock_of(reviews_path), "").value();
  me.calls().write_file(reviews_path, empty_store).value();
  me.note(empty_store);
  me.did("installed", reviews_path);
}

void create(review_store& store, actor& me) {
  if (me.in().has("to_thread")) {
    store.create_in_thread(me);
  } else {
    store.create(me);
  }
}

void list(review_store& store, actor& me) { store.list(me); }

void list_twice(review_store& store, actor& me) {
  store.list(me);
  store.list(me);
}

// Opens the lock file and closes it again, as a backup or a health check does.
void look_at_lock_file(review_store&, actor& me) {
  me.calls().open(lock_of(reviews_path), O_RDONLY).value()->close().value();
}

void look_at_tickets(review_store&, actor& me) {
  const io::result<std::string> text = me.calls().read_file(reviews_path);
  if (!text) return me.did("unreadable", "there is no file");
  me.did("left", text.value(), me.noted(text.value()) ? "committed" : "");
  const std::optional<rows> tickets = kit::parse_rows(text.value());
  if (!tickets) return me.did("unreadable", text.value());
  for (const kit::row& ticket : *tickets) me.did("found", ticket.at("id"));
}

// --- properties ---

finding left_as_committed(const history& h) {
  const events left = h.of("left");
  if (left.empty()) {
    return {h.of("installed").empty() && h.before_crash("created").empty(),
            "after the crash there is no file"};
  }
  return {left[0].detail == "committed",
          "after the crash the file holds \"" + left[0].value + "\""};
}

// clang-format off
const kit::protocol<review_store> store{
    .name = "store", .covers = {"P02"}, .setup = install, .work = create, .inspect = look_at_tickets,
    .modifiers =
        {{"reader", "somebody lists the tickets", "reader", list},
         {"look", "somebody opens and closes the lock file", "looker", look_at_lock_file},
         {"models", "a create counts its ticket in models.json, too, under the lock of that"},
         {"to_thread", "a create is made in a thread of the loop's pool"},
         {"log", "tickets say who made them; somebody lists them twice", "auditor", list_twice}},
    .properties =
        {kit::final_count(),
         {"old_or_new", "after a crash the file is a version that was committed", left_as_committed, kit::where_it_crashes},
         kit::acknowledged_durable(),
         kit::no_double_allocation("ids_unique"),
         {"reads_parse", "what is read is a version that was committed"},
         kit::log_append_only([](const kit::deployment& d) { return d.has("log"); }),
         {"no_deadlock", "nobody waits for ever", nullptr, [](const kit::deployment& d) { return d.has("models"); }}},
    .variants =
        {{"buggy", {.lock = lock_kind::none, .saved = files::in_place}},
         {"fixed"},
         {"locked_list", {.list_locks = true}},
         {"version_checked", {.held = {.read = false}, .version = version_check::under_lock}},
         // Wrong fixes.
         {"read_outside_lock", {.held = {.read = false}}, {"P02.m1"}, "reviews.json.lock"},
         {"ensure_outside_lock", {.held = {.ensure = false}}, {"P02.m1"}, "exists"},
         {"lock_only_write", {.held = {.ensure = false, .read = false, .ensure_again = false}}, {"P02.m2"}, "reviews.json.lock"},
         {"fixed_tmp_no_lock", {.lock = lock_kind::none}, {"P02.m3"}, "reviews.json.lock"},
         {"thread_lock", {.lock = lock_kind::process_mutex}, {"P02.m6"}, "reviews.json.lock process_lock"},
         {"task_lock", {.lock = lock_kind::none, .saved = files::in_place, .task_locks = true}, {"P02.m11"}, "acquire", "buggy"},
         {"shared_filelock", {.lock = lock_kind::shared_instance}, {"P02.m7"}, "instance"},
         {"unlink_lock", {.lock = lock_kind::flock_unlinked}, {"P02.m8"}, "unlink"},
         {"fcntl_lock", {.lock = lock_kind::fcntl}, {"P02.m9"}, "flock fcntl"},
         {"in_place_under_lock", {.saved = files::in_place}, {}, ".tmp O_DIRECTORY (/) O_TRUNC write close"},
         {"no_fsync", {.saved = {.sync_file = false}}, {"P02.m4"}, "fsync(reviews.json.tmp)"},
         {"no_dir_fsync", {.saved = {.sync_directory = false}}, {"P02.m5"}, "O_DIRECTORY (/)"},
         {"one_writer_bypasses", {.odd_bypass = true}, {}, "reviews.json.lock .tmp O_DIRECTORY (/) O_TRUNC write close"},
         {"two_stores_opposite_order", {.odd_lock_models_first = true}, {}, "models.json.lock"},
         {"version_checked_outside_lock", {.held = {.read = false}, .version = version_check::outside_lock}, {}, "reviews.json.lock", "version_checked"}},
    // Ten creates without a lock are more than can be counted; what is broken shows early.
    .limits = {{"buggy@10thread", {.executions = 20'000}}},
    .verdicts = R"(
lost = final_count ids_unique

                              1thread  1thread-reader  2thread  2thread-reader  2thread-empty  3thread  10thread
buggy                         holds    reads_parse     all      all             all            all      all
fixed                         holds    holds           holds    holds           holds          holds    holds
locked_list                   holds    holds           -        -               -              -        -
version_checked               holds    -               holds    -               holds          -        -
read_outside_lock             holds    holds           lost     -               -              -        -
ensure_outside_lock           holds    -               holds    -               all            -        -
lock_only_write               holds    holds           lost     -               all            -        -
fixed_tmp_no_lock             holds    holds           lost     all             -              all      -
thread_lock                   holds    -               holds    holds           holds          -        -
shared_filelock               holds    -               lost     all             -              -        -
unlink_lock                   holds    -               holds    holds           -              lost     -
fcntl_lock                    holds    -               lost     all             -              -        -
in_place_under_lock           holds    reads_parse     holds    -               -              -        -
no_fsync                      holds    holds           holds    holds           -              -        -
no_dir_fsync                  holds    holds           holds    holds           -              -        -
one_writer_bypasses           holds    holds           all      -               -              -        -
two_stores_opposite_order     holds    -               holds    -               -              -        -
version_checked_outside_lock  holds    -               lost     -               -              -        -

                              2proc  2proc-look  2proc-2thread  2host  2host-locks
buggy                         all    -           all            -      -
fixed                         holds  holds       holds          lost   holds
thread_lock                   lost   -           all            -      -
shared_filelock               holds  -           -              -      -
unlink_lock                   -      -           all            -      -
fcntl_lock                    holds  lost        -              -      -
one_writer_bypasses           all    -           -              -      -

                              1thread-log-kill  1thread-log-crash  2thread-models  2thread-log
fixed                         holds             log_append_only    holds           holds
locked_list                   holds             holds              -               holds
read_outside_lock             -                 -                  -               lost log_append_only
two_stores_opposite_order     -                 -                  no_deadlock     -

                              loop   2proc-loop  loop-to_thread  loop-to_thread-cancel
buggy                         holds  all         all             all
fixed                         holds  holds       holds           holds
task_lock                     -      -           holds           all

emptied = old_or_new acknowledged_durable reads_parse
forgotten = acknowledged_durable ids_unique
cut_off = old_or_new reads_parse

                              1thread-crash  1thread-crash-ext4  1thread-crash-noauto_da_alloc
buggy                         all            -                   -
fixed                         holds          holds               holds
in_place_under_lock           all            -                   -
no_fsync                      emptied        holds               emptied
no_dir_fsync                  forgotten      forgotten           -

                              1thread-empty-crash  2thread-crash  2proc-crash  1thread-kill  2thread-kill
buggy                         -                    -              -            cut_off       -
fixed                         holds                holds          holds        holds         holds
in_place_under_lock           -                    -              -            cut_off       -
no_fsync                      -                    -              -            holds         -
no_dir_fsync                  -                    -              -            holds         -
)",
    .guarantee =
        R"({fixed}: safe for threads and processes in {deployments}, on a local file system or one
whose locks work between its clients, if every writer does the same; what a writer was told of survives a
crash. A list without a lock may see a ticket that a crash then undoes; that of {locked_list} does not.)"};

// clang-format on

const kit::registration registered{store};

}  // namespace

}  // namespace norn::store
