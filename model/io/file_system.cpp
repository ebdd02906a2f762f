#include <norn/model/io/file_system.hpp>

#include <fcntl.h>

#include <cerrno>
#include <set>
#include <type_traits>
#include <utility>

#include <norn/model/io/narrate.hpp>
#include <norn/model/io/path.hpp>
#include <norn/scheduler/base/invariant.hpp>

namespace norn::io {

using namespace engine;

namespace {

constexpr std::uint32_t root_mode = 0755;
constexpr auto root_id = inode_id(2);  // as on ext4

directory& as_directory(inode& i) { return static_cast<directory&>(i); }
regular_file& as_file(inode& i) { return static_cast<regular_file&>(i); }

void describe(point& p, std::string_view name, const char* what) {
  p.describe([&](narration& n) { n.add_change(std::string(name) + what); });
}

std::string what_is_there_now(const inode& moved, const inode* replaced) {
  if (moved.is_directory()) return "/ created";
  const std::string& bytes = static_cast<const regular_file&>(moved).bytes();
  if (replaced == nullptr) return ": none → " + shown_bytes(bytes);
  return ": " + difference(static_cast<const regular_file*>(replaced)->bytes(), bytes);
}

void describe_rename(point& p, std::string_view from, const inode& moved, const inode* replaced) {
  p.describe([&](narration& n) {
    n.add_change(std::string(from) + " removed");
    n.add_change(moved.name + what_is_there_now(moved, replaced));
  });
}

bool writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0; }

}  // namespace

file_system::file_system(device& on, std::vector<std::uint32_t>& named)
    : disk_(on), named_by_thread_(named), root_(root_id, root_mode, "/", nullptr) {}

// --- names ---

// Everything but the last component. That one is for each call to look up, or to make.
result<file_system::place> file_system::walk(point& p, std::string_view path) {
  if (const int error = path_error(path)) return failure{error};
  path_reader reader(path);
  directory* in = &root_;
  while (!reader.at_last()) {
    const result<inode*> next = step(p, *in, reader.next());
    if (!next) return failure{next.error()};
    if (next.value() == nullptr) return failure{ENOENT};
    if (!next.value()->is_directory()) return failure{ENOTDIR};
    in = &as_directory(*next.value());
  }
  const std::string_view last = reader.next();
  const auto kind = last.empty()   ? place::kind::root
                    : last == "."  ? place::kind::dot
                    : last == ".." ? place::kind::dot_dot
                                   : place::kind::name;
  return place{in, last, kind, reader.ended_in_slash()};
}

result<inode*> file_system::step(point& p, directory& in, std::string_view component) {
  if (component == ".") return &in;
  if (component == "..") return &in.parent(p);
  if (component.size() > longest_name) return failure{ENAMETOOLONG};
  return in.find(p, component);
}

result<inode*> file_system::look_up(point& p, const place& at) {
  if (at.is == place::kind::root) return at.parent;
  return step(p, *at.parent, at.name);
}

result<inode*> file_system::find(point& p, std::string_view path) {
  const result<place> at = walk(p, path);
  if (!at) return failure{at.error()};
  const result<inode*> found = look_up(p, at.value());
  if (!found) return found;
  if (found.value() == nullptr) return failure{ENOENT};
  if (at.value().ended_in_slash && !found.value()->is_directory()) return failure{ENOTDIR};
  return found;
}

// The place for a new name that is not to exist yet: mkdir(2), link(2).
result<file_system::entry> file_system::entry_to_make(point& p, std::string_view path,
                                                      bool makes_directory) {
  const result<place> at = walk(p, path);
  if (!at) return failure{at.error()};
  if (at.value().is != place::kind::name) return failure{EEXIST};
  const result<inode*> found = look_up(p, at.value());
  if (!found) return failure{found.error()};
  if (found.value() != nullptr) return failure{EEXIST};
  if (at.value().ended_in_slash && !makes_directory) return failure{ENOENT};
  return entry{at.value(), nullptr};
}

// --- open ---

