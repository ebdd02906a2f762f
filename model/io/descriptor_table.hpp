// Descriptor table: the descriptors of one process, shared by its threads. A part of the process.
//
// Regions: a descriptor is its own key. The lowest free number is found by looking at all below it,
// so that the number which open returns depends on exactly what can change it: two opens of one
// process conflict, an open and the close of a higher number do not. Handles are named by the thread
// that made them and conflict with nothing.
#pragma once

#include <cstdint>
#include <vector>

#include <norn/model/io/descriptor.hpp>
#include <norn/model/io/open_file_description.hpp>
#include <norn/model/thread/lost_in_crash.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

class descriptor_table : public lost_in_crash {
 public:
  descriptor_table();

  // The kernel closes what the process had open: its locks go.
  void lose(engine::point& p, std::uint32_t outcome) override;

  // Null when the descriptor is not open.
  open_file_description* find(engine::point& p, descriptor d) const;

  descriptor add_number(engine::point& p, open_file_description& to);
  descriptor add_handle(engine::point& p, open_file_description& to);

  // Requires: open.
  void remove(engine::point& p, descriptor d);

  // Without an access.
  open_file_description* peek(descriptor d) const;

  // The process that it belongs to: known once a call of it has used the table.
  void belongs_to(process_id owner) { owner_ = owner; }

 private:
  // Standard input, output and error are open and lead nowhere.
  static constexpr std::size_t first_number = 3;

  void drop_locks(engine::point& p, open_file_description& d) const;

  struct handle_entry {
    descriptor name;
    open_file_description* to;
  };

  engine::object state_;
  process_id owner_{};
  std::vector<open_file_description*> numbers_;  // null: free
  std::vector<handle_entry> handles_;
  std::vector<std::uint32_t> handles_made_;  // by thread
};

}  // namespace norn::io
