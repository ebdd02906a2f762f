#include <norn/scheduler/explore/fingerprint.hpp>

#include <algorithm>

namespace norn::engine {

namespace {

constexpr std::size_t most_marks = 64;

// FNV-1a, over numbers in place of bytes.
class running_hash {
 public:
  void add(const step& s) {
    mix(index_of(s.thread));
    mix(s.check);
  }
  std::uint64_t value() const { return hash_; }
  // The high bits: those of a product depend on all bits below.
  std::uint8_t mark() const { return static_cast<std::uint8_t>(hash_ >> 56); }

 private:
  void mix(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3; }

  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

std::size_t steps_between_marks(std::size_t steps) {
  return std::max<std::size_t>(1, (steps + most_marks - 1) / most_marks);
}

std::size_t marks_of(std::size_t steps) { return steps / steps_between_marks(steps); }

fingerprint fingerprint_of(const schedule& s) {
  const std::size_t stride = steps_between_marks(s.size());
  fingerprint result;
  running_hash hash;
  for (std::size_t i = 0; i < s.size(); ++i) {
    hash.add(s[i]);
    if ((i + 1) % stride == 0) result.marks.push_back(hash.mark());
  }
  result.whole = hash.value();
  return result;
}

std::optional<step_range> parting(const fingerprint& recorded, std::size_t steps,
                                  const schedule& came) {
  if (!recorded.exists()) return std::nullopt;
  const std::size_t stride = steps_between_marks(steps);
  running_hash hash;
  for (std::size_t i = 0; i < std::min(steps, came.size()); ++i) {
    hash.add(came[i]);
    if ((i + 1) % stride != 0) continue;
    const std::size_t mark = (i + 1) / stride - 1;
    if (mark < recorded.marks.size() && hash.mark() != recorded.marks[mark]) {
      return step_range{i + 2 - stride, i + 1};
    }
  }
  if (came.size() < steps || hash.value() == recorded.whole) return std::nullopt;
  return step_range{std::min(recorded.marks.size() * stride + 1, steps), steps};
}

}  // namespace norn::engine
