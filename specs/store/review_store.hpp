// Review store: tickets in one JSON file, as a web service keeps them that has no database. Each call
// reads the whole file and writes the whole file.
//
// The protocol is written down once. What a variant may do otherwise is two parts that it is built
// from: what it holds meanwhile (holding.hpp) and how it puts a version in place (saving.hpp).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <norn/model/io/file.hpp>
#include <norn/specs/store/versions.hpp>

namespace norn::store {

inline constexpr const char* reviews_path = "reviews.json";
inline constexpr const char* empty_store = "[]";

// The id that follows the highest one: `REV-001`, `REV-002`, …
std::string next_id(const nlohmann::json& tickets);

template <class Holding, class Saving>
class review_store {
 public:
  explicit review_store(versions& seen) : seen_(&seen) {}

  // The id of the new ticket; nothing when the file could not be parsed, which the service answers
  // with an error.
  std::optional<std::string> create() {
    [[maybe_unused]] const Holding held;
    std::optional<nlohmann::json> tickets = load();
    if (!tickets) return std::nullopt;
    const std::string id = next_id(*tickets);
    tickets->push_back({{"id", id}});
    save(tickets->dump());
    return id;
  }

  // Reads without creating anything: what a GET request does.
  std::optional<nlohmann::json> list() { return read(); }

 private:
  std::optional<nlohmann::json> load() {
    ensure();
    return read();
  }

  void save(const std::string& text) {
    ensure();
    Saving::save(reviews_path, text, *seen_);
  }

  // A fresh installation has no file yet.
  void ensure() {
    if (!io::exists(reviews_path)) Saving::save(reviews_path, empty_store, *seen_);
  }

  // Nothing when there is no file, or none that can be parsed.
  std::optional<nlohmann::json> read() {
    io::result<io::file> opened = io::file::open(reviews_path, O_RDONLY);
    if (!opened.ok()) return std::nullopt;
    io::file in = std::move(opened).value();
    const std::string text = in.read_rest().value();
    seen_->read(text);
    nlohmann::json tickets = nlohmann::json::parse(text, nullptr, false);
    if (tickets.is_discarded()) return std::nullopt;
    return tickets;
  }

  versions* seen_;
};

}  // namespace norn::store
