#include <norn/report/json.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace norn {

namespace {

using json = nlohmann::ordered_json;

constexpr int schema = 1;

json bounds_of(const check_result& r) {
  json bounds = json::object();
  if (r.limits.executions > 0) bounds["executions"] = r.limits.executions;
  if (r.limits.time_seconds > 0) bounds["time"] = r.limits.time_seconds;
  const bool own_depth = r.limits.depth != norn::bounds{}.depth;
  if (own_depth || r.bound_hit == bound_kind::depth) bounds["depth"] = r.limits.depth;
  if (r.limits.preemptions) bounds["preemptions"] = *r.limits.preemptions;
  return bounds;
}

json object_of(const held_lock& l);
json object_of(const trace_step& s);
json object_of(const blocked_thread& b);
json object_of(const check_result& r);

template <class Item>
json array_of(const std::vector<Item>& items) {
  json array = json::array();
  for (const Item& item : items) array.push_back(object_of(item));
  return array;
}

json object_of(const held_lock& l) {
  return {{"type", l.type}, {"name", l.name}, {"mode", l.mode}};
}

std::string_view name_of(thread_switch::reason why) {
  switch (why) {
    case thread_switch::reason::preempted:
      return "preempted";
    case thread_switch::reason::waits:
      return "waits";
    case thread_switch::reason::ended:
      return "ended";
    case thread_switch::reason::failed:
      return "failed";
  }
  return "preempted";
}

// What became of the thread of the step before.
json left_of(const trace_step& s) {
  if (!s.left) return nullptr;
  json left{{"why", name_of(s.left->why)}};
  if (s.left->why == thread_switch::reason::waits) {
    left["op"] = s.left->waits_at;
    left["object"] = s.left->waits_for;
    left["held_by"] = s.left->held_by;
  }
  return left;
}

json object_of(const trace_step& s) {
  return {{"i", s.number},
          {"thread", s.thread},
          {"process", s.process},
          {"host", s.host},
          {"op", s.operation},
          {"object", s.object},
          {"args", s.arguments},
          {"result", s.result},
          {"changes", s.changes},
          {"locks", array_of(s.locks)},
          {"left", left_of(s)},
          {"conflicts_with", s.conflicts_with ? json(*s.conflicts_with) : json(nullptr)},
          {"file", s.file},
          {"line", s.line},
          {"clock", s.clock},
          {"kind", s.kind}};
}

json object_of(const blocked_thread& b) {
  return {{"thread", b.thread},   {"op", b.operation}, {"object", b.object},
          {"held_by", b.held_by}, {"file", b.file},    {"line", b.line}};
}

json locks_at_the_end(const counterexample& found) {
  json locks = json::array();
  for (const held_lock& l : found.locks) {
    locks.push_back(object_of(l));
    locks.back()["thread"] = l.thread;
  }
  return locks;
}

json nearest_passing_of(const counterexample& failing) {
  if (!failing.nearest_passing) return nullptr;
  const nearest_passing& passes = *failing.nearest_passing;
  const bool reached = passes.later != 0;
  return {{"earlier", passes.earlier},
          {"later", reached ? json(passes.later) : json(nullptr)},
          {"moved", object_of(passes.moved)},
          {"reorderings", passes.reorderings},
          {"steps", array_of(passes.steps)}};
}

json counterexample_of(const check_result& r, const json& token) {
  if (!r.decided.counterexample) return nullptr;
  const counterexample& found = *r.decided.counterexample;
  return {{"property", found.property},
          {"message", found.message},
          {"steps", array_of(found.steps)},
          {"preemptions", found.preemptions},
          {"found_steps", found.found_steps},
          {"blocked_threads", array_of(found.blocked_threads)},
          {"locks", locks_at_the_end(found)},
          {"nearest_passing", nearest_passing_of(found)},
          {"replay", token}};
}

// How often each kind of fault may strike; crashes are always told.
json faults_of(const check_result& r) {
  json all = {{"crashes", 0}};
  for (const fault_budget& each : r.faults) all[each.kind] = each.budget;
  return all;
}

json object_of(const effort& e) {
  return {{"executions", e.executions}, {"steps", e.steps}, {"seconds", e.seconds}};
}

json object_of(const check_result& r) {
  const auto replay = replay_token(r);
  const json token = replay ? json(*replay) : json(nullptr);
  const bool hit = r.bound_hit != bound_kind::none;
  json row = {{"name", r.name},
              {"protocol", r.protocol},
              {"variant", r.variant},
              {"deployment", r.deployment},
              {"property", r.decided.property},
              {"verdict", name_of(r.decided.verdict)},
              {"expected", name_of(r.expected)},
              {"complete", r.complete},
              {"bounds", bounds_of(r)},
              {"bound_hit", hit ? json(name_of(r.bound_hit)) : json(nullptr)},
              {"faults", faults_of(r)},
              {"symmetric", up_to_renaming(r)},
              {"executions", r.stats.executions},
              {"blocked", r.stats.blocked},
              {"steps", r.stats.steps},
              {"probes", r.stats.probes},
              {"probe_steps", r.stats.probe_steps},
              {"seconds", r.stats.seconds},
              {"shrinking", object_of(r.stats.shrinking)},
              {"schedule", token},
              {"counterexample", counterexample_of(r, token)}};
  if (!r.covers.empty()) row["covers"] = r.covers;
  if (!r.tags.empty()) row["tags"] = r.tags;
  return row;
}

file_error unreadable(const std::string& file, const std::string& what, const std::string& advice) {
  return {fmt::format("{} {}.\n  {}", file, what, advice)};
}

constexpr const char* where_files_come_from =
    "replay takes a file that `report --json` or `check --json` wrote.";

// What makes a document none of ours; empty where nothing does.
std::string defect_of(const nlohmann::json& document) {
  if (!document.is_object() || !document.contains("schema"))
    return "is JSON, but no report of Norn";
  const nlohmann::json& found = document["schema"];
  if (!found.is_number_integer()) return "has a \"schema\" that is no number";
  if (found != schema) {
    return fmt::format("is of schema {}; this norn reads schema {}", found.dump(), schema);
  }
  if (!document.contains("checks") || !document["checks"].is_array()) return "has no \"checks\"";
  return "";
}

}  // namespace

std::string json_text(const std::vector<check_result>& results, const json_config& config) {
  const json document{
      {"schema", schema},
      {"norn", NORN_VERSION},
      {"config", {{"strategy", config.strategy}, {"jobs", config.jobs}, {"seed", config.seed}}},
      {"checks", array_of(results)}};
  // A program under test may hand us bytes that are not UTF-8; JSON has no others.
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::variant<std::vector<stored_counterexample>, file_error> counterexamples_in(
    const std::string& content, const std::string& file) {
  const auto document = nlohmann::json::parse(content, nullptr, false);
  if (document.is_discarded()) return unreadable(file, "is not JSON", where_files_come_from);
  const std::string defect = defect_of(document);
  if (!defect.empty()) return unreadable(file, defect, where_files_come_from);
  std::vector<stored_counterexample> stored;
  for (const nlohmann::json& check : document["checks"]) {
    const auto text_at = [&](const char* key) {
      const bool there = check.is_object() && check.contains(key) && check[key].is_string();
      return there ? check[key].get<std::string>() : std::string();
    };
    if (!text_at("schedule").empty()) stored.push_back({text_at("name"), text_at("schedule")});
  }
  return stored;
}

}  // namespace norn
