#include "providers/package/apk/versions.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/base/ascii.h"

namespace plumb::providers::package::apk {
namespace {

// In the order of their weight: of two versions that are equal so far, the one whose next part is of a later sort is
// the older one.
enum class Part { kFraction, kNumber, kLetter, kSuffix, kSuffixNumber, kRevision, kEnd, kInvalid };

// Older than no suffix at all, and newer.
constexpr std::array<std::string_view, 4> kBefore = {"alpha", "beta", "pre", "rc"};
constexpr std::array<std::string_view, 5> kBehind = {"cvs", "svn", "git", "hg", "p"};

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

// Goes through a version part by part.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) { read(Part::kNumber); }

  Part part() const { return part_; }
  std::int64_t value() const { return value_; }
  bool ended() const { return part_ == Part::kEnd || part_ == Part::kInvalid; }

  void next() {
    if (rest_.empty()) return end(Part::kEnd);
    const Part last = part_;
    const char c = rest_.front();
    const bool is_numeric = last == Part::kNumber || last == Part::kFraction;
    if (is_numeric && is_small(c)) return read(Part::kLetter);
    if (is_digit(c) && (last == Part::kLetter || last == Part::kFraction)) return read(Part::kNumber);
    if (is_digit(c) && last == Part::kSuffix) return read(Part::kSuffixNumber);
    rest_.remove_prefix(1);
    if (c == '.' && is_numeric) return read(Part::kFraction);
    if (c == '_' && last != Part::kRevision) return read(Part::kSuffix);
    if (c != '-' || !rest_.starts_with('r') || last == Part::kRevision) return end(Part::kInvalid);
    rest_.remove_prefix(1);
    read(Part::kRevision);
  }

 private:
  void end(Part part) {
    part_ = part;
    value_ = 0;
    rest_ = {};
  }

  void read(Part part) {
    part_ = part;
    if (rest_.empty()) return end(Part::kEnd);
    if (part == Part::kLetter) {
      value_ = rest_.front();
      rest_.remove_prefix(1);
    } else if (part == Part::kSuffix) {
      read_suffix();
    } else if (part == Part::kFraction && rest_.front() == '0') {
      // More zeros in front make it older; the last one is a part of the number behind it.
      const std::size_t more = std::min(rest_.find_first_not_of('0'), rest_.size()) - 1;
      value_ = -static_cast<std::int64_t>(more);
      rest_.remove_prefix(more);
    } else {
      read_number();
    }
  }

  void read_number() {
    constexpr std::int64_t kMost = std::int64_t{1} << 58;
    if (!is_digit(rest_.front())) return end(Part::kInvalid);
    value_ = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1)) {
      if (value_ < kMost / 10) value_ = value_ * 10 + (rest_.front() - '0');
    }
  }

  void read_suffix() {
    const auto end_of_word = std::find_if_not(rest_.begin(), rest_.end(), is_small);
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end_of_word - rest_.begin()));
    const auto before = std::find(kBefore.begin(), kBefore.end(), word);
    const auto behind = std::find(kBehind.begin(), kBehind.end(), word);
    if (before == kBefore.end() && behind == kBehind.end()) return end(Part::kInvalid);
    value_ = before != kBefore.end() ? before - kBefore.end() : behind - kBehind.begin();
    rest_.remove_prefix(word.size());
  }

  std::string_view rest_;
  Part part_ = Part::kNumber;
  std::int64_t value_ = 0;
};

}  // namespace

int compare_versions(std::string_view one, std::string_view other) {
  Reader its(one);
  Reader others(other);
  while (its.part() == others.part() && its.value() == others.value() && !its.ended()) {
    its.next();
    others.next();
  }
  if (its.part() == others.part()) return its.value() < others.value() ? -1 : its.value() > others.value() ? 1 : 0;
  if (its.part() == Part::kSuffix && its.value() < 0) return -1;
  if (others.part() == Part::kSuffix && others.value() < 0) return 1;
  return its.part() > others.part() ? -1 : 1;
}

}  // namespace plumb::providers::package::apk
