// Runs: each run of an analysis gets a directory of its own, `analysis_runs/run_001`, `run_002`, …, with a snapshot
// of what was analysed and a manifest that says the run is complete. The next number is found by looking at the
// directories that are there. README.md says why each verdict is what it is.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <norn/model/property.hpp>
#include <norn/model/time/wall_clock.hpp>
#include <norn/specs/files/locks.hpp>
#include <norn/specs/files/saving.hpp>
#include <norn/specs/kit/protocol.hpp>
#include <norn/specs/kit/rows.hpp>
#include <norn/specs/runs/ids.hpp>

namespace norn::runs {

namespace {

using files::lock_kind;
using kit::actor;
using kit::finding;
using kit::history;

const std::string runs_path = "analysis_runs";
const std::string lock_path = "analysis_runs.lock";
const std::string snapshot = "snapshot.json";
const std::string manifest = "manifest.json";

std::string path_of(const std::string& id) { return runs_path + "/" + id; }
std::string path_of(const std::string& id, const std::string& document) {
  return path_of(id) + "/" + document;
}

// --- the parts that variants differ in; by default those of `fixed` ---

// The steps of a create that the lock is held over.
struct covered {
  bool scan = true;
  bool make = true;
  bool write = true;
};
enum class dating { none, once, twice };  // whether ids contain the day, and how often it is read

struct parts_of_runs {
  lock_kind lock = lock_kind::flock;
  covered held = {};
  files::saving saved = {};
  std::size_t most_digits = 9;  // of the numbers that are seen: `(\d+)`, or `(\d{3})`
  bool exist_ok = true;         // of mkdir; else who finds the directory there looks again
  bool sync_made = true;        // the directory's name is on the disk before its id can be told
  bool manifest_first = false;
  dating dated = dating::none;
};

// --- the protocol ---

class run_directories {
 public:
  using parts = parts_of_runs;

  run_directories(const parts& how, kit::system& calls)
      : how_(how), lock_(files::make_lock(how.lock, lock_path, calls)) {}

  // Says what the new run's id is; nothing when a document could not be put in place.
  void create(const std::string& part, actor& me) {
    files::holding held(lock_);
    std::string id;
    do {
      held.over(how_.held.scan);
      id = next_id(me);
      held.over(how_.held.make);
    } while (!make(path_of(id), me.calls()));
    held.over(how_.held.write);
    const std::string text = kit::text_of(kit::row{{"run", id}, {"part", part}});
    std::vector<std::string> documents = {snapshot, manifest};
    if (how_.manifest_first) std::swap(documents[0], documents[1]);
    for (const std::string& each : documents) {
      if (!files::save(me.calls(), path_of(id, each), text, how_.saved)) return;
    }
    held.over(false);
    me.did("created", id, text);
  }

  // What a page that lists the runs does: of each, the manifest and then, if there is one, the snapshot.
  static void list(actor& me, bool in_the_end) {
    for (const std::string& id : names(me)) {
      const auto found = read(path_of(id, manifest), me);
      if (!found) continue;
      const auto of_it = read(path_of(id, snapshot), me);
      require("manifest_implies_snapshot", of_it && kit::is_json(*of_it),
              id + " has a manifest, and " +
                  (of_it ? "its snapshot is torn: \"" + *of_it + "\"" : "no snapshot"));
      if (in_the_end) me.did("manifest", id, *found);
      if (in_the_end && found == of_it) me.did("found", id, *found);
    }
  }

 private:
  static std::vector<std::string> names(actor& me) { return me.calls().readdir(runs_path).value(); }

  std::string next_id(actor& me) const {
    const std::string prefix = prefix_now(me);
    int highest = 0;
    for (const std::string& name : names(me)) {
      highest = std::max(highest, number_of(name, prefix, how_.most_digits));
    }
    return id_of(how_.dated == dating::twice ? prefix_now(me) : prefix, highest + 1);
  }

  std::string prefix_now(actor& me) const {
    return how_.dated == dating::none ? "run_" : prefix_of_day(me.calls().now());
  }

  bool make(const std::string& path, kit::system& calls) const {
    const io::result<void> made = calls.mkdir(path);
    if (!made && !(how_.exist_ok && made.error() == EEXIST)) return false;
    if (how_.sync_made) files::sync_directory(calls, runs_path);
    return true;
  }

  static std::optional<std::string> read(const std::string& path, actor& me) {
    const io::result<std::string> text = me.calls().read_file(path);
    return text ? std::optional(text.value()) : std::nullopt;
  }

