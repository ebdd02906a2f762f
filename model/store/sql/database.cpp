#include <norn/model/store/sql/database.hpp>

#include <norn/model/store/sql/backend.hpp>

namespace norn::sql {

session::~session() {
  if (backend_ != nullptr) backend_->close();
}

result session::run(const std::string& text, const std::vector<value>& parameters,
                    source_location where) {
  return backend_->execute(text, parameters, where);
}

database::database(postgresql_t, std::string_view) : server_(std::make_shared<server>()) {}

session database::connect() { return session(std::make_shared<backend>(server_)); }

}  // namespace norn::sql
