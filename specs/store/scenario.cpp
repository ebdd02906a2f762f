#include <norn/specs/store/scenario.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <norn/model/property.hpp>

namespace norn::store {

namespace {

// The tickets in the file; nothing when it cannot be parsed.
std::optional<std::vector<std::string>> final_ids() {
  const io::result<std::string> text = io::read_file(reviews_path);
  if (!text.ok()) return std::nullopt;
  const nlohmann::json tickets = nlohmann::json::parse(text.value(), nullptr, false);
  if (tickets.is_discarded()) return std::nullopt;
  std::vector<std::string> ids;
  for (const nlohmann::json& ticket : tickets) ids.push_back(ticket.at("id").get<std::string>());
  return ids;
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
