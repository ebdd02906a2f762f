// Review store: tickets in one JSON file, as a web service keeps them that has no database. Each call
// reads the whole file and writes the whole file.
//
// The protocol is written down once. What a variant may do otherwise is the parts that it is built
// from (variants.hpp): which lock it takes, over which steps it holds it, how it saves.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <norn/specs/files/locks.hpp>
#include <norn/specs/files/saving.hpp>
#include <norn/specs/files/system.hpp>
#include <norn/specs/store/versions.hpp>

namespace norn::store {

inline constexpr const char* reviews_path = "reviews.json";
inline constexpr const char* lock_path = "reviews.json.lock";
inline constexpr const char* empty_store = "[]";

// The id that follows the highest one: `REV-001`, `REV-002`, …
std::string next_id(const nlohmann::json& tickets);

// The steps of a create that the lock is held over.
struct cover {
  bool ensure = true;
  bool read = true;
  bool ensure_again = true;
  bool save = true;
};

// What the threads of one process use; each process has its own.
template <class System, class Lock, cover Held, class Saving>
class review_store {
 public:
  explicit review_store(witness& seen) : seen_(&seen) {}

  // The id of the new ticket; nothing when the file could not be parsed or saved, which the service
  // answers with an error.
  std::optional<std::string> create() {
    files::holding<Lock> held(lock_);
    held.over(Held.ensure);
    if (!ensure()) return std::nullopt;
    held.over(Held.read);
    std::optional<nlohmann::json> tickets = list();
    if (!tickets) return std::nullopt;
    const std::string id = next_id(*tickets);
    tickets->push_back({{"id", id}});
    held.over(Held.ensure_again);
    if (!ensure()) return std::nullopt;
    held.over(Held.save);
    if (!save(tickets->dump())) return std::nullopt;
    return id;
  }

  // What a GET request does: reads, and nothing else. Nothing when there is no file, or none that can
  // be parsed.
  std::optional<nlohmann::json> list() {
    auto opened = System::file::open(reviews_path, O_RDONLY);
    if (!opened) return std::nullopt;
    auto in = std::move(opened).value();
    const std::string text = in.read_rest().value();
    seen_->read(text);
    nlohmann::json tickets = nlohmann::json::parse(text, nullptr, false);
    if (tickets.is_discarded()) return std::nullopt;
    return tickets;
  }

 private:
  // A fresh installation has no file yet.
  bool ensure() { return System::exists(reviews_path) || save(empty_store); }

  bool save(const std::string& text) {
    return Saving::save(reviews_path, text, [&] { seen_->committed(text); }).ok();
  }

  witness* seen_;
  Lock lock_{lock_path};
};

}  // namespace norn::store
