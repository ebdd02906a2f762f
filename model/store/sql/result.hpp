// Result: what a statement has come to.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <norn/model/store/sql/value.hpp>

namespace norn::sql {

struct result {
  std::vector<std::string> columns;
  std::vector<row_values> rows;   // of SELECT and RETURNING
  std::size_t rows_affected = 0;  // inserted, selected, updated or deleted
};

}  // namespace norn::sql
