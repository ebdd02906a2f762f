#include "script.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <variant>

#include <norn/model/store/sql/database.hpp>
#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/base/random.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

#include "real_server.hpp"

namespace norn::reference {

using namespace engine;

namespace {

std::string outcome_text(const std::vector<std::vector<std::string>>& rows, std::size_t affected,
                         bool has_rows) {
  std::string text = std::to_string(affected) + (affected == 1 ? " row" : " rows");
  if (!has_rows) return text;
  for (const auto& row : rows) {
    text += " (";
    for (std::size_t c = 0; c < row.size(); ++c) text += (c == 0 ? "" : ", ") + row[c];
    text += ")";
  }
  return text;
}

// --- the model ---

constexpr operation_kind next_kind{"next statement"};

std::string execute(sql::session& session, const std::string& text) {
  const auto outcome = session.try_execute(text);
  if (const auto* e = std::get_if<sql::error>(&outcome)) return e->sqlstate();
  const sql::result& r = std::get<sql::result>(outcome);
  std::vector<std::vector<std::string>> rows;
  for (const sql::row_values& row : r.rows) {
    std::vector<std::string>& texts = rows.emplace_back();
    for (const sql::value& v : row) texts.push_back(v.print());
  }
  return outcome_text(rows, r.rows_affected, !r.columns.empty());
}

// Lets the sessions go on as the script says. A session that is not at `next statement` is executing one.
class follow_script : public strategy {
 public:
  follow_script(const script& s, std::uint64_t order)
      : script_(s), in_turn_(order == 0), random_(order) {}

  bool begin_execution() override { return true; }
  void restart() override {}
  execution_kind end_execution(const execution&) override { return execution_kind::execution; }
  // The session that closes the circle is the last of it.
  std::uint16_t choose_alternative(const execution&, std::uint16_t offered) override {
    return static_cast<std::uint16_t>(in_turn_ ? offered - 1U : random_.below(offered));
  }

  thread_id choose_thread(const execution& so_far) override {
    if (so_far.is_enabled(main_thread)) return main_thread;
    for (;;) {
      const bool goes_on = active_ && so_far.is_enabled(*active_) && !is_idle(so_far, *active_);
      if (goes_on && (in_turn_ || issued_ == active_)) return *active_;
      if (goes_on) woken_.push_back(*active_);
      if (!goes_on) settle(so_far);
      if (const auto woken = next_woken(so_far)) {
        active_ = woken;
        return *woken;
      }
      if (next_ == script_.steps.size()) return finish(so_far);
      const thread_id t = thread_of(script_.steps[next_++].session);
      steps.emplace_back();
      issued_ = t;
      if (!is_idle(so_far, t)) {
        steps.back().push_back(name_of(t) + ": is waiting");
        issued_.reset();
        continue;
      }
      given = script_.steps[next_ - 1].text;
      active_ = t;
      return t;
    }
  }

  // From the threads, when a statement is over.
  void note(std::size_t session, const std::string& outcome) {
    steps.back().push_back(std::to_string(session) + ": " + outcome);
  }

  transcript steps;
  std::string given;  // the statement of the session that goes on from `next statement`
  bool ends = false;  // every session is to end

 private:
  static thread_id thread_of(std::size_t session) { return thread_id(session + 1); }
  static std::string name_of(thread_id t) { return std::to_string(index_of(t) - 1); }

  bool is_idle(const execution& e, thread_id t) const {
    return e.state(t) == thread_state::parked && e.pending(t).kind == &next_kind;
  }

  // What was active is idle, over, or waits.
  void settle(const execution& so_far) {
    if (!active_) return;
    const bool waits = so_far.state(*active_) == thread_state::parked && !is_idle(so_far, *active_);
    if (waits) {
      if (active_ == issued_) steps.back().push_back(name_of(*active_) + ": waits");
      if (std::find(waiting_.begin(), waiting_.end(), *active_) == waiting_.end()) {
        waiting_.push_back(*active_);
      }
    } else {
      std::erase(waiting_, *active_);
    }
    issued_.reset();
    active_.reset();
  }