result<open_file_description*> file_system::open(point& p, std::string_view path, int flags,
                                                 std::uint32_t mode, const lock_space& locks) {
  if ((flags & O_ACCMODE) == O_ACCMODE) return failure{EINVAL};
  if ((flags & O_CREAT) != 0 && (flags & O_DIRECTORY) != 0) return failure{EINVAL};
  const result<inode*> opened = open_inode(p, path, flags, mode);
  if (!opened) return failure{opened.error()};
  inode& file = *opened.value();
  if ((flags & O_TRUNC) != 0) resize(p, as_file(file), 0);
  return &descriptions_.emplace_back(description_id(next_name(p.thread())), *this, file, flags,
                                     locks ? locks(file) : file.locks);
}

result<inode*> file_system::open_inode(point& p, std::string_view path, int flags,
                                       std::uint32_t mode) {
  if ((flags & O_CREAT) != 0) return open_or_create(p, path, flags, mode);
  const result<inode*> found = find(p, path);
  if (!found) return found;
  const bool is_directory = found.value()->is_directory();
  if ((flags & O_DIRECTORY) != 0 && !is_directory) return failure{ENOTDIR};
  if (is_directory && writes(flags)) return failure{EISDIR};
  return found;
}

result<inode*> file_system::open_or_create(point& p, std::string_view path, int flags,
                                           std::uint32_t mode) {
  const result<place> at = walk(p, path);
  if (!at) return failure{at.error()};
  const place& where = at.value();
  if (where.is == place::kind::name && where.ended_in_slash) return failure{EISDIR};
  const result<inode*> found = look_up(p, where);
  if (!found) return found;
  if (found.value() != nullptr) {
    if ((flags & O_EXCL) != 0) return failure{EEXIST};
    if (found.value()->is_directory()) return failure{EISDIR};
    return found;
  }
  if (const int error = disk_.space_error(p, process::current())) return failure{error};
  regular_file& fresh = make<regular_file>(p, mode, where.name);
  where.parent->set(p, where.name, fresh);
  fresh.add_link(p);
  note_names(p, {{where.parent, where.name, &fresh}});
  describe(p, where.name, " created");
  return &fresh;
}

// --- changes of names ---

result<void> file_system::rename(point& p, std::string_view from, std::string_view to) {
  const result<place> source = walk(p, from);
  if (!source) return failure{source.error()};
  const result<place> target = walk(p, to);
  if (!target) return failure{target.error()};
  const place& old_place = source.value();
  const place& new_place = target.value();
  if (old_place.is != place::kind::name || new_place.is != place::kind::name) {
    return failure{EBUSY};
  }
  const result<inode*> looked_up = look_up(p, old_place);
  if (!looked_up) return failure{looked_up.error()};
  if (looked_up.value() == nullptr) return failure{ENOENT};
  const result<inode*> in_the_way = look_up(p, new_place);
  if (!in_the_way) return failure{in_the_way.error()};
  inode& moved = *looked_up.value();
  inode* const replaced = in_the_way.value();

  if (!moved.is_directory() && (old_place.ended_in_slash || new_place.ended_in_slash)) {
    return failure{ENOTDIR};
  }
  if (moved.is_directory() && lies_within(p, new_place.parent, moved)) return failure{EINVAL};
  if (replaced != nullptr && replaced->is_directory() &&
      lies_within(p, old_place.parent, *replaced)) {
    return failure{ENOTEMPTY};
  }
  if (replaced == &moved) return {};
  if (const int error = why_not_replace(p, moved, replaced)) return failure{error};

  old_place.parent->erase(p, old_place.name);
  new_place.parent->set(p, new_place.name, moved);
  if (replaced != nullptr) replaced->remove_link(p);
  if (moved.is_directory() && old_place.parent != new_place.parent) {
    as_directory(moved).set_parent(p, *new_place.parent);
  }
  note_names(
      p, {{new_place.parent, new_place.name, &moved}, {old_place.parent, old_place.name, nullptr}},
      replaced == nullptr || moved.is_directory() ? nullptr : &as_file(moved));
  describe_rename(p, old_place.name, moved, replaced);
  return {};
}

