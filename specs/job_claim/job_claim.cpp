// job_claim: workers take the queued rows of a table; a run is to be started by one of them. README.md says how.
#include <optional>
#include <string>

#include <norn/model/store/sql/database.hpp>
#include <norn/specs/kit/protocol.hpp>

namespace norn::job_claim {

namespace {

using kit::actor;

sql::database& the_database() { return sql::database::named("jobs"); }

enum class takes {
  only_if_queued,     // UPDATE … AND status = 'QUEUED', and looks how many rows that were
  and_believes_so,    // the same, and does not look
  whatever_it_is_now  // UPDATE by id, of what a SELECT has found queued
};

struct parts_of_claim {
  takes how = takes::only_if_queued;
};

class worker {
 public:
  using parts = parts_of_claim;

  worker(const parts& how, kit::system&) : how_(how) {}

  void work(actor& me) const {
    sql::session db = the_database().connect();
    while (const std::optional<std::int64_t> id = oldest(db)) {
      if (claim(db, *id)) me.did("claim", std::to_string(*id));
    }
  }

  void look(actor& me) const {
    sql::session db = the_database().connect();
    const auto left = db.execute("SELECT count(*) FROM runs WHERE status = 'QUEUED'");
    me.did("queued", left.rows[0][0].print());
  }

 private:
  static std::optional<std::int64_t> oldest(sql::session& db) {
    const auto queued =
        db.execute("SELECT id FROM runs WHERE status = 'QUEUED' ORDER BY id LIMIT 1");
    if (queued.rows.empty()) return std::nullopt;
    return queued.rows[0][0].integer();
  }

  bool claim(sql::session& db, std::int64_t id) const {
    if (how_.how == takes::whatever_it_is_now) {
      db.execute("UPDATE runs SET status = 'RUNNING' WHERE id = $1", id);
      return true;
    }
    const auto taken =
        db.execute("UPDATE runs SET status = 'RUNNING' WHERE id = $1 AND status = 'QUEUED'", id);
    return taken.rows_affected == 1 || how_.how == takes::and_believes_so;
  }

  parts how_;
};

void make_queue(actor&) {
  sql::database& db = the_database();
  db.execute("CREATE TABLE runs (id int PRIMARY KEY, status text NOT NULL DEFAULT 'QUEUED')");
  db.execute("INSERT INTO runs (id) VALUES (1), (2)");
}

// clang-format off
const kit::protocol<worker> protocol{
    .name = "job_claim",
    .covers = {"P20"},
    .setup = make_queue,
    .work = [](worker& w, actor& me) { w.work(me); },
    .inspect = [](worker& w, actor& me) { w.look(me); },
    .properties =
        {{"claimed_once", "no run is given to two workers",
          [](const kit::history& h) { return h.of("claim").all_differ(); }},
         {"nothing_left", "in the end no run is queued",
          [](const kit::history& h) -> kit::finding {
            return {h.of("queued").front().value == "0", "a run is queued and nobody comes for it"};
          }}},
    .variants =
        {{"fixed"},
         {"buggy", {takes::whatever_it_is_now}, {"P20.m2"}, "UPDATE"},
         {"rows_not_counted", {takes::and_believes_so}, {"P20.m4"}}},
    .verdicts = R"(
                  1thread  2thread       3thread       2proc
fixed             holds    holds         holds         holds
buggy             holds    claimed_once  claimed_once  claimed_once
rows_not_counted  holds    claimed_once  claimed_once  claimed_once)",
    .guarantee = "{fixed}: a run is given to one worker, in {deployments}."};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::job_claim
