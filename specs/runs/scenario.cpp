#include <norn/specs/runs/scenario.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <norn/model/property.hpp>
#include <norn/model/time/wall_clock.hpp>
#include <norn/specs/runs/crash.hpp>

namespace norn::runs {

namespace {

bool is_whole(const std::optional<std::string>& document) {
  return document && nlohmann::json::accept(*document);
}

std::string manifest_under(const std::string& id, const std::vector<found_run>& found) {
  const auto run =
      std::find_if(found.begin(), found.end(), [&](const found_run& f) { return f.id == id; });
  return run == found.end() ? "" : run->manifest.value_or("");
}

}  // namespace

std::string part_name(int number) {
  constexpr const char* names[] = {"gear", "shaft", "washer", "bracket"};
  return names[number];
}

void install(const deployment& d) {
  io::write_file(lock_path, "").value();
  io::mkdir(runs_path).value();
  if (d.last != 0) io::mkdir(path_of(id_of(d.last))).value();
}

void may_pass_midnight(faults& world, const host& on, int times) {
  using namespace std::chrono_literals;
  set_wall_clock(on, system_clock::time_point(24h + 1min));
  for (int i = 0; i < times; ++i) may_step_wall_clock(world, on, i % 2 == 0 ? -2min : 2min);
}

void require_snapshots(const std::vector<found_run>& found) {
  for (const found_run& run : found) {
    if (!run.manifest) continue;
    require("manifest_implies_snapshot", is_whole(run.snapshot),
            fmt::format("{} has a manifest, and {}", run.id,
                        run.snapshot ? "its snapshot is torn: \"" + *run.snapshot + "\""
                                     : std::string("no snapshot")));
  }
}

void note_told(const std::string& id, const std::string& part, told_runs& runs) {
  require("ids_injective", !runs.get().contains(id), id + " is given again");
  runs.change([&](auto& all) { all[id] = part; });
}

void require_kept(const std::vector<found_run>& found, const told_runs& runs) {
  for (const auto& [id, part] : runs.get()) {
    const auto run = std::find_if(found.begin(), found.end(),
                                  [&id = id](const found_run& f) { return f.id == id; });
    const std::string text = text_of(id, part);
    const bool kept = run != found.end() && run->manifest == text && run->snapshot == text;
    require("acknowledged_durable", kept,
            "a writer was told " + id + ", and after the crash it is not there as it was written");
  }
}

void require_own_directories(const outcome& o) {
  std::set<std::string> ids;
  std::vector<std::string> told;
  for (const created& each : o.given) {
    ids.insert(each.id);
    told.push_back(each.id);
    const std::string manifest_found = manifest_under(each.id, o.found);
    require("manifest_intact", manifest_found == text_of(each.id, each.part),
            fmt::format("the run of the {} was given {}, whose manifest is \"{}\"", each.part,
                        each.id, manifest_found));
  }
  require("ids_injective", ids.size() == o.given.size(),
          fmt::format("ids given: {}", fmt::join(told, ", ")));
}

}  // namespace norn::runs
