#include <norn/cli/checkpoint.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <utility>

#include <norn/cli/input.hpp>
#include <norn/report/display.hpp>
#include <norn/scheduler/base/bad_input.hpp>
#include <norn/scheduler/trace/operation.hpp>

namespace norn {

using namespace engine;

namespace {

using nlohmann::json;

constexpr int format = 2;

// The checks and Norn itself, as they were compiled. Throws bad_input where that cannot be told.
const std::string& this_program() {
  static const std::string program = [] {
    const std::optional<std::string> executable = content_of("/proc/self/exe");
    if (!executable) {
      throw bad_input("a checkpoint is good for one program, and /proc/self/exe cannot be read");
    }
    return fmt::format("{} {:016x}", NORN_VERSION, hash_of_name(*executable));
  }();
  return program;
}

template <class T>
json optional_json(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

template <class T>
std::optional<T> optional_from(const json& j) {
  if (j.is_null()) return std::nullopt;
  return j.get<T>();
}

template <class Item, class To>
json array_of(const std::vector<Item>& items, const To& to) {
  json all = json::array();
  for (const Item& each : items) all.push_back(to(each));
  return all;
}

template <class Item, class From>
std::vector<Item> vector_of(const json& j, const From& from) {
  std::vector<Item> all;
  for (const json& each : j) all.push_back(from(each));
  return all;
}

// --- statistics, faults, findings ---

json json_of(const statistics& s) {
  return {s.executions, s.blocked, s.too_deep, s.steps, s.probes, s.probe_steps, s.met_groups};
}

statistics statistics_from(const json& j) {
  statistics s;
  s.executions = j.at(0);
  s.blocked = j.at(1);
  s.too_deep = j.at(2);
  s.steps = j.at(3);
  s.probes = j.at(4);
  s.probe_steps = j.at(5);
  s.met_groups = j.at(6);
  return s;
}

json json_of(const declared_fault& f) { return {f.kind, f.name, f.budget, f.struck}; }

declared_fault fault_from(const json& j) { return {j.at(0), j.at(1), j.at(2), j.at(3)}; }

json json_of(const std::vector<declared_fault>& faults) {
  return array_of(faults, [](const declared_fault& f) { return json_of(f); });
}

json json_of(const std::vector<ghost_use>& ghosts) {
  return array_of(ghosts, [](const ghost_use& g) {
    return json{index_of(g.name), g.label, g.taken_back, g.lasted};
  });
}

ghost_use ghost_from(const json& j) {
  return {object_id(j.at(0).get<std::uint64_t>()), j.at(1), j.at(2), j.at(3)};
}

json json_of(const finding& f) {
  const auto step_json = [](const step& s) {
    return json{index_of(s.thread), s.alternative, s.check};
  };
  return {{"property", f.property},
          {"number", f.number},
          {"so_far", json_of(f.so_far)},
          {"faults", json_of(f.faults)},
          {"schedule", array_of(f.schedule, step_json)}};
}

finding finding_from(const json& j) {
  finding f;
  f.property = j.at("property");
  f.number = j.at("number");
  f.so_far = statistics_from(j.at("so_far"));
  f.faults = vector_of<declared_fault>(j.at("faults"), fault_from);
  f.schedule = vector_of<step>(j.at("schedule"), [](const json& s) {
    return step{thread_id(s.at(0).get<std::uint16_t>()), s.at(1), s.at(2)};
  });
  return f;
}

// --- work items ---

enum step_flags : int { ends_block = 1, reversible = 2 };

json json_of(const work_item& item) {
  json steps = array_of(item.steps, [](const planned_step& s) {
    const int flags = (s.ends_block ? ends_block : 0) | (s.reversible ? reversible : 0);
    return json{index_of(s.thread), s.alternative, flags, check_of(s)};
  });
  json j = {{"steps", std::move(steps)}};
  const proposal& p = item.proposal;
  if (item.proposed) {
    j["proposal"] = {p.block, p.reversed, p.guarded, p.foreseen, index_of(p.decides)};
  }
  if (item.touches != 0) j["touches"] = item.touches;
  if (item.role != item_role::work) j["role"] = static_cast<int>(item.role);
  return j;
}

work_item item_from(const json& j) {
  work_item item;
  item.steps = vector_of<planned_step>(j.at("steps"), [](const json& from) {
    planned_step s;
    s.thread = thread_id(from.at(0).get<std::uint16_t>());
    s.alternative = from.at(1);
    s.ends_block = (from.at(2).get<int>() & ends_block) != 0;
    s.reversible = (from.at(2).get<int>() & reversible) != 0;
    s.object = object_id(from.at(3).get<std::uint32_t>());
    return s;
  });
  item.role = item_role(j.value("role", 0));
  item.touches = j.value("touches", std::uint64_t{0});
  item.proposed = j.contains("proposal");
  if (!item.proposed) return item;
  const json& from = j.at("proposal");
  proposal& p = item.proposal;
  p.block = from.at(0);
  p.reversed = from.at(1);
  p.guarded = from.at(2);
  p.foreseen = from.at(3);
  p.decides = thread_id(from.at(4).get<std::uint16_t>());
  return item;
}

// --- segments, searches ---

json json_of(const segment& s) {
  return {{"done", s.done},
          {"stats", json_of(s.stats)},
          {"misuse", optional_json(s.misuse)},
          {"faults", json_of(s.faults)},
          {"ghosts", json_of(s.ghosts)},
          {"findings", array_of(s.findings, [](const finding& f) { return json_of(f); })},
          {"items", array_of(s.items, [](const work_item& i) { return json_of(i); })}};
}

segment segment_from(const json& j) {
  segment s;
  s.done = j.at("done");
  s.stats = statistics_from(j.at("stats"));
  s.misuse = optional_from<std::string>(j.at("misuse"));
  s.faults = vector_of<declared_fault>(j.at("faults"), fault_from);
  s.ghosts = vector_of<ghost_use>(j.at("ghosts"), ghost_from);
  s.findings = vector_of<finding>(j.at("findings"), finding_from);
  s.items = vector_of<work_item>(j.at("items"), item_from);
  return s;
}

json json_of(const saved_search& s) {
  return {{"over", s.over},
          {"complete", s.complete},
          {"bound_hit", static_cast<int>(s.bound_hit)},
          {"segments", array_of(s.segments, [](const segment& each) { return json_of(each); })},
          {"threads", s.threads},
          {"extra_accesses", s.extra_accesses},
          {"observed", s.observed}};
}

saved_search search_from(const json& j) {
  saved_search s;
  s.over = j.at("over");
  s.complete = j.at("complete");
  s.bound_hit = static_cast<bound_kind>(j.at("bound_hit").get<int>());
  s.segments = vector_of<segment>(j.at("segments"), segment_from);
  j.at("threads").get_to(s.threads);
  j.at("extra_accesses").get_to(s.extra_accesses);
  j.at("observed").get_to(s.observed);
  return s;
}

[[noreturn]] void refuse(const std::string& file, const std::string& source,
                         const std::string& why) {
  throw bad_input(fmt::format("{}: {} {}", source, printable(file), why));
}

}  // namespace

std::string encode(const checkpoint& c) {
  json content = {{"program", this_program()},
                  {"patterns", c.subject.patterns},
                  {"checks", c.subject.checks},
                  {"executions", optional_json(c.subject.executions)},
                  {"depth", optional_json(c.subject.depth)},
                  {"searches", json::object()}};
  for (const auto& [name, search] : c.searches) content["searches"][name] = json_of(search);
  const std::uint64_t hash = hash_of_name(content.dump());
  return json{{"norn_checkpoint", format}, {"hash", hash}, {"content", std::move(content)}}.dump() +
         "\n";
}

checkpoint read_checkpoint(const std::string& file, const std::string& source) {
  const std::optional<std::string> text = content_of(file);
  if (!text) refuse(file, source, "cannot be read; it takes a file that --checkpoint has written.");
  const json whole = json::parse(*text, nullptr, false);
  const bool is_checkpoint = whole.is_object() && whole.contains("norn_checkpoint") &&
                             whole.contains("hash") && whole.contains("content");
  if (!is_checkpoint) {
    refuse(file, source, "is no checkpoint, or not the whole of one; --checkpoint writes them.");
  }
  const json& content = whole.at("content");
  if (whole.at("norn_checkpoint") != format || whole.at("hash") != hash_of_name(content.dump())) {
    refuse(file, source, "is damaged, or of another version: begin anew without it.");
  }
  if (content.at("program") != this_program()) {
    refuse(file, source,
           "was written by another program: the checks, or Norn, have been built anew since.\n"
           "  what it has searched need not hold for this one: begin anew without it.");
  }
  checkpoint c;
  content.at("patterns").get_to(c.subject.patterns);
  content.at("checks").get_to(c.subject.checks);
  c.subject.executions = optional_from<std::uint64_t>(content.at("executions"));
  c.subject.depth = optional_from<std::uint32_t>(content.at("depth"));
  for (const auto& [name, search] : content.at("searches").items()) {
    c.searches[name] = search_from(search);
  }
  return c;
}

checkpoint_writer::checkpoint_writer(output to, checkpoint from)
    : to_(std::move(to)), content_(std::move(from)) {
  to_.write(encode(content_));
}

void checkpoint_writer::save(const std::string& search, const saved_search& as) {
  content_.searches[search] = as;
  try {
    to_.write(encode(content_));
    failed_ = false;
  } catch (const bad_input& error) {
    if (!std::exchange(failed_, true)) print_to(stderr, "norn: {}\n", error.what());
  }
}

const saved_search* checkpoint_writer::begun(const std::string& search) const {
  const auto found = content_.searches.find(search);
  return found == content_.searches.end() ? nullptr : &found->second;
}

}  // namespace norn
