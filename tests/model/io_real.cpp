#include "io_real.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

#include <norn/model/io/narrate.hpp>
#include <norn/model/io/system_calls.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/tests/temporary_folder.hpp>

namespace norn::io_script {

using namespace engine;

namespace {

// --- system calls, told as run_on_model tells them ---

std::string failed() { return io::error_name(errno); }
std::string describe(long result) { return result < 0 ? failed() : std::to_string(result); }

std::string describe_bytes(long result, const std::string& buffer) {
  return result < 0 ? failed()
                    : io::shown_bytes(
                          std::string_view(buffer).substr(0, static_cast<std::size_t>(result)));
}

std::string describe_status(int result, const struct stat& s) {
  if (result < 0) return failed();
  if (S_ISDIR(s.st_mode)) return "directory";
  return fmt::format("file {} {}", s.st_size, s.st_nlink);
}

std::vector<std::string> names_in(const std::string& directory, bool& ok) {
  std::vector<std::string> names;
  DIR* const stream = ::opendir(directory.c_str());
  ok = stream != nullptr;
  if (!ok) return names;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

std::string run_lock(const instruction& i, int command) {
  struct ::flock lock {};
  lock.l_type = static_cast<short>(i.flags);
  lock.l_whence = SEEK_SET;
  lock.l_start = i.offset;
  lock.l_len = i.length;
  if (::fcntl(i.fd, command, &lock) < 0) return failed();
  if (command != F_GETLK) return "0";
  if (lock.l_type == F_UNLCK) return "free";
  return fmt::format("{} {}+{} held by {}", lock.l_type == F_WRLCK ? "write" : "read", lock.l_start,
                     lock.l_len, lock.l_pid);
}

std::string run_here(const instruction& i) {
  const auto count = static_cast<std::size_t>(i.length < 0 ? 0 : i.length);
  std::string buffer(count, '\0');
  struct stat status {};
  const char* const path = i.path.c_str();
  switch (i.what) {
    case operation::open:
      return describe(::open(path, i.flags, 0644));
    case operation::close:
      return describe(::close(i.fd));
    case operation::dup:
      return describe(::dup(i.fd));
    case operation::read:
      return describe_bytes(::read(i.fd, buffer.data(), count), buffer);
    case operation::pread:
      return describe_bytes(::pread(i.fd, buffer.data(), count, i.offset), buffer);
    case operation::write:
      return describe(::write(i.fd, i.bytes.data(), i.bytes.size()));
    case operation::pwrite:
      return describe(::pwrite(i.fd, i.bytes.data(), i.bytes.size(), i.offset));
    case operation::lseek:
      if (::fstat(i.fd, &status) == 0 && S_ISDIR(status.st_mode)) return "directory";
      return describe(::lseek(i.fd, i.offset, i.flags));
    case operation::ftruncate:
      return describe(::ftruncate(i.fd, i.offset));
    case operation::fsync:
      return describe(::fsync(i.fd));
    case operation::fstat:
      return describe_status(::fstat(i.fd, &status), status);
    case operation::rename:
      return describe(::rename(path, i.path2.c_str()));
    case operation::link:
      return describe(::link(path, i.path2.c_str()));
    case operation::unlink:
      return describe(::unlink(path));
    case operation::mkdir:
      return describe(::mkdir(path, 0755));
    case operation::rmdir:
      return describe(::rmdir(path));
    case operation::truncate:
      return describe(::truncate(path, i.offset));
    case operation::stat:
      return describe_status(::stat(path, &status), status);
    case operation::readdir: {
      bool ok = false;
      const std::vector<std::string> names = names_in(i.path, ok);
      return ok ? fmt::format("[{}]", fmt::join(names, " ")) : failed();
    }
    case operation::flock:
      return describe(::flock(i.fd, i.flags));
    case operation::setlk:
      return run_lock(i, F_SETLK);
    case operation::getlk:
      return run_lock(i, F_GETLK);
  }
  return "?";
}

std::string tree_of(const std::string& directory, const std::string& shown) {
  std::string text;
  bool ok = false;
  for (const std::string& name : names_in(directory, ok)) {
    const std::string path = directory + "/" + name;
    struct stat status {};
    ::stat(path.c_str(), &status);
    if (S_ISDIR(status.st_mode)) {
      text += shown + name + "/\n" + tree_of(path, shown + name + "/");
      continue;
    }
    std::string bytes(4096, '\0');
    const int fd = ::open(path.c_str(), O_RDONLY);
    const long length = ::read(fd, bytes.data(), bytes.size());
    ::close(fd);
    bytes.resize(static_cast<std::size_t>(length));
    text += fmt::format("{} links {} {}\n", shown + name, status.st_nlink, io::shown_bytes(bytes));
  }
  return text;
}

// --- processes that wait for the number of the instruction to run ---

class worker {
 public:
  worker(const std::string& directory, const script& s) {
    int commands[2];
    int answers[2];
    if (::pipe(commands) != 0 || ::pipe(answers) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) serve(directory, s, commands[0], answers[1]);
    ::close(commands[0]);
    ::close(answers[1]);
    commands_ = commands[1];
    answers_ = ::fdopen(answers[0], "r");
  }
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  ~worker() {
    ::close(commands_);
    std::fclose(answers_);
    ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }

  std::string run(std::uint32_t instruction_number) {
    if (::write(commands_, &instruction_number, sizeof instruction_number) < 0)
      return "worker died";
    char line[8192];
    if (std::fgets(line, sizeof line, answers_) == nullptr) return "worker died";
    std::string answer(line);
    answer.pop_back();
    return answer;
  }

 private:
  // Descriptors from 3 on are free in the model, so they must be here.
  [[noreturn]] static void serve(const std::string& directory, const script& s, int commands,
                                 int answers) {
    constexpr int first_own = 200;
    const int in = ::fcntl(commands, F_DUPFD, first_own);
    const int out = ::fcntl(answers, F_DUPFD, first_own);
    for (int fd = 3; fd < first_own; ++fd) ::close(fd);
    if (::chdir(directory.c_str()) != 0) ::_exit(1);
    static_cast<void>(!::chroot("."));
    std::uint32_t number = 0;
    while (::read(in, &number, sizeof number) == sizeof number) {
      const std::string answer = run_here(s[number].what) + "\n";
      if (::write(out, answer.data(), answer.size()) < 0) ::_exit(1);
    }
    ::_exit(0);
  }

  pid_t pid_;
  int commands_;
  FILE* answers_;
};

std::string with_number_of_process(std::string text, const std::vector<int>& ids) {
  const std::string before = "held by ";
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return text;
  const int id = std::stoi(text.substr(at + before.size()));
  const auto place = std::find(ids.begin(), ids.end(), id);
  return text.substr(0, at + before.size()) + std::to_string(place - ids.begin());
}

std::string seek_on_model(const instruction& i) {
  const io::result<io::file_status> status = io::fstat(i.fd);
  if (status.ok() && status.value().type == io::file_type::directory) return "directory";
  return run_on_model(i);
}

}  // namespace

outcome run_on_system(const std::string& base, const script& s, int processes) {
  const test::temporary_folder directory(base);
  outcome done;
  {
    std::vector<std::unique_ptr<worker>> workers;
    std::vector<int> pids;
    for (int k = 0; k < processes; ++k) {
      workers.push_back(std::make_unique<worker>(directory.path(), s));
      pids.push_back(workers.back()->pid());
    }
    for (std::uint32_t n = 0; n < s.size(); ++n) {
      worker& w = *workers[static_cast<std::size_t>(s[n].process)];
      done.results.push_back(with_number_of_process(w.run(n), pids));
    }
  }
  done.tree = tree_of(directory.path(), "/");
  return done;
}

outcome run_in_model(const script& s, int processes) {
  outcome done;
  const auto body = [&] {
    done = {};
    std::vector<process> all;
    std::vector<int> ids;
    for (int k = 0; k < processes; ++k) {
      all.emplace_back("process");
      ids.push_back(static_cast<int>(all.back().id()));
    }
    for (const placed_instruction& each : s) {
      all[static_cast<std::size_t>(each.process)].run("step", [&] {
        const std::string result =
            each.what.what == operation::lseek ? seek_on_model(each.what) : run_on_model(each.what);
        done.results.push_back(with_number_of_process(result, ids));
      });
    }
    done.tree = tree_of_model();
  };
  explore_options options;
  options.name = "sequential";
  const search_result result = explore(body, options);
  if (result.stats.executions != 1 || !result.properties.empty()) {
    throw std::runtime_error("a sequential script has one execution, without a violation");
  }
  return done;
}

bool can_change_root() {
  const test::temporary_folder directory("/tmp");
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(::chdir(directory.path().c_str()) == 0 && ::chroot(".") == 0 ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

}  // namespace norn::io_script
