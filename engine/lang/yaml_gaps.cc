// The second reading. Between the scalars a YAML text holds only structure, white space and comments, so whatever
// else stands there was dropped in silence by the first reading.
#include <algorithm>
#include <vector>

#include "engine/lang/yaml_text.h"

namespace plumb::lang {
namespace {

class GapReader {
 public:
  GapReader(const TextIndex& index, const std::vector<Piece>& pieces, Diagnostics& diagnostics)
      : index_(index), text_(index.text()), pieces_(pieces), diagnostics_(diagnostics) {}

  void read() {
    while (pos_ < text_.size() && !lost_ && diagnostics_.error_count() < kMaxYamlFindings) {
      block_starts_ = false;
      flow_piece_ = nullptr;
      const Piece* scalar = nullptr;
      for (; next_ < pieces_.size() && pieces_[next_].begin <= pos_; ++next_) {
        if (pieces_[next_].begin < pos_) continue;
        if (pieces_[next_].kind == Piece::Kind::kScalar) scalar = &pieces_[next_];
        if (pieces_[next_].kind == Piece::Kind::kFlow) flow_piece_ = &pieces_[next_];
        if (pieces_[next_].kind == Piece::Kind::kBlock) block_starts_ = true;
      }
      if (scalar != nullptr) {
        begin_token();
        after_comma_ = false;
        document_begun_ = true;
        pos_ = std::max(scalar->end, pos_ + 1);
        at_line_start_ = false;
        glued_ = true;
      } else {
        read_character();
      }
    }
  }

 private:
  void report(std::size_t begin, std::size_t end, std::string summary, std::string label, std::string hint = {},
              Code code = Code::kYamlSyntax) {
    diagnostics_.add(Diagnostic(code, std::move(summary))
                         .at(index_.span(begin, std::min(end, text_.size())), std::move(label))
                         .with_hint(std::move(hint)));
  }
  void report_tab(std::size_t pos) {
    report(pos, pos + 1, "a tab is used for indentation", "a tab", "indent with spaces", Code::kYamlTab);
  }

  void read_character() {
    const char c = text_[pos_];
    if (c == '\n') {
      at_line_start_ = true;
      glued_ = false;
      spaces_ = 0;
      tab_ = std::string_view::npos;
      ++pos_;
    } else if (is_space(c)) {
      if (c == '\t' && tab_ == std::string_view::npos) tab_ = pos_;
      if (c == ' ' && at_line_start_ && tab_ == std::string_view::npos) ++spaces_;
      glued_ = false;
      ++pos_;
    } else if (c == '#') {
      if (glued_) {
        report(pos_, pos_ + 1, "a comment needs white space before its `#`", "put a space before this",
               "quote the text if the `#` belongs to it");
      }
      pos_ = std::min(text_.find('\n', pos_), text_.size());
    } else if (at_column_zero() && flow_.empty() && (marker("---") || marker("..."))) {
      read_marker(c);
    } else if (c == '%' && at_column_zero() && !document_begun_) {
      read_directive();
    } else {
      read_token(c);
    }
  }

  bool at_column_zero() const { return pos_ == 0 || text_[pos_ - 1] == '\n'; }
  bool marker(std::string_view mark) const {
    return text_.substr(pos_).starts_with(mark) && (pos_ + 3 >= text_.size() || is_space(text_[pos_ + 3]));
  }

  void read_marker(char c) {
    if (c == '-' && document_begun_) {
      report(pos_, pos_ + 3, "several documents in one file", "a second document starts here",
             "keep each document in a file of its own", Code::kYamlUnsupported);
      lost_ = true;
    }
    if (c == '.') ended_ = true;
    document_begun_ = document_begun_ || c == '-';
    pos_ += 3;
    at_line_start_ = false;
  }

  void read_directive() {
    const std::size_t end = std::min(text_.find('\n', pos_), text_.size());
    report(pos_, end, "directives are not used here", "a directive", "remove the line", Code::kYamlUnsupported);
    pos_ = end;
  }

