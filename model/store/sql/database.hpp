// Database: a PostgreSQL 15 in the model, spoken to in SQL.
//
//   norn::sql::database db{norn::sql::postgresql};
//   db.execute("CREATE TABLE runs (id int PRIMARY KEY, status text)");
//   norn::sql::session session = db.connect();
//   session.execute("UPDATE runs SET status = 'RUNNING' WHERE id = $1 AND status = 'QUEUED'", 7).rows_affected;
//
// Modelled are tables of the types integer, bigint, text and boolean, with keys, NOT NULL and constants as defaults; INSERT,
// SELECT of one table, UPDATE and DELETE, with RETURNING; transactions of the level READ COMMITTED, row locks, waits for
// keys that are being inserted, deadlocks with a victim that is any of those in the circle. Everything else is refused by
// name before anything is done (`unsupported`). Texts are compared as bytes (the collation "C").
//
// Sources: PostgreSQL 15, Chapter 13 and Appendix A; held against a real server by tests/model/store/sql.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <norn/model/store/sql/error.hpp>
#include <norn/model/store/sql/result.hpp>
#include <norn/model/store/sql/value.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::sql {

struct postgresql_t {};
inline constexpr postgresql_t postgresql;

// A statement's text, and where it is executed.
struct statement_text {
  template <class Text>
    requires std::is_convertible_v<Text, std::string> statement_text(
        Text&& given, source_location location = source_location::current())  // NOLINT
        : text(std::forward<Text>(given)), where(location) {}

    std::string text;
    source_location where;
};

template <class T>
value to_value(const T& given) {
  if constexpr (std::is_same_v<T, value>) {
    return given;
  } else if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>) {
    return value();
  } else if constexpr (std::is_same_v<T, bool>) {
    return value(given);
  } else if constexpr (std::is_integral_v<T>) {
    return value(static_cast<std::int64_t>(given));
  } else {
    return value(std::string(given));
  }
}
template <class T>
value to_value(const std::optional<T>& given) {
  return given ? to_value(*given) : value();
}

class backend;
class server;

// A connection. Statements outside of BEGIN and COMMIT are transactions of their own. Requires: used by one thread at a time.
class session {
 public:
  session(session&&) noexcept = default;
  session& operator=(session&&) = delete;
  // An open transaction is rolled back: a scheduling point then.
  ~session();

  // A scheduling point, one more for each wait, and for each further row that it locks. Throws `error` with what the server
  // says, and `unsupported` where the model does not know something in the text, before anything is done.
  template <class... Parameters>
  result execute(const statement_text& statement, const Parameters&... parameters) {
    return run(statement.text, {to_value(parameters)...}, statement.where);
  }
  // The same without exceptions of the server.
  template <class... Parameters>
  std::variant<result, error> try_execute(const statement_text& statement,
                                          const Parameters&... parameters) {
    try {
      return run(statement.text, {to_value(parameters)...}, statement.where);
    } catch (const error& e) {
      return e;
    }
  }
  result run(const std::string& text, const std::vector<value>& parameters, source_location where);

 private:
  friend class database;
  explicit session(std::shared_ptr<backend> of) : backend_(std::move(of)) {}

  std::shared_ptr<backend> backend_;
};

class database {
 public:
  // Requires: inside the body of a check.
  explicit database(postgresql_t);

  // That of this name which all processes of the execution know, as the address of a server is known: the database is in
  // nobody's memory. Not a scheduling point; made at its first use. Requires: inside the body of a check.
  static database& named(const std::string& name);

  // Not a scheduling point.
  session connect();
  // By a session of its own. As session::execute.
  template <class... Parameters>
  result execute(const statement_text& statement, const Parameters&... parameters) {
    return connect().run(statement.text, {to_value(parameters)...}, statement.where);
  }

 private:
  std::shared_ptr<server> server_;
};

}  // namespace norn::sql
