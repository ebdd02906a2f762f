#include <norn/scheduler/strategy/repeated_runs.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include <norn/scheduler/base/random.hpp>
#include <norn/scheduler/strategy/symmetry.hpp>
#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn::engine {

namespace {

bool is_in_group(const execution& t, thread_id thread) { return t.group_of(thread) != no_thread; }

bool descends_from_group(const execution& t, thread_id thread) {
  return any_ancestor(t, thread, [&](thread_id x) { return is_in_group(t, x); });
}

std::string describe(const operation& op) {
  if (op.where.line == 0) return op.kind->name;
  return std::string(op.kind->name) + " (" + op.where.file + ":" + std::to_string(op.where.line) +
         ")";
}

std::string what_comes_next(const execution& done, thread_id t) {
  const bool exists = index_of(t) < done.thread_count();
  if (exists && done.state(t) == thread_state::parked) {
    return describe(done.pending(t)) + (done.is_enabled(t) ? "" : ", which is blocked");
  }
  const bool ended = exists && done.state(t) == thread_state::finished;
  return ended ? "its end" : "nothing";
}

repeated_runs::renaming as_they_are(const execution& t) {
  repeated_runs::renaming to(t.thread_count());
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = thread_id(i);
  return to;
}

using group = std::vector<thread_id>;

std::vector<group> groups_of(const execution& t) {
  std::vector<group> groups;
  std::vector<std::size_t> place(t.thread_count());
  for (std::size_t i = 0; i < place.size(); ++i) {
    const thread_id first = t.group_of(thread_id(i));
    if (first == no_thread) continue;
    if (index_of(first) == i) {
      place[i] = groups.size();
      groups.emplace_back();
    }
    groups[place[index_of(first)]].push_back(thread_id(i));
  }
  return groups;
}

// Each takes the place of the next, or of the one before.
repeated_runs::renaming rotated(const execution& t, const std::vector<group>& groups, bool on) {
  repeated_runs::renaming to = as_they_are(t);
  for (const group& g : groups) {
    for (std::size_t i = 0; i < g.size(); ++i) {
      const thread_id next = g[(i + 1) % g.size()];
      to[index_of(on ? g[i] : next)] = on ? next : g[i];
    }
  }
  return to;
}

// Nobody stays in his place (Sattolo, 1986), or all might.
repeated_runs::renaming shuffled(const execution& t, const std::vector<group>& groups) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < t.size(); ++i) hash += hash_of(t, event_id(i));
  random_source random(hash);
  repeated_runs::renaming to = as_they_are(t);
  for (const group& g : groups) {
    for (std::size_t i = g.size(); i-- > 1;) {
      std::swap(to[index_of(g[i])], to[index_of(g[random.below(i)])]);
    }
  }
  return to;
}

}  // namespace

void repeated_runs::plan(const execution& t, bool is_first) {
  if (!is_first && !t.has_groups()) return;
  original_ = t;
  comparable_ = comparable_steps();
  const std::vector<group> groups = groups_of(t);
  if (!is_first) {
    renamings_.push_back(shuffled(t, groups));
    return;
  }
  for (const group& g : groups) {
    for (std::size_t i = 0; i < g.size(); ++i) {
      for (std::size_t j = i + 1; j < g.size(); ++j) {
        renaming& to = renamings_.emplace_back(as_they_are(t));
        std::swap(to[index_of(g[i])], to[index_of(g[j])]);
      }
    }
  }
  if (!groups.empty()) {
    renamings_.push_back(rotated(t, groups, true));
    renamings_.push_back(rotated(t, groups, false));
  }
  renamings_.push_back(as_they_are(t));  // is run first
}

// Up to an event of which it is not known how renamed threads would come to it: one of a thread that they have
// started, or one that may offer its alternatives in an order of them (symmetry.cpp).
std::size_t repeated_runs::comparable_steps() const {
  const execution& t = original_;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const event& e = t.at(event_id(i));
    if (descends_from_group(t, e.thread)) return i;
    if (!may_offer_threads(e)) continue;
    for (std::size_t other = 0; other < t.thread_count(); ++other) {
      const bool known = thread_id(other) != e.thread && t.clock(event_id(i))[other] != 0;
      if (known && is_in_group(t, thread_id(other))) return i;
    }
  }
  return t.size();
}

