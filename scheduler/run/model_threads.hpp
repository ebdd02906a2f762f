// Model threads: the threads of the program under test, by identity. Each has a fiber, which is kept from one
// execution to the next.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/run/fiber.hpp>
#include <norn/scheduler/run/place.hpp>
#include <norn/scheduler/run/thread_body.hpp>
#include <norn/scheduler/run/thread_names.hpp>
#include <norn/scheduler/trace/execution.hpp>
#include <norn/scheduler/trace/schedule.hpp>

namespace norn::engine {

struct model_thread {
  thread_id id{};
  thread_id parent = no_thread;
  thread_id carrier{};  // the thread of the program that it is, or that carries it
  std::unique_ptr<fiber> stack;
  thread_body body;
  // While it is run up to its first announcement: who goes on then, the next to be started or the creator.
  model_thread* starter = nullptr;
  std::vector<thread_id> children;  // by place; no_thread: not met yet. Kept for good
  std::uint32_t spawned = 0;
  std::uint32_t objects_made = 0;
  std::uint32_t unwind_attempts = 0;
  bool daemon = false;
  bool unwinding = false;
  bool halt_at_next_point = false;
  bool on_stack = false;  // its body has begun and not left the stack
  bool lost = false;      // its stack could not be unwound and must not be used again
  std::uint32_t process = process_of_body;  // its number
  bool makes_shared_memory = false;
  object_slot end = no_object;
  object_slot lifeline = no_object;
  event_id ended_in = no_event;
  std::string name;  // narrated executions only, as `where`
  place where;
};

class model_threads {
 public:
  struct settings {
    std::size_t stack_bytes = 0;
    fiber::entry run = nullptr;     // what a fiber does with its thread
    thread_names* names = nullptr;  // null: threads are numbered as they come
    bool narrated = false;
  };

  explicit model_threads(const settings& s) : settings_(s) {}

  void begin_execution();

  // Identities, of which some may not exist in this execution.
  std::size_t size() const { return all_.size(); }
  model_thread& operator[](thread_id t) { return *all_[index_of(t)]; }
  const model_thread& operator[](thread_id t) const { return *all_[index_of(t)]; }
  // In the order of their creation.
  const std::vector<thread_id>& created() const { return created_; }

  // The identity of the next thread that the creator makes.
  thread_id next_child(model_thread& creator);
  // A thread came that ranks before one that is numbered already (thread_names.hpp).
  bool misnumbered() const { return misnumbered_; }
  // The thread is made, with a stack that has not begun. `creator`: null of the main thread. `number`, where not
  // negative, follows the name.
  model_thread& make(thread_id id, const model_thread* creator, std::string_view name, int number);

  // For a reader.
  std::string name_of(thread_id t) const;
  bool in_guard_page(const void* address) const;
  // The schedule of an execution, its threads renamed from identities to the order of their creation (a token's
  // numbers).
  schedule by_creation(const execution& e) const;

 private:
  settings settings_;
  std::vector<std::unique_ptr<model_thread>> all_;
  std::vector<thread_id> created_;
  // How many threads have the name. Narrated executions only.
  std::unordered_map<std::string, int> names_;
  bool misnumbered_ = false;
};

}  // namespace norn::engine
