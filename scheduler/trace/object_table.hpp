// Object table: the objects of an execution, with their words and the writes of these.
//
// Objects are numbered as they are made. The objects that the kept events made are recorded, and are made once more:
// the table says whether the same ones come in the same order. Words are never taken from the record, since a
// program's own pointers are not what they were.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/trace/access.hpp>
#include <norn/scheduler/trace/operation.hpp>

namespace norn::engine {

struct word_write {
  event_id event{};
  std::uint64_t word = 0;
};

class object_table {
 public:
  // --- reading ---
  std::size_t size() const { return size_; }
  object_id name_of(object_slot o) const { return object(o).id; }
  bool made_in(object_slot o, event_id e) const { return object(o).made_after == index_of(e) + 1; }
  std::uint64_t word(object_slot o) const { return object(o).word; }
  std::uint64_t initial_word(object_slot o) const { return object(o).initial_word; }
  // The events that wrote the object's word, in order.
  std::span<const word_write> writes(object_slot o) const { return object(o).writes; }
  // Whether an operation with this guard, or with none, could go on.
  bool is_open(const guard& g) const {
    if (!g.exists()) return true;
    if (g.lifeline != no_object && word(g.lifeline) != 0) return false;
    return g.open(word(g.object), g.operand);
  }

  // Whether the objects made so far are those recorded, in that order; and whether none of the recorded is missing.
  bool fits_record() const { return fits_record_; }
  bool completes_record() const { return size_ >= recorded_; }

  // --- recording ---
  // Begins anew, without objects. Recorded are those that the first `kept` events made, and those made before the
  // first event, unless `kept` is 0.
  void rewind(std::size_t kept);
  static constexpr std::uint32_t of_no_event = UINT32_MAX;
  // made_after: how many events had begun; of_no_event where the object is not an event's, and is never recorded
  object_slot add(object_id id, std::uint64_t word, std::uint32_t made_after);
  void set_word(object_slot o, std::uint64_t word) { objects_[index_of(o)].word = word; }
  // Notes the word of each object that the event wrote. Requires: the event is over, and made these accesses.
  void record_writes(event_id e, std::span<const access> made);
  // The same of a recorded event, which has happened again.
  void refresh_writes(event_id e, std::span<const access> made);

 private:
  struct record {
    object_id id{};
    std::uint64_t word = 0;
    std::uint64_t initial_word = 0;
    std::uint32_t made_after = 0;  // this many events
    std::vector<word_write> writes;
    std::size_t rewritten = 0;  // this many of the recorded writes have happened again
  };

  const record& object(object_slot o) const { return objects_[index_of(o)]; }

  std::vector<record> objects_;  // of these size_ exist, recorded_ are recorded
  std::size_t size_ = 0;
  std::size_t recorded_ = 0;
  bool fits_record_ = true;
};

}  // namespace norn::engine
