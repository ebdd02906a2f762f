// The bytes of a token, before base64url (RFC 4648 §5, without padding):
//
//   layout 1 | varint length of the body | body | CRC-32, little endian
//   body: varint depth | fingerprint | run...
//   fingerprint: the whole, 8 bytes little endian | varint number of marks | the marks, a byte each
//   run:  varint (thread << 1 | chooses) | varint steps - 1 | varint alternative of each, if it chooses
//
// Consecutive steps of one thread are a run, and most steps have nothing to choose: a token has about
// two bytes for each change of thread, and at most 64 for the marks. The length tells a truncated token
// from a tampered one; the checksum covers the name too, so that a token cannot be moved to another
// check.
#include <norn/scheduler/explore/token.hpp>

#include <optional>
#include <utility>

namespace norn::engine {

namespace {

using bytes = std::string;

constexpr char layout = 1;
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// CRC-32 of ISO-HDLC (reflected polynomial 0xEDB88320), as in zlib and PNG.
std::uint32_t crc32(std::string_view data, std::uint32_t crc = 0) {
  crc = ~crc;
  for (const char c : data) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

std::uint32_t checksum(std::string_view check, std::string_view content) {
  return crc32(content, crc32(check));
}

void put_varint(bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put_fixed(bytes& out, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i));
}

// Reads from the front; every read of what is not there yields nothing.
class reader {
 public:
  explicit reader(std::string_view data) : data_(data) {}

  bool at_end() const { return data_.empty(); }

  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !data_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(data_.front());
      data_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }

  std::optional<std::uint64_t> fixed(std::size_t size) {
    const auto content = take(size);
    if (!content) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
      value = (value << 8) | static_cast<unsigned char>((*content)[i]);
    }
    return value;
  }

  std::optional<std::string_view> take(std::size_t size) {
    if (size > data_.size()) return std::nullopt;
    const std::string_view taken = data_.substr(0, size);
    data_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view data_;
};

std::string to_base64url(std::string_view data) {
  std::string text;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : data) {
    pending = (pending << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[(pending >> (bits - 6)) & 63];
  }
  if (bits > 0) text += alphabet[(pending << (6 - bits)) & 63];
  return text;
}

// Nothing where a character is none of the alphabet. Bits left over at the end are dropped.
std::optional<bytes> from_base64url(std::string_view text) {
  bytes data;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    pending = (pending << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      data += static_cast<char>(pending >> bits);
    }
  }
  return data;
}

void put_fingerprint(bytes& out, const fingerprint& f) {
  put_fixed(out, f.whole, 8);
  put_varint(out, f.marks.size());
  out.append(f.marks.begin(), f.marks.end());
}

void put_run(bytes& out, const schedule& steps, std::size_t first, std::size_t last) {
  bool chooses = false;
  for (std::size_t i = first; i < last; ++i) chooses |= steps[i].alternative != 0;
  put_varint(out, index_of(steps[first].thread) << 1 | (chooses ? 1u : 0u));
  put_varint(out, last - first - 1);
  if (!chooses) return;
  for (std::size_t i = first; i < last; ++i) put_varint(out, steps[i].alternative);
}

bytes body_of(const token& t) {
  bytes body;
  put_varint(body, t.depth);
  put_fingerprint(body, t.fingerprint);
  for (std::size_t first = 0; first < t.schedule.size();) {
    std::size_t last = first + 1;
    while (last < t.schedule.size() && t.schedule[last].thread == t.schedule[first].thread) ++last;
    put_run(body, t.schedule, first, last);
    first = last;
  }
  return body;
}

// No token means more steps than this; a checksum that fits by chance must not take the memory.
constexpr std::uint64_t most_steps = 100'000'000;

bool read_fingerprint(reader& in, fingerprint& f) {
  const auto whole = in.fixed(8);
  const auto count = whole ? in.varint() : std::nullopt;
  const auto marks = count ? in.take(*count) : std::nullopt;
  if (!marks) return false;
  f.whole = *whole;
  f.marks.assign(marks->begin(), marks->end());
  return true;
}

