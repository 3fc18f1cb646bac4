#include "engine/lang/format.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "engine/lang/format_lines.h"
#include "engine/lang/format_scalars.h"
#include "engine/lang/format_source.h"
#include "engine/lang/yaml.h"
#include "engine/lang/yaml_text.h"

namespace plumb::lang {
namespace {

constexpr int kBrackets = std::numeric_limits<int>::max();  // the source column of what is not a block collection

// Where a block collection stands: its column in the source, and the one that it gets.
struct Level {
  int source = -1;
  int out = -2;
};

// Whether a line that begins with it and is not moved in would be `---` or `...`, the marks of a document.
bool is_like_marker(std::string_view text) {
  return (text.starts_with("---") || text.starts_with("...")) &&
         (text.size() == 3 || std::string_view(" \t\r\n").find(text[3]) != std::string_view::npos);
}

// A text or a key at the root that is no mark only since it is moved in.
bool has_to_be_moved_in(const Node& root) {
  if (root.is_plain()) return is_like_marker(root.text);
  return root.is_map() && !root.flow && std::any_of(root.entries.begin(), root.entries.end(), [](const Entry& entry) {
           return is_like_marker(entry.key);
         });
}

// Follows the tree and takes from the source what stands between its nodes. The tree is that of this very text.
class Formatter {
 public:
  explicit Formatter(std::string_view text) : source_(text) {}

  std::string format(const Node& root) {
    source_.skip();
    write_markers();
    write_value(root, has_to_be_moved_in(root) ? Level{-1, 0} : Level{}, false);
    source_.skip();
    write_markers();
    write_comments({0, 0});
    return lines_.join();
  }

 private:
  void write_markers() {
    for (std::string_view mark = source_.marker(); !mark.empty(); mark = source_.marker()) {
      start_line({0, 0});
      lines_.add(source_.take(mark.size()));
      source_.skip();
    }
  }

  // --- lines and comments

  // Starts the line of a token at this level, with the comments in front of it.
  void start_line(Level level) {
    write_comments(level);
    if (source_.blank_line && !lines_.empty()) lines_.blank();
    lines_.start(level.out);
    begin_token();
  }

  void begin_token() {
    source_.reset();
    ended_.clear();
  }

  void write_comments(Level next) {
    for (const SourceComment& comment : source_.comments) {
      // Only the first one can stand behind the last token.
      if (!comment.own_line && &comment == &source_.comments.front()) {
        lines_.trail(comment.text, comment.gap, comment.column);
        continue;
      }
      if (comment.blank_before && !lines_.empty()) lines_.blank();
      lines_.start(comment_indent(comment, next));
      lines_.add(comment.text);
    }
    source_.comments.clear();
  }

  // A comment that is deeper than what follows belongs to the deepest of what ended above it.
  int comment_indent(const SourceComment& comment, Level next) const {
    const int column = static_cast<int>(comment.column);
    if (column <= next.source) return next.out;
    Level deepest = next;
    for (const Level& level : ended_) {
      if (level.source <= column && level.source > deepest.source) deepest = level;
    }
    return deepest.out;
  }

  // --- block collections

  // A value in the collection at `level`, behind a colon or, `compact`, behind an indicator that it may share its line
  // with even if it is a block collection.
  void write_value(const Node& node, Level level, bool compact) {
    if (node.is_null()) {
      ended_.push_back({level.source + 1, level.out + 2});  // where its comments would stand
      return;
    }
    source_.skip();
    const Level inner{source_.column(), level.out + 2};
    const bool block = !node.flow && !node.is_scalar();
    const bool same_line = source_.comments.empty() && (compact || (!block && !source_.line_break)) && !lines_.empty();
    if (same_line) {
      lines_.add(" ");
      begin_token();
    } else {
      start_line(inner);
    }
    if (node.is_scalar()) {
      write_scalar(source_.take_until_end_of(node.span), level);
    } else if (node.flow) {
      write_brackets(node, std::max(lines_.indent(), compact ? inner.out : level.out));
    } else if (node.is_map()) {
      write_map(node, inner);
    } else {
      write_sequence(node, inner);
    }
  }

  // The line of the first entry is begun.
  void write_map(const Node& map, Level level) {
    bool first = true;
    for (const Entry& entry : map.entries) {
      source_.skip();
      if (!first) start_line(level);
      first = false;
      if (source_.at_indicator('?')) {
        write_explicit(entry, level);
        continue;
      }
      write_scalar(source_.take_until_end_of(entry.key_span), level);
      source_.skip();
      lines_.add(source_.take(1));
      write_value(entry.value, level, false);
    }
    ended_.push_back(level);
  }

