// Ids of runs: `run_007`, or with the day `run_20261121_007`; a number of three digits at least.
#pragma once

#include <chrono>
#include <string>

#include <fmt/format.h>

#include <norn/model/time/wall_clock.hpp>

namespace norn::runs {

inline std::string prefix_of_day(system_clock::time_point t) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(t)};
  return fmt::format("run_{:04}{:02}{:02}_", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

inline std::string id_of(const std::string& prefix, int number) {
  return fmt::format("{}{:03}", prefix, number);
}

// The number after the prefix, if that is all; 0 where the name is another.
inline int number_of(const std::string& name, const std::string& prefix, std::size_t most_digits) {
  if (!name.starts_with(prefix)) return 0;
  const std::string digits = name.substr(prefix.size());
  const bool fits = digits.find_first_not_of("0123456789") == digits.npos && !digits.empty() &&
                    digits.size() <= most_digits;
  return fits ? std::stoi(digits) : 0;
}

}  // namespace norn::runs