int file_system::why_not_replace(point& p, const inode& moved, const inode* replaced) {
  if (replaced == nullptr) return 0;
  if (moved.is_directory() && !replaced->is_directory()) return ENOTDIR;
  if (!moved.is_directory() && replaced->is_directory()) return EISDIR;
  if (!replaced->is_directory()) return 0;
  return static_cast<const directory*>(replaced)->empty(p) ? 0 : ENOTEMPTY;
}

// Whether `ancestor` is `start` or above it.
bool file_system::lies_within(point& p, directory* start, const inode& ancestor) {
  for (directory* at = start; at != &ancestor; at = &at->parent(p)) {
    if (at == &root_) return false;
  }
  return true;
}

result<void> file_system::link(point& p, std::string_view existing, std::string_view fresh) {
  const result<inode*> found = find(p, existing);
  if (!found) return failure{found.error()};
  const result<entry> at = entry_to_make(p, fresh, false);
  if (!at) return failure{at.error()};
  inode& file = *found.value();
  if (file.is_directory()) return failure{EPERM};
  if (const int error = disk_.space_error(p, process::current())) return failure{error};
  at.value().parent->set(p, at.value().name, file);
  file.add_link(p);
  note_names(p, {{at.value().parent, at.value().name, &file}});
  describe(p, at.value().name, " created");
  return {};
}

result<void> file_system::unlink(point& p, std::string_view path) {
  const result<place> at = walk(p, path);
  if (!at) return failure{at.error()};
  if (at.value().is != place::kind::name) return failure{EISDIR};
  const result<inode*> looked_up = look_up(p, at.value());
  if (!looked_up) return failure{looked_up.error()};
  inode* const found = looked_up.value();
  if (found == nullptr) return failure{ENOENT};
  if (found->is_directory()) return failure{EISDIR};
  if (at.value().ended_in_slash) return failure{ENOTDIR};
  at.value().parent->erase(p, at.value().name);
  found->remove_link(p);
  note_names(p, {{at.value().parent, at.value().name, nullptr}});
  describe(p, at.value().name, " removed");
  return {};
}

result<void> file_system::make_directory(point& p, std::string_view path, std::uint32_t mode) {
  const result<entry> at = entry_to_make(p, path, true);
  if (!at) return failure{at.error()};
  if (const int error = disk_.space_error(p, process::current())) return failure{error};
  directory& above = *at.value().parent;
  directory& fresh = make<directory>(p, mode, at.value().name, &above);
  above.set(p, at.value().name, fresh);
  fresh.add_link(p);
  note_names(p, {{&above, at.value().name, &fresh}});
  describe(p, at.value().name, "/ created");
  return {};
}

result<void> file_system::remove_directory(point& p, std::string_view path) {
  const result<place> walked = walk(p, path);
  if (!walked) return failure{walked.error()};
  const place& at = walked.value();
  if (at.is == place::kind::root) return failure{EBUSY};
  if (at.is == place::kind::dot) return failure{EINVAL};
  if (at.is == place::kind::dot_dot) return failure{ENOTEMPTY};
  const result<inode*> found = look_up(p, at);
  if (!found) return failure{found.error()};
  if (found.value() == nullptr) return failure{ENOENT};
  if (!found.value()->is_directory()) return failure{ENOTDIR};
  if (!as_directory(*found.value()).empty(p)) return failure{ENOTEMPTY};
  at.parent->erase(p, at.name);
  found.value()->remove_link(p);
  note_names(p, {{at.parent, at.name, nullptr}});
  describe(p, at.name, "/ removed");
  return {};
}

// --- looking ---

result<std::vector<std::string>> file_system::list(point& p, std::string_view path) {
  const result<inode*> found = find(p, path);
  if (!found) return failure{found.error()};
  if (!found.value()->is_directory()) return failure{ENOTDIR};
  return as_directory(*found.value()).list(p);
}

file_status file_system::status(point& p, const inode& of) {
  const std::uint64_t size = of.is_directory() ? 0 : static_cast<const regular_file&>(of).size(p);
  return {of.id, of.type, of.mode, size, of.links(p)};
}

const inode* file_system::observe(std::string_view path) const {
  path_reader reader(path);
  const inode* at = &root_;
  for (std::string_view name = reader.next(); !name.empty(); name = reader.next()) {
    if (at == nullptr || !at->is_directory()) return nullptr;
    engine::observe(at->state);
    if (name != ".") at = static_cast<const directory*>(at)->peek(name);
  }
  if (at != nullptr) engine::observe(at->state);
  return at;
}

