#include <algorithm>
#include <utility>

#include "engine/base/in_order.h"
#include "engine/base/joined.h"
#include "providers/sdk/toml_spans.h"
#include "providers/sdk/tree_text.h"

namespace plumb {
namespace {

bool has_null(const Json& value) {
  if (value.is_structured()) return std::any_of(value.begin(), value.end(), has_null);
  return value.is_null();
}

class TomlText : public TreeText {
 public:
  explicit TomlText(std::string_view text) : text_(text) {}

  Result<std::optional<TreeValue>> value_at(const TreePath& path) override {
    PLUMB_TRY(read());
    const Way way = walk(path);
    if (way.depth == path.size()) return std::optional(value_of(*way.node));
    if (way.node->kind != TomlNode::Kind::kValue) return std::optional<TreeValue>();
    const Json* value = value_in(way.node->value.value, path, way.depth);
    if (value == nullptr) return std::optional<TreeValue>();
    return std::optional(TreeValue{*value, way.node->value.certain});
  }

  Result<> set(const TreePath& path, const Json& value) override {
    if (has_null(value)) return fail(Code::kBadValue, "`" + path_text(path) + "`: TOML has no null");
    PLUMB_TRY(read());
    const Way way = walk(path);
    const bool whole = way.depth == path.size();
    if (way.node->kind == TomlNode::Kind::kValue) {
      const Json& there = way.node->value.value;
      if (whole) return replace(*way.node, value);
      if (there.is_object() && there.empty()) return replace(*way.node, nested_value(path, way.depth, value));
      return refused(way, path,
                     there.is_structured() ? "is one value, in which nothing is edited"
                                           : "is no table in which something could be");
    }
    if (!whole) return add(way, path, value);
    if (way.node->kind != TomlNode::Kind::kTable || !value.is_object())
      return refused(way, path, "stands in several places, and nothing else can take its place");
    return set_table(*way.node, path, value);
  }

  Result<> remove(const TreePath& path) override {
    PLUMB_TRY(read());
    const Way way = walk(path);
    if (way.depth < path.size()) {
      if (way.node->kind == TomlNode::Kind::kValue && way.node->value.value.is_structured())
        return refused(way, path, "is one value, in which nothing is edited");
      return {};
    }
    std::vector<std::size_t> gone;
    statements_of(*way.node, gone);
    put_in_order(gone);
    for (std::size_t i = gone.size(); i-- > 0;) {
      const TomlStatement& statement = document_.statements[gone[i]];
      std::size_t begin = statement.begin;
      const std::size_t end = next_line(statement.end);
      // A last line without an end stays one.
      if (end == text_.size() && !text_.ends_with('\n') && begin > 0) begin = line_end(begin - 1);
      text_.erase(begin, end - begin);
    }
    return {};
  }

  const std::string& text() const override { return text_; }

 private:
  // As far as a path leads.
  struct Way {
    const TomlNode* node = nullptr;
    std::size_t depth = 0;
    std::size_t section = 0;  // the depth of the last table that is not made by names with dots
    bool listed = false;      // it is in an array of tables
  };

  Way walk(const TreePath& path) const {
    Way way{&document_.root};
    while (way.depth < path.size() && way.node->kind != TomlNode::Kind::kValue) {
      const bool tables = way.node->kind == TomlNode::Kind::kTables;
      const std::size_t at =
          tables ? place_in_list(path[way.depth]).value_or(kNoStatement) : way.node->find(path[way.depth]);
      if (at >= way.node->values.size()) break;
      way.listed = way.listed || tables;
      way.node = way.node->values[at].get();
      ++way.depth;
      if (!way.node->dotted && way.node->kind == TomlNode::Kind::kTable) way.section = way.depth;
    }
    return way;
  }

  Result<> read() {
    PLUMB_TRY_ASSIGN(document_, read_toml_spans(text_));
    return {};
  }

  Error refused(const Way& way, const TreePath& path, const std::string& why) const {
    const TreePath above(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(way.depth));
    std::string where;
    if (way.node->statement != kNoStatement) {
      const std::string_view before =
          std::string_view(text_).substr(0, document_.statements[way.node->statement].begin);
      where = " in line " + std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
    }
    return fail(Code::kRefusedByState,
                (above.empty() ? "the whole" : "`" + path_text(above) + "`") + where + " " + why);
  }

  static void statements_of(const TomlNode& node, std::vector<std::size_t>& all) {
    if (node.statement != kNoStatement) all.push_back(node.statement);
    for (const auto& inner : node.values) statements_of(*inner, all);
  }

