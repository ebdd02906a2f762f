#include "real_server.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace norn::reference {

namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin/";

// Neither initdb nor the server runs as root: they run as the user postgres then.
const passwd* server_user() { return geteuid() == 0 ? getpwnam("postgres") : nullptr; }

// Ends with this process, however that ends.
pid_t spawn(const std::vector<std::string>& command, const std::string& output) {
  const passwd* const user = server_user();
  const int log = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    const bool ready =
        (user == nullptr ||
         (setgroups(0, nullptr) == 0 && setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0)) &&
        prctl(PR_SET_PDEATHSIG, SIGINT) == 0 && chdir("/") == 0;
    if (ready) execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(log);
  return pid;
}

bool run(const std::vector<std::string>& command, const std::string& output) {
  int status = 0;
  const pid_t pid = spawn(command, output);
  return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

void remove(const std::string& folder) {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

}  // namespace

std::unique_ptr<real_server> real_server::start(std::string& why) {
  if (access((std::string(programs) + "postgres").c_str(), X_OK) != 0) {
    why = "PostgreSQL 15 is not installed (apt-get install postgresql-15)";
    return nullptr;
  }
  std::string folder = std::filesystem::temp_directory_path() / "norn-postgresql-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
  const passwd* const user = server_user();
  if (user != nullptr && chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
    why = "the temporary folder cannot be given to the user postgres";
    remove(folder);
    return nullptr;
  }
  const std::string log = folder + ".log";
  const std::string data = folder + "/data";
  if (!run({programs + std::string("initdb"), "-D", data, "-U", "norn", "-A", "trust",
            "--no-locale", "-E", "UTF8", "--no-sync"},
           log)) {
    why = "initdb failed, see " + log;
    remove(folder);
    return nullptr;
  }
  // Deadlocks are broken by the tests, which choose the victim.
  const pid_t pid = spawn(
      {programs + std::string("postgres"), "-D", data, "-k", folder, "-c",
       "listen_addresses=", "-c", "fsync=off", "-c", "deadlock_timeout=1h", "-c", "autovacuum=off"},
      log);
  auto server = std::unique_ptr<real_server>(new real_server(folder, pid));
  for (int tries = 0; tries < 300; ++tries) {
    try {
      server->connect();
      return server;
    } catch (const std::runtime_error& e) {
      why = std::string(e.what()) + ", see " + log;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  return nullptr;
}

// SIGINT: clients are disconnected, and the server ends.
real_server::~real_server() {
  kill(pid_, SIGINT);
  waitpid(pid_, nullptr, 0);
  remove(folder_);
  remove(folder_ + ".log");
}

std::unique_ptr<PGconn, decltype(&PQfinish)> real_server::connect() const {
  std::unique_ptr<PGconn, decltype(&PQfinish)> c(
      PQconnectdb(("host=" + folder_ + " user=norn dbname=postgres").c_str()), &PQfinish);
  if (PQstatus(c.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(c.get()));
  PQsetNoticeProcessor(
      c.get(), [](void*, const char*) {}, nullptr);
  return c;
}

}  // namespace norn::reference
