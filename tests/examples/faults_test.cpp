// The example of docs/concepts.md, faults.
#include <norn/norn.hpp>
#include <norn/testing/norn_test.hpp>

#include <gtest/gtest.h>

namespace {

// [crash]
// Saves beside the file, syncs, renames; the directory is not synced.
void save(const std::string& text) {
  auto file = norn::io::file::open("/state.tmp", O_CREAT | O_TRUNC | O_WRONLY).value();
  file.write_all(text).value();
  file.fsync().value();
  file.close().value();
  norn::io::rename("/state.tmp", "/state").value();
}

NORN_EXPECT_VIOLATION(State, SurvivesLossOfPower, "acknowledged_means_durable") {
  const norn::host server{"server"};
  const norn::process service{server, "service"};
  norn::ghost<bool> acknowledged{false, "acknowledged"};
  norn::faults world;
  world.crash(server);  // once, at any moment until the faults cease
  service.run("writer", [&] {
    save("new");
    acknowledged = true;
  });  // returns when the writer has ended, or has been killed
  world.cease();
  norn::process(server, "service again").run("reader", [&] {
    const auto kept = norn::io::read_file("/state");
    norn::require("acknowledged_means_durable", kept.ok() || !acknowledged);
  });
}
// [end]

}  // namespace
