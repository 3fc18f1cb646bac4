#include "engine/report/value_tree.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/outside_text.h"
#include "engine/base/sealed.h"
#include "engine/lang/json_tree.h"
#include "engine/lang/yaml.h"
#include "engine/report/plan_values.h"
#include "engine/report/sections_tree.h"
#include "providers/sdk/toml_spans.h"
#include "providers/sdk/yaml_scalars.h"

namespace plumb::report {
namespace {

constexpr std::size_t kLargestTree = std::size_t{256} << 10;

std::string quoted_text(const std::string& text) {
  return visible(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
}

// A text without quotes where everybody takes it for that text.
std::string plain_or_quoted(const std::string& text) {
  constexpr std::string_view kSigns = "\"'`#&*!|>%@,[]{}";
  const bool is_plain = !text.empty() && text.front() != ' ' && text.back() != ' ' &&
                        text.find('\n') == std::string::npos && kSigns.find(text.front()) == std::string_view::npos &&
                        text.find(": ") == std::string::npos && text.find(" #") == std::string::npos;
  if (!is_plain) return quoted_text(text);
  const TreeValue read = resolve_yaml_plain(text);
  return read.certain && read.value.is_string() ? visible(text) : quoted_text(text);
}

void take_text(ValueTree& tree, const std::string& text, std::string shown) {
  tree.text = text;
  tree.is_text = true;
  tree.shown = std::move(shown);
}

// Of places that count lines from 1, and characters in them, to bytes.
class SpanPlaces {
 public:
  explicit SpanPlaces(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
      starts_.push_back(at + 1);
  }

  TextPlace place(const SourceSpan& span) const {
    return {byte_of(span.line, span.column), byte_of(span.end_line, span.end_column)};
  }

 private:
  std::size_t byte_of(int line, int column) const {
    const std::size_t index = static_cast<std::size_t>(std::max(line, 1)) - 1;
    std::size_t at = index < starts_.size() ? starts_[index] : text_.size();
    for (int i = 1; i < column && at < text_.size(); ++i) at += code_point_at(text_, at).size;
    return std::min(at, text_.size());
  }

  std::string_view text_;
  std::vector<std::size_t> starts_;
};

enum class Quotes { kAlways, kWhereNeeded };

ValueTree tree_of(const lang::Node& node, const SpanPlaces& places, Quotes quotes) {
  ValueTree tree;
  tree.place = places.place(node.span);
  switch (node.kind) {
    case lang::Node::Kind::kNull:
      tree.shown = "null";
      tree.place.begin = tree.place.end;
      break;
    case lang::Node::Kind::kScalar:
      if (!node.is_plain()) {
        take_text(tree, node.text, quotes == Quotes::kAlways ? quoted_text(node.text) : plain_or_quoted(node.text));
      } else if (quotes == Quotes::kWhereNeeded && plain_or_quoted(node.text) == visible(node.text)) {
        take_text(tree, node.text, visible(node.text));
      } else {
        tree.shown = visible(node.text);
      }
      break;
    case lang::Node::Kind::kSequence:
      tree.kind = ValueTree::Kind::kList;
      tree.place = {};
      for (const lang::Node& item : node.items) tree.values.push_back(tree_of(item, places, quotes));
      break;
    case lang::Node::Kind::kMap:
      tree.kind = ValueTree::Kind::kMap;
      tree.place = {};
      for (const lang::Entry& entry : node.entries) {
        tree.names.push_back(entry.key);
        tree.name_places.push_back(places.place(entry.key_span));
        tree.values.push_back(tree_of(entry.value, places, quotes));
      }
      break;
  }
  return tree;
}

void give_all(ValueTree& tree, TextPlace place) {
  if (tree.kind == ValueTree::Kind::kValue || tree.values.empty()) tree.place = place;
  for (ValueTree& value : tree.values) give_all(value, place);
}

class TomlTree {
 public:
  TomlTree(const TomlDocument& document, std::string_view text) : document_(document), text_(text) {}

  ValueTree tree(const TomlNode& node) const {
    ValueTree made;
    switch (node.kind) {
      case TomlNode::Kind::kValue: {
        const TomlStatement& statement = document_.statements[node.statement];
        const std::string_view raw = text_.substr(statement.value_begin, statement.value_end - statement.value_begin);
        made = value_tree(node.value.value);
        if (made.kind == ValueTree::Kind::kValue && (!made.is_text || statement.date || !node.value.certain)) {
          made.shown = visible(raw);
          made.text.clear();
          made.is_text = false;
        } else if (made.is_text) {
          made.shown = quoted_text(made.text);
        }
        // Remarks may stand between the items of what has several lines.
        const bool has_remarks = made.kind != ValueTree::Kind::kValue && raw.find('\n') != std::string_view::npos &&
                                 raw.find('#') != std::string_view::npos;
        if (!has_remarks) give_all(made, {statement.value_begin, statement.value_end});
        return made;
      }
      case TomlNode::Kind::kTables:
        made.kind = ValueTree::Kind::kList;
        for (const auto& one : node.values) made.values.push_back(tree(*one));
        return made;
      case TomlNode::Kind::kTable:
        made.kind = ValueTree::Kind::kMap;
        if (node.statement != kNoStatement) made.place = statement_place(node.statement);
        for (std::size_t i = 0; i < node.values.size(); ++i) {
          const TomlNode& value = *node.values[i];
          made.names.push_back(node.names[i]);
          made.name_places.push_back(value.kind == TomlNode::Kind::kValue ? name_place(value.statement) : TextPlace());
          made.values.push_back(tree(value));
        }
        return made;
    }
    return made;
  }

 private:
  TextPlace statement_place(std::size_t number) const {
    return {document_.statements[number].begin, document_.statements[number].end};
  }
  TextPlace name_place(std::size_t number) const {
    return {document_.statements[number].begin, document_.statements[number].value_begin};
  }

  const TomlDocument& document_;
  std::string_view text_;
};

std::optional<ValueTree> read_yaml_values(std::string_view text) {
  Diagnostics found;
  const std::optional<lang::Node> node = lang::read_yaml("", text, found);
  if (!node || !found.empty()) return std::nullopt;
  return tree_of(*node, SpanPlaces(text), Quotes::kWhereNeeded);
}

std::optional<ValueTree> read_json_values(std::string_view text) {
  Diagnostics found;
  const std::optional<lang::Node> node = lang::read_json("", text, Code::kPlanUnreadable, found);
  if (!node) return std::nullopt;
  return tree_of(*node, SpanPlaces(text), Quotes::kAlways);
}

std::optional<ValueTree> read_toml_values(std::string_view text) {
  const Result<TomlDocument> document = read_toml_spans(text);
  if (!document) return std::nullopt;
  return TomlTree(*document, text).tree(document->root);
}

std::string ending_of(std::string_view file) {
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos || file.find('/', dot) != std::string_view::npos) return {};
  return lowered(file.substr(dot + 1));
}

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::string tree_line(const ValueTree& tree) {
  switch (tree.kind) {
    case ValueTree::Kind::kValue:
      // What is sealed shows the same whatever it is.
      return tree.shown + (tree.is_text ? " " + quoted_text(tree.text) : tree.text);
    case ValueTree::Kind::kList: {
      std::string line = "[";
      for (const ValueTree& item : tree.values) line += tree_line(item) + ",";
      return line + "]";
    }
    case ValueTree::Kind::kMap:
      break;
  }
  // The order of names says nothing.
  std::vector<std::string> entries;
  for (std::size_t i = 0; i < tree.names.size(); ++i)
    entries.push_back(quoted_text(tree.names[i]) + ":" + tree_line(tree.values[i]));
  std::sort(entries.begin(), entries.end());
  std::string line = "{";
  for (const std::string& entry : entries) line += entry + ",";
  return line + "}";
}

ValueTree value_tree(const Json& value) {
  ValueTree tree;
  if (is_sealed(value)) {
    tree.shown = kSealedText;
    tree.text = value.get<std::string>();
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    take_text(tree, text, plain_or_quoted(text));
  } else if (value.is_array()) {
    tree.kind = ValueTree::Kind::kList;
    for (const Json& item : value) tree.values.push_back(value_tree(item));
  } else if (value.is_object()) {
    tree.kind = ValueTree::Kind::kMap;
    for (const auto& [name, item] : value.items()) {
      tree.names.push_back(name);
      tree.name_places.emplace_back();
      tree.values.push_back(value_tree(item));
    }
  } else {
    tree.shown = visible(value.is_null() ? "null" : canonical(value));
  }
  return tree;
}

std::optional<FileTree> read_value_tree(std::string_view file, std::string_view text) {
  static constexpr std::array<std::string_view, 13> kUnits = {"service",   "socket", "timer",  "path",  "mount",
                                                              "automount", "swap",   "target", "slice", "scope",
                                                              "network",   "netdev", "link"};
  static constexpr std::array<std::string_view, 5> kSections = {"desktop", "repo", "nspawn", "container", "cfg"};
  static constexpr std::array<std::string_view, 2> kWithBareNames = {"ini", "cnf"};
  if (text.empty() || text.size() > kLargestTree) return std::nullopt;
  const auto given = [](std::optional<ValueTree> tree, bool is_json = false) -> std::optional<FileTree> {
    if (!tree || tree->kind == ValueTree::Kind::kValue) return std::nullopt;
    return FileTree{std::move(*tree), is_json};
  };
  const std::string ending = ending_of(file);
  if (ending == "yaml" || ending == "yml") return given(read_yaml_values(text));
  if (ending == "toml") return given(read_toml_values(text));
  if (is_among(kWithBareNames, ending)) return given(read_sections(text, BareNames::kTake, false));
  if (is_among(kUnits, ending) || is_among(kSections, ending))
    return given(read_sections(text, BareNames::kRefuse, false));
  const std::size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size() - 1);
  if (text[first] == '{' || (text[first] == '[' && (ending == "json" || ending.empty())))
    return given(read_json_values(text), true);
  if (ending == "conf") return given(read_sections(text, BareNames::kRefuse, true));
  return std::nullopt;
}

}  // namespace plumb::report
