#include "orbit.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "naive.hpp"

namespace norn::reference {

using namespace engine;

namespace {

using renaming = std::vector<std::size_t>;  // of the group's places

std::vector<thread_id> group_in(const execution& e) {
  std::vector<thread_id> members;
  for (std::size_t i = 0; i < e.thread_count(); ++i) {
    if (e.group_of(thread_id(i)) != no_thread) members.push_back(thread_id(i));
  }
  return members;
}

// Each thread by its creator and its place among what that one has created.
std::vector<std::uint64_t> labels(const execution& e, const std::vector<thread_id>& group,
                                  const renaming& to) {
  std::vector<std::uint64_t> label(e.thread_count(), 0);
  for (std::size_t i = 0; i < label.size(); ++i) {
    const auto t = thread_id(i);
    if (e.state(t) == thread_state::absent) continue;
    const auto member = std::find(group.begin(), group.end(), t);
    if (member != group.end()) {
      label[i] = mix(1, to[static_cast<std::size_t>(member - group.begin())]);
    } else if (const event_id c = e.creator_of(t); c != no_event) {
      std::uint64_t place = 0;
      for (std::size_t j = 0; j < e.thread_count(); ++j) {
        if (e.state(thread_id(j)) == thread_state::absent) continue;
        const event_id other = e.creator_of(thread_id(j));
        if (other == no_event || e.at(other).thread != e.at(c).thread) continue;
        place += other < c || (other == c && j < i) ? 1 : 0;
      }
      label[i] = mix(mix(2, label[index_of(e.at(c).thread)]), place);
    }
  }
  return label;
}

std::uint64_t hash_of_object(const execution& e, object_slot o,
                             const std::vector<std::uint64_t>& label) {
  const object_id name = e.name_of(o);
  if (is_run_local(name)) return index_of(name);
  // Of equals, who bears their end is a matter of names.
  if (number_of(name) == end_of_group && e.group_of(maker_of(name)) != no_thread) {
    return number_of(name);
  }
  return mix(label[index_of(maker_of(name))], number_of(name));
}

std::uint64_t hash_of(const execution& e, event_id id, const std::vector<std::uint64_t>& label) {
  const event& current = e.at(id);
  std::uint64_t hash = mix(current.op.kind->name_hash, label[index_of(current.thread)]);
  hash = mix(mix(hash, current.index), current.alternative);
  std::uint64_t past = 0;  // a sum: in whatever order the threads are
  for (std::size_t t = 0; t < e.thread_count(); ++t) {
    if (e.clock(id)[t] != 0) past += mix(label[t], e.clock(id)[t]);
  }
  hash = mix(hash, past);
  std::uint64_t accesses = 0;
  for (const access& a : e.accesses(current)) {
    const std::uint64_t touched =
        mix(hash_of_object(e, a.object, label), static_cast<std::uint64_t>(a.mode));
    accesses += mix(mix(touched, a.where.first), a.where.last);
  }
  return mix(hash, accesses);
}

}  // namespace

std::uint64_t orbit_of(const execution& e) {
  const std::vector<thread_id> group = group_in(e);
  renaming to(group.size());
  std::iota(to.begin(), to.end(), std::size_t{0});
  std::uint64_t least = UINT64_MAX;
  do {
    const std::vector<std::uint64_t> label = labels(e, group, to);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < e.size(); ++i) sum += hash_of(e, event_id(i), label);
    least = std::min(least, sum);
  } while (std::next_permutation(to.begin(), to.end()));
  return least;
}

}  // namespace norn::reference
