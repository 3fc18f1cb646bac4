// Reads a broken text by leaving out as little of it as makes the rest readable. What is left out becomes spaces, so
// that everything else stays where it is.
#include <algorithm>
#include <utility>
#include <vector>

#include "engine/lang/yaml_text.h"
#include "engine/lang/yaml_tree.h"

namespace plumb::lang {
namespace {

constexpr std::size_t kMostRounds = 64;
constexpr std::size_t kMostWork = std::size_t{64} << 20;  // bytes read in all rounds together

class PartialReader {
 public:
  PartialReader(const std::string& file_name, std::string_view text)
      : file_name_(file_name), original_(text), text_(text) {}

  Node read() {
    Node root = readable();
    if (characters_lost_) put_right(root);
    return root;
  }

 private:
  Node readable() {
    const std::size_t rounds = std::clamp<std::size_t>(kMostWork / (text_.size() + 1), 2, kMostRounds);
    for (std::size_t round = 0;; ++round) {
      EventList list = read_events(text_);
      const TextIndex index(file_name_, text_);
      Diagnostics told;
      BuiltTree built = build_tree(index, std::move(list.events), told);
      if (round == rounds) return std::move(built.root);
      if (!list.problem) {
        if (leave_out_open_quote(built, told)) continue;
        return std::move(built.root);
      }
      const std::size_t fault = std::min(list.problem->pos, text_.size());
      // Short of rounds, the rest is given up, so that what stands before it is read.
      if (round + 1 == rounds) {
        if (!blank(index.line_start(std::min(built.end, fault)), text_.size())) return std::move(built.root);
      } else if (!leave_out(index, built, fault)) {
        return std::move(built.root);
      }
    }
  }

  // yaml-cpp may take a quote that nothing closes for one that the end of the text does.
  bool leave_out_open_quote(const BuiltTree& built, const Diagnostics& told) {
    if (!told.has_errors() || built.pieces.empty()) return false;
    const Piece& last = built.pieces.back();
    const char quote = text_[std::min(last.begin, text_.size() - 1)];
    const bool open = last.kind == Piece::Kind::kScalar && (quote == '"' || quote == '\'') &&
                      last.end == text_.size() && (last.end - last.begin < 2 || text_.back() != quote);
    return open && blank(last.begin, line_end(last.begin));
  }

  // What is to blame, the likeliest and smallest first. False where nothing is left to leave out.
  bool leave_out(const TextIndex& index, const BuiltTree& built, std::size_t fault) {
    if (fault < text_.size() && text_[fault] == ':') {
      if (const auto key = lost_colon(index, fault); key && blank(key->first, key->second)) return true;
    }
    if (built.unclosed && blank(*built.unclosed, line_end(*built.unclosed))) return true;
    const std::size_t token = token_after(built.end);
    // A quote that nothing closes runs up to the end of the text.
    if (token < fault && (text_[token] == '"' || text_[token] == '\'') && blank(token, line_end(token))) return true;
    return blank(fault, line_end(fault)) || blank(content_start(index, fault), line_end(fault)) ||
           blank(index.line_start(fault), line_end(fault)) || blank(index.line_start(token), line_end(token)) ||
           blank(index.line_start(std::min(token, fault)), text_.size());
  }

  // Past the structure between two tokens.
  std::size_t token_after(std::size_t pos) const {
    for (;;) {
      pos = skip_space(text_, pos);
      const bool mark = pos < text_.size() && (text_[pos] == ':' || text_[pos] == '-' || text_[pos] == ',') &&
                        (pos + 1 == text_.size() || is_space(text_[pos + 1]));
      if (!mark) return std::min(pos, text_.size());
      ++pos;
    }
  }

  // Of a line, past its indentation and the dashes of list items.
  std::size_t content_start(const TextIndex& index, std::size_t pos) const {
    std::size_t start = index.line_start(pos);
    const std::size_t end = line_end(pos);
    while (start < end && (text_[start] == ' ' || (text_[start] == '-' && start + 1 < end && text_[start + 1] == ' ')))
      ++start;
    return start;
  }

  std::size_t line_end(std::size_t pos) const { return std::min(text_.find('\n', pos), text_.size()); }

  // False where nothing but white space stood there.
  bool blank(std::size_t begin, std::size_t end) {
    bool any = false;
    for (std::size_t i = begin; i < end; ++i) {
      if (text_[i] == '\n') continue;
      any = any || !is_space(text_[i]) || text_[i] == '\t';
      characters_lost_ = characters_lost_ || static_cast<unsigned char>(text_[i]) >= 0x80;
      text_[i] = ' ';
    }
    return any;
  }

  // --- places, which count characters: several spaces may stand where one character did

  void put_right(Node& root) {
    std::size_t start = 0;
    while (start != std::string_view::npos) {
      starts_.push_back(start);
      const std::size_t end = text_.find('\n', start);
      start = end == std::string_view::npos ? end : end + 1;
    }
    walk(root);
  }

  void walk(Node& node) {
    put_right(node.span);
    for (Node& item : node.items) walk(item);
    for (Entry& entry : node.entries) {
      put_right(entry.key_span);
      walk(entry.value);
    }
  }

  void put_right(SourceSpan& span) const {
    span.column = column_of(span.line, span.column);
    span.end_column = column_of(span.end_line, span.end_column);
  }

  // In the original, of a place in what is left.
  int column_of(int line, int column) const {
    if (line < 1 || static_cast<std::size_t>(line) > starts_.size()) return column;
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
    std::size_t pos = starts_[static_cast<std::size_t>(line) - 1];
    int found = 1;
    int left = column - 1;
    for (; left > 0 && pos < text_.size() && text_[pos] != '\n'; --left) {
      do {
        if (!continues(original_[pos])) ++found;
        ++pos;
      } while (pos < text_.size() && continues(text_[pos]));
    }
    return found + std::max(left, 0);
  }

  const std::string& file_name_;
  std::string_view original_;
  std::string text_;
  bool characters_lost_ = false;     // to more spaces than they were
  std::vector<std::size_t> starts_;  // of lines
};

}  // namespace

Node read_partial_yaml(const std::string& file_name, std::string_view text, Diagnostics& diagnostics) {
  if (std::optional<Node> root = read_yaml(file_name, text, diagnostics)) return std::move(*root);
  if (text.size() > kMaxYamlBytes) return {};
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Diagnostics unclean;
  check_encoding(TextIndex(file_name, text), unclean);
  return unclean.has_errors() ? Node() : PartialReader(file_name, text).read();
}

}  // namespace plumb::lang