// --- crashes ---

void file_system::expect_crashes(storage kind) {
  crash_states_.emplace(kind, root_);
  for (const auto& each : inodes_) {
    if (!each->is_directory()) as_file(*each).keep_crash_states(as_file(*each).bytes());
  }
}

void file_system::note_names(point& p, std::initializer_list<name_change> changes,
                             regular_file* renamed_over) {
  if (!crash_states_) return;
  if (crash_states_->ordered()) p.write(journal_);
  crash_states_->note(changes, renamed_over);
}

void file_system::sync(point& p, inode& what) {
  if (!what.is_directory()) as_file(what).sync();
  if (!crash_states_) return;
  if (crash_states_->ordered()) p.write(journal_);
  crash_states_->sync(what);
}

void file_system::resize(point& p, regular_file& file, std::uint64_t size) {
  change(p, file, [&] { file.resize(p, size); });
}

void file_system::write(point& p, regular_file& file, std::uint64_t offset, std::string_view bytes,
                        std::size_t stored) {
  change(p, file, [&] { file.write(p, offset, bytes, stored); });
}

// Which changes of names came before decides what an fsync of the file commits.
template <class Change>
void file_system::change(point& p, regular_file& file, const Change& makes) {
  if (!crash_states_ || !crash_states_->ordered()) return makes();
  const version before = file.newest_version();
  makes();
  if (file.newest_version() == before) return;
  p.read(journal_);
  crash_states_->changed(file);
}

std::optional<std::vector<image>> file_system::survivors() const {
  constexpr std::size_t most_combinations = 1u << 18;
  std::vector<image> found;
  std::set<image> known;
  outcome_choices choices;
  std::size_t tried = 0;
  do {
    if (++tried > most_combinations) return std::nullopt;
    image left = crash_states_->surviving(choices);
    if (known.insert(left).second) found.push_back(std::move(left));
  } while (choices.next());
  return found;
}

void file_system::restore(point& p, const image& survived, storage kind) {
  std::vector<inode*> made(survived.size(), nullptr);
  restore_entries(p, survived, 0, root_, made);
  expect_crashes(kind);
}

void file_system::restore_entries(point& p, const image& from, std::size_t at, directory& into,
                                  std::vector<inode*>& made) {
  for (const auto& [name, number] : from[at].entries) {
    const image_node& node = from[number];
    if (made[number] == nullptr && node.is_directory) {
      directory& fresh = make<directory>(p, node.mode, name, &into);
      made[number] = &fresh;
      restore_entries(p, from, number, fresh, made);
    } else if (made[number] == nullptr) {
      regular_file& fresh = make<regular_file>(p, node.mode, name);
      fresh.hold(node.bytes);
      made[number] = &fresh;
    }
    const std::string first_name = made[number]->name;
    into.set(p, name, *made[number]);
    made[number]->name = first_name;
    made[number]->add_link(p);
  }
}

// --- identities ---

template <class T, class... Arguments>
T& file_system::make(point& p, Arguments&&... arguments) {
  constexpr std::uint64_t first_made = 16;
  const auto id = inode_id(first_made + next_name(p.thread()));
  auto fresh = std::make_unique<T>(id, std::forward<Arguments>(arguments)...);
  T& made = *fresh;
  if constexpr (std::is_same_v<T, regular_file>) {
    if (crash_states_) made.keep_crash_states({});
  }
  inodes_.push_back(std::move(fresh));
  return made;
}

// A function of the creator and of what it made before, whatever other threads do meanwhile.
std::uint32_t file_system::next_name(thread_id creator) {
  constexpr std::uint32_t names_per_thread = 1u << 16;
  const std::size_t thread = index_of(creator);
  if (named_by_thread_.size() <= thread) named_by_thread_.resize(thread + 1);
  const std::uint32_t sequence = named_by_thread_[thread]++;
  NORN_INVARIANT(sequence < names_per_thread);
  return static_cast<std::uint32_t>(thread) * names_per_thread + sequence;
}

}  // namespace norn::io
