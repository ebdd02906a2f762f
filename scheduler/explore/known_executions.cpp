#include <norn/scheduler/explore/known_executions.hpp>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::engine {

// Whatever a thread takes at a place, as many alternatives are offered there.
template <class Choose>
known_executions::place known_executions::child_of(place parent, thread_id thread,
                                                   const Choose& choose) const {
  place c = nodes_[parent].first_child;
  while (c != none &&
         (nodes_[c].thread != thread || nodes_[c].alternative != choose(nodes_[c].alternatives))) {
    c = nodes_[c].next_sibling;
  }
  return c;
}

bool known_executions::reached_by(const schedule& wishes) {
  follows_.follow(wishes);
  place at = root;
  while (at != none && !nodes_[at].ends) {
    const node& n = nodes_[at];
    if (n.first_child == none) return false;
    ++steps_followed_;
    const thread_id thread = follows_.thread_at(n.here);
    at = child_of(at, thread,
                  [&](std::uint16_t offered) { return follows_.alternative_of(offered); });
  }
  return at != none;
}

std::optional<std::size_t> known_executions::add(const execution& done,
                                                 const std::vector<crossing>& crossings) {
  NORN_INVARIANT(crossings.size() == done.size());
  place at = root;
  for (std::size_t i = 0; i < done.size(); ++i) {
    const event& step = done.at(event_id(i));
    const node& n = nodes_[at];
    if (n.ends || (n.first_child != none && n.here != crossings[i])) return i;
    bool offers_others = false;
    const place known = child_of(at, step.thread, [&](std::uint16_t offered) {
      offers_others = offers_others || offered != step.alternatives;
      return step.alternative;
    });
    if (offers_others) return i + 1;
    at = known != none ? known : add_child(at, crossings[i], step);
    if (at == none) return std::nullopt;
  }
  if (nodes_[at].first_child != none) return done.size();
  nodes_[at].ends = true;
  return std::nullopt;
}

void known_executions::forget() {
  nodes_.clear();
  nodes_.emplace_back();
  bytes_ = 0;
}

known_executions::place known_executions::add_child(place parent, const crossing& here,
                                                    const event& step) {
  node& above = nodes_[parent];
  const std::size_t more = sizeof(node) + here.enabled.bytes_allocated();
  if (bytes_ + more > bytes_allowed_) return none;
  bytes_ += more;
  if (above.first_child == none) above.here = here;
  const auto fresh = static_cast<place>(nodes_.size());
  node& child = nodes_.emplace_back();
  child.thread = step.thread;
  child.alternative = step.alternative;
  child.alternatives = step.alternatives;
  child.next_sibling = above.first_child;
  above.first_child = fresh;
  return fresh;
}

}  // namespace norn::engine