  // The first token of a line stands at its indentation, which may hold no tab; inside brackets it must stand deeper
  // than what the brackets belong to.
  void begin_token() {
    if (ended_ && !lost_) {
      report(pos_, pos_ + 1, "text after the end of the document", "the document ended above");
      lost_ = true;
    }
    if (!flow_.empty()) {
      if (at_line_start_) {
        const bool closes = text_[pos_] == ']' || text_[pos_] == '}';
        if (spaces_ + (closes ? 1 : 0) <= flow_.back().indent) {
          if (tab_ != std::string_view::npos) {
            report_tab(tab_);
          } else {
            report(pos_, pos_ + 1, "a line inside brackets is not indented deeply enough",
                   "must stand deeper than the key or dash the bracket belongs to");
          }
        }
      }
    } else if (tab_ != std::string_view::npos && (block_starts_ || (at_line_start_ && flow_piece_ == nullptr))) {
      report_tab(tab_);
    }
    tab_ = std::string_view::npos;
    at_line_start_ = false;
  }

  void read_token(char c) {
    begin_token();
    if (lost_) return;
    document_begun_ = true;
    if (c == '&' || c == '*' || c == '!') {
      read_property(c);
      return;
    }
    const char next = pos_ + 1 < text_.size() ? text_[pos_ + 1] : '\n';
    if (c == '[' || c == '{') {
      if (flow_piece_ == nullptr) return stray();
      flow_.push_back({c, flow_piece_->indent});
      after_comma_ = true;
    } else if ((c == ']' || c == '}') && !flow_.empty()) {
      flow_.pop_back();
      after_comma_ = false;
    } else if (c == ',' && !flow_.empty()) {
      if (after_comma_) {
        report(pos_, pos_ + 1, "a comma without an item before it", "nothing stands before this", "remove the comma");
      }
      after_comma_ = true;
      ++pos_;
      glued_ = true;
      return;
    } else if ((c == ':' && (is_space(next) || !flow_.empty())) || (c == '?' && is_space(next))) {
      after_comma_ = false;
    } else if (c != '-' || !is_space(next) || !flow_.empty()) {
      return stray();
    }
    ++pos_;
    glued_ = true;
  }

  void stray() {
    const std::size_t end = std::min(text_.find('\n', pos_), text_.size());
    report(pos_, end, "text that belongs to nothing", "the document ended before this, or its indentation is wrong");
    lost_ = true;
  }

  void read_property(char c) {
    std::size_t end = pos_ + 1;
    while (end < text_.size() && !is_space(text_[end]) && !is_flow_indicator(text_[end])) ++end;
    if (c == '!') {
      report(pos_, end, "tags are not used here", "a tag", "remove it: the schema says of which type a value is",
             Code::kYamlUnsupported);
    } else {
      report(pos_, end, "anchors and aliases are not used here", c == '&' ? "an anchor" : "an alias",
             "write the value out in both places", Code::kYamlUnsupported);
    }
    if (end < text_.size() && is_flow_indicator(text_[end]) && flow_.empty()) lost_ = true;
    after_comma_ = false;
    pos_ = end;
    glued_ = true;
  }

  struct Open {
    char bracket;
    int indent;
  };

  const TextIndex& index_;
  std::string_view text_;
  const std::vector<Piece>& pieces_;
  Diagnostics& diagnostics_;
  std::size_t pos_ = 0;
  std::size_t next_ = 0;
  std::vector<Open> flow_;
  const Piece* flow_piece_ = nullptr;  // a flow collection that starts at pos_
  bool block_starts_ = false;          // a block collection starts at pos_
  bool at_line_start_ = true;
  bool glued_ = false;        // no white space since the last token
  bool after_comma_ = false;  // in brackets: an item may stand here, a comma may not
  bool document_begun_ = false;
  bool ended_ = false;
  bool lost_ = false;  // what follows would only be noise
  int spaces_ = 0;
  std::size_t tab_ = std::string_view::npos;  // first tab since the last token of this line
};

}  // namespace

void check_gaps(const TextIndex& index, const std::vector<Piece>& pieces, Diagnostics& diagnostics) {
  GapReader(index, pieces, diagnostics).read();
}

}  // namespace plumb::lang
