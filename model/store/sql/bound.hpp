// Bound expressions: names are columns, types are known, and what the server would refuse has been refused.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <norn/model/store/sql/syntax.hpp>
#include <norn/model/store/sql/value.hpp>

namespace norn::sql {

struct column {
  std::string name;
  type is = type::text;
  bool not_null = false;
  value by_default = {};
};

// What names in an expression may mean.
struct scope {
  std::string table;  // as it is called in the statement; empty: there is none
  std::span<const column> columns;
  std::span<const value> parameters;  // of $1 …
  bool groups = false;                // count(*) is allowed
};

struct bound {
  expression::form is = expression::form::constant;
  type of = type::unknown;
  value constant = {};
  std::size_t column = 0;
  std::string name = {};             // of an operation
  type operands_of = type::unknown;  // compared, or added, as
  bool of_not = false;
  std::vector<bound> operands = {};

  bool has_columns() const;
  bool counts_rows() const;
};

// Throws what the server does: 42703, 42883, 42804, 22P02, …
bound bind(const expression& e, const scope& in);
// As the condition of WHERE.
bound bind_condition(const expression& e, const scope& in);
// As the new value of a column.
bound bind_assigned(const expression& e, const scope& in, const column& to);

// Calculates what is the same for every row, as the planner does once all names are known: throws 22012 for `1 / 0` although
// there may be no row.
void fold(bound& e);
void fold(std::vector<bound>& all);

// The value for a row, which has the columns that it was bound to. Throws 22003, 22012.
value evaluate(const bound& e, std::span<const value> row);
// Whether a condition is true: neither false nor unknown.
bool is_true(const bound& condition, std::span<const value> row);

// SQL's order of two values of one type, which are not null.
std::strong_ordering compare(const value& a, const value& b);

}  // namespace norn::sql
