#include <norn/scheduler/strategy/renamed_runs.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include <norn/scheduler/base/random.hpp>
#include <norn/scheduler/trace/trace_hash.hpp>

namespace norn {

namespace {

bool is_in_group(const execution& t, thread_id thread) { return t.group_of(thread) != no_thread; }

bool descends_from_group(const execution& t, thread_id thread) {
  for (event_id c = t.creator_of(thread); c != no_event;) {
    thread = t.at(c).thread;
    if (is_in_group(t, thread)) return true;
    c = t.creator_of(thread);
  }
  return false;
}

std::string told(const operation& op) {
  return std::string(op.kind->name) + " (" + op.where.file + ":" + std::to_string(op.where.line) +
         ")";
}

std::string what_holds_up(const execution& done, thread_id t) {
  const bool exists = index_of(t) < done.thread_count();
  if (exists && done.state(t) == thread_state::parked) {
    return told(done.pending(t)) + (done.is_enabled(t) ? "" : ", which is blocked");
  }
  return "nothing: the thread has ended or failed";
}

}  // namespace

void renamed_runs::plan(const execution& t, bool nothing_decided) {
  original_ = t;
  steps_ = comparable_steps(t);
  if (nothing_decided) {
    exchange_each_two(t);
  } else {
    shuffle(t);
  }
}

// Up to an event of which it is not known how renamed threads would come to it: one of a thread that they have
// started, or one that may offer its alternatives in an order of them (symmetry.cpp).
std::size_t renamed_runs::comparable_steps(const execution& t) const {
  for (std::size_t i = 0; i < t.size(); ++i) {
    const event& e = t.at(event_id(i));
    if (descends_from_group(t, e.thread)) return i;
    if (e.alternatives == 1) continue;
    for (std::size_t other = 0; other < t.thread_count(); ++other) {
      const bool known = thread_id(other) != e.thread && t.clock(event_id(i))[other] != 0;
      if (known && is_in_group(t, thread_id(other))) return i;
    }
  }
  return t.size();
}

void renamed_runs::exchange_each_two(const execution& t) {
  renaming none(t.thread_count());
  for (std::size_t i = 0; i < none.size(); ++i) none[i] = thread_id(i);
  for (std::size_t i = 0; i < none.size(); ++i) {
    for (std::size_t j = i + 1; is_in_group(t, none[i]) && j < none.size(); ++j) {
      if (t.group_of(none[i]) != t.group_of(none[j])) continue;
      renaming& exchanged = renamings_.emplace_back(none);
      std::swap(exchanged[i], exchanged[j]);
    }
  }
}

void renamed_runs::shuffle(const execution& t) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < t.size(); ++i) hash += hash_of(t, event_id(i));
  random_source random(hash);
  renaming& to = renamings_.emplace_back(t.thread_count());
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = thread_id(i);
  for (std::size_t i = to.size(); i-- > 0;) {
    const thread_id group = t.group_of(thread_id(i));
    if (group == no_thread) continue;
    std::vector<std::size_t> places;  // of the group, up to this one
    for (std::size_t j = 0; j <= i; ++j) {
      if (t.group_of(thread_id(j)) == group) places.push_back(j);
    }
    std::swap(to[i], to[places[random.below(places.size())]]);
  }
}

std::vector<planned_step> renamed_runs::begin() {
  to_ = std::move(renamings_.back());
  renamings_.pop_back();
  image_of_.clear();
  original_of_.clear();
  std::vector<planned_step> steps;
  for (std::size_t i = 0; i < steps_; ++i) {
    const event& e = original_.at(event_id(i));
    planned_step& s = steps.emplace_back(norn::plan(original_, to_[index_of(e.thread)], e.op));
    s.alternative = e.alternative;
  }
  return steps;
}

// Where a thread cannot go on, `end` tells why.
thread_id renamed_runs::choose_thread(const execution& so_far) {
  if (so_far.size() >= steps_) return no_thread;
  const thread_id t = to_[index_of(original_.at(event_id(so_far.size())).thread)];
  const bool exists = index_of(t) < so_far.thread_count();
  return exists && so_far.is_enabled(t) ? t : no_thread;
}

std::uint16_t renamed_runs::choose_alternative(const execution& so_far, std::uint16_t offered) {
  const std::uint16_t taken = original_.at(event_id(so_far.size() - 1)).alternative;
  return taken < offered ? taken : std::uint16_t{0};
}

std::optional<divergence> renamed_runs::end(const execution& done) {
  for (std::size_t i = 0; i < std::min(steps_, done.size()); ++i) {
    if (same_event(done, event_id(i))) continue;
    return told_apart(i, original_.at(event_id(i)).op, told(done.at(event_id(i)).op));
  }
  if (done.size() < steps_) {
    const event& next = original_.at(event_id(done.size()));
    return told_apart(done.size(), next.op, what_holds_up(done, to_[index_of(next.thread)]));
  }
  if (steps_ < original_.size()) return std::nullopt;
  for (std::size_t i = 0; i < to_.size(); ++i) {
    if (original_.state(thread_id(i)) == done.state(to_[i])) continue;
    return told_apart(steps_, {}, what_holds_up(done, to_[i]));
  }
  return std::nullopt;
}

// Whether the event is the original one, renamed. What it touches has another name where a thread has it for
// itself, but then it is in the same place everywhere.
bool renamed_runs::same_event(const execution& done, event_id id) {
  const event& e = original_.at(id);
  const event& image = done.at(id);
  const auto touched = original_.accesses(e);
  const auto touches = done.accesses(image);
  if (e.op.kind != image.op.kind || e.alternatives != image.alternatives ||
      e.alternative != image.alternative || e.cut_short != image.cut_short ||
      touched.size() != touches.size()) {
    return false;
  }
  for (std::size_t i = 0; i < touched.size(); ++i) {
    const access& a = touched[i];
    const access& b = touches[i];
    if (a.mode != b.mode || a.update_class != b.update_class || !corresponds(a.object, b.object)) {
      return false;
    }
  }
  const cut_view past = original_.clock(id);
  const cut_view past_of_image = done.clock(id);
  for (std::size_t i = 0; i < to_.size(); ++i) {
    if (past[i] != past_of_image[index_of(to_[i])]) return false;
  }
  return true;
}

bool renamed_runs::corresponds(object_slot one, object_slot other) {
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

divergence renamed_runs::told_apart(std::size_t step, const operation& expected,
                                    std::string came) const {
  const thread_id t = step < original_.size() ? original_.at(event_id(step)).thread : no_thread;
  return {.step = step,
          .expected_thread = t,
          .expected = expected.kind == nullptr ? "its end" : told(expected),
          .came = std::move(came),
          .of_renamed = true};
}

}  // namespace norn
