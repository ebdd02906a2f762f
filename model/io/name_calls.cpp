// System calls that take paths.
#include <fmt/format.h>

#include <cerrno>

#include <norn/model/io/call.hpp>
#include <norn/model/io/narrate.hpp>
#include <norn/model/io/system_calls.hpp>

namespace norn::io {

using namespace engine;

namespace {

constexpr operation_kind rename_kind{.name = "rename", .reach = reach::unknown};
constexpr operation_kind link_kind{.name = "link", .reach = reach::unknown};
constexpr operation_kind unlink_kind{.name = "unlink", .reach = reach::unknown, .nothrow = true};
constexpr operation_kind mkdir_kind{.name = "mkdir", .reach = reach::unknown};
constexpr operation_kind rmdir_kind{.name = "rmdir", .reach = reach::unknown, .nothrow = true};
constexpr operation_kind truncate_kind{.name = "truncate", .reach = reach::unknown};
constexpr operation_kind stat_kind{.name = "stat", .reach = reach::unknown};
constexpr operation_kind exists_kind{.name = "exists", .reach = reach::unknown};
constexpr operation_kind readdir_kind{.name = "readdir", .reach = reach::unknown};

result<void> truncate_file(call& c, std::string_view path, std::int64_t size) {
  if (size < 0) return failure{EINVAL};
  const result<inode*> found = c.files.find(c.p, path);
  if (!found) return failure{found.error()};
  if (found.value()->is_directory()) return failure{EISDIR};
  if (static_cast<std::uint64_t>(size) > regular_file::largest_size) return failure{EFBIG};
  if (const int error = c.disk.transfer_error(c.p, c.by)) return failure{error};
  c.files.resize(c.p, static_cast<regular_file&>(*found.value()), static_cast<std::uint64_t>(size));
  return {};
}

std::string shown(const result<file_status>& r) {
  return r.value().type == file_type::directory ? "directory" : size_name(r.value().size);
}

}  // namespace

result<void> rename(std::string_view from, std::string_view to, here where) {
  call c{rename_kind, where};
  if (c.p.abandoned()) return {};
  const result<void> done = c.files.rename(c.p, from, to);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({}, {})", shown_bytes(from), shown_bytes(to));
    show_result(n, done);
  });
  return done;
}

result<void> link(std::string_view existing, std::string_view fresh, here where) {
  call c{link_kind, where};
  if (c.p.abandoned()) return {};
  const result<void> done = c.files.link(c.p, existing, fresh);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({}, {})", shown_bytes(existing), shown_bytes(fresh));
    show_result(n, done);
  });
  return done;
}

result<void> unlink(std::string_view path, here where) {
  call c{unlink_kind, where};
  if (c.p.abandoned()) return {};
  const result<void> done = c.files.unlink(c.p, path);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", shown_bytes(path));
    show_result(n, done);
  });
  return done;
}

result<void> mkdir(std::string_view path, std::uint32_t mode, here where) {
  call c{mkdir_kind, where};
  if (c.p.abandoned()) return {};
  const result<void> done = c.files.make_directory(c.p, path, mode);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", shown_bytes(path));
    show_result(n, done);
  });
  return done;
}

result<void> rmdir(std::string_view path, here where) {
  call c{rmdir_kind, where};
  if (c.p.abandoned()) return {};
  const result<void> done = c.files.remove_directory(c.p, path);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", shown_bytes(path));
    show_result(n, done);
  });
  return done;
}

result<void> truncate(std::string_view path, std::int64_t size, here where) {
  call c{truncate_kind, where};
  if (c.p.abandoned()) return {};
  const result<void> done = truncate_file(c, path, size);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({}, {})", shown_bytes(path), size);
    show_result(n, done);
  });
  return done;
}

result<file_status> stat(std::string_view path, here where) {
  call c{stat_kind, where};
  if (c.p.abandoned()) return file_status{};
  const result<inode*> found = c.files.find(c.p, path);
  const result<file_status> done =
      found ? result<file_status>(file_system::status(c.p, *found.value()))
            : failure{found.error()};
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", shown_bytes(path));
    show_result(n, done, [&] { return shown(done); });
  });
  return done;
}

bool exists(std::string_view path, here where) {
  call c{exists_kind, where};
  if (c.p.abandoned()) return false;
  const bool found = c.files.find(c.p, path).ok();
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", shown_bytes(path));
    n.result = found ? "true" : "false";
  });
  return found;
}

result<std::vector<std::string>> readdir(std::string_view path, here where) {
  call c{readdir_kind, where};
  if (c.p.abandoned()) return std::vector<std::string>{};
  result<std::vector<std::string>> done = c.files.list(c.p, path);
  c.p.describe([&](narration& n) {
    n.arguments = fmt::format("({})", shown_bytes(path));
    show_result(n, done, [&] { return fmt::format("[{}]", fmt::join(done.value(), ", ")); });
  });
  return done;
}

void set_storage(const host& of, storage kind) { files_of(of).set_storage(kind); }

void mount(const host& client, const host& server, network_locks locks) {
  files_of(client).mount(server, locks);
}

std::optional<std::string> observe_file(std::string_view path) {
  return observe_file(host::of_body(), path);
}

std::optional<std::string> observe_file(const host& of, std::string_view path) {
  const inode* const found = files_of(of).observed().observe(path);
  if (found == nullptr || found->is_directory()) return std::nullopt;
  return static_cast<const regular_file*>(found)->bytes();
}

}  // namespace norn::io
