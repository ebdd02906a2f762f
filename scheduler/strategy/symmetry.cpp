#include <norn/scheduler/strategy/symmetry.hpp>

namespace norn::engine {

namespace {

// Two equal threads change places, and the others keep theirs.
class exchange {
 public:
  exchange(thread_id a, thread_id b) : a_(index_of(a)), b_(index_of(b)) {}

  std::size_t operator()(std::size_t thread) const {
    return thread == a_ ? b_ : thread == b_ ? a_ : thread;
  }

  // Whether `within` has a part that is `to` when the two have changed places.
  bool leads_to(const execution& t, cut_view to, cut_view within) const {
    if (to[a_] > within[b_] || to[b_] > within[a_] || knows_descendants(t, to)) return false;
    for (std::size_t thread = 0; thread < t.thread_count(); ++thread) {
      const auto events = t.events_of(thread_id(thread));
      const auto images = t.events_of(thread_id((*this)(thread)));
      for (std::size_t i = 0; i < to[thread]; ++i) {
        if (!corresponds(t, events[i], images[i])) return false;
      }
    }
    return true;
  }

 private:
  bool corresponds(const execution& t, event_id one, event_id other) const {
    const event& e = t.at(one);
    const event& image = t.at(other);
    if (e.op.kind != image.op.kind || e.alternative != image.alternative ||
        e.alternatives != image.alternatives) {
      return false;
    }
    const cut_view past = t.clock(one);
    const cut_view past_of_image = t.clock(other);
    for (std::size_t i = 0; i < past.size(); ++i) {
      if (past[i] != past_of_image[(*this)(i)]) return false;
    }
    return !may_offer_threads(e) || knows_neither(e, past);
  }

  // But for itself, where it is of one of them.
  bool knows_neither(const event& e, cut_view past) const {
    return (index_of(e.thread) == a_ || past[a_] == 0) &&
           (index_of(e.thread) == b_ || past[b_] == 0);
  }

  // Those would have to change places, too.
  bool knows_descendants(const execution& t, cut_view cut) const {
    for (std::size_t i = 0; i < t.thread_count(); ++i) {
      const auto is_one = [&](thread_id x) { return index_of(x) == a_ || index_of(x) == b_; };
      if (cut[i] != 0 && any_ancestor(t, thread_id(i), is_one)) return true;
    }
    return false;
  }

  std::size_t a_;
  std::size_t b_;
};

template <class Holds>
bool any_mate(const execution& t, thread_id of, const Holds& holds) {
  const thread_id group = t.group_of(of);
  if (group == no_thread) return false;
  for (std::size_t i = index_of(group); i < t.thread_count(); ++i) {
    const auto mate = thread_id(i);
    if (mate != of && t.group_of(mate) == group && holds(mate)) return true;
  }
  return false;
}

}  // namespace

bool is_renaming(const execution& t, const reversal& r) {
  const auto can_change_places = [&](thread_id a, thread_id b) {
    return exchange(a, b).leads_to(t, r.at, r.before);
  };
  const event_count next = r.at[index_of(r.decides)];
  if (!r.guarded) {
    // What `decides` is to do has been done by a mate before: in its place, it has done it earlier.
    return any_mate(t, r.decides, [&](thread_id mate) {
      const event_count done = r.before[index_of(mate)] + (mate == r.by ? 1u : 0u);
      return done > next && can_change_places(r.decides, mate);
    });
  }
  return any_mate(t, r.by, [&](thread_id mate) {
    // The mate comes to the gate first: it decides, or its number is lower.
    if (mate == r.decides) return r.before[index_of(r.by)] == next && can_change_places(mate, r.by);
    const bool has_moved = r.before[index_of(mate)] != r.at[index_of(mate)];
    return mate < r.by && !has_moved && can_change_places(mate, r.by);
  });
}

}  // namespace norn::engine