  // Of those whose wait is over, who has waited longest, or any.
  std::optional<thread_id> next_woken(const execution& so_far) {
    for (const thread_id t : waiting_) {
      if (so_far.is_enabled(t)) woken_.push_back(t);
    }
    if (woken_.empty()) return std::nullopt;
    const thread_id chosen = woken_[in_turn_ ? 0 : random_.below(woken_.size())];
    woken_.clear();
    return chosen;
  }

  thread_id finish(const execution& so_far) {
    ends = true;
    for (std::size_t s = 0; s < script_.sessions; ++s) {
      if (so_far.is_enabled(thread_of(s))) return thread_of(s);
    }
    return no_thread;
  }

  const script& script_;
  std::size_t next_ = 0;
  std::optional<thread_id> active_;
  std::optional<thread_id> issued_;
  std::deque<thread_id> waiting_;
  std::vector<thread_id> woken_;
  bool in_turn_;
  random_source random_;
};

}  // namespace

transcript run_on_model(const script& s, std::uint64_t order) {
  follow_script follows(s, order);
  std::string last;
  const auto body = [&] {
    sql::database db{sql::postgresql};
    for (const std::string& each : s.setup) db.execute(each);
    std::vector<thread> threads;
    for (std::size_t i = 0; i < s.sessions; ++i) {
      threads.emplace_back("session", [&, i] {
        sql::session session = db.connect();
        for (;;) {
          { const point p{next_kind, source_location()}; }
          if (follows.ends) return;
          follows.note(i, execute(session, follows.given));
        }
      });
    }
    for (thread& each : threads) each.join();
    sql::session looks = db.connect();
    last = execute(looks, s.look);
  };
  runner r(runner::settings{});
  r.run(body, follows);
  if (!r.misuse().empty()) throw std::runtime_error(r.misuse());
  for (const violation& v : r.violations()) throw std::runtime_error(v.property + ": " + v.message);
  transcript t = follows.steps;
  t.push_back({last});
  for (auto& lines : t) std::sort(lines.begin(), lines.end());
  return t;
}

// --- the server ---

namespace {

class real_run {
 public:
  real_run(const script& s, const real_server& server) : script_(s), control_(server.connect()) {
    command("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    for (const std::string& each : s.setup) command(each);
    for (std::size_t i = 0; i < s.sessions; ++i) {
      sessions_.push_back({server.connect(), false});
      // Rows are found in the order of their keys.
      PQclear(PQexec(sessions_.back().connection.get(),
                     "SET enable_seqscan = off; SET enable_bitmapscan = off"));
    }
  }

  transcript run() {
    for (const script_step& step : script_.steps) {
      lines_ = &transcript_.emplace_back();
      issue(step);
    }
    transcript_.push_back({look()});
    for (auto& lines : transcript_) std::sort(lines.begin(), lines.end());
    return transcript_;
  }

 private:
  struct client {
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection;
    bool busy = false;
  };

  void command(const std::string& text) {
    PGresult* const r = PQexec(control_.get(), text.c_str());
    const ExecStatusType status = PQresultStatus(r);
    PQclear(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      throw std::runtime_error(text + ": " + PQerrorMessage(control_.get()));
    }
  }

  void issue(const script_step& step) {
    client& c = sessions_[step.session];
    if (c.busy) {
      lines_->push_back(std::to_string(step.session) + ": is waiting");
      return;
    }
    if (PQsendQuery(c.connection.get(), step.text.c_str()) != 1) {
      throw std::runtime_error(PQerrorMessage(c.connection.get()));
    }
    c.busy = true;
    const bool waits = !wait_for_outcome(step.session);
    if (waits && closes_a_circle(step.session)) {
      make_victim(step.session);
    } else if (waits) {
      lines_->push_back(std::to_string(step.session) + ": waits");
    }
    settle_others(step.session);
    // Those who went on may have closed one.
    while (const auto session = any_in_a_circle()) {
      make_victim(*session);
      settle_others(*session);
    }
  }

  std::optional<std::size_t> any_in_a_circle() {
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      if (sessions_[i].busy && closes_a_circle(i)) return i;
    }
    return std::nullopt;
  }

