// A real PostgreSQL for tests: started on a unix socket in a temporary folder, stopped by its own pid.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>
#include <sys/types.h>

namespace norn::reference {

class real_server {
 public:
  // Null where there is none on this machine, or it cannot be started; `why` says so.
  static std::unique_ptr<real_server> start(std::string& why);
  ~real_server();
  real_server(const real_server&) = delete;
  real_server& operator=(const real_server&) = delete;

  // Throws std::runtime_error.
  std::unique_ptr<PGconn, decltype(&PQfinish)> connect() const;

 private:
  real_server(std::string folder, pid_t pid) : folder_(std::move(folder)), pid_(pid) {}

  std::string folder_;
  pid_t pid_;
};

}  // namespace norn::reference
