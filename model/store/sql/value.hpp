// Value: what a column, a parameter or an expression holds, and its type.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace norn::sql {

// `unknown`: of a literal in quotes, of NULL and of a parameter that is a text: it takes the type that its place asks for.
enum class type : std::uint8_t { unknown, boolean, integer, bigint, text };

std::string_view name_of(type t);  // as the server's messages name it

class value {
 public:
  value() = default;  // NULL
  explicit value(bool b) : held_(b) {}
  explicit value(std::int64_t i) : held_(i) {}
  explicit value(std::string s) : held_(std::move(s)) {}

  bool is_null() const { return held_.index() == 0; }
  // Requires: not null, and of this type.
  bool boolean() const { return std::get<bool>(held_); }
  std::int64_t integer() const { return std::get<std::int64_t>(held_); }
  const std::string& text() const { return std::get<std::string>(held_); }
  bool is_boolean() const { return std::holds_alternative<bool>(held_); }
  bool is_text() const { return std::holds_alternative<std::string>(held_); }

  // As the server prints it: `t`, `12`; "NULL" of a null, which no text is told apart from.
  std::string print() const;

  // Of identity, not SQL's: NULL is equal to NULL, and less than all else.
  friend bool operator==(const value&, const value&) = default;
  friend std::strong_ordering operator<=>(const value&, const value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string> held_;
};

using row_values = std::vector<value>;

// The value of a text, as input of a type. Throws error 22P02 or 22003.
value parse_input(type as, const std::string& text);

bool is_number(type t);

}  // namespace norn::sql
