#include <norn/model/sync/call_once.hpp>

#include <norn/model/sync/misuse.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind call_once_kind{"call_once"};
constexpr operation_kind end_kind{.name = "call_once ends", .nothrow = true};

constexpr std::uint64_t not_called = 0;
constexpr std::uint64_t done = 1;
std::uint64_t called_by(thread_id t) { return index_of(t) + 2; }

// Open for the caller itself too: to wait for itself is an error to be reported.
bool is_not_called_by_another(std::uint64_t word, std::uint64_t mine) {
  return word == not_called || word == done || word == mine;
}

}  // namespace

bool once_flag::begin(source_location where) {
  const std::uint64_t mine = called_by(this_thread_id());
  point p{call_once_kind, state_, where, guard{state_.slot(), is_not_called_by_another, mine}};
  const std::uint64_t word = p.word(state_);
  if (word == mine) {
    p.read(state_);
    p.halt(misuse::call_once_not_reentered,
           misuse::name_of(p.thread()) +
               " calls call_once within the function that it calls once through the same flag: it "
               "would wait for itself");
  }
  if (word == done) {
    p.read(state_);
  } else {
    p.write(state_);
    p.set_word(state_, mine);
  }
  p.acquire(state_);
  p.describe([&](narration& n) {
    n.result = word == done ? "done before" : "calls";
    if (word != done) n.takes(state_);
  });
  return word != done;
}

void once_flag::end(bool returned, source_location where) {
  point p{end_kind, state_, where};
  if (p.abandoned()) return;
  p.write(state_);
  p.set_word(state_, returned ? done : not_called);
  p.release(state_);
  p.describe([&](narration& n) {
    n.result = returned ? "returned" : "threw";
    n.lets_go(state_);
  });
}

}  // namespace norn
