#include <algorithm>
#include <utility>

#include "providers/sdk/tree_text.h"
#include "providers/sdk/yaml_scalars.h"
#include "providers/sdk/yaml_spans.h"

namespace plumb {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kNotThere = static_cast<std::size_t>(-1);

bool is_block(const Json& value) {
  return value.is_structured() && !value.empty();
}

bool is_block(const YamlNode& node) {
  return node.kind == Kind::kMap || node.kind == Kind::kList;
}

// How much deeper each level of a text is indented.
struct Layout {
  std::size_t map = 0, list = 0;  // 0: nothing says
  bool list_found = false;

  void learn(const YamlNode& node) {
    for (const YamlNode& inner : node.values) {
      if (map != 0 && list_found) return;
      const bool below = node.kind == Kind::kMap && inner.column >= node.column;
      if (below && inner.kind == Kind::kMap && map == 0) map = inner.column - node.column;
      if (below && inner.kind == Kind::kList && !list_found) {
        list = inner.column - node.column;
        list_found = true;
      }
      learn(inner);
    }
  }
};

// Writes values as the rest of a text is written.
class YamlWriter {
 public:
  // `literals`: texts may stand over lines.
  YamlWriter(std::string line_end, Layout layout, bool literals)
      : line_end_(std::move(line_end)), layout_(layout), literals_(literals) {
    if (layout_.map == 0) layout_.map = 2;
    if (!layout_.list_found) layout_.list = layout_.map;
  }

  // What stands behind a colon or dash in this column.
  std::string behind(const Json& value, std::size_t column, bool dash) const {
    if (is_block(value)) {
      if (dash) return ' ' + block(value, column + 2);
      const std::size_t inner = column + (value.is_array() ? layout_.list : layout_.map);
      return line(inner) + block(value, inner);
    }
    if (!literals_ || !is_yaml_literal(value))
      return ' ' + (value.is_structured() ? yaml_flow_text(value) : yaml_scalar_text(value));
    std::string_view text = value.get_ref<const std::string&>();
    std::string out = text.ends_with('\n') ? " |" : " |-";
    while (!text.empty()) {
      const std::string_view one = text.substr(0, text.find('\n'));
      out += one.empty() ? line_end_ : line(column + (dash ? 2 : layout_.map)) + std::string(one);
      text.remove_prefix(std::min(one.size() + 1, text.size()));
    }
    return out;
  }

  // A map or list that is not empty. Its first line is indented already.
  std::string block(const Json& value, std::size_t column) const {
    std::string out;
    const auto entry = [&](const std::string& begin, const Json& item) {
      out += (out.empty() ? "" : line(column)) + begin + behind(item, column, value.is_array());
    };
    if (value.is_array()) {
      for (const Json& item : value) entry("-", item);
    } else {
      for (const auto& [name, item] : value.items()) entry(yaml_scalar_text(Json(name)) + ":", item);
    }
    return out;
  }

  std::string line(std::size_t column) const { return line_end_ + std::string(column, ' '); }

 private:
  std::string line_end_;
  Layout layout_;
  bool literals_;
};

class YamlText : public TreeText {
 public:
  explicit YamlText(std::string_view text) : text_(text) {}

  Result<std::optional<TreeValue>> value_at(const TreePath& path) override {
    PLUMB_TRY(read());
    const YamlNode* node = &root_;
    for (std::size_t depth = 0; depth < path.size(); ++depth) {
      if (node->kind == Kind::kFlow) return value_inside(node->value, path, depth);
      if (node->kind == Kind::kAlias) return refused(*node, path, depth, "is an alias of what stands elsewhere");
      PLUMB_TRY_ASSIGN(const std::size_t at, find(*node, path, depth));
      if (at == kNotThere) return std::optional<TreeValue>();
      node = &node->values[at];
    }
    return std::optional(value_of(*node));
  }

  Result<> set(const TreePath& path, const Json& value) override {
    PLUMB_TRY(read());
    const YamlNode* holder = nullptr;
    const YamlNode* node = &root_;
    for (std::size_t depth = 0; depth < path.size(); ++depth) {
      PLUMB_TRY(check(*node, path, depth));
      const bool empty_flow = node->kind == Kind::kFlow && node->value.value.empty();
      const bool nothing = node->kind == Kind::kNull || (node->kind == Kind::kScalar && node->value.value.is_null());
      if (nothing || (empty_flow && node->value.value.is_object())) {
        return replace(*node, holder, nested_value(path, depth, value));
      }
      if (empty_flow && path[depth] == "0")
        return replace(*node, holder, Json::array({nested_value(path, depth + 1, value)}));
      if (node->kind == Kind::kFlow)
        return refused(*node, path, depth, "is a flow collection, in which nothing is edited");
      if (!is_block(*node)) return refused(*node, path, depth, "is no map in which something could be");
      PLUMB_TRY_ASSIGN(const std::size_t at, find(*node, path, depth));
      if (at == kNotThere) return add(*node, path, depth, nested_value(path, depth + 1, value));
      holder = node;
      node = &node->values[at];
    }
    PLUMB_TRY(check(*node, path, path.size()));
    PLUMB_TRY(check_whole(*node, path, path.size()));
    return replace(*node, holder, value);
  }