  std::size_t line_end(std::size_t at) const {
    const std::size_t end = std::min(text_.find('\n', at), text_.size());
    return end > 0 && end < text_.size() && text_[end - 1] == '\r' ? end - 1 : end;
  }
  std::size_t next_line(std::size_t at) const {
    const std::size_t end = text_.find('\n', at);
    return end == std::string::npos ? text_.size() : end + 1;
  }

  Result<> replace(const TomlNode& node, const Json& value) {
    const TomlStatement& statement = document_.statements[node.statement];
    const bool date = statement.date && value.is_string() && is_toml_date(value.get_ref<const std::string&>());
    text_.replace(statement.value_begin, statement.value_end - statement.value_begin,
                  date ? value.get<std::string>() : toml_value(value));
    return {};
  }

  // One table in the place of another, name by name.
  Result<> set_table(const TomlNode& table, const TreePath& path, const Json& value) {
    TreePath inner = path;
    inner.emplace_back();
    for (const std::string& name : std::vector<std::string>(table.names)) {
      if (value.contains(name)) continue;
      inner.back() = name;
      PLUMB_TRY(remove(inner));
    }
    for (const auto& [name, item] : value.items()) {
      inner.back() = name;
      PLUMB_TRY_ASSIGN(const std::optional<TreeValue> there, value_at(inner));
      if (there && there->certain && there->value == item) continue;
      PLUMB_TRY(set(inner, item));
    }
    return {};
  }

  Result<> add(const Way& way, const TreePath& path, const Json& value) {
    const TomlNode& holder = *way.node;
    const TreePath above(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(way.depth));
    const TreePath own(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(way.depth) + 1);
    const Json made = nested_value(path, way.depth + 1, value);
    if (holder.kind == TomlNode::Kind::kTables) {
      if (place_in_list(path[way.depth]) != holder.values.size())
        return refused(way, path,
                       "is a list of " + std::to_string(holder.values.size()) + " and has no place " + path[way.depth]);
      if (way.listed || !made.is_object()) return refused(way, path, "is a list to which that is not added");
      add_sections(above, made, true);
      return {};
    }
    const bool has_place = holder.statement != kNoStatement || &holder == &document_.root || holder.dotted;
    if (!way.listed && !holder.dotted && made.is_object()) {
      add_sections(own, made, false);
      return {};
    }
    if (!has_place) {
      if (way.listed) return refused(way, path, "has no header of its own, to which something could be added");
      add_sections(above, Json{{path[way.depth], made}}, false);
      return {};
    }
    std::string name;
    for (std::size_t i = way.section; i <= way.depth; ++i) append_item(name, toml_name(path[i]), ".");
    add_line(holder, name + " = " + toml_value(made));
    return {};
  }

  // Behind the other values of a table.
  void add_line(const TomlNode& table, const std::string& line) {
    const std::string end = line_end_of(text_);
    const std::size_t behind = table.last != kNoStatement ? table.last : table.statement;
    if (behind != kNoStatement) {
      const TomlStatement& statement = document_.statements[behind];
      const std::size_t indent = text_.find_first_not_of(" \t", statement.begin) - statement.begin;
      text_.insert(line_end(statement.end), end + text_.substr(statement.begin, indent) + line);
      return;
    }
    // Values without a table come before the first one, and before the comment above it.
    if (document_.statements.empty()) {
      if (!text_.empty() && !text_.ends_with('\n') && text_ != "\xEF\xBB\xBF") text_ += end;
      text_ += line + end;
      return;
    }
    std::size_t at = document_.statements.front().begin;
    while (at > 0) {
      const std::size_t above = at < 2 ? 0 : text_.rfind('\n', at - 2) + 1;  // npos + 1 is 0
      if (text_[above] != '#') break;
      at = above;
    }
    text_.insert(at, line + end + end);
  }

  // At the end of the text: a table, and those in it.
  void add_sections(const TreePath& path, const Json& table, bool array) {
    const std::string end = line_end_of(text_);
    if (!text_.empty() && !text_.ends_with('\n')) text_ += end;
    if (!text_.empty()) text_ += end;
    std::string name;
    for (const std::string& step : path) append_item(name, toml_name(step), ".");
    text_ += (array ? "[[" : "[") + name + (array ? "]]" : "]") + end;
    for (const auto& [key, value] : table.items()) {
      if (!value.is_object()) text_ += toml_name(key) + " = " + toml_value(value) + end;
    }
    for (const auto& [key, value] : table.items()) {
      if (!value.is_object()) continue;
      TreePath inner = path;
      inner.push_back(key);
      add_sections(inner, value, false);
    }
  }

  std::string text_;
  TomlDocument document_;
};

}  // namespace

std::unique_ptr<TreeText> toml_tree_text(std::string_view text) {
  return std::make_unique<TomlText>(text);
}

}  // namespace plumb
