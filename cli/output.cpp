#include <norn/cli/output.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include <norn/report/display.hpp>
#include <norn/scheduler/base/bad_input.hpp>

namespace norn {

namespace fs = std::filesystem;

namespace {

struct closer {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using file_handle = std::unique_ptr<std::FILE, closer>;

// Why standard output first failed: errno says something else by the time that anyone asks.
int standard_output_error = 0;

// errno says why not.
bool written(const std::string& file, const std::string& content) {
  file_handle out{std::fopen(file.c_str(), "w")};
  return out && std::fputs(content.c_str(), out.get()) >= 0 && std::fclose(out.release()) == 0;
}

bool take_place(const fs::path& beside, const fs::path& place, const std::string& content) {
  if (!written(beside.string(), content)) return false;
  std::error_code error;
  fs::permissions(beside, fs::status(place).permissions(), error);
  return std::rename(beside.c_str(), place.c_str()) == 0;
}

[[noreturn]] void refuse(const std::string& option, const std::string& file) {
  throw bad_input(
      fmt::format("{}: {} cannot be written: {}.\n"
                  "  name a file in a folder that exists and that you may write.",
                  option, printable(file), std::strerror(errno)));
}

}  // namespace

output::output(std::string file, const std::string& option)
    : file_(std::move(file)), option_(option) {
  // "a" rather than "w": a run that never ends must not have emptied the file.
  if (!is_standard_output() && !file_handle(std::fopen(file_.c_str(), "a"))) refuse(option_, file_);
}

void output::write(const std::string& content) const {
  if (is_standard_output()) {
    put(stdout, content);
    return;
  }
  std::error_code error;
  // A link stays one; a device or a pipe has no place to take.
  const fs::path place = fs::canonical(file_, error);
  if (error || !fs::is_regular_file(place, error)) {
    if (!written(file_, content)) refuse(option_, file_);
    return;
  }
  const fs::path beside = place.string() + ".new-" + std::to_string(::getpid());
  if (!take_place(beside, place, content)) {
    const int why = errno;
    fs::remove(beside, error);
    errno = why;
    refuse(option_, file_);
  }
}

void put(std::FILE* stream, std::string_view text) {
  const bool taken = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  if (!taken && stream == stdout && standard_output_error == 0) standard_output_error = errno;
}

void flush_standard_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  const int error = std::exchange(standard_output_error, 0);
  throw bad_input(fmt::format("standard output cannot be written: {}",
                              std::strerror(error == 0 ? errno : error)));
}

}  // namespace norn