  Result<> remove(const TreePath& path) override {
    PLUMB_TRY(read());
    const YamlNode* above = nullptr;
    const YamlNode* holder = nullptr;
    const YamlNode* node = &root_;
    std::size_t at = kNotThere;
    for (std::size_t depth = 0; depth < path.size(); ++depth) {
      PLUMB_TRY(check(*node, path, depth));
      if (node->kind == Kind::kFlow)
        return refused(*node, path, depth, "is a flow collection, in which nothing is edited");
      PLUMB_TRY_ASSIGN(at, find(*node, path, depth));
      if (at == kNotThere) return {};
      above = holder;
      holder = node;
      node = &node->values[at];
    }
    PLUMB_TRY(check_whole(*node, path, path.size()));
    if (holder->values.size() == 1)
      return replace(*holder, above, holder->kind == Kind::kMap ? Json::object() : Json::array());
    const std::size_t begin = holder->starts[at];
    if (text_.find_first_not_of(' ', line_begin(begin)) == begin) {
      erase_lines(line_begin(begin), node->end);
    } else {
      // It stands behind a dash, and so does then what follows.
      text_.erase(begin, holder->starts[at + 1] - begin);
    }
    return {};
  }

  const std::string& text() const override { return text_; }

 private:
  Result<> read() {
    PLUMB_TRY_ASSIGN(root_, read_yaml_spans(text_));
    layout_ = {};
    layout_.learn(root_);
    return {};
  }

  static Result<std::optional<TreeValue>> value_inside(const TreeValue& all, const TreePath& path, std::size_t depth) {
    const Json* value = value_in(all.value, path, depth);
    if (value == nullptr) return std::optional<TreeValue>();
    return std::optional(TreeValue{*value, all.certain});
  }

  // kNotThere where there is none. In the map at `depth` of the path.
  Result<std::size_t> find(const YamlNode& holder, const TreePath& path, std::size_t depth) const {
    const std::string& step = path[depth];
    if (holder.kind == Kind::kMap) {
      const auto name = std::find(holder.names.begin(), holder.names.end(), step);
      if (name != holder.names.end()) return static_cast<std::size_t>(name - holder.names.begin());
      if (std::find(holder.names.begin(), holder.names.end(), "<<") != holder.names.end())
        return refused(holder, path, depth, "takes values from elsewhere by `<<`");
    }
    const auto place = holder.kind == Kind::kList ? place_in_list(step) : std::nullopt;
    return place && *place < holder.values.size() ? *place : kNotThere;
  }

