#include <utility>

#include "providers/sdk/yaml_scalars.h"
#include "providers/sdk/yaml_spans.h"

namespace plumb {
namespace {

constexpr int kDeepestFlow = 100;

class FlowReader {
 public:
  FlowReader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  Result<YamlFlow> read() {
    YamlFlow flow;
    PLUMB_TRY_ASSIGN(flow.value.value, collection(0));
    flow.value.certain = certain_;
    flow.shared = shared_;
    flow.end = at_;
    return flow;
  }

 private:
  Error wrong(const std::string& why) const { return yaml_error(text_, at_, why); }
  char sign(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  // Blanks, ends of lines and comments.
  Result<> skip() {
    bool parted = at_ == 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        const std::string_view next = text_.substr(at_ + 1);
        if (next.starts_with("---") || next.starts_with("...")) return wrong("a bracket is not closed");
      }
      if (c == '#' && parted) {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) break;
      parted = true;
      ++at_;
    }
    return {};
  }

  bool ends_name(std::size_t at) const {
    return at >= text_.size() || std::string_view(" \t\r\n,[]{}").find(text_[at]) != std::string_view::npos;
  }

  Result<Json> collection(int depth) {
    if (depth > kDeepestFlow) return wrong("it is nested too deeply");
    const bool map = text_[at_++] == '{';
    const char close = map ? '}' : ']';
    Json made = map ? Json::object() : Json::array();
    PLUMB_TRY(skip());
    while (sign() != close) {
      if (sign() == '?' && ends_name(at_ + 1)) return wrong("a name that begins with `?`");
      const char begin = sign();
      PLUMB_TRY_ASSIGN(Json item, value(depth));
      PLUMB_TRY(skip());
      const bool pair = sign() == ':';
      if (map || pair) {
        if (item.is_structured()) return wrong("a name that is a collection");
        Json inner;
        if (pair) {
          ++at_;
          PLUMB_TRY(skip());
          if (sign() != ',' && sign() != close) {
            PLUMB_TRY_ASSIGN(inner, value(depth));
            PLUMB_TRY(skip());
          }
        }
        if (begin == '*') certain_ = false;
        const std::string name = item.is_string() ? item.get<std::string>() : item.dump();
        if (name == "<<") certain_ = false;
        if (!map) {
          item = Json{{name, std::move(inner)}};
        } else if (!made.emplace(name, std::move(inner)).second) {
          return wrong("`" + name + "` stands there twice");
        }
      }
      if (!map) made.push_back(std::move(item));
      if (sign() == close) break;
      if (sign() != ',') return wrong(std::string("`,` or `") + close + "` is expected");
      ++at_;
      PLUMB_TRY(skip());
    }
    ++at_;
    return made;
  }

  Result<Json> value(int depth) {
    const char c = sign();
    if (c == '[' || c == '{') return collection(depth + 1);
    if (c == '"' || c == '\'') {
      PLUMB_TRY_ASSIGN(std::string read, read_yaml_quoted(text_, at_));
      return Json(std::move(read));
    }
    if (c == '*' || c == '&' || c == '!') {
      certain_ = false;
      shared_ = shared_ || c == '&';
      const std::size_t begin = at_;
      while (!ends_name(at_)) ++at_;
      if (c == '*') return Json(std::string(text_.substr(begin, at_ - begin)));
      PLUMB_TRY(skip());
      if (sign() == ',' || sign() == ']' || sign() == '}' || sign() == ':') return Json();
      if (depth + 1 > kDeepestFlow) return wrong("it is nested too deeply");
      return value(depth + 1);
    }
    if (std::string_view("|>%@`,]}\0", 9).find(c) != std::string_view::npos || c == '#')
      return wrong("a value is expected");
    if ((c == '-' || c == ':') && ends_name(at_ + 1)) return wrong("a value is expected");
    return plain();
  }

  Result<Json> plain() {
    const std::size_t begin = at_;
    std::string read;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (std::string_view(",[]{}").find(c) != std::string_view::npos) break;
      if (c == ':' && ends_name(at_ + 1)) break;
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
        if (next == std::string_view::npos || text_[next] == '#') break;
        if (text_.substr(at_, next - at_).find('\n') != std::string_view::npos) {
          // Over lines: how it goes on is not looked at more closely.
          certain_ = false;
          PLUMB_TRY(skip());
          read += ' ';
          continue;
        }
      }
      read += c;
      ++at_;
    }
    while (!read.empty() && (read.back() == ' ' || read.back() == '\t')) read.pop_back();
    if (read.empty()) {
      at_ = begin;
      return wrong("a value is expected");
    }
    TreeValue value = resolve_yaml_plain(read);
    certain_ = certain_ && value.certain;
    return std::move(value.value);
  }

  std::string_view text_;
  std::size_t at_;
  bool certain_ = true;
  bool shared_ = false;
};

}  // namespace

Result<YamlFlow> read_yaml_flow(std::string_view text, std::size_t at) {
  return FlowReader(text, at).read();
}

}  // namespace plumb
