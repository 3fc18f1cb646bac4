#include "engine/lang/template_scanner.h"

#include <algorithm>
#include <optional>

#include "engine/base/nearest.h"
#include "engine/lang/cel/lexer.h"
#include "engine/lang/text_expression.h"

namespace plumb::lang {

using cel::Fault;
using cel::Outcome;
using Kind = TemplatePart::Kind;

namespace {

bool is_white(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Fault directive_fault(std::size_t begin, std::size_t end, std::string summary, std::string label = {},
                      std::string hint = {}) {
  return {Code::kTemplateDirective, begin, end, std::move(summary), std::move(label), std::move(hint)};
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  ScannedTemplate run() {
    while (position_ < text_.size()) {
      const std::size_t opening = take_literal();
      if (opening >= text_.size() || !take_part(opening)) break;
    }
    finish_literal(false);
    return std::move(scanned_);
  }

 private:
  // Gathers literal text up to the next opening sign.
  std::size_t take_literal() {
    while (position_ < text_.size()) {
      const std::size_t sign = std::min(text_.find_first_of("$%", position_), text_.size());
      literal_ += text_.substr(position_, sign - position_);
      position_ = sign;
      if (sign >= text_.size()) break;
      const std::string_view rest = text_.substr(sign);
      if (rest.starts_with("$${") || rest.starts_with("%%{")) {
        literal_ += rest[0];
        literal_ += '{';
        position_ += 3;
      } else if (rest.starts_with("${") || rest.starts_with("%{")) {
        return sign;
      } else {
        literal_ += rest[0];
        ++position_;
      }
    }
    return text_.size();
  }

  // `trim` is for a `~` that follows: white space goes that belongs to the last line.
  void finish_literal(bool trim) {
    if (trim_next_) trim_left();
    if (trim) trim_right();
    trim_next_ = false;
    if (literal_.empty()) return;
    TemplatePart part;
    part.text = std::move(literal_);
    scanned_.parts.push_back(std::move(part));
    literal_.clear();
  }

  void trim_left() {
    std::size_t size = 0;
    while (size < literal_.size() && is_white(literal_[size])) {
      if (literal_[size++] == '\n') break;
    }
    literal_.erase(0, size);
  }

  void trim_right() {
    const std::size_t size = literal_.size();
    const std::size_t before = size < 2 ? std::string::npos : literal_.rfind('\n', size - 2);
    const std::size_t line = before == std::string::npos ? 0 : before + 1;
    while (literal_.size() > line && is_white(literal_.back())) literal_.pop_back();
  }

  // False where it has no end, so that nothing behind it can be told.
  bool take_part(std::size_t opening) {
    std::size_t begin = opening + 2;
    const bool trim_before = begin < text_.size() && text_[begin] == '~';
    if (trim_before) ++begin;
    const Outcome<std::size_t> brace = find_closing_brace(text_, opening, begin);
    if (!brace) {
      scanned_.faults.push_back(brace.error());
      scanned_.known = false;
      return false;
    }
    const bool trim_after = *brace > begin && text_[*brace - 1] == '~';
    TemplatePart part;
    part.begin = begin;
    part.end = trim_after ? *brace - 1 : *brace;
    part.opening = opening;
    part.closing = *brace + 1;
    finish_literal(trim_before);
    trim_next_ = trim_after;
    position_ = part.closing;
    if (text_[opening] == '$') {
      part.kind = Kind::kExpression;
    } else if (auto fault = read_directive(part)) {
      scanned_.faults.push_back(std::move(*fault));
      part.broken = true;
      // One that is none of them may be meant to open or to close something.
      if (part.kind == Kind::kText) {
        scanned_.known = false;
        return true;
      }
    }
    scanned_.parts.push_back(std::move(part));
    return true;
  }

  // The next token of a directive. What find_closing_brace() has passed can be read.
  cel::Token next(TemplatePart& part) {
    cel::Lexer lexer(text_.substr(0, part.end), part.begin);
    Outcome<cel::Token> token = lexer.next();
    if (!token) return {};
    part.begin = token->end;
    return std::move(*token);
  }

  cel::Token peek(const TemplatePart& part) {
    TemplatePart copy = part;
    return next(copy);
  }

  std::optional<Fault> read_directive(TemplatePart& part) {
    const cel::Token word = next(part);
    if (word.source == "if") {
      part.kind = Kind::kIf;
      return wants_expression(part, "if");
    }
    if (word.source == "else") {
      part.kind = Kind::kElse;
      if (peek(part).source != "if") return wants_end(part, "else");
      next(part);
      part.kind = Kind::kElseIf;
      return wants_expression(part, "else if");
    }
    if (word.source == "endif" || word.source == "endfor") {
      part.kind = word.source == "endif" ? Kind::kEndIf : Kind::kEndFor;
      return wants_end(part, word.source);
    }
    if (word.source == "for") {
      part.kind = Kind::kFor;
      return read_for(part);
    }
    const std::string written(word.source);
    const std::vector<std::string> known = {"if", "else", "endif", "for", "endfor"};
    std::string near = nearest(written, known);
    if (written == "elif" || written == "elsif" || written == "elseif") near = "else if";
    const bool empty = word.kind == cel::TokenKind::kEnd;
    return directive_fault(
        empty ? part.opening : word.begin, empty ? part.closing : word.end,
        empty ? "an empty directive" : "there is no directive `" + written + "`",
        near.empty() ? "if, else, endif, for or endfor was expected" : "did you mean `" + near + "`?",
        "for a literal %{ write %%{");
  }

  std::optional<Fault> wants_expression(const TemplatePart& part, std::string_view word) {
    const cel::Token token = peek(part);
    if (token.kind != cel::TokenKind::kEnd) return {};
    return directive_fault(part.opening, part.closing, "`" + std::string(word) + "` has no condition",
                           "an expression was expected behind " + std::string(word));
  }

  std::optional<Fault> wants_end(const TemplatePart& part, std::string_view word) {
    const cel::Token token = peek(part);
    if (token.kind == cel::TokenKind::kEnd) return {};
    return directive_fault(token.begin, part.end, "text behind `" + std::string(word) + "`", "`}` was expected here");
  }

  std::optional<Fault> read_for(TemplatePart& part) {
    constexpr std::string_view kForm = "for x in list, or for key, value in map";
    while (true) {
      const cel::Token name = next(part);
      if (name.kind != cel::TokenKind::kName || cel::is_reserved_word(name.source)) {
        return directive_fault(part.opening, part.closing, "`for` has no variable", std::string(kForm));
      }
      part.names.emplace_back(name.source);
      const cel::Token behind = next(part);
      if (behind.is("in")) break;
      if (!behind.is(",") || part.names.size() == 2) {
        return directive_fault(part.opening, part.closing, "`for` without `in`", std::string(kForm));
      }
    }
    if (part.names.size() == 2 && part.names[0] == part.names[1]) {
      return directive_fault(part.opening, part.closing, "the two variables of `for` have one name");
    }
    if (peek(part).kind != cel::TokenKind::kEnd) return {};
    return directive_fault(part.opening, part.closing, "`for` has nothing to walk over", std::string(kForm));
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::string literal_;
  bool trim_next_ = false;
  ScannedTemplate scanned_;
};

}  // namespace

ScannedTemplate scan_template(std::string_view text) {
  return Scanner(text).run();
}

}  // namespace plumb::lang