std::vector<planned_step> repeated_runs::begin() {
  to_ = std::move(renamings_.back());
  renamings_.pop_back();
  renames_ = to_ != as_they_are(original_);
  steps_ = renames_ ? comparable_ : original_.size();
  image_of_.clear();
  original_of_.clear();
  std::vector<planned_step> steps;
  for (std::size_t i = 0; i < steps_; ++i) {
    const event& e = original_.at(event_id(i));
    planned_step& s = steps.emplace_back(engine::plan(original_, to_[index_of(e.thread)], e.op));
    s.alternative = e.alternative;
  }
  return steps;
}

// Where a thread cannot go on, `end` tells why.
thread_id repeated_runs::choose_thread(const execution& so_far) {
  if (so_far.size() >= steps_) return no_thread;
  const thread_id t = to_[index_of(original_.at(event_id(so_far.size())).thread)];
  const bool exists = index_of(t) < so_far.thread_count();
  return exists && so_far.is_enabled(t) ? t : no_thread;
}

std::uint16_t repeated_runs::choose_alternative(const execution& so_far, std::uint16_t offered) {
  const std::uint16_t taken = original_.at(event_id(so_far.size() - 1)).alternative;
  return taken < offered ? taken : std::uint16_t{0};
}

std::optional<divergence> repeated_runs::end(const execution& done) {
  for (std::size_t i = 0; i < std::min(steps_, done.size()); ++i) {
    if (same_event(done, event_id(i))) continue;
    const std::string expected = describe(original_.at(event_id(i)).op);
    std::string came = describe(done.at(event_id(i)).op);
    if (came == expected) came += ", which touches or offers something else";
    return differs(i, expected, std::move(came));
  }
  if (done.size() < steps_) {
    const event& next = original_.at(event_id(done.size()));
    return differs(done.size(), describe(next.op),
                   what_comes_next(done, to_[index_of(next.thread)]));
  }
  if (steps_ < original_.size()) return std::nullopt;
  for (std::size_t i = 0; i < to_.size(); ++i) {
    const auto t = thread_id(i);
    const bool absent = original_.state(t) == thread_state::absent;
    const bool comparable = !renames_ || !descends_from_group(original_, t);
    if (absent || !comparable || original_.state(t) == done.state(to_[i])) continue;
    return differs(steps_, what_comes_next(original_, t), what_comes_next(done, to_[i]));
  }
  return std::nullopt;
}

// Whether the event is the original one, renamed.
bool repeated_runs::same_event(const execution& done, event_id id) {
  const event& e = original_.at(id);
  const event& image = done.at(id);
  if (e.op.kind != image.op.kind || e.alternatives != image.alternatives ||
      e.alternative != image.alternative || e.cut_short != image.cut_short) {
    return false;
  }
  const cut_view past = original_.clock(id);
  const cut_view past_of_image = done.clock(id);
  for (std::size_t i = 0; i < to_.size(); ++i) {
    if (past[i] != past_of_image[index_of(to_[i])]) return false;
  }
  return same_accesses(done, e, image);
}

// Under a renaming of equal threads an object that each of them has for itself gets another name. A thread outside the
// group touches such an object under the same name in both executions: its accesses are not compared.
bool repeated_runs::same_accesses(const execution& done, const event& e, const event& image) {
  const auto touched = original_.accesses(e);
  const auto touches = done.accesses(image);
  if (touched.size() != touches.size()) return false;
  if (renames_ && !is_in_group(original_, e.thread)) return true;
  for (std::size_t i = 0; i < touched.size(); ++i) {
    const access& a = touched[i];
    const access& b = touches[i];
    if (!renames_ && a.where != b.where) return false;
    if (a.mode != b.mode || a.update_class != b.update_class ||
        !corresponds(done, a.object, b.object)) {
      return false;
    }
  }
  return true;
}

bool repeated_runs::corresponds(const execution& done, object_slot one, object_slot other) {
  if (!renames_) return original_.name_of(one) == done.name_of(other);
  const auto known = [](std::vector<object_slot>& of, object_slot o) -> object_slot& {
    if (index_of(o) >= of.size()) of.resize(index_of(o) + 1, no_object);
    return of[index_of(o)];
  };
  object_slot& image = known(image_of_, one);
  object_slot& original = known(original_of_, other);
  if (image == no_object && original == no_object) {
    image = other;
    original = one;
  }
  return image == other && original == one;
}

divergence repeated_runs::differs(std::size_t step, std::string expected, std::string came) const {
  divergence d;
  d.step = step;
  d.expected = std::move(expected);
  d.came = std::move(came);
  if (renames_) d.by = divergence::cause::equals_differ;
  return d;
}

}  // namespace norn::engine