  Error refused(const YamlNode& node, const TreePath& path, std::size_t depth, const std::string& why) const {
    const TreePath above(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth));
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(node.begin), '\n');
    return fail(Code::kRefusedByState, (above.empty() ? "the whole" : "`" + path_text(above) + "`") + " in line " +
                                           std::to_string(line) + " " + why);
  }
  Result<> check(const YamlNode& node, const TreePath& path, std::size_t depth) const {
    if (node.kind == Kind::kAlias) return refused(node, path, depth, "is an alias of what stands elsewhere");
    if (!node.property.empty()) return refused(node, path, depth, "has " + node.property + ", so it is not edited");
    return {};
  }
  // Of one that goes.
  Result<> check_whole(const YamlNode& node, const TreePath& path, std::size_t depth) const {
    PLUMB_TRY(check(node, path, depth));
    if (node.shared) return refused(node, path, depth, "has an anchor in it, of which something else may be an alias");
    return {};
  }

  std::size_t line_begin(std::size_t at) const { return at == 0 ? 0 : text_.rfind('\n', at - 1) + 1; }
  std::size_t line_end(std::size_t at) const {
    const std::size_t end = std::min(text_.find('\n', at), text_.size());
    return end > 0 && end < text_.size() && text_[end - 1] == '\r' ? end - 1 : end;
  }
  std::size_t next_line(std::size_t at) const {
    const std::size_t end = text_.find('\n', at);
    return end == std::string::npos ? text_.size() : end + 1;
  }
  // Of what ends in the line of `at`, in a map or list in this column. A comment below it that is indented deeper would
  // be taken for the end of a text over lines.
  YamlWriter writer(std::size_t at, std::size_t column) const {
    bool taken = next_line(at) == text_.size() && !text_.empty() && !text_.ends_with('\n');
    for (std::size_t line = next_line(at); line < text_.size(); line = next_line(line)) {
      const std::size_t first = text_.find_first_not_of(" \t\r", line);
      if (first == std::string::npos || text_[first] == '\n') continue;
      taken = text_[first] == '#' && first - line > column;
      break;
    }
    return {line_end_of(text_), layout_, !taken};
  }

  // `holder` is what it is in; null for the root.
  Result<> replace(const YamlNode& node, const YamlNode* holder, const Json& value) {
    if (holder == nullptr) return replace_root(node, value);
    const bool dash = holder->kind == Kind::kList;
    const bool below = text_.substr(node.head, node.begin - node.head).find('\n') != std::string::npos;
    // Where the old one begins, if that is a place for the new one.
    const bool fits = node.column > holder->column || (value.is_array() && !dash);
    if (is_block(node) && is_block(value) && fits) {
      const std::string made = writer(node.end, holder->column).block(value, node.column);
      text_.replace(node.begin, line_end(node.end) - node.begin, made);
      return {};
    }
    if (below) {
      erase_lines(line_begin(node.begin), node.end);
      put(node.head, node.head, writer(node.head, holder->column).behind(value, holder->column, dash));
      return {};
    }
    const std::string made = writer(node.end, holder->column).behind(value, holder->column, dash);
    if (node.begin == node.end) {
      put(node.head, node.head, made);
    } else {
      // A comment behind a map or list was about a value of it.
      put(node.begin, is_block(node) ? line_end(node.end) : node.end, made);
    }
    return {};
  }

  // From the beginning of a line to the end of another one; a last line without an end stays one.
  void erase_lines(std::size_t begin, std::size_t last) {
    const std::size_t end = next_line(last);
    if (end == text_.size() && !text_.ends_with('\n') && begin > 0) begin = line_end(begin - 1);
    text_.erase(begin, end - begin);
  }

  // The first line of `made` takes the place of what is there, the others come below that line; what stands behind in
  // it stays.
  void put(std::size_t begin, std::size_t end, std::string_view made) {
    const std::string line = line_end_of(text_);
    const std::size_t split = std::min(made.find(line), made.size());
    std::string_view first = made.substr(0, split);
    const std::string_view rest = made.substr(split);
    const std::size_t line_stop = line_end(end);
    std::string tail = text_.substr(end, line_stop - end);
    if (begin > 0 && (text_[begin - 1] == ' ' || text_[begin - 1] == '\t') && first.starts_with(' '))
      first.remove_prefix(1);
    if (first.empty()) {
      while (begin > 0 && (text_[begin - 1] == ' ' || text_[begin - 1] == '\t')) --begin;
      if (tail.find_first_not_of(" \t") == std::string::npos) tail.clear();
      if (!tail.empty() && tail[0] == '#') tail.insert(0, " ");
    }
    text_.replace(begin, line_stop - begin, std::string(first) + tail + std::string(rest));
  }

  Result<> replace_root(const YamlNode& node, const Json& value) {
    const std::string line = line_end_of(text_);
    const std::string made = is_block(value) ? writer(node.end, 0).block(value, 0) : yaml_flow_text(value);
    if (node.kind == Kind::kNull) {
      if (!text_.empty() && text_.back() != '\n' && text_ != "\xEF\xBB\xBF") text_ += line;
      text_ += made + line;
    } else {
      text_.replace(node.begin, (is_block(node) ? line_end(node.end) : node.end) - node.begin, made);
    }
    return {};
  }

  // Behind the last entry of the map or list.
  Result<> add(const YamlNode& holder, const TreePath& path, std::size_t depth, const Json& value) {
    const YamlWriter write = writer(holder.end, holder.column);
    const bool list = holder.kind == Kind::kList;
    if (list && place_in_list(path[depth]) != holder.values.size()) {
      return refused(holder, path, depth,
                     "is a list of " + std::to_string(holder.values.size()) + " and has no place " + path[depth]);
    }
    const std::string begin = list ? "-" : yaml_scalar_text(Json(path[depth])) + ":";
    text_.insert(line_end(holder.end), write.line(holder.column) + begin + write.behind(value, holder.column, list));
    return {};
  }

  std::string text_;
  YamlNode root_;
  Layout layout_;
};

}  // namespace

std::unique_ptr<TreeText> yaml_tree_text(std::string_view text) {
  return std::make_unique<YamlText>(text);
}

}  // namespace plumb