  // `? key`, and below it `: value`.
  void write_explicit(const Entry& entry, Level level) {
    lines_.add(source_.take(1));
    source_.skip();
    if (source_.comments.empty()) {
      lines_.add(" ");
      begin_token();
    } else {
      start_line({source_.column(), level.out + 2});
    }
    write_scalar(source_.take_until_end_of(entry.key_span), level);
    source_.skip();
    if (!source_.at_indicator(':')) return;
    start_line(level);
    lines_.add(source_.take(1));
    write_value(entry.value, level, true);
  }

  void write_sequence(const Node& sequence, Level level) {
    bool first = true;
    for (const Node& item : sequence.items) {
      source_.skip();
      if (!first) start_line(level);
      first = false;
      lines_.add(source_.take(1));
      write_value(item, level, true);
    }
    ended_.push_back(level);
  }

  // --- scalars and brackets

  void write_scalar(std::string_view raw, Level level) {
    if (!raw.starts_with('|') && !raw.starts_with('>')) {
      write_flow_scalar(raw, std::max(level.out, 0) + 2, lines_);
      return;
    }
    BlockSurroundings around{level.source, level.out, source_.take_blank_lines(), false};
    around.ends_text = source_.at_end();
    if (write_block_scalar(raw, around, lines_)) source_.blank_line = true;
  }

  bool broken() const { return source_.line_break || !source_.comments.empty(); }

  // Inside brackets the line of a token starts where it did in the source.
  void begin_in_brackets(int indent, std::string_view space) {
    source_.skip();
    if (broken()) {
      start_line({kBrackets, indent});
    } else {
      lines_.add(space);
      begin_token();
    }
  }

  // What is in the brackets goes two deeper than `base` where it starts a line, the closing one to `base`.
  void write_brackets(const Node& node, int base) {
    lines_.add(source_.take(1));
    const std::size_t size = node.is_map() ? node.entries.size() : node.items.size();
    for (std::size_t i = 0; i < size; ++i) {
      begin_in_brackets(base + 2, i == 0 ? "" : " ");
      if (node.is_map()) {
        write_pair(node.entries[i], base);
      } else {
        write_in_brackets(node.items[i], base);
      }
      // The comma goes before the comments that stood before it. Before a closing bracket on the same line it goes.
      source_.skip();
      if (source_.peek() != ',') continue;
      const std::string_view comma = source_.take(1);
      source_.skip();
      if (i + 1 < size || broken()) lines_.add(comma);
    }
    source_.skip();
    if (size > 0 ? broken() : !source_.comments.empty()) {
      write_comments({kBrackets, base + 2});
      start_line({kBrackets, base});
    }
    lines_.add(source_.take(1));
    begin_token();
  }

  void write_in_brackets(const Node& node, int base) {
    if (node.is_scalar()) {
      write_flow_scalar(source_.take_until_end_of(node.span), base + 4, lines_);
    } else if (source_.peek() == '[' || source_.peek() == '{') {
      write_brackets(node, std::max(lines_.indent(), base));
    } else if (node.is_map() && !node.entries.empty()) {  // `[key: value]`
      write_pair(node.entries.front(), base);
    }
  }

  void write_pair(const Entry& entry, int base) {
    if (source_.at_indicator('?')) {
      lines_.add(source_.take(1));
      begin_in_brackets(base + 4, " ");
    }
    write_flow_scalar(source_.take_until_end_of(entry.key_span), base + 4, lines_);
    source_.skip();
    if (source_.peek() != ':') return;
    lines_.add(source_.take(1));
    if (entry.value.is_null()) return;
    begin_in_brackets(base + 4, " ");
    write_in_brackets(entry.value, base);
  }

  FormatSource source_;
  FormatLines lines_;
  std::vector<Level> ended_;  // block collections since the last token, the innermost first
};

}  // namespace

std::optional<std::string> format_yaml(const std::string& file_name, std::string_view text, Diagnostics& diagnostics) {
  const std::optional<Node> tree = read_yaml(file_name, text, diagnostics);
  if (!tree) return std::nullopt;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::string formatted = Formatter(text).format(*tree);
  Diagnostics unused;
  const std::optional<Node> after = read_yaml(file_name, formatted, unused);
  if (!after || !same_values(*tree, *after)) {
    diagnostics.add(Diagnostic(Code::kInternal, file_name + " cannot be formatted without changing what it says")
                        .at({file_name, 1, 1, 1, 1})
                        .with_hint("the file is left as it is; please report this"));
    return std::nullopt;
  }
  return formatted;
}

}  // namespace plumb::lang
