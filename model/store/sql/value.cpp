#include <norn/model/store/sql/value.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <norn/model/store/sql/error.hpp>

namespace norn::sql {

namespace {

std::string without_spaces(const std::string& text) {
  constexpr const char* spaces = " \t\n\r\f\v";
  const auto first = text.find_first_not_of(spaces);
  return first == std::string::npos ? std::string()
                                    : text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

[[noreturn]] void refuse(type as, const std::string& text) {
  throw error(state::invalid_text_representation,
              "invalid input syntax for type " + std::string(name_of(as)) + ": \"" + text + "\"");
}

// Prefixes of true, false, yes, no, on, off that are not of two of them, and 1 and 0 (boolin).
value parse_boolean(const std::string& text) {
  std::string lower = without_spaces(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto begins = [&](std::string_view word, std::size_t at_least) {
    return lower.size() >= at_least && word.starts_with(lower);
  };
  if (begins("true", 1) || begins("yes", 1) || lower == "on" || lower == "1") return value(true);
  if (begins("false", 1) || begins("no", 1) || begins("off", 2) || lower == "0") {
    return value(false);
  }
  refuse(type::boolean, text);
}

value parse_number(type as, const std::string& text) {
  std::string digits = without_spaces(text);
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.erase(0, 1);
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem == std::errc::invalid_argument || end != digits.data() + digits.size()) {
    refuse(as, text);
  }
  const bool fits =
      problem == std::errc() && (as == type::bigint || std::in_range<std::int32_t>(number));
  if (!fits) {
    throw error(state::numeric_value_out_of_range,
                "value \"" + text + "\" is out of range for type " + std::string(name_of(as)));
  }
  return value(number);
}

}  // namespace

std::string_view name_of(type t) {
  switch (t) {
    case type::boolean:
      return "boolean";
    case type::integer:
      return "integer";
    case type::bigint:
      return "bigint";
    case type::text:
      return "text";
    case type::unknown:
      break;
  }
  return "unknown";
}

std::string value::print() const {
  if (const bool* b = std::get_if<bool>(&held_)) return *b ? "t" : "f";
  if (const std::int64_t* i = std::get_if<std::int64_t>(&held_)) return std::to_string(*i);
  return is_null() ? "NULL" : text();
}

value parse_input(type as, const std::string& text) {
  if (as == type::boolean) return parse_boolean(text);
  return is_number(as) ? parse_number(as, text) : value(text);
}

bool is_number(type t) { return t == type::integer || t == type::bigint; }

}  // namespace norn::sql
