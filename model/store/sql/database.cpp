#include <norn/model/store/sql/database.hpp>

#include <map>

#include <norn/model/store/sql/backend.hpp>
#include <norn/scheduler/run/run_local.hpp>

namespace norn::sql {

session::~session() {
  if (backend_ != nullptr) backend_->close();
}

result session::run(const std::string& text, const std::vector<value>& parameters,
                    source_location where) {
  return backend_->execute(text, parameters, where);
}

database::database(postgresql_t) : server_(std::make_shared<server>()) {}

database& database::named(const std::string& name) {
  struct databases {
    std::map<std::string, database> all;
  };
  return engine::run_local<databases>().all.try_emplace(name, postgresql).first->second;
}

session database::connect() { return session(std::make_shared<backend>(server_)); }

}  // namespace norn::sql
