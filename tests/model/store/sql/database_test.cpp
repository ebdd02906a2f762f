// The database of the model, by small programs.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include <norn/norn.hpp>

namespace norn {
namespace {

struct seen {
  std::set<std::string> outcomes;
  std::uint64_t executions = 0;
  std::string problem;
};

seen all_outcomes(const std::function<std::string()>& body) {
  seen s;
  const search_result found = explore([&] { s.outcomes.insert(body()); }, {});
  s.executions = found.stats.executions;
  s.problem = found.misuse.value_or("");
  for (const property_verdict& p : found.properties) {
    if (p.verdict != conclusion::holds) s.problem += p.property + ": " + p.message;
  }
  return s;
}

sql::database jobs(int count) {
  sql::database db{sql::postgresql};
  db.execute("CREATE TABLE runs (id int PRIMARY KEY, status text NOT NULL DEFAULT 'QUEUED')");
  for (int id = 1; id <= count; ++id) db.execute("INSERT INTO runs (id) VALUES ($1)", id);
  return db;
}

constexpr const char* claim =
    "UPDATE runs SET status = 'RUNNING' WHERE id = $1 AND status = 'QUEUED'";

TEST(Sql, AConditionalUpdateIsOfOne) {
  const seen s = all_outcomes([] {
    sql::database db = jobs(1);
    std::string claims = "00";
    run_concurrently("worker", 2, [&](int i) {
      sql::session session = db.connect();
      claims[static_cast<std::size_t>(i)] =
          static_cast<char>('0' + session.execute(claim, 1).rows_affected);
    });
    return claims;
  });
  EXPECT_EQ(s.problem, "");
  EXPECT_EQ(s.outcomes, (std::set<std::string>{"01", "10"}));
  EXPECT_EQ(s.executions, 2U);
}

// Two rows have nothing to do with one another.
TEST(Sql, TwoWorkersOnTwoJobsAreOneExecution) {
  const seen s = all_outcomes([] {
    sql::database db = jobs(2);
    run_concurrently("worker", 2, [&](int i) {
      sql::session session = db.connect();
      session.execute("BEGIN");
      session.execute(claim, i + 1);
      session.execute("COMMIT");
    });
    return std::string();
  });
  EXPECT_EQ(s.problem, "");
  EXPECT_EQ(s.executions, 1U);
}

// Before COMMIT nobody sees it, so nothing depends on the order of the UPDATE and the SELECT.
TEST(Sql, AnUncommittedUpdateAndASelectCommute) {
  const seen s = all_outcomes([] {
    sql::database db = jobs(1);
    std::string status;
    run_concurrently("session", 2, [&](int i) {
      sql::session session = db.connect();
      if (i == 0) {
        session.execute("BEGIN");
        session.execute(claim, 1);
        session.execute("COMMIT");
      } else {
        status = session.execute("SELECT status FROM runs WHERE id = 1").rows[0][0].text();
      }
    });
    return status;
  });
  EXPECT_EQ(s.problem, "");
  EXPECT_EQ(s.outcomes, (std::set<std::string>{"QUEUED", "RUNNING"}));
  EXPECT_EQ(s.executions, 2U);  // the SELECT before COMMIT, or after it
}

TEST(Sql, AnUpdateThatFindsNothingIsARead) {
  const seen s = all_outcomes([] {
    sql::database db = jobs(1);
    run_concurrently("worker", 3, [&](int) {
      sql::session session = db.connect();
      session.execute("UPDATE runs SET status = 'RUNNING' WHERE id = 1 AND status = 'FAILED'");
    });
    return std::string();
  });
  EXPECT_EQ(s.problem, "");
  EXPECT_EQ(s.executions, 1U);
}

// Two transactions lock two rows in opposite order. One after the other in either order; or crosswise, and then whoever
// waits last closes the circle, and either is the victim.
TEST(Sql, ADeadlockHasAVictim) {
  const seen s = all_outcomes([] {
    sql::database db = jobs(2);
    std::string said = "--";
    run_concurrently("session", 2, [&](int i) {
      sql::session session = db.connect();
      session.execute("BEGIN");
      session.execute(claim, i + 1);
      const auto second = session.try_execute(claim, 2 - i);
      const auto* e = std::get_if<sql::error>(&second);
      said[static_cast<std::size_t>(i)] = e == nullptr ? 'x' : '!';
      if (e != nullptr) require("victim", e->sqlstate() == "40P01");
      session.execute("COMMIT");
    });
    return said;
  });
  EXPECT_EQ(s.problem, "");
  EXPECT_EQ(s.outcomes, (std::set<std::string>{"xx", "!x", "x!"}));
}

// One waits for the other's row, the other one for a lock of the program.
TEST(Sql, ADeadlockWithALockOfTheProgramIsFound) {
  const search_result found = explore(
      [] {
        sql::database db = jobs(1);
        mutex m{"m"};
        run_concurrently("session", 2, [&](int i) {
          sql::session session = db.connect();
          if (i == 1) m.lock();
          session.execute("BEGIN");
          session.execute(claim, 1);
          if (i == 0) m.lock();
          session.execute("COMMIT");
          m.unlock();
        });
      },
      {});
  std::string message = "no deadlock";
  for (const property_verdict& p : found.properties) {
    if (p.property == "no_deadlock") message = p.message;
  }
  EXPECT_EQ(message,
            "no thread can go on: session/0 waits for mutex m held by session/1, session/1 waits "
            "for transaction held by session/0");
}

std::string refused(const std::string& text) {
  std::string said = "accepted";
  const search_result found = explore(
      [&] {
        sql::database db = jobs(1);
        try {
          db.execute(text);
        } catch (const sql::unsupported& e) {
          said = e.what();
        } catch (const sql::error& e) {
          said = e.sqlstate() + " " + e.what();
        }
      },
      {});
  EXPECT_EQ(found.misuse, std::nullopt);
  return said;
}

// By name and place, before anything is done.
TEST(Sql, RefusesWhatItDoesNotModel) {
  EXPECT_EQ(refused("SELECT id FROM runs FOR UPDATE"),
            "norn::sql does not model lockingClause of SELECT, at character 1 of: SELECT id FROM "
            "runs FOR UPDATE");
  EXPECT_EQ(refused("SELECT lower(status) FROM runs"),
            "norn::sql does not model the function lower, at character 8 of: SELECT lower(status) "
            "FROM runs");
  EXPECT_EQ(refused("SELECT id FROM runs WHERE status LIKE 'Q%'"),
            "norn::sql does not model AEXPR_LIKE, at character 34 of: SELECT id FROM runs WHERE "
            "status LIKE 'Q%'");
  EXPECT_EQ(refused("CREATE TABLE u (x numeric)").substr(0, 56),
            "norn::sql does not model the type numeric, at character ");
  EXPECT_EQ(refused("BEGIN ISOLATION LEVEL SERIALIZABLE").substr(0, 51),
            "norn::sql does not model this transaction_isolation");
  EXPECT_EQ(refused("SELECT 1; SELECT 2").substr(0, 53),
            "norn::sql does not model several statements in one te");
  EXPECT_EQ(refused("SELECT id FROM runs WHERE id = 1.5").substr(0, 41),
            "norn::sql does not model the type numeric");
}

TEST(Sql, SaysWhatTheServerSays) {
  EXPECT_EQ(refused("SELEC id"), "42601 syntax error at or near \"SELEC\"");
  EXPECT_EQ(refused("SELECT id FROM jobs"), "42P01 relation \"jobs\" does not exist");
  EXPECT_EQ(refused("SELECT name FROM runs"), "42703 column \"name\" does not exist");
  EXPECT_EQ(refused("SELECT id FROM runs WHERE id = 'one'"),
            "22P02 invalid input syntax for type integer: \"one\"");
  EXPECT_EQ(refused("SELECT id FROM runs WHERE id = $1"), "42P02 there is no parameter $1");
  EXPECT_EQ(refused("INSERT INTO runs VALUES (1, 'x')"),
            "23505 duplicate key value violates unique constraint \"runs_pkey\"");
  EXPECT_EQ(refused("SELECT 1 / 0"), "22012 division by zero");
}

TEST(Sql, RefusesClientsThatCanBeKilled) {
  std::string said = "accepted";
  explore(
      [&] {
        sql::database db = jobs(1);
        faults world;
        const process client("client");
        world.crash(client);
        thread works = client.spawn("works", [&] {
          try {
            db.execute("SELECT id FROM runs");
          } catch (const sql::unsupported& e) {
            said = e.what();
          }
        });
        works.join();
      },
      {});
  EXPECT_EQ(said, "norn::sql does not model what the crash of a client leaves behind");
}

// A connection that is closed takes its transaction with it.
TEST(Sql, AClosedConnectionRollsBack) {
  const seen s = all_outcomes([] {
    sql::database db = jobs(1);
    {
      sql::session session = db.connect();
      session.execute("BEGIN");
      session.execute(claim, 1);
    }
    return db.execute("SELECT status FROM runs").rows[0][0].text();
  });
  EXPECT_EQ(s.problem, "");
  EXPECT_EQ(s.outcomes, std::set<std::string>{"QUEUED"});
}

}  // namespace
}  // namespace norn
