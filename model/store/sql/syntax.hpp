// Syntax: statements as they were written, without what their names mean.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <norn/model/store/sql/value.hpp>

namespace norn::sql {

struct expression {
  enum class form : std::uint8_t {
    constant,
    parameter,   // $1: number
    column,      // name, and table where it is named
    operation,   // name is the operator, with one operand or two
    both,        // AND
    either,      // OR
    negation,    // NOT
    is_null,     // IS NULL; of_not: IS NOT NULL
    one_of,      // the first operand IN the others; of_not: NOT IN
    count_rows,  // count(*)
  };

  form is = form::constant;
  std::size_t position = 0;  // in the text, counted from 1; 0 where it is not known
  type constant_type = type::unknown;
  value constant = {};
  std::size_t number = 0;
  std::string table = {};
  std::string name = {};
  bool of_not = false;
  std::vector<expression> operands = {};
};

struct output {  // of SELECT and RETURNING
  bool all_columns = false;
  expression what;
  std::string name;  // given by AS; empty where it is not
};

struct column_definition {
  std::string name;
  type is = type::text;
  bool not_null = false;
  std::optional<expression> by_default;
};

struct unique_definition {
  std::vector<std::string> columns;
  bool primary = false;
};

struct create_table {
  std::string table;
  bool if_not_exists = false;
  std::vector<column_definition> columns;
  std::vector<unique_definition> uniques;
};

struct insert_rows {
  std::string table;
  std::vector<std::string> columns;  // empty: all, in their order
  // A missing expression is DEFAULT.
  std::vector<std::vector<std::optional<expression>>> rows;
  std::vector<output> returning;
};

struct order {
  expression by;
  bool descending = false;
  bool nulls_first = false;
};

struct select_rows {
  std::vector<output> outputs;
  std::string table;  // empty: none
  std::string alias;
  std::optional<expression> where;
  std::vector<order> orders;
  std::optional<expression> limit;
  std::optional<expression> offset;
};

struct assignment {
  std::string column;
  std::optional<expression> to;  // nothing: DEFAULT
};

struct update_rows {
  std::string table;
  std::string alias;
  std::vector<assignment> assignments;
  std::optional<expression> where;
  std::vector<output> returning;
};

struct delete_rows {
  std::string table;
  std::string alias;
  std::optional<expression> where;
  std::vector<output> returning;
};

enum class transaction_control : std::uint8_t { begin, commit, rollback };

struct statement {
  std::string text;
  std::variant<create_table, insert_rows, select_rows, update_rows, delete_rows,
               transaction_control>
      what;
};

}  // namespace norn::sql
