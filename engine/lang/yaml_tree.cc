#include "engine/lang/yaml_tree.h"

#include <algorithm>
#include <map>

namespace plumb::lang {
namespace {

// Turns the events of one document into a tree. The list may end early, where yaml-cpp stopped.
class TreeBuilder {
 public:
  TreeBuilder(const TextIndex& index, std::vector<Event> events, Diagnostics& diagnostics)
      : index_(index), text_(index.text()), events_(std::move(events)), diagnostics_(diagnostics) {}

  BuiltTree build() {
    BuiltTree built;
    if (!at_end()) built.root = node(-1, false);
    built.pieces = std::move(pieces_);
    built.unclosed = unclosed_;
    built.end = last_;
    return built;
  }

 private:
  bool at_end() const { return next_ >= events_.size() || diagnostics_.error_count() >= kMaxYamlFindings; }

  // `indent`: column of the block collection around this node; `last_` is the end of what was read before it.
  Node node(int indent, bool in_flow) {
    const Event& event = events_[next_];
    switch (event.kind) {
      case Event::Kind::kScalar:
        return scalar(indent, in_flow);
      case Event::Kind::kSequenceStart:
        return sequence(indent, in_flow);
      case Event::Kind::kMapStart:
        return map(indent, in_flow);
      case Event::Kind::kNull:
        if (const std::size_t size = null_word(event.pos); size > 0 && !taken_by_next())
          return null_scalar(size, indent);
        break;
      default:  // an alias; check_gaps reports it
        break;
    }
    ++next_;
    Node empty;
    empty.span = index_.span(last_, last_);
    return empty;
  }

  // A value or item. yaml-cpp takes all but plain ones also where they stand no deeper than their key or dash.
  Node value_of(int indent, bool in_flow) {
    const std::size_t piece = pieces_.size();
    Node value = node(indent, in_flow);
    if (in_flow || piece >= pieces_.size() || pieces_[piece].kind == Piece::Kind::kBlock) return value;
    const std::size_t begin = pieces_[piece].begin;
    if (index_.byte_column(begin) <= indent) {
      diagnostics_.add(Diagnostic(Code::kYamlSyntax, "a value is not indented deeply enough")
                           .at(index_.span(begin, begin + 1), "must stand deeper than the key or dash it belongs to"));
    }
    return value;
  }

  // The length of a plain null word at `pos`.
  std::size_t null_word(std::size_t pos) const {
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
      if (!text_.substr(pos).starts_with(word)) continue;
      const std::size_t end = pos + word.size();
      if (end >= text_.size() || is_space(text_[end]) || is_flow_indicator(text_[end]) || text_[end] == ':') {
        return word.size();
      }
    }
    return 0;
  }

  // An empty null carries the place of the next token; then that token's own event stands at the same place.
  bool taken_by_next() const {
    for (std::size_t i = next_ + 1; i < events_.size(); ++i) {
      const Event::Kind kind = events_[i].kind;
      if (kind == Event::Kind::kSequenceEnd || kind == Event::Kind::kMapEnd) continue;
      return events_[i].pos == events_[next_].pos;
    }
    return false;
  }

  Node null_scalar(std::size_t size, int indent) {
    const std::size_t pos = events_[next_++].pos;
    Node result;
    result.kind = Node::Kind::kScalar;
    result.text = text_.substr(pos, size);
    last_ = pos + size;
    result.span = index_.span(pos, last_);
    pieces_.push_back({Piece::Kind::kScalar, pos, last_, indent});
    return result;
  }

  // yaml-cpp marks a node's tag or anchor where it has one.
  std::size_t skip_properties(std::size_t pos) const {
    while (pos < text_.size() && (text_[pos] == '!' || text_[pos] == '&')) {
      while (pos < text_.size() && !is_space(text_[pos])) ++pos;
      pos = skip_space(text_, pos);
    }
    return pos;
  }

  Node scalar(int indent, bool in_flow) {
    Event& event = events_[next_++];
    Node result;
    result.kind = Node::Kind::kScalar;
    const std::size_t pos = skip_properties(event.pos);
    if (pos != event.pos && event.text.empty()) {  // a tag alone
      result.span = index_.span(event.pos, event.pos + 1);
      return result;
    }
    if (pos != event.pos) {
      event.plain = std::string_view("\"'|>").find(pos < text_.size() ? text_[pos] : ' ') == std::string_view::npos;
    }
    Scalar scalar = scan_scalar(index_, pos, event, indent, in_flow, diagnostics_);
    result.text = std::move(scalar.value);
    result.style = scalar.style;
    result.span = index_.span(pos, scalar.end);
    pieces_.push_back({Piece::Kind::kScalar, pos, scalar.end, indent});
    last_ = std::max(last_, scalar.end);
    return result;
  }

  // Opens a collection; returns the indentation of its children.
  int open(const Event& event, Node& result, int indent) {
    const std::size_t pos = skip_properties(event.pos);
    result.flow = event.flow;
    const bool bracket = pos < text_.size() && (text_[pos] == '[' || text_[pos] == '{');
    if (event.flow) {
      if (bracket) pieces_.push_back({Piece::Kind::kFlow, pos, 0, indent});
      last_ = bracket ? pos + 1 : pos;
      return indent;
    }
    pieces_.push_back({Piece::Kind::kBlock, pos, 0, indent});
    last_ = pos;
    return index_.byte_column(pos);
  }

