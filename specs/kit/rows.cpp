#include <norn/specs/kit/rows.hpp>

#include <nlohmann/json.hpp>

namespace norn::kit {

std::string text_of(const row& object) { return nlohmann::json(object).dump(); }

std::string text_of(const rows& array) { return nlohmann::json(array).dump(); }

std::optional<rows> parse_rows(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  try {
    return parsed.get<rows>();
  } catch (const nlohmann::json::type_error&) {
    return std::nullopt;
  }
}

bool is_json(const std::string& text) { return nlohmann::json::accept(text); }

}  // namespace norn::kit
