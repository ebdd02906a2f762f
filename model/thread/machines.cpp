#include <norn/model/thread/machines.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/base/invariant.hpp>
#include <norn/scheduler/run/failure.hpp>
#include <norn/scheduler/run/place.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/run_local.hpp>
#include <norn/scheduler/run/specification_state.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr std::uint32_t numbers_per_thread = 1u << 12;
constexpr std::uint32_t first_number = 100;  // lower ones are there from the start

template <class T>
T& slot_of(std::vector<T>& table, thread_id t) {
  if (table.size() <= index_of(t)) table.resize(index_of(t) + 1);
  return table[index_of(t)];
}

}  // namespace

host_record::host_record(host_id id_, std::string name_)
    : id(id_), name(std::move(name_)), parts("host" + std::to_string(index_of(id))) {}

process_record::process_record(process_id id_, std::string name_, host_record& on_)
    : id(id_), name(std::move(name_)), on(on_), parts("process" + std::to_string(index_of(id))) {}

machines::machines() {
  const place first;
  host_record& on = hosts_.emplace_back(host_id(0), first.host);
  processes_.emplace_back(process_id(1), first.process, on);
}

machines& machines::now() { return run_local<machines>(); }

// A function of the creator and of what it made before, whatever other threads do meanwhile.
std::uint32_t machines::next_number(thread_id creator) {
  const std::uint32_t place = slot_of(made_by_thread_, creator)++;
  NORN_INVARIANT(place < numbers_per_thread);
  return first_number + static_cast<std::uint32_t>(index_of(creator)) * numbers_per_thread + place;
}

host_record& machines::add_host(std::string_view name) {
  return hosts_.emplace_back(host_id(next_number(this_thread_id())), std::string(name));
}

process_record& machines::add_process(host_record& on, std::string_view name) {
  if (on.power != nullptr) ghost_read(*on.power);  // made before a crash of the host, or after it
  process_record& fresh =
      processes_.emplace_back(process_id(next_number(this_thread_id())), std::string(name), on);
  if (on.power != nullptr) end_with_host(fresh);
  return fresh;
}

void machines::make_mortal(process_record& p) {
  if (is_body_s_own(p)) {
    halt_as_misuse(
        "the process of the body is declared to crash: it is the one that checks; let the "
        "code under test run in a process of its own");
  }
  if (engine::runs_alone()) {  // whatever ran before has ended
    for (process_record& each : processes_) each.has_threads = false;
  }
  if (p.lifeline != nullptr && p.has_threads) return;  // it may crash with its host already
  if (p.has_threads) {
    halt_as_misuse("a crash of " + p.name +
                   " is declared after threads of it were started: declare "
                   "it before");
  }
  if (p.lifeline == nullptr) p.lifeline = std::make_unique<object>("lifeline", p.name);
  p.parts.may_be_lost();
}

void machines::make_mortal(host_record& h) {
  if (h.power == nullptr) h.power = std::make_unique<object>("power", h.name);
  for (process_record* each : processes_on(h)) {
    if (!is_body_s_own(*each)) end_with_host(*each);
  }
  h.parts.may_be_lost();
}

void machines::end_with_host(process_record& p) {
  make_mortal(p);
  p.ends_with_host = true;
}

std::vector<process_record*> machines::processes_on(const host_record& h) {
  std::vector<process_record*> found;
  for (process_record& each : processes_) {
    if (&each.on == &h) found.push_back(&each);
  }
  // Whatever order concurrent threads declared them in.
  std::sort(found.begin(), found.end(),
            [](const process_record* a, const process_record* b) { return a->id < b->id; });
  return found;
}

process_record& machines::process_of(thread_id t) {
  if (process_record* known = slot_of(process_of_thread_, t)) return *known;
  process_record& inherited = t == main_thread ? processes_.front() : process_of(parent_of(t));
  process_of_thread_[index_of(t)] = &inherited;
  return inherited;
}

void machines::assign(thread_id t, process_record& to) { slot_of(process_of_thread_, t) = &to; }

}  // namespace norn
