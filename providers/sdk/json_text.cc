#include <algorithm>
#include <utility>

#include "providers/sdk/json_answer.h"
#include "providers/sdk/json_spans.h"
#include "providers/sdk/tree_text.h"

namespace plumb {
namespace {

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

// A text of JSON that is changed where its values stand.
class JsonText : public TreeText {
 public:
  explicit JsonText(std::string_view text) : text_(text) {
    if (text_.find_first_not_of(" \t\r\n") == std::string::npos) text_ = "{}\n";
  }

  // The value at the path; nothing where there is none.
  Result<std::optional<TreeValue>> value_at(const TreePath& path) override {
    PLUMB_TRY(read());
    const SpannedValue* value = &root_;
    for (const std::string& step : path) {
      const std::size_t at = find(*value, step);
      if (at == kNowhere) return std::optional<TreeValue>();
      value = &value->values[at];
    }
    return std::optional(TreeValue{json_answer(text_.substr(value->begin, value->end - value->begin))});
  }

  Result<> set(const TreePath& path, const Json& value) override {
    PLUMB_TRY(read());
    SpannedValue* at = &root_;
    std::size_t depth = 0;
    for (; depth < path.size(); ++depth) {
      const std::size_t next = find(*at, path[depth]);
      if (next == kNowhere) break;
      at = &at->values[next];
    }
    if (depth == path.size()) {
      const std::string made = is_spread(root_) ? shown(value, indent_at(at->begin)) : value.dump();
      text_.replace(at->begin, at->end - at->begin, made);
      return {};
    }
    return add(*at, path, depth, nested_value(path, depth + 1, value));
  }

  Result<> remove(const TreePath& path) override {
    PLUMB_TRY(read());
    const SpannedValue* holder = &root_;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      const std::size_t next = find(*holder, path[i]);
      if (next == kNowhere) return {};
      holder = &holder->values[next];
    }
    const std::size_t at = find(*holder, path.back());
    if (at == kNowhere) return {};
    // With the comma that is then too many.
    const bool last = at + 1 == holder->values.size();
    std::size_t begin = holder->starts[at];
    std::size_t end = holder->values[at].end;
    if (!last) {
      end = holder->starts[at + 1];
    } else if (at > 0) {
      begin = holder->values[at - 1].end;
    } else {
      begin = holder->begin + 1;
      end = holder->end - 1;
    }
    text_.erase(begin, end - begin);
    return {};
  }

  const std::string& text() const override { return text_; }

 private:
  Result<> read() {
    PLUMB_TRY_ASSIGN(root_, read_json_spans(text_));
    return {};
  }

  static std::size_t find(const SpannedValue& holder, const std::string& step) {
    if (holder.kind == SpannedValue::Kind::kMap) {
      const auto name = std::find(holder.names.begin(), holder.names.end(), step);
      return name == holder.names.end() ? kNowhere : static_cast<std::size_t>(name - holder.names.begin());
    }
    const auto place = holder.kind == SpannedValue::Kind::kList ? place_in_list(step) : std::nullopt;
    return place && *place < holder.values.size() ? *place : kNowhere;
  }

  // To the end of the map or list that is at `holder`.
  Result<> add(const SpannedValue& holder, const TreePath& path, std::size_t depth, const Json& value) {
    const TreePath above(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth));
    const auto refused = [&](const std::string& why) {
      return fail(Code::kRefusedByState, (above.empty() ? "the whole" : "`" + path_text(above) + "`") + why);
    };
    const bool map = holder.kind == SpannedValue::Kind::kMap;
    if (holder.kind == SpannedValue::Kind::kOther) return refused(" is no map in which something could be");
    if (!map && place_in_list(path[depth]) != holder.values.size())
      return refused(" is a list of " + std::to_string(holder.values.size()) + " and has no place " + path[depth]);
    const std::string outer = indent_at(holder.begin);
    const bool empty = holder.values.empty();
    const bool spread = empty ? text_.find('\n') + 1 >= text_.size() || is_spread(root_) : is_spread(holder);
    const std::string inner = !empty && spread ? indent_at(holder.starts.back()) : outer + unit();
    const std::string name = map ? Json(path[depth]).dump() + ": " : "";
    const std::string member = name + (spread ? shown(value, inner) : value.dump());
    const std::string line = line_end();
    if (!empty) {
      text_.insert(holder.values.back().end, "," + (spread ? line + inner : " ") + member);
    } else if (spread) {
      text_.replace(holder.begin + 1, holder.end - holder.begin - 2, line + inner + member + line + outer);
    } else {
      text_.replace(holder.begin + 1, holder.end - holder.begin - 2, member);
    }
    return {};
  }

  bool is_spread(const SpannedValue& value) const {
    return text_.substr(value.begin, value.end - value.begin).find('\n') != std::string::npos;
  }
  std::string line_end() const { return line_end_of(text_); }
  // The blanks before the line in which something stands.
  std::string indent_at(std::size_t at) const {
    const std::size_t line = at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
    return text_.substr(line, std::min(text_.find_first_not_of(" \t", line), text_.size()) - line);
  }
  // What the first line that is indented has more than the one above.
  std::string unit() const {
    for (std::size_t line = 0; (line = text_.find('\n', line)) != std::string::npos;) {
      ++line;
      const std::size_t end = std::min(text_.find_first_not_of(" \t", line), text_.size());
      if (end > line && end < text_.size() && text_[end] != '\r' && text_[end] != '\n')
        return text_.substr(line, end - line);
    }
    return "  ";
  }
  std::string shown(const Json& value, const std::string& indent) const {
    const std::string step = unit();
    const std::string text = value.dump(static_cast<int>(step.size()), step.front());
    std::string shown;
    for (const char c : text) shown += c == '\n' ? line_end() + indent : std::string(1, c);
    return shown;
  }

  std::string text_;
  SpannedValue root_;
};

}  // namespace

std::unique_ptr<TreeText> json_tree_text(std::string_view text) {
  return std::make_unique<JsonText>(text);
}

}  // namespace plumb
