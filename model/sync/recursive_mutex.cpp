#include <norn/model/sync/recursive_mutex.hpp>

#include <string>

#include <norn/model/sync/misuse.hpp>

namespace norn {

using namespace engine;

namespace {

// A level below the first changes nothing that another thread can see: it reads the gate.
constexpr operation_kind lock_again_kind{"lock"};
constexpr operation_kind try_lock_again_kind{"try_lock"};
constexpr operation_kind timed_lock_again_kind{"try_lock_until"};
constexpr operation_kind unlock_level_kind{.name = "unlock", .nothrow = true};

void tell_depth(point& p, unsigned from, unsigned to) {
  p.describe([&](narration& n) {
    n.changes = "depth " + std::to_string(from) + "→" + std::to_string(to);
  });
}

}  // namespace

void recursive_mutex::lock(source_location where) {
  if (gate_.owned_by_thread_of_caller()) return lock_again(lock_again_kind, where);
  gate_.lock(where);
  depth_ = 1;
}

bool recursive_mutex::try_lock(source_location where) {
  if (gate_.owned_by_thread_of_caller()) {
    lock_again(try_lock_again_kind, where);
    return true;
  }
  const bool taken = gate_.try_lock(where);
  if (taken) depth_ = 1;
  return taken;
}

bool recursive_mutex::try_lock(const timer& until, source_location where) {
  if (gate_.owned_by_thread_of_caller()) {
    lock_again(timed_lock_again_kind, where);
    return true;
  }
  const bool taken = gate_.try_lock(until, where);
  if (taken) depth_ = 1;
  return taken;
}

void recursive_mutex::lock_again(const operation_kind& kind, source_location where) {
  point p{kind, gate_.state(), where};
  p.read(gate_.state());
  if (depth_ == maximum_depth) {
    p.halt(misuse::recursive_depth,
           misuse::name_of(p.thread()) + " locks a recursive mutex more than " +
               std::to_string(maximum_depth) +
               " levels deep: an unlock is missing, or a recursion does not end");
  }
  tell_depth(p, depth_, depth_ + 1);
  ++depth_;
}

void recursive_mutex::unlock(source_location where) {
  if (!gate_.owned_by_thread_of_caller() || depth_ == 1) {
    gate_.unlock(where);
    return;
  }
  point p{unlock_level_kind, gate_.state(), where};
  if (p.abandoned()) return;
  p.read(gate_.state());
  tell_depth(p, depth_, depth_ - 1);
  --depth_;
}

void recursive_mutex::unlock_in(point& p) {
  if (!gate_.owned_by_thread_of_caller() || depth_ == 1) {
    gate_.unlock_in(p);
    return;
  }
  p.read(gate_.state());
  --depth_;
}

}  // namespace norn
