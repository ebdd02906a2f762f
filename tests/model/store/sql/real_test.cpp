// Random scripts of two and three sessions, on the model and on a real PostgreSQL: who waits, rows, counts, SQLSTATE and the
// tables in the end must be the same. NORN_SEED=N draws others, NORN_PROGRAMS=N sets how many.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <norn/scheduler/base/random.hpp>

#include "../../../reference/compare.hpp"
#include "real_server.hpp"
#include "script.hpp"

namespace norn::reference {
namespace {

// One server for all tests of this process.
const real_server* the_server(std::string& why) {
  static std::string reason;
  static const std::unique_ptr<real_server> server = real_server::start(reason);
  why = reason;
  return server.get();
}

class drawing {
 public:
  explicit drawing(engine::random_source& random) : random_(random) {}

  script draw() {
    script s;
    s.sessions = 2 + random_.below(2);
    s.setup = {"CREATE TABLE t (k int PRIMARY KEY, v int NOT NULL DEFAULT 0, s text)",
               "INSERT INTO t VALUES (1, 10, 'a')", "INSERT INTO t VALUES (2, 20, NULL)",
               "INSERT INTO t VALUES (3, 30, 'c')"};
    s.look = "SELECT k, v, s FROM t ORDER BY k";
    for (std::size_t i = 0; i < s.sessions; ++i) {
      if (random_.below(5) != 0) s.steps.push_back({i, "BEGIN"});
    }
    if (random_.below(8) == 0) {  // two rows in opposite order
      for (const auto& [session, row] : {std::pair(0, "1"), {1, "2"}, {0, "2"}, {1, "1"}}) {
        s.steps.push_back({static_cast<std::size_t>(session),
                           std::string("UPDATE t SET v = v + 1000 WHERE k = ") + row});
      }
    }
    const std::uint64_t steps = 4 + random_.below(12);
    for (std::uint64_t i = 0; i < steps; ++i) {
      s.steps.push_back({random_.below(s.sessions), statement()});
    }
    // Whoever waits is let through in the end.
    for (std::size_t round = 0; round < s.sessions; ++round) {
      for (std::size_t i = 0; i < s.sessions; ++i) {
        s.steps.push_back({i, random_.below(5) == 0 ? "ROLLBACK" : "COMMIT"});
      }
    }
    return s;
  }

 private:
  std::string one_of(const std::vector<std::string>& texts) {
    return texts[random_.below(texts.size())];
  }
  std::string number(std::uint64_t below) { return std::to_string(random_.below(below)); }
  std::string key() { return std::to_string(1 + random_.below(4)); }

  std::string condition() {
    switch (random_.below(8)) {
      case 0:
        return "k > 0 AND v < " + number(40);
      case 1:
        return "k IN (" + key() + ", " + key() + ")";
      case 2:
        return "k > 0 AND s IS NULL";
      case 3:
        return "k = " + key() + " AND v >= " + number(40);
      case 4:
        return "k > 0 AND NOT (s = 'a' OR v = " + number(40) + ")";
      case 5:
        return "k > 1";
      default:
        return "k = " + key();
    }
  }

  std::string statement() {
    switch (random_.below(20)) {
      case 0:
        return "BEGIN";
      case 1:
        return one_of({"COMMIT", "COMMIT", "ROLLBACK"});
      case 2:
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
        return "UPDATE t SET " + one_of({"v = v + 1", "v = v * 2, s = 'u'", "s = NULL", "v = 7"}) +
               " WHERE " + condition() + one_of({"", "", " RETURNING k, v"});
      case 8:
        return "UPDATE t SET k = " + key() + " WHERE k = " + key();
      case 9:
        return "DELETE FROM t WHERE " + condition() + one_of({"", " RETURNING k"});
      case 10:
        return "INSERT INTO t VALUES (" + key() + ", " + number(50) + ", " +
               one_of({"'x'", "NULL"}) + ")" + one_of({"", " RETURNING *"});
      case 12:
        return "INSERT INTO t (k, s) VALUES (" + key() + ", 'm'), (" + key() + ", 'n')";
      case 13:
      case 14:
        return "SELECT k, v, s FROM t WHERE " + condition() + " ORDER BY " +
               one_of({"k", "v DESC, k", "s, k", "s DESC, 1"}) + one_of({"", " LIMIT 2"});
      case 15:
        return "SELECT count(*) FROM t WHERE " + condition();
      case 16:
        return one_of({"UPDATE t SET v = v / 0 WHERE k = 1", "INSERT INTO t (v) VALUES (1)",
                       "SELECT nothing FROM t", "SELECT k FROM missing",
                       "UPDATE t SET v = 'abc' WHERE k = 1", "SELECT k FROM t WHERE s = 1",
                       "UPDATE t SET v = 2147483647 + 1 WHERE k = 2", "SELEC k FROM t",
                       "UPDATE t SET v = NULL WHERE k = 1", "SELECT k FROM t WHERE v",
                       "INSERT INTO t VALUES (1, 2, 'a', 4)", "SELECT 7 / 2, -7 % 3, 'x'",
                       "SELECT k FROM t WHERE k = '2'", "SELECT k FROM t WHERE k = 'two'"});
      default:
        return "UPDATE t SET v = v + 100 WHERE k = " + key();
    }
  }

  engine::random_source& random_;
};

std::string first_word(const std::string& text) { return text.substr(0, text.find(' ')); }

TEST(SqlAgainstPostgresql, RandomScripts) {
  std::string why;
  const real_server* const server = the_server(why);
  if (server == nullptr) GTEST_SKIP() << why;
  engine::random_source random(from_environment("NORN_SEED", 1));
  std::map<std::string, std::size_t> outcomes;
  std::size_t others = 0;
  const std::uint64_t count = from_environment("NORN_PROGRAMS", 250);
  for (std::uint64_t n = 0; n < count; ++n) {
    const script s = drawing(random).draw();
    const transcript real = run_on_server(s, *server);
    transcript model = run_on_model(s);
    for (std::uint64_t order = 1; order <= 100 && model != real; ++order) {
      model = run_on_model(s, order);
      others += order == 1 ? 1U : 0U;
    }
    ASSERT_EQ(text_of(s, model), text_of(s, real)) << "script " << n;
    for (std::size_t i = 0; i < s.steps.size(); ++i) {
      for (const std::string& line : real[i]) {
        const std::string outcome = line.substr(3);
        if (outcome.size() == 5 || outcome == "waits") ++outcomes[outcome];
        ++outcomes[first_word(s.steps[i].text)];
      }
    }
  }
  std::cout << count << " scripts, " << others << " in another order of those who were woken";
  for (const auto& [what, times] : outcomes) std::cout << ", " << what << " " << times;
  std::cout << '\n';
  if (count < 250) return;
  for (const char* each : {"waits", "40P01", "23505", "25P02"}) {
    EXPECT_GE(outcomes[each], 20U) << each;
  }
}

}  // namespace
}  // namespace norn::reference
