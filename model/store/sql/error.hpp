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
inline constexpr std::string_view numeric_value_out_of_range = "22003";
inline constexpr std::string_view division_by_zero = "22012";
inline constexpr std::string_view invalid_text_representation = "22P02";
inline constexpr std::string_view not_null_violation = "23502";
inline constexpr std::string_view unique_violation = "23505";
inline constexpr std::string_view in_failed_transaction = "25P02";
inline constexpr std::string_view deadlock_detected = "40P01";
inline constexpr std::string_view syntax_error = "42601";
inline constexpr std::string_view duplicate_column = "42701";
inline constexpr std::string_view undefined_column = "42703";
inline constexpr std::string_view grouping_error = "42803";
inline constexpr std::string_view datatype_mismatch = "42804";
inline constexpr std::string_view undefined_function = "42883";
inline constexpr std::string_view undefined_object = "42704";
inline constexpr std::string_view undefined_table = "42P01";
inline constexpr std::string_view undefined_parameter = "42P02";
inline constexpr std::string_view duplicate_table = "42P07";
inline constexpr std::string_view invalid_table_definition = "42P16";
}  // namespace state

}  // namespace norn::sql
