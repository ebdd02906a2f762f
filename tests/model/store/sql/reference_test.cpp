// Random programs of statements, against every interleaving: results, final tables and deadlocks must be the same, and each
// trace is run once.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include <norn/model/store/sql/database.hpp>
#include <norn/model/thread/thread.hpp>

#include "../../../scheduler/drawn.hpp"

namespace norn::reference {
namespace {

std::string text_of(const std::variant<sql::result, sql::error>& outcome) {
  if (const auto* e = std::get_if<sql::error>(&outcome)) return e->sqlstate();
  const sql::result& r = std::get<sql::result>(outcome);
  std::string text = std::to_string(r.rows_affected);
  for (const sql::row_values& row : r.rows) {
    for (const sql::value& v : row) text += "," + v.print();
  }
  return text + " ";
}

using statements = std::vector<std::string>;

observed_program running(const std::vector<statements>& sessions) {
  const auto seen = std::make_shared<std::vector<std::string>>();
  const auto body = [sessions, seen] {
    seen->assign(sessions.size() + 1, "");
    sql::database db{sql::postgresql};
    db.execute("CREATE TABLE t (k int PRIMARY KEY, v int)");
    db.execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    run_concurrently("session", static_cast<int>(sessions.size()), [&](int i) {
      const auto n = static_cast<std::size_t>(i);
      sql::session session = db.connect();
      for (const std::string& each : sessions[n]) (*seen)[n] += text_of(session.try_execute(each));
    });
    seen->back() = text_of(db.connect().try_execute("SELECT k, v FROM t ORDER BY k"));
  };
  return {body, [seen] {
            std::string all;
            for (const std::string& each : *seen) all += each + "; ";
            return all;
          }};
}

std::string draw_statement() {
  const auto key = [] { return std::to_string(*rc::gen::inRange(1, 4)); };
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return "UPDATE t SET v = v + 1 WHERE k = " + key() + " AND v < 2";
    case 1:
      return "UPDATE t SET v = v + 10";
    case 2:
      return "UPDATE t SET k = " + key() + " WHERE k = " + key();
    case 3:
      return "DELETE FROM t WHERE k = " + key();
    case 4:
      return "INSERT INTO t VALUES (" + key() + ", 5)";
    case 5:
      return "SELECT v FROM t WHERE k = " + key();
    case 6:
      return "SELECT count(*) FROM t WHERE v > 1";
    case 7:
      return "DELETE FROM t WHERE v > 2";
    default:
      return "UPDATE t SET v = 7 WHERE k = " + key();
  }
}

statements draw_session(int most) {
  statements all;
  const bool block = *rc::gen::inRange(0, 3) != 0;
  if (block) all.push_back("BEGIN");
  const int count = *rc::gen::inRange(1, most + 1);
  for (int i = 0; i < count; ++i) all.push_back(draw_statement());
  if (block) all.push_back(*rc::gen::inRange(0, 4) == 0 ? "ROLLBACK" : "COMMIT");
  return all;
}

void check_programs(const std::string& name, std::size_t sessions, int statements_of_each,
                    int count) {
  tally total;
  check_drawn(name, count, [&] {
    std::vector<statements> program;
    for (std::size_t i = 0; i < sessions; ++i) program.push_back(draw_session(statements_of_each));
    const std::string differs = compare(running(program), total);
    if (differs.empty()) return;
    std::string text = differs + "\n";
    for (const statements& each : program) {
      for (const std::string& s : each) text += s + "; ";
      text += "\n";
    }
    RC_FAIL(text);
  });
  std::cout << name << ": " << total.compared << " programs, " << total.executions
            << " executions, " << total.probes << " probes, " << total.skipped
            << " programs over the reference's limit\n";
  EXPECT_GT(total.compared, total.skipped);
}

TEST(SqlAgainstReference, TwoSessions) { check_programs("two sessions", 2, 2, 300); }

TEST(SqlAgainstReference, ThreeSessions) { check_programs("three sessions", 3, 1, 150); }

}  // namespace
}  // namespace norn::reference
