// Token: a schedule as text that a person can paste, `v1:<check name>:<base64url>`. It carries the
// schedule, the fingerprint of what happened along it (fingerprint.hpp), and the bounds under which it
// was found; a checksum finds out truncation and tampering.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <norn/scheduler/explore/fingerprint.hpp>
#include <norn/scheduler/trace/schedule.hpp>

namespace norn::engine {

struct token {
  std::string check;          // a check's full name or `Suite.Name`
  engine::schedule schedule;  // `step::check` is not carried
  engine::fingerprint fingerprint;
  std::uint32_t depth = 0;  // the bound on steps under which it was found
};

std::string encode(const token& t);

// What is wrong with a text that is no token, and what to do about it.
struct token_error {
  std::string message;
};
std::variant<token, token_error> decode(std::string_view text);

// True of whatever was meant as a token: it begins with `v<digits>:`. Tells it from a file's name.
bool looks_like_token(std::string_view text);

}  // namespace norn::engine
