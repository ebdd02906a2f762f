#include <norn/specs/store/review_store.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace norn::store {

std::string next_id(const nlohmann::json& tickets) {
  constexpr std::size_t prefix = 4;  // "REV-"
  int highest = 0;
  for (const nlohmann::json& ticket : tickets) {
    highest = std::max(highest, std::stoi(ticket.at("id").get<std::string>().substr(prefix)));
  }
  return fmt::format("REV-{:03}", highest + 1);
}

}  // namespace norn::store
