#include <norn/specs/store/scenario.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <norn/model/property.hpp>
#include <norn/specs/store/crash.hpp>

namespace norn::store {

namespace {

// Nothing when the text cannot be parsed.
std::optional<std::vector<std::string>> ids_in(const std::string& text) {
  const nlohmann::json tickets = nlohmann::json::parse(text, nullptr, false);
  if (tickets.is_discarded()) return std::nullopt;
  std::vector<std::string> ids;
  for (const nlohmann::json& ticket : tickets) ids.push_back(ticket.at("id").get<std::string>());
  return ids;
}

// The tickets in the file; nothing when it cannot be parsed.
std::optional<std::vector<std::string>> final_ids() {
  const io::result<std::string> text = io::read_file(reviews_path);
  if (!text.ok()) return std::nullopt;
  return ids_in(text.value());
}

bool all_differ(const std::vector<std::string>& ids) {
  return std::set<std::string>(ids.begin(), ids.end()).size() == ids.size();
}

}  // namespace

void install(versions& seen) {
  io::write_file(lock_path, "").value();
  io::write_file(reviews_path, empty_store).value();
  seen.committed(empty_store);
}

process home_of(const deployment& d, int p) {
  if (d.processes == 1) return process::current();
  const std::string name = "service/" + std::to_string(p);
  if (!d.on_hosts_of_their_own) return process(name);
  const host client("web/" + std::to_string(p));
  io::mount(client, host::current(), d.network_locks);
  return process(client, name);
}

void require_survival(const versions& seen, const told& ids, bool may_be_missing) {
  const io::result<std::string> text = io::read_file(reviews_path);
  const std::set<std::string>& given = ids.get();
  require("old_or_new",
          text.ok() ? seen.was_committed(text.value()) : may_be_missing && given.empty(),
          text.ok() ? "after the crash the file holds \"" + text.value() + "\""
                    : std::string("after the crash there is no file"));
  const std::vector<std::string> kept =
      ids_in(text.ok() ? text.value() : std::string()).value_or(std::vector<std::string>());
  for (const std::string& id : given) {
    require("acknowledged_durable", std::find(kept.begin(), kept.end(), id) != kept.end(),
            "a writer was told " + id + ", and after the crash it is not in the file");
  }
}

void require_new(const std::optional<std::string>& id, const told& ids) {
  if (!id) return;
  require("ids_unique", !ids.get().contains(*id), *id + " is given again");
}

void require_consistent(const answers& given) {
  std::vector<std::string> answered;
  for (const std::optional<std::string>& id : given) {
    if (id) answered.push_back(*id);
  }
  const auto stored = final_ids();
  require("final_count", stored && stored->size() == answered.size(),
          stored ? fmt::format("{} tickets in the file, {} creates succeeded", stored->size(),
                               answered.size())
                 : std::string("the file is no JSON in the end"));
  require("ids_unique", all_differ(answered) && all_differ(stored.value_or(answered)),
          fmt::format("ids given: {}", fmt::join(answered, ", ")));
}

}  // namespace norn::store
