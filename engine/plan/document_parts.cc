#include "engine/plan/document_parts.h"

#include <algorithm>
#include <array>

namespace plumb::plan {
namespace {

constexpr std::array<std::string_view, 3> kLarge = {"\"blobs\"", "\"hosts\"", "\"shared\""};

// Each function is false, or "", where something else stands there.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_(text) {}

  bool take(char expected) {
    if (at_ >= text_.size() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }
  bool at(char expected) const { return at_ < text_.size() && text_[at_] == expected; }
  bool at_end() const { return at_ == text_.size(); }

  // With its quotes.
  std::string_view string() {
    const std::size_t begin = at_;
    if (!take('"')) return {};
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    return take('"') ? text_.substr(begin, at_ - begin) : std::string_view();
  }

  // To the end of what brackets hold, or to the next member; not looked at any further.
  std::string_view value() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (string().empty()) return {};
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    }
    return depth == 0 ? text_.substr(begin, at_ - begin) : std::string_view();
  }

  // Calls `member` with each name, where its value begins. False where that says so.
  template <class Member>
  bool object(Member member) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      const std::string_view name = string();
      if (name.empty() || !take(':') || !member(name)) return false;
    } while (take(','));
    return take('}');
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<DocumentParts> cut(std::string_view document) {
  Cutter cutter(document);
  DocumentParts parts;
  const auto cut_large = [&](std::string_view name) {
    const auto found = parts.objects.try_emplace(name.substr(1, name.size() - 2));
    CutMembers& members = found.first->second;
    return found.second && cutter.object([&](std::string_view member) {
      const std::string_view value = cutter.value();
      members.emplace_back(member, value);
      return !value.empty();
    });
  };
  const bool whole = cutter.object([&](std::string_view name) {
    parts.rest += parts.rest.empty() ? '{' : ',';
    parts.rest.append(name).append(":");
    if (cutter.at('{') && std::find(kLarge.begin(), kLarge.end(), name) != kLarge.end()) {
      parts.rest += "{}";
      return cut_large(name);
    }
    const std::string_view value = cutter.value();
    parts.rest += value;
    return !value.empty();
  });
  if (!whole || !cutter.at_end() || parts.rest.empty()) return std::nullopt;
  parts.rest += '}';
  return parts;
}

}  // namespace plumb::plan
