#include <norn/specs/runs/run_directories.hpp>

#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace norn::runs {

namespace {

// The digits after the prefix; empty where the name is another.
std::string_view digits_of(std::string_view name, std::string_view prefix) {
  if (name.substr(0, prefix.size()) != prefix) return {};
  const std::string_view digits = name.substr(prefix.size());
  return digits.find_first_not_of("0123456789") == digits.npos ? digits : std::string_view{};
}

}  // namespace

std::string id_of(int number, const std::string& prefix) {
  return fmt::format("{}{:03}", prefix, number);
}

std::string prefix_of_day(
    std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds> t) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(t)};
  return fmt::format("{}{:04}{:02}{:02}_", plain_prefix, static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string path_of(const std::string& id, const std::string& document) {
  const std::string directory = std::string(runs_path) + "/" + id;
  return document.empty() ? directory : directory + "/" + document;
}

std::string text_of(const std::string& id, const std::string& part) {
  return nlohmann::json{{"run", id}, {"part", part}}.dump();
}

std::optional<int> any_digits::number_of(const std::string& name, const std::string& prefix) {
  const std::string_view digits = digits_of(name, prefix);
  if (digits.empty()) return std::nullopt;
  return std::stoi(std::string(digits));
}

std::optional<int> three_digits::number_of(const std::string& name, const std::string& prefix) {
  if (digits_of(name, prefix).size() != 3) return std::nullopt;
  return any_digits::number_of(name, prefix);
}

}  // namespace norn::runs
