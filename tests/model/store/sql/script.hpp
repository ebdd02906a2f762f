// Scripts: statements of several sessions, one after the other, on the model and on a real server. A session whose
// statement waits gets no further one until it is over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace norn::reference {

class real_server;

struct script_step {
  std::size_t session = 0;
  std::string text;
};

struct script {
  std::size_t sessions = 2;
  std::vector<std::string> setup;
  std::vector<script_step> steps;
  std::string look;  // a query, at the end
};

// For each step a line for what was left out, or came of it, and one for each statement that ended its wait by it:
// "0: 1 row", "1: waits", "0: 23505". In the end what `look` finds.
using transcript = std::vector<std::vector<std::string>>;

// Where one statement ends the waits of several sessions, these go on side by side: `order` draws an order of their steps,
// and the victims of deadlocks; 0 is the order of who has waited longest.
transcript run_on_model(const script& s, std::uint64_t order = 0);
// Of a deadlock, the session that closed the circle is the victim. Where it was one that went on side by side with others,
// the server's victim is any.
transcript run_on_server(const script& s, const real_server& server);

std::string text_of(const script& s, const transcript& t);

}  // namespace norn::reference