  void make_victim(std::size_t session) {
    command("SELECT pg_cancel_backend(" + pid_of(session) + ")");
    while (!wait_for_outcome(session)) {
    }
  }

  // Those who waited either go on, or still wait.
  void settle_others(std::size_t but) {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < sessions_.size(); ++i) {
        if (i != but && sessions_[i].busy && wait_for_outcome(i)) changed = true;
      }
    }
  }

  std::string pid_of(std::size_t session) const {
    return std::to_string(PQbackendPID(sessions_[session].connection.get()));
  }

  std::string ask(const std::string& query) {
    PGresult* const r = PQexec(control_.get(), query.c_str());
    const std::string found = PQntuples(r) == 1 ? PQgetvalue(r, 0, 0) : "";
    PQclear(r);
    return found;
  }

  bool is_blocked(std::size_t session) {
    return ask("SELECT cardinality(pg_blocking_pids(" + pid_of(session) + "))") != "0";
  }

  bool closes_a_circle(std::size_t session) {
    return ask("WITH RECURSIVE behind(pid) AS (SELECT unnest(pg_blocking_pids(" + pid_of(session) +
               ")) UNION SELECT unnest(pg_blocking_pids(pid)) FROM behind) SELECT count(*) FROM "
               "behind WHERE pid = " +
               pid_of(session)) != "0";
  }

  // Whether the statement is over; else it waits for a lock, and was seen to do so twice.
  bool wait_for_outcome(std::size_t session) {
    client& c = sessions_[session];
    int seen_blocked = 0;
    for (;;) {
      if (PQconsumeInput(c.connection.get()) != 1) {
        throw std::runtime_error(PQerrorMessage(c.connection.get()));
      }
      if (PQisBusy(c.connection.get()) == 0) break;
      if (is_blocked(session) && ++seen_blocked == 2) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    std::string outcome;
    while (PGresult* const r = PQgetResult(c.connection.get())) {
      outcome = text_of(r);
      PQclear(r);
    }
    c.busy = false;
    lines_->push_back(std::to_string(session) + ": " + outcome);
    return true;
  }

  // What is cancelled was the victim of a deadlock.
  static std::string text_of(const PGresult* r) {
    if (PQresultStatus(r) == PGRES_FATAL_ERROR) {
      const std::string code = PQresultErrorField(r, PG_DIAG_SQLSTATE);
      return code == "57014" ? "40P01" : code;
    }
    std::vector<std::vector<std::string>> rows;
    for (int i = 0; i < PQntuples(r); ++i) {
      std::vector<std::string>& row = rows.emplace_back();
      for (int c = 0; c < PQnfields(r); ++c) {
        row.push_back(PQgetisnull(r, i, c) == 1 ? "NULL" : PQgetvalue(r, i, c));
      }
    }
    const std::string affected = PQcmdTuples(const_cast<PGresult*>(r));
    return outcome_text(rows, affected.empty() ? 0 : std::stoul(affected),
                        PQresultStatus(r) == PGRES_TUPLES_OK);
  }

  std::string look() {
    PGresult* const r = PQexec(control_.get(), script_.look.c_str());
    const std::string text = text_of(r);
    PQclear(r);
    return text;
  }

  const script& script_;
  std::unique_ptr<PGconn, decltype(&PQfinish)> control_;
  std::vector<client> sessions_;
  transcript transcript_;
  std::vector<std::string>* lines_ = nullptr;
};

}  // namespace

transcript run_on_server(const script& s, const real_server& server) {
  return real_run(s, server).run();
}

std::string text_of(const script& s, const transcript& t) {
  std::string text;
  for (std::size_t i = 0; i < t.size(); ++i) {
    text += i < s.steps.size() ? std::to_string(s.steps[i].session) + "> " + s.steps[i].text + "\n"
                               : s.look + "\n";
    for (const std::string& line : t[i]) text += "     " + line + "\n";
  }
  return text;
}

}  // namespace norn::reference