  void close(std::size_t begin, Node& result) {
    const std::size_t start = skip_properties(begin);
    if (at_end()) {
      if (result.flow && !unclosed_) unclosed_ = start;
    } else {
      ++next_;
    }
    if (result.flow && start < text_.size() && (text_[start] == '[' || text_[start] == '{')) {
      std::size_t end = skip_space(text_, last_);
      while (end < text_.size() && std::string_view(",:?").find(text_[end]) != std::string_view::npos) {
        end = skip_space(text_, end + 1);
      }
      last_ = std::min(end + 1, text_.size());
    }
    result.span = index_.span(start, last_);
  }

  Node sequence(int indent, bool) {
    const Event& event = events_[next_++];
    Node result;
    result.kind = Node::Kind::kSequence;
    const int inner = open(event, result, indent);
    while (!at_end() && events_[next_].kind != Event::Kind::kSequenceEnd) {
      if (!result.flow) {
        if (const std::size_t dash = skip_space(text_, last_); dash < text_.size() && text_[dash] == '-')
          last_ = dash + 1;
      }
      const std::size_t before = last_;
      Node item = value_of(inner, event.flow);
      if (item.is_null() && before > 0) item.span = index_.span(before - 1, before);
      result.items.push_back(std::move(item));
    }
    close(event.pos, result);
    return result;
  }

  Node map(int indent, bool) {
    const Event& event = events_[next_++];
    Node result;
    result.kind = Node::Kind::kMap;
    const int inner = open(event, result, indent);
    std::map<std::string, std::size_t, std::less<>> seen;
    while (!at_end() && events_[next_].kind != Event::Kind::kMapEnd) {
      Node key = node(inner, event.flow);
      const std::size_t key_end = last_;
      if (at_end()) break;
      const std::size_t colon = check_key(key, key_end, event.flow);
      if (colon != std::string_view::npos) last_ = std::max(last_, colon + 1);
      Node value = value_of(inner, event.flow);
      if (value.is_null()) value.span = key.span;
      if (!key.is_scalar()) continue;
      if (const auto [first, added] = seen.try_emplace(key.text, result.entries.size()); !added) {
        diagnostics_.add(Diagnostic(Code::kDuplicateKey, "a key stands twice in one map")
                             .at(key.span, "a second time here")
                             .with_related(result.entries[first->second].key_span, "first here"));
        continue;
      }
      result.entries.push_back({std::move(key.text), std::move(key.span), std::move(value)});
    }
    close(event.pos, result);
    return result;
  }

  // Keys are text with a colon after it. Returns where the colon stands.
  std::size_t check_key(const Node& key, std::size_t end, bool in_flow) {
    if (!key.is_scalar()) {
      diagnostics_.add(Diagnostic(Code::kYamlUnsupported, key.is_null() ? "a key is empty" : "a key is not text")
                           .at(key.span, "expected a word")
                           .with_hint(key.is_map() ? "a value is put in as ${…}; a text that begins with `{` stands "
                                                     "in quotes"
                                                   : ""));
      return std::string_view::npos;
    }
    if (key.is_plain() && key.text == "<<") {
      diagnostics_.add(Diagnostic(Code::kYamlUnsupported, "merge keys are not used here")
                           .at(key.span, "a merge key")
                           .with_hint("write the keys out"));
    }
    std::size_t colon = end;
    while (colon < text_.size() && (is_blank(text_[colon]) || text_[colon] == '\r')) ++colon;
    const bool found = colon < text_.size() && text_[colon] == ':';
    if (in_flow || explicit_key(key)) return found ? colon : std::string_view::npos;
    if (!found) {
      diagnostics_.add(Diagnostic(Code::kYamlSyntax, "a key without its colon")
                           .at(key.span, "expected `:` after this")
                           .with_hint("or indent the line, if it belongs to the value above"));
      return std::string_view::npos;
    }
    if (key.span.line != key.span.end_line) {
      diagnostics_.add(
          Diagnostic(Code::kYamlSyntax, "a key goes over several lines").at(key.span, "keep it on one line"));
    }
    return colon;
  }

  // `? key` on a line of its own.
  bool explicit_key(const Node& key) const {
    const Piece& piece = pieces_.back();
    if (!key.is_scalar() || piece.kind != Piece::Kind::kScalar) return false;
    std::size_t before = piece.begin;
    while (before > 0 && is_space(text_[before - 1])) --before;
    return before > 0 && text_[before - 1] == '?' &&
           (before == 1 || is_space(text_[before - 2]) || text_[before - 2] == '-');
  }

  const TextIndex& index_;
  std::string_view text_;
  std::vector<Event> events_;
  Diagnostics& diagnostics_;
  std::vector<Piece> pieces_;
  std::optional<std::size_t> unclosed_;
  std::size_t next_ = 0;
  std::size_t last_ = 0;
};

}  // namespace

BuiltTree build_tree(const TextIndex& index, std::vector<Event> events, Diagnostics& diagnostics) {
  return TreeBuilder(index, std::move(events), diagnostics).build();
}

std::optional<std::pair<std::size_t, std::size_t>> lost_colon(const TextIndex& index, std::size_t pos) {
  const std::string_view text = index.text();
  const auto indent_of = [&](std::size_t line) { return text.find_first_not_of(' ', line) - line; };
  std::size_t line = index.line_start(pos);
  const std::size_t indent = indent_of(line);
  while (line > 0) {
    line = index.line_start(line - 1);
    const std::size_t begin = line + indent_of(line);
    const std::size_t end = std::min(text.find_first_of("\r\n", line), text.size());
    if (begin >= end || text[begin] == '#') continue;
    const std::string_view words = text.substr(begin, end - begin);
    if (begin - line != indent || words.find(':') != std::string_view::npos || words.starts_with("- ")) break;
    return std::pair(begin, end);
  }
  return std::nullopt;
}

}  // namespace plumb::lang
