#include "providers/sdk/yaml_spans.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "providers/sdk/yaml_scalars.h"

namespace plumb {
namespace {

constexpr int kDeepestBlock = 100;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class BlockReader {
 public:
  explicit BlockReader(std::string_view text) : text_(text) {}

  Result<YamlNode> read() {
    PLUMB_TRY(check_characters());
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    PLUMB_TRY(begin_document());
    YamlNode root;
    PLUMB_TRY_ASSIGN(std::optional<Place> next, peek());
    if (next) {
      at_ = next->at;
      PLUMB_TRY_ASSIGN(root, block(next->column, -1, 0));
      PLUMB_TRY_ASSIGN(next, peek());
      if (next) return wrong(next->at, "it is indented otherwise than what is above");
    } else {
      root.begin = root.end = at_;
    }
    root.head = root.begin;
    PLUMB_TRY(end_document());
    return root;
  }

 private:
  struct Place {
    std::size_t at = 0;
    int column = 0;
  };

  Error wrong(std::size_t at, const std::string& why) const { return yaml_error(text_, at, why); }
  char sign(std::size_t at) const { return at < text_.size() ? text_[at] : '\n'; }
  bool is_break(std::size_t at) const { return sign(at) == '\n' || (sign(at) == '\r' && sign(at + 1) == '\n'); }
  bool is_blank(std::size_t at) const { return sign(at) == ' ' || sign(at) == '\t'; }
  bool parts(std::size_t at) const { return is_blank(at) || is_break(at); }
  std::size_t next_line(std::size_t at) const {
    const std::size_t end = text_.find('\n', at);
    return end == std::string_view::npos ? text_.size() : end + 1;
  }
  std::size_t line_end(std::size_t at) const {
    const std::size_t end = std::min(text_.find('\n', at), text_.size());
    return end > at && text_[end - 1] == '\r' && end < text_.size() ? end - 1 : end;
  }
  std::size_t behind_blanks(std::size_t at) const {
    while (at < text_.size() && is_blank(at)) ++at;
    return at;
  }
  bool is_marker(std::size_t line, std::string_view marker) const {
    return text_.substr(line).starts_with(marker) && parts(line + marker.size());
  }
  bool is_dash(std::size_t at) const { return sign(at) == '-' && parts(at + 1); }

  // Lines end at one sign for all readers.
  Result<> check_characters() const {
    if (!valid_utf8(text_)) return fail(Code::kRefusedByState, "it is no UTF-8, so no YAML");
    for (std::size_t at = 0; (at = text_.find('\r', at)) != std::string_view::npos; ++at) {
      if (sign(at + 1) != '\n' || at + 1 == text_.size()) return wrong(at, "a carriage return that ends no line");
    }
    for (const std::string_view breaks : {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
      if (const std::size_t at = text_.find(breaks); at != std::string_view::npos)
        return wrong(at, "a line separator that is none to all readers");
    }
    return {};
  }

  Result<> begin_document() {
    while (at_ < text_.size()) {
      const std::size_t first = behind_blanks(at_);
      if (sign(first) == '#' || is_break(first)) {
        at_ = next_line(at_);
        continue;
      }
      if (sign(at_) == '%') return wrong(at_, "a directive");
      if (!is_marker(at_, "---")) return {};
      const std::size_t behind = behind_blanks(at_ + 3);
      if (!is_break(behind) && sign(behind) != '#') return wrong(at_, "a value in the line of `---`");
      at_ = next_line(at_);
      return {};
    }
    return {};
  }
  Result<> end_document() {
    if (at_ == text_.size()) return {};
    if (is_marker(at_, "...")) return wrong(at_, "`...`");
    return wrong(at_, "more than one document");
  }

  // What comes next, with at_ at the beginning of its line; nothing at the end of the document.
  Result<std::optional<Place>> peek() {
    while (at_ < text_.size()) {
      if (is_marker(at_, "---") || is_marker(at_, "...")) return std::optional<Place>();
      std::size_t first = at_;
      while (sign(first) == ' ' && first < text_.size()) ++first;
      const std::size_t behind = behind_blanks(first);
      if (is_break(behind) || sign(behind) == '#') {
        at_ = next_line(at_);
        continue;
      }
      if (behind != first) return wrong(at_, "it is indented with a tab");
      return std::optional(Place{first, static_cast<int>(first - at_)});
    }
    return std::optional<Place>();
  }

  // Anchors and tags; `at` is then behind them and their blanks.
  std::string properties(std::size_t& at, bool& shared) const {
    std::string found;
    while (sign(at) == '&' || sign(at) == '!') {
      std::size_t end = at;
      while (!parts(end)) ++end;
      shared = shared || sign(at) == '&';
      if (found.empty())
        found = (sign(at) == '&' ? "the anchor `" : "the tag `") + std::string(text_.substr(at, end - at)) + "`";
      at = behind_blanks(end);
    }
    return found;
  }

  // Behind the name that begins at `at`, where one does: at its colon, all on one line.
  Result<std::optional<std::size_t>> colon_of(std::size_t at) const {
    bool shared = false;
    properties(at, shared);
    if (sign(at) == '?' && parts(at + 1)) return wrong(at, "a name that begins with `?`");
    if (sign(at) == '"' || sign(at) == '\'') {
      std::size_t end = at;
      const auto read = read_yaml_quoted(text_, end);
      if (!read || text_.substr(at, end - at).find('\n') != std::string_view::npos) return std::optional<std::size_t>();
      end = behind_blanks(end);
      return sign(end) == ':' && parts(end + 1) ? std::optional(end) : std::nullopt;
    }
    if (std::string_view("|>#@`%,[]{}").find(sign(at)) != std::string_view::npos) return std::optional<std::size_t>();
    for (; !is_break(at); ++at) {
      if (sign(at) == ':' && parts(at + 1)) return std::optional(at);
      if (sign(at) == '#' && is_blank(at - 1)) break;
    }
    return std::optional<std::size_t>();
  }

  // At its first sign, in this column; what it is in is in column `outer`.
  Result<YamlNode> block(int column, int outer, int depth) {
    if (depth > kDeepestBlock) return wrong(at_, "it is nested too deeply");
    if (is_dash(at_)) return list(column, depth);
    PLUMB_TRY_ASSIGN(const std::optional<std::size_t> colon, colon_of(at_));
    if (colon) return map(column, depth);
    return value(at_, outer, false, false, depth);
  }

  Result<YamlNode> map(int column, int depth) {
    YamlNode map;
    map.kind = YamlNode::Kind::kMap;
    map.begin = at_;
    map.column = static_cast<std::size_t>(column);
    std::set<std::string> names;
    while (true) {
      PLUMB_TRY_ASSIGN(const std::optional<std::size_t> colon, colon_of(at_));
      if (!colon) return wrong(at_, "a name and a colon are expected");
      map.starts.push_back(at_);
      std::size_t begin = at_;
      std::string property = properties(begin, map.shared);
      if (map.property.empty()) map.property = std::move(property);
      std::string name;
      if (sign(begin) == '"' || sign(begin) == '\'') {
        PLUMB_TRY_ASSIGN(name, read_yaml_quoted(text_, begin));
      } else {
        name = text_.substr(begin, *colon - begin);
        name.erase(name.find_last_not_of(" \t") + 1);
        if (name.empty()) return wrong(at_, "a name is expected");
      }
      if (!names.insert(name).second) return wrong(at_, "`" + name + "` stands there twice");
      map.names.push_back(std::move(name));
      PLUMB_TRY_ASSIGN(YamlNode inner, value(*colon + 1, column, true, false, depth));
      take(map, std::move(inner));
      PLUMB_TRY_ASSIGN(const std::optional<Place> next, peek());
      if (!next || next->column < column) return map;
      if (next->column > column) return wrong(next->at, "it is indented deeper than what is above");
      at_ = next->at;
    }
  }

  Result<YamlNode> list(int column, int depth) {
    YamlNode list;
    list.kind = YamlNode::Kind::kList;
    list.begin = at_;
    list.column = static_cast<std::size_t>(column);
    while (true) {
      list.starts.push_back(at_);
      PLUMB_TRY_ASSIGN(YamlNode inner, value(at_ + 1, column, false, true, depth));
      take(list, std::move(inner));
      PLUMB_TRY_ASSIGN(const std::optional<Place> next, peek());
      if (!next || next->column < column) return list;
      if (next->column > column) return wrong(next->at, "it is indented deeper than what is above");
      // The names that go on are those of the map in which the list is.
      if (!is_dash(next->at)) return list;
      at_ = next->at;
    }
  }

  static void take(YamlNode& holder, YamlNode inner) {
    holder.shared = holder.shared || inner.shared;
    holder.end = inner.end;
    holder.values.push_back(std::move(inner));
  }

  // What stands behind a colon or dash in this column; at_ is then at the beginning of the next line.
  Result<YamlNode> value(std::size_t head, int column, bool in_map, bool in_list, int depth) {
    YamlNode node;
    std::size_t at = behind_blanks(head);
    const std::size_t begin = at;
    node.property = properties(at, node.shared);
    const bool rest = is_break(at) || (sign(at) == '#' && (is_blank(at - 1) || at == head));
    if (rest) {
      at_ = next_line(at);
      const std::size_t line = at_;
      PLUMB_TRY_ASSIGN(const std::optional<Place> next, peek());
      if (next && (next->column > column || (in_map && next->column == column && is_dash(next->at)))) {
        at_ = next->at;
        PLUMB_TRY_ASSIGN(YamlNode inner, block(next->column, column, depth + 1));
        if (!node.property.empty()) inner.property = node.property;
        inner.shared = inner.shared || node.shared;
        inner.head = head;
        return inner;
      }
      at_ = line;
      node.begin = node.end = node.property.empty() ? head : begin;
    } else if (in_list && node.property.empty() && is_dash(at)) {
      PLUMB_TRY_ASSIGN(node, compact(at, depth));
    } else {
      PLUMB_TRY_ASSIGN(const std::optional<std::size_t> colon, colon_of(at));
      if (colon && in_list) {
        PLUMB_TRY_ASSIGN(node, compact(begin, depth));
      } else if (colon) {
        return wrong(at, "a second colon in one line");
      } else {
        node.begin = node.property.empty() ? at : begin;
        at_ = at;
        PLUMB_TRY(inline_value(node, column));
      }
    }
    node.head = head;
    return node;
  }

  Result<YamlNode> compact(std::size_t at, int depth) {
    if (depth + 1 > kDeepestBlock) return wrong(at, "it is nested too deeply");
    at_ = at;
    const std::size_t line = at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;  // npos + 1 is 0
    const int column = static_cast<int>(at - line);
    return is_dash(at) ? list(column, depth + 1) : map(column, depth + 1);
  }

  Result<> inline_value(YamlNode& node, int column) {
    node.kind = YamlNode::Kind::kScalar;
    switch (sign(at_)) {
      case '*': {
        node.kind = YamlNode::Kind::kAlias;
        const std::size_t begin = at_;
        while (!parts(at_)) ++at_;
        node.value = {std::string(text_.substr(begin, at_ - begin)), false};
        break;
      }
      case '"':
      case '\'': {
        PLUMB_TRY_ASSIGN(std::string read, read_yaml_quoted(text_, at_));
        node.value = {std::move(read)};
        break;
      }
      case '[':
      case '{': {
        node.kind = YamlNode::Kind::kFlow;
        PLUMB_TRY_ASSIGN(YamlFlow flow, read_yaml_flow(text_, at_));
        node.value = std::move(flow.value);
        node.shared = node.shared || flow.shared;
        at_ = flow.end;
        break;
      }
      case '|':
      case '>':
        return block_scalar(node, column);
      case '-':
      case '?':
      case ':':
        if (parts(at_ + 1)) return wrong(at_, "a value is expected");
        return plain(node, column);
      case '@':
      case '`':
      case '%':
      case ',':
      case ']':
      case '}':
        return wrong(at_, "a value is expected");
      default:
        return plain(node, column);
    }
    node.end = at_;
    if (!node.property.empty()) node.value.certain = false;
    return end_line("more stands behind the value");
  }

  // A comment may.
  Result<> end_line(const char* otherwise) {
    const std::size_t rest = behind_blanks(at_);
    if (!is_break(rest) && (sign(rest) != '#' || rest == at_)) return wrong(at_, otherwise);
    at_ = next_line(rest);
    return {};
  }

  // The end of what a plain scalar has on this line, without blanks.
  Result<std::size_t> plain_end(std::size_t at) const {
    std::size_t end = at;
    for (; !is_break(at); ++at) {
      if (sign(at) == '#' && end < at && is_blank(at - 1)) break;
      if (sign(at) == ':' && parts(at + 1)) return wrong(at, "a second colon in one line");
      if (!is_blank(at)) end = at + 1;
    }
    return end;
  }

  Result<> plain(YamlNode& node, int column) {
    PLUMB_TRY_ASSIGN(node.end, plain_end(at_));
    std::string read(text_.substr(at_, node.end - at_));
    bool commented = sign(behind_blanks(node.end)) == '#';
    at_ = next_line(node.end);
    std::size_t breaks = 1;
    for (std::size_t line = at_; line < text_.size() && !commented; line = next_line(line)) {
      const std::size_t first = behind_blanks(line);
      if (is_break(first)) {
        ++breaks;
        continue;
      }
      const bool deeper = static_cast<int>(text_.find_first_not_of(' ', line) - line) > column;
      if (!deeper || sign(first) == '#' || is_marker(line, "---") || is_marker(line, "...")) break;
      PLUMB_TRY_ASSIGN(node.end, plain_end(first));
      read += breaks == 1 ? " " : std::string(breaks - 1, '\n');
      read += text_.substr(first, node.end - first);
      commented = sign(behind_blanks(node.end)) == '#';
      at_ = next_line(node.end);
      breaks = 1;
    }
    node.value = resolve_yaml_plain(read);
    if (!node.property.empty()) node.value.certain = false;
    return {};
  }

  Result<> block_scalar(YamlNode& node, int column) {
    const char style = sign(at_++);
    char chomp = ' ';
    int indent = -1;
    for (; !parts(at_); ++at_) {
      const char c = sign(at_);
      if ((c == '-' || c == '+') && chomp == ' ') {
        chomp = c;
      } else if (c >= '1' && c <= '9' && indent < 0) {
        indent = std::max(column, 0) + (c - '0');
      } else {
        return wrong(at_, "the beginning of a text over lines");
      }
    }
    node.end = at_;
    PLUMB_TRY(end_line("the beginning of a text over lines"));
    std::vector<std::string_view> lines;
    std::size_t blank = 0;  // the widest blank line in front
    for (std::size_t line = at_; line < text_.size(); line = next_line(line)) {
      const std::size_t end = line_end(line);
      const std::size_t first = std::min(text_.find_first_not_of(' ', line), end);
      const int spaces = static_cast<int>(first - line);
      if (is_marker(line, "---") || is_marker(line, "...")) break;
      if (first == end && (indent < 0 || spaces <= indent)) {
        blank = std::max(blank, first - line);
        lines.emplace_back();
        if (chomp == '+') {
          node.end = end;
          at_ = next_line(line);
        }
        continue;
      }
      if (indent < 0) {
        if (spaces <= column) break;
        indent = spaces;
        if (static_cast<int>(blank) > indent) return wrong(line, "a blank line in front is indented deeper");
      }
      if (spaces < indent) break;
      lines.push_back(
          text_.substr(line + static_cast<std::size_t>(indent), end - line - static_cast<std::size_t>(indent)));
      node.end = end;
      at_ = next_line(line);
    }
    // A last line without an end has one for some readers.
    const bool ended = chomp == '-' || node.end < text_.size();
    node.value = {yaml_block_text(lines, style, chomp), ended && node.property.empty()};
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<YamlNode> read_yaml_spans(std::string_view text) {
  return BlockReader(text).read();
}

TreeValue value_of(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kMap && node.kind != YamlNode::Kind::kList) return node.value;
  const bool map = node.kind == YamlNode::Kind::kMap;
  TreeValue all{map ? Json::object() : Json::array(), node.property.empty()};
  for (std::size_t i = 0; i < node.values.size(); ++i) {
    TreeValue inner = value_of(node.values[i]);
    all.certain = all.certain && inner.certain && !(map && (node.names[i] == "<<" || node.names[i].starts_with('*')));
    if (map) {
      all.value[node.names[i]] = std::move(inner.value);
    } else {
      all.value.push_back(std::move(inner.value));
    }
  }
  return all;
}

}  // namespace plumb
