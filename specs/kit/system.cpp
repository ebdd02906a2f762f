#include <norn/specs/kit/system.hpp>

#include <utility>

#include <norn/model/io/file.hpp>
#include <norn/model/sync/mutex.hpp>

namespace norn::kit {

namespace {

class model_file : public open_file {
 public:
  explicit model_file(io::file opened) : file_(std::move(opened)) {}

  io::result<std::string> read_rest(here where) override { return file_.read_rest(where); }
  io::result<void> write_all(std::string_view bytes, here where) override {
    return file_.write_all(bytes, where);
  }
  io::result<void> flock(int operation, here where) override {
    return file_.flock(operation, where);
  }
  io::result<void> fcntl(int command, struct ::flock& lock, here where) override {
    return io::fcntl(file_.fd(), command, lock, where);
  }
  io::result<void> fsync(here where) override { return file_.fsync(where); }
  io::result<void> close(here where) override { return file_.close(where); }

 private:
  io::file file_;
};

class model_mutex : public process_mutex {
 public:
  explicit model_mutex(std::string_view name) : mutex_(name) {}

  void lock(here where) override { mutex_.lock(where); }
  void unlock(here where) override { mutex_.unlock(where); }

 private:
  mutex mutex_;
};

class model_of_system : public system {
 public:
  io::result<std::unique_ptr<open_file>> open(const std::string& path, int flags,
                                              here where) override {
    io::result<io::file> opened = io::file::open(path, flags, io::default_mode, where);
    if (!opened) return io::failure{opened.error()};
    return std::unique_ptr<open_file>(new model_file(std::move(opened).value()));
  }
  bool exists(const std::string& path, here where) override { return io::exists(path, where); }
  io::result<void> rename(const std::string& from, const std::string& to, here where) override {
    return io::rename(from, to, where);
  }
  io::result<void> unlink(const std::string& path, here where) override {
    return io::unlink(path, where);
  }
  io::result<void> mkdir(const std::string& path, here where) override {
    return io::mkdir(path, 0755, where);
  }
  io::result<std::vector<std::string>> readdir(const std::string& path, here where) override {
    return io::readdir(path, where);
  }
  system_clock::time_point now(here where) override { return system_clock::now(where); }
  std::unique_ptr<process_mutex> make_mutex(std::string_view name) override {
    return std::make_unique<model_mutex>(name);
  }
};

}  // namespace

io::result<std::string> system::read_file(const std::string& path, here where) {
  auto opened = open(path, O_RDONLY, where);
  if (!opened) return io::failure{opened.error()};
  const std::unique_ptr<open_file> in = std::move(opened).value();
  return in->read_rest(where);  // closed by the destructor
}

io::result<void> system::write_file(const std::string& path, std::string_view bytes, here where) {
  auto opened = open(path, O_WRONLY | O_CREAT | O_TRUNC, where);
  if (!opened) return io::failure{opened.error()};
  const std::unique_ptr<open_file> out = std::move(opened).value();
  const io::result<void> written = out->write_all(bytes, where);
  return written ? out->close(where) : written;
}

system& model_system() {
  static model_of_system all;
  return all;
}

}  // namespace norn::kit
