#include "providers/package/apk/versions.h"

#include "engine/base/ascii.h"

namespace plumb::providers::package::apk {
namespace {

// In the order of their weight: of two versions that are equal so far, the one whose next part is of a later sort is
// the older one.
enum class Part { kFirst, kNumber, kLetter, kSuffix, kSuffixNumber, kCommit, kRevision, kEnd, kInvalid };

// The first four are older than no suffix at all, the others newer.
constexpr int kSuffixes = 9;
constexpr const char* kSuffix[kSuffixes] = {"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"};
constexpr int kNoSuffix = 4;

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_commit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

// Goes through a version part by part.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) { take(Part::kFirst, is_digit); }

  Part part() const { return part_; }
  bool ended() const { return part_ >= Part::kEnd; }
  bool before_release() const { return part_ == Part::kSuffix && suffix_ < kNoSuffix; }

  void next() {
    if (rest_.empty()) return end(Part::kEnd);
    const char c = rest_.front();
    if (is_small(c) && part_ <= Part::kNumber) {
      part_ = Part::kLetter;
      text_ = rest_.substr(0, 1);
      return rest_.remove_prefix(1);
    }
    if (is_digit(c) && part_ == Part::kSuffix) return take(Part::kSuffixNumber, is_digit);
    rest_.remove_prefix(1);
    if (c == '.' && part_ <= Part::kNumber) return take(Part::kNumber, is_digit);
    if (c == '~' && part_ < Part::kCommit) return take(Part::kCommit, is_commit);
    if (c == '_' && part_ < Part::kCommit) return take_suffix();
    if (c != '-' || part_ >= Part::kRevision || !rest_.starts_with('r')) return end(Part::kInvalid);
    rest_.remove_prefix(1);
    take(Part::kRevision, is_digit);
  }

  // Of parts of one sort.
  int compare(const Reader& other) const {
    if (part_ == Part::kSuffix) return suffix_ - other.suffix_;
    // A number that begins with 0 is text, but for one that stands first or behind a word.
    const bool zeros = part_ == Part::kNumber && (text_.starts_with('0') || other.text_.starts_with('0'));
    if (part_ == Part::kCommit || zeros) return text_.compare(other.text_);
    std::string_view one = text_;
    std::string_view two = other.text_;
    while (one.starts_with('0')) one.remove_prefix(1);
    while (two.starts_with('0')) two.remove_prefix(1);
    return one.size() != two.size() ? (one.size() < two.size() ? -1 : 1) : one.compare(two);
  }

 private:
  void end(Part part) {
    part_ = part;
    text_ = rest_ = {};
  }

  void take(Part part, bool (*belongs)(char)) {
    std::size_t size = 0;
    while (size < rest_.size() && belongs(rest_[size])) ++size;
    text_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    part_ = part;
    if (text_.empty()) end(Part::kInvalid);
  }

  void take_suffix() {
    take(Part::kSuffix, is_small);
    for (suffix_ = 0; suffix_ < kSuffixes; ++suffix_) {
      if (text_ == kSuffix[suffix_]) return;
    }
    end(Part::kInvalid);
  }

  std::string_view rest_;
  std::string_view text_;  // of the part
  Part part_ = Part::kFirst;
  int suffix_ = 0;
};

}  // namespace

int compare_versions(std::string_view one, std::string_view other) {
  Reader its(one);
  Reader others(other);
  while (its.part() == others.part() && !its.ended()) {
    if (const int order = its.compare(others); order != 0) return order;
    its.next();
    others.next();
  }
  if (its.part() == others.part()) return 0;
  if (its.before_release()) return -1;
  if (others.before_release()) return 1;
  return its.part() > others.part() ? -1 : 1;
}

}  // namespace plumb::providers::package::apk
