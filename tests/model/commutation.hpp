// Commutation: the rule that every model must keep (scheduler/trace/access.hpp), tested from random
// states. Of two operations that `dependent` calls independent, both orders must give the same
// results, the same accesses and alternatives, the same words, and leave the same operations enabled.
//
// A random program of a few threads runs up to a random state. Wherever two threads could go on from
// there, the program is run twice more, with one order of the two steps and with the other, and then
// to its end in the same way.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace norn::reference {

// A random program: for each thread, the operations that it performs, by number.
using operation_lists = std::vector<std::vector<int>>;

struct commutation_subject {
  int operations = 0;
  // Makes the objects, starts a thread for each list, and joins them all. Calls `result` with what
  // each operation returned.
  std::function<void(const operation_lists&,
                     const std::function<void(std::size_t thread, std::string text)>& result)>
      run;
};

struct commutation_tally {
  std::size_t pairs = 0;        // of enabled operations met in some state
  std::size_t independent = 0;  // those of them that `dependent` lets commute
  // Of each kind of operation, how often it was part of an independent pair, and of a dependent one.
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_kind;
  std::string broken;  // how the rule was broken; empty if it was not
};

// Stops at the first pair that breaks the rule.
commutation_tally check_commutation(const commutation_subject& subject, std::size_t threads,
                                    std::size_t operations_each, std::size_t programs);

}  // namespace norn::reference