  parts how_;
  files::lock lock_;
};

void install(actor& me) {
  me.calls().write_file(lock_path, "").value();
  me.calls().mkdir(runs_path).value();
  if (me.in().has("999")) me.calls().mkdir(path_of("run_999")).value();
}

// Each create is of another part. No two have a name of the same length: what is spliced of two documents is
// not whole.
void create(run_directories& runs, actor& me) {
  const std::vector<std::string> parts = {"gear", "shaft", "washer", "bracket"};
  const bool twice = me.in().has("twice") || (me.in().has("999") && me.in().actors() == 1);
  const int creates = twice ? 2 : 1;
  for (int i = 0; i < creates; ++i) {
    runs.create(parts.at(static_cast<std::size_t>(me.number() * creates + i)), me);
  }
}

void list(run_directories&, actor& me) { run_directories::list(me, false); }

void look_at_runs(run_directories&, actor& me) { run_directories::list(me, true); }

// The host's clock stands a minute after midnight, and may step back over it, and then forward again.
template <bool ForwardAgain>
void pass_midnight(faults& world, const host& on) {
  using namespace std::chrono_literals;
  set_wall_clock(on, system_clock::time_point(24h + 1min));
  may_step_wall_clock(world, on, -2min);
  if (ForwardAgain) may_step_wall_clock(world, on, 2min);
}

finding manifests_are_own(const history& h) {
  std::map<std::string, std::string> manifests;
  for (const kit::event& e : h.of("manifest")) manifests[e.value] = e.detail;
  for (const kit::event& e : h.of("created")) {
    if (manifests[e.value] == e.detail) continue;
    return {false, fmt::format("{} was given {}, whose manifest is \"{}\" and not \"{}\"", e.actor,
                               e.value, manifests[e.value], e.detail)};
  }
  return true;
}

// clang-format off
const kit::protocol<run_directories> runs{
    .name = "runs", .covers = {"P03"}, .setup = install, .work = create, .inspect = look_at_runs,
    .modifiers =
        {{"reader", "somebody lists the runs", "reader", list},
         {"twice", "each creates two, one after the other"},
         {"999", "run_999 is there; a thread that is alone creates two"},
         {"midnight", "the clock may be set back over midnight", {}, nullptr, pass_midnight<false>},
         {"midnights", "the clock may be set back over midnight, and forward", {}, nullptr, pass_midnight<true>}},
    .properties =
        {kit::no_double_allocation("ids_injective"),
         {"manifest_intact", "the manifest under an id is that of the create that was given the id", manifests_are_own,
          kit::unless_it_crashes},
         {"manifest_implies_snapshot", "who finds a manifest finds its run's snapshot, whole"},
         kit::acknowledged_durable()},
    .variants =
        {{"buggy", {.lock = lock_kind::none, .saved = files::in_place, .sync_made = false}},
         {"fixed"},
         // Other fixes, as far as ids go: without a lock, and with ids that contain the day.
         {"exclusive_mkdir", {.lock = lock_kind::none, .exist_ok = false, .sync_made = false}, {},
          "analysis_runs.lock O_DIRECTORY (analysis_runs)"},
         {"dated", {.dated = dating::once}},
         // Wrong fixes.
         {"fixed_tmp_no_lock", {.lock = lock_kind::none}, {}, "analysis_runs.lock"},
         {"lock_only_id", {.held = {.make = false, .write = false}}, {"P03.m1"}, "analysis_runs.lock"},
         {"three_digits", {.most_digits = 3}, {"P03.m2"}, "run_100"},
         {"day_read_twice", {.dated = dating::twice}, {"P03.m3"}, "now", "dated"},
         {"manifest_first", {.manifest_first = true}, {"P03.m4"}, "snapshot.json run_001"},
         {"in_place_under_lock", {.saved = files::in_place}, {}, "run_001 .json"},
         {"no_fsync", {.saved = {.sync_file = false}}, {}, "fsync(snapshot.json.tmp) fsync(manifest.json.tmp)"},
         {"no_dir_fsync", {.saved = {.sync_directory = false}}, {}, "O_DIRECTORY (run_001)"},
         {"no_mkdir_fsync", {.sync_made = false}, {}, "O_DIRECTORY (analysis_runs)"}},
    .verdicts = R"(
overwritten = ids_injective manifest_intact

                     1thread  1thread-twice  1thread-reader             2thread  2thread-reader  3thread
buggy                holds    holds          holds                      all      all             all
fixed                holds    holds          holds                      holds    holds           holds
exclusive_mkdir      holds    holds          -                          holds    holds           holds
dated                holds    -              -                          holds    -               -
fixed_tmp_no_lock    holds    -              holds                      all      -               -
lock_only_id         holds    holds          holds                      all      all             -
three_digits         holds    -              -                          holds    holds           -
day_read_twice       holds    -              -                          holds    -               -
manifest_first       holds    -              manifest_implies_snapshot  holds    -               -
in_place_under_lock  holds    -              holds                      holds    holds           -
no_fsync             holds    -              holds                      holds    holds           -
no_dir_fsync         holds    -              holds                      holds    holds           -
no_mkdir_fsync       holds    -              holds                      holds    holds           -

                     2proc  2proc-2thread  999-1thread  999-2thread  999-3thread
buggy                all    all            -            all          -
fixed                holds  holds          holds        holds        holds
exclusive_mkdir      holds  -              -            holds        -
three_digits         -      -              overwritten  overwritten  overwritten

                     2thread-midnights  3thread-midnights  3thread-midnight-kill
dated                holds              holds              holds
day_read_twice       overwritten        -                  -

hollow = manifest_implies_snapshot acknowledged_durable
vanished = ids_injective acknowledged_durable
half_done = manifest_implies_snapshot

                     1thread-crash  1thread-crash-ext4  1thread-kill  999-3thread-crash  999-3thread-kill
buggy                all            -                   holds         -                  -
fixed                holds          holds               holds         holds              holds
exclusive_mkdir      vanished       -                   -             -                  -
manifest_first       half_done      -                   half_done     -                  -
in_place_under_lock  hollow         -                   -             -                  -
no_fsync             hollow         -                   -             -                  -
no_dir_fsync         hollow         -                   -             -                  -
no_mkdir_fsync       vanished       -                   -             -                  -
)",
    .guarantee =
        R"({fixed}: ids are given once, and a run with a manifest is complete, in {deployments}.
Ids alone are unique with exclusive mkdir and retry, too: {exclusive_mkdir}.)"};

// clang-format on

const kit::registration registered{runs};

}  // namespace

}  // namespace norn::runs
