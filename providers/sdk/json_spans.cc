#include "providers/sdk/json_spans.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace plumb {
namespace {

constexpr int kDeepest = 200;

class SpanReader {
 public:
  explicit SpanReader(std::string_view text) : text_(text) {}

  Result<SpannedValue> read() {
    PLUMB_TRY_ASSIGN(SpannedValue value, value_at(0));
    skip_blanks();
    if (at_ != text_.size()) return wrong("more than one value");
    return value;
  }

 private:
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool take(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Error wrong(const std::string& why) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    return fail(Code::kRefusedByState, "line " + std::to_string(line) + " is no JSON: " + why);
  }

  Result<SpannedValue> value_at(int depth) {
    if (depth > kDeepest) return wrong("it is nested too deeply");
    skip_blanks();
    SpannedValue value;
    value.begin = at_;
    if (take('{')) {
      value.kind = SpannedValue::Kind::kMap;
      PLUMB_TRY(members(value, '}', depth));
    } else if (take('[')) {
      value.kind = SpannedValue::Kind::kList;
      PLUMB_TRY(members(value, ']', depth));
    } else {
      PLUMB_TRY_ASSIGN(const Json read, scalar());
    }
    value.end = at_;
    return value;
  }

  // A text, a number or a word.
  Result<Json> scalar() {
    const std::size_t begin = at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
        if (text_[at_] == '\\') ++at_;
      }
      at_ = std::min(at_ + 1, text_.size());
    } else {
      at_ = std::min(text_.find_first_of(" \t\r\n,:[]{}\"", at_), text_.size());
    }
    Result<Json> read = parse_json(text_.substr(begin, at_ - begin), Code::kRefusedByState);
    if (read && !read->is_structured()) return read;
    at_ = begin;
    return wrong("a value is expected");
  }

  Result<> members(SpannedValue& value, char end, int depth) {
    if (take(end)) return {};
    do {
      skip_blanks();
      value.starts.push_back(at_);
      if (value.kind == SpannedValue::Kind::kMap) {
        PLUMB_TRY_ASSIGN(const Json name, scalar());
        if (!name.is_string()) return wrong("a name is expected");
        value.names.push_back(name.get<std::string>());
        const auto same = std::find(value.names.begin(), value.names.end() - 1, value.names.back());
        if (same != value.names.end() - 1) return wrong("`" + value.names.back() + "` stands there twice");
        if (!take(':')) return wrong("`:` is expected");
      }
      PLUMB_TRY_ASSIGN(SpannedValue inner, value_at(depth + 1));
      value.values.push_back(std::move(inner));
    } while (take(','));
    return take(end) ? Result<>() : wrong(std::string("`,` or `") + end + "` is expected");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<SpannedValue> read_json_spans(std::string_view text) {
  return SpanReader(text).read();
}

}  // namespace plumb
