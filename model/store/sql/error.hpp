// Errors of a database, as the server reports them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace norn::sql {

// What the server says, with the code by which programs tell errors apart (PostgreSQL 15, Appendix A).
class error : public std::runtime_error {
 public:
  error(std::string_view sqlstate, const std::string& message)
      : std::runtime_error(message), sqlstate_(sqlstate) {}

  const std::string& sqlstate() const { return sqlstate_; }

 private:
  std::string sqlstate_;
};

// What the model does not know, refused before anything is done. No fault of the program under test.
class unsupported : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace state {
inline constexpr const char* numeric_value_out_of_range = "22003";
inline constexpr const char* division_by_zero = "22012";
inline constexpr const char* invalid_text_representation = "22P02";
inline constexpr const char* not_null_violation = "23502";
inline constexpr const char* unique_violation = "23505";
inline constexpr const char* in_failed_transaction = "25P02";
inline constexpr const char* deadlock_detected = "40P01";
inline constexpr const char* syntax_error = "42601";
inline constexpr const char* duplicate_column = "42701";
inline constexpr const char* undefined_column = "42703";
inline constexpr const char* grouping_error = "42803";
inline constexpr const char* datatype_mismatch = "42804";
inline constexpr const char* undefined_function = "42883";
inline constexpr const char* undefined_object = "42704";
inline constexpr const char* undefined_table = "42P01";
inline constexpr const char* undefined_parameter = "42P02";
inline constexpr const char* duplicate_table = "42P07";
inline constexpr const char* invalid_table_definition = "42P16";
}  // namespace state

}  // namespace norn::sql
