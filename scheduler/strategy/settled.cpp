#include <norn/scheduler/strategy/settled.hpp>

#include <algorithm>

namespace norn::engine {

void settled::find(const execution& t, const work_item& item, std::size_t by_next,
                   const decisions& all) {
  const proposal& p = item.proposal;
  // Where nothing was proposed, the item ends with an alternative that is not the default.
  block = item.proposed ? p.block : std::max<std::size_t>(by_next, 1) - 1;
  from = 0;
  const cut_view until = all.cut_of(block);
  before.assign(until.begin(), until.end());
  if (!item.proposed) return;
  const auto since = [&](event_id e) {
    if (e != no_event && index_of(e) < block) from = std::max(from, index_of(e));
  };
  since(t.creator_of(p.decides));
  std::size_t index = 0;  // of the decided operation in its thread
  for (const event_id e : t.events_of(p.decides)) {
    if (index_of(e) >= block) break;
    if (t.at(e).op.guard.exists()) since(e);
    ++index;
  }
  // A gate, or what opens once and for good: the end of a thread that is joined.
  const auto events = t.events_of(p.decides);
  const operation& decided = index < events.size() ? t.at(events[index]).op : t.pending(p.decides);
  if (!decided.guard.exists()) return;
  for (const execution::word_write& write : t.word_writes(decided.guard.object)) {
    since(write.event);
  }
}

}  // namespace norn::engine
