// Turns: threads of real processes make their system calls one at a time, in an order that is given
// from outside. A thread says which call it is about to make and waits; whoever gives the turns lets it
// go, and gives no other turn before it has come back with its next call or has ended. So everything
// between two calls belongs to the first of them, as in the model.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace norn::specs_test {

// Before each system call of a thread that runs in turns: waits for its turn. `call` is the operation as
// the model names it.
void await_turn(std::string_view call);

struct real_thread {
  int process = 0;
  std::string name;
  std::function<std::string()> body;  // runs in the process; what it returns is one line
};

struct turn {
  std::string thread;
  std::string call;
};

// Runs the threads in fresh processes, whose current directory is `directory`, and returns what each
// returned. Throws std::runtime_error when a thread wants to make another call than its turn is for,
// has not come back after `patience_ms` (it waits for a lock that the order says is free), or has not
// ended after the last turn. No process is left behind. Requires: the caller has no other threads.
std::map<std::string, std::string> run_in_turns(const std::string& directory,
                                                const std::vector<real_thread>& threads,
                                                const std::vector<turn>& order,
                                                int patience_ms = 30'000);

}  // namespace norn::specs_test