bool read_run(reader& in, schedule& steps) {
  const auto head = in.varint();
  const auto more = in.varint();
  if (!head || !more || *head >> 1 > 0xffff || *more >= most_steps - steps.size()) return false;
  for (std::uint64_t i = 0; i <= *more; ++i) {
    const auto alternative = (*head & 1) != 0 ? in.varint() : 0;
    if (!alternative || *alternative > 0xffff) return false;
    steps.push_back({thread_id(*head >> 1), static_cast<std::uint16_t>(*alternative), 0});
  }
  return true;
}

bool read_body(std::string_view body, token& t) {
  reader in{body};
  const auto depth = in.varint();
  if (!depth || *depth > 0xffffffff || !read_fingerprint(in, t.fingerprint)) return false;
  t.depth = static_cast<std::uint32_t>(*depth);
  while (!in.at_end()) {
    if (!read_run(in, t.schedule)) return false;
  }
  return true;
}

// --- what is wrong with a token ---

constexpr std::string_view shape = "v1:<check name>:<base64url>";

token_error not_a_token(std::string_view text) {
  return {"`" + std::string(text) + "` is not a replay token: a token reads " + std::string(shape) +
          ".\n  copy it whole from the `replay:` line of a report, in quotes if it has spaces."};
}

token_error other_version(std::string_view version) {
  return {
      "the replay token is of version " + std::string(version) +
      "; this norn reads version 1.\n"
      "  replay it with the norn that wrote it, or search again with this one to get a new token."};
}

token_error truncated(std::string_view where) {
  return {"the replay token is truncated: it ends " + std::string(where) + ".\n" +
          "  copy it whole, from `v1:` to the end of the line of the report."};
}

// A token cut within a name that has a colon looks like this too.
token_error damaged() {
  return {
      "the replay token is truncated or was changed: what follows its last colon is no schedule.\n"
      "  copy it whole, from `v1:` to the end of the line of the report."};
}

token_error tampered(std::string_view what) {
  return {"the replay token was changed since it was written: " + std::string(what) + ".\n" +
          "  copy it again from the report; nothing of it may be edited, not even the name."};
}

// The version of `v12:...`, if the text begins like a token at all.
std::optional<std::string_view> version_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2 || text.front() != 'v') return std::nullopt;
  const std::string_view version = text.substr(1, colon - 1);
  if (version.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return version;
}

std::variant<token, token_error> decode_content(std::string_view name, std::string_view content) {
  reader in{content};
  const auto head = in.take(1);
  if (!head) return truncated("before its schedule");
  if (head->front() != layout) return damaged();
  const auto length = in.varint();
  const auto body = length ? in.take(*length) : std::nullopt;
  const auto sum = body ? in.fixed(4) : std::nullopt;
  if (!sum) return truncated("within its schedule");
  if (!in.at_end()) return tampered("more text follows its end");
  if (*sum != checksum(name, content.substr(0, content.size() - 4))) {
    return tampered("its checksum does not fit");
  }
  token t{.check = std::string(name), .schedule = {}, .fingerprint = {}, .depth = 0};
  if (!read_body(*body, t)) return tampered("its schedule cannot be read");
  return t;
}

}  // namespace

std::string encode(const token& t) {
  const bytes body = body_of(t);
  bytes content(1, layout);
  put_varint(content, body.size());
  content += body;
  put_fixed(content, checksum(t.check, content), 4);
  return "v1:" + t.check + ":" + to_base64url(content);
}

std::variant<token, token_error> decode(std::string_view text) {
  const auto version = version_of(text);
  if (!version) return not_a_token(text);
  if (*version != "1") return other_version(*version);
  const std::size_t first = text.find(':');
  const std::size_t last = text.rfind(':');
  if (first == last) return truncated("within the name of its check");
  const std::string_view name = text.substr(first + 1, last - first - 1);
  const auto content = from_base64url(text.substr(last + 1));
  if (!content) return damaged();
  auto decoded = decode_content(name, *content);
  // The last character may have bits to spare: only one way to write them is ours.
  if (std::holds_alternative<token>(decoded) && to_base64url(*content) != text.substr(last + 1)) {
    return tampered("its end is not the one that was written");
  }
  return decoded;
}

bool looks_like_token(std::string_view text) { return version_of(text).has_value(); }

}  // namespace norn::engine
