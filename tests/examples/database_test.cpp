// docs/databases.md.
#include <gtest/gtest.h>

#include <vector>

// [claim]
#include <norn/norn.hpp>

void claim_a_job() {
  norn::sql::database db{norn::sql::postgresql};
  db.execute("CREATE TABLE jobs (id int PRIMARY KEY, status text DEFAULT 'QUEUED')");
  db.execute("INSERT INTO jobs (id) VALUES (1)");
  norn::ghost<int> claims{0, "claims"};
  norn::run_concurrently("worker", 2, [&](int) {
    norn::sql::session session = db.connect();
    const auto queued = session.execute("SELECT id FROM jobs WHERE status = 'QUEUED'");
    if (queued.rows.empty()) return;
    session.execute("UPDATE jobs SET status = 'RUNNING' WHERE id = $1", queued.rows[0][0]);
    claims += 1;
  });
  norn::require("claimed_once", claims == 1);
}
// [end]

namespace {

TEST(DatabaseExample, TheClaimIsGivenTwice) {
  const norn::search_result found = norn::explore(claim_a_job, {});
  ASSERT_EQ(found.properties.size(), 1U);
  EXPECT_EQ(found.properties[0].property, "claimed_once");
  EXPECT_EQ(found.properties[0].verdict, norn::conclusion::violated);
}

}  // namespace
