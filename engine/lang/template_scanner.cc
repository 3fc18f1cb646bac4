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
  Scanner(std::string_view text, std::size_t begin) : text_(text), position_(begin) {}

  ScannedTemplate run() {
    while (position_ < text_.size()) {
      const std::size_t opening = take_literal();
      if (opening >= text_.size() || !(is_comment(opening) ? take_comment(opening) : take_part(opening))) break;
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

  // `%{# … #}`, with `~` inside the braces as elsewhere.
  bool is_comment(std::size_t opening) const {
    const std::string_view rest = text_.substr(opening);
    return rest.starts_with("%{#") || rest.starts_with("%{~#");
  }

  bool take_comment(std::size_t opening) {
    const bool trim_before = text_[opening + 2] == '~';
    std::size_t end = opening + (trim_before ? 4 : 3);
    const auto closes = [&](std::string_view sign) { return text_.substr(end).starts_with(sign); };
    while (end < text_.size() && !closes("#}") && !closes("#~}")) ++end;
    if (end >= text_.size()) {
      scanned_.faults.push_back(directive_fault(opening, opening + 3, "a comment is not closed",
                                                "no #} belongs to this", "close it with #}"));
      scanned_.known = false;
      return false;
    }
    finish_literal(trim_before);
    trim_next_ = closes("#~}");
    position_ = end + (trim_next_ ? 3 : 2);
    return true;
  }

  // False where it has no end, so that nothing behind it can be told.
  bool take_part(std::size_t opening) {
    std::size_t begin = opening + 2;
    const bool trim_before = begin < text_.size() && text_[begin] == '~';
    if (trim_before) ++begin;
    const Outcome<std::size_t> brace = end_of_part(opening, begin);
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

  // The token behind `begin`. `=`, which no expression has, is one too.
  static Outcome<cel::Token> token_at(std::string_view text, std::size_t begin) {
    Outcome<cel::Token> token = cel::Lexer(text, begin).next();
    if (token || token.error().begin >= text.size() || text[token.error().begin] != '=') return token;
    cel::Token sign;
    sign.kind = cel::TokenKind::kSymbol;
    sign.begin = token.error().begin;
    sign.end = sign.begin + 1;
    sign.source = text.substr(sign.begin, 1);
    return sign;
  }

  // Where its closing brace stands.
  Outcome<std::size_t> end_of_part(std::size_t opening, std::size_t begin) const {
    const Outcome<cel::Token> word = token_at(text_, begin);
    const bool assigns = text_[opening] == '%' && word && (word->source == "let" || word->source == "include");
    if (!assigns) return find_closing_brace(text_, opening, begin);
    std::size_t depth = 0;
    for (std::size_t at = word->end;;) {
      const Outcome<cel::Token> token = token_at(text_, at);
      const bool same_line = !token && token.error().begin <= text_.find('\n', opening);
      if (same_line) return tl::make_unexpected(token.error());
      if (!token || token->kind == cel::TokenKind::kEnd) {
        return tl::make_unexpected(Fault{Code::kUnclosedExpression, opening, opening + 2, "`%{` is not closed",
                                         "no closing } belongs to this",
                                         "close it with }, or write %%{ for a literal %{"});
      }
      if (token->is("{")) ++depth;
      if (token->is("}") && depth-- == 0) return token->begin;
      at = token->end;
    }
  }

  // The next token of a directive. What end_of_part() has passed can be read.
  cel::Token next(TemplatePart& part) {
    Outcome<cel::Token> token = token_at(text_.substr(0, part.end), part.begin);
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
    if (word.source == "let") {
      part.kind = Kind::kLet;
      return read_let(part);
    }
    if (word.source == "include") {
      part.kind = Kind::kInclude;
      return read_include(part);
    }
    const std::string written(word.source);
    const std::vector<std::string> known = {"if", "else", "endif", "for", "endfor", "let", "include"};
    std::string near = nearest(written, known);
    if (written == "elif" || written == "elsif" || written == "elseif") near = "else if";
    const bool empty = word.kind == cel::TokenKind::kEnd;
    return directive_fault(
        empty ? part.opening : word.begin, empty ? part.closing : word.end,
        empty ? "an empty directive" : "there is no directive `" + written + "`",
        near.empty() ? "if, else, endif, for, endfor, let or include was expected" : "did you mean `" + near + "`?",
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

  std::optional<Fault> read_let(TemplatePart& part) {
    TemplateAssignment& one = part.assigned.emplace_back();
    if (auto fault = read_assignment(part, one, "let x = e")) return fault;
    one.end = part.end;
    return {};
  }

  // `name =`, and where its expression begins.
  std::optional<Fault> read_assignment(TemplatePart& part, TemplateAssignment& one, std::string_view form) {
    const cel::Token name = next(part);
    if (name.kind != cel::TokenKind::kName || cel::is_reserved_word(name.source))
      return directive_fault(part.opening, part.closing, "a name is missing", std::string(form));
    one.name = name.source;
    one.name_begin = name.begin;
    if (!next(part).is("="))
      return directive_fault(name.begin, name.end, "`" + one.name + "` is given nothing", std::string(form));
    one.begin = part.begin;
    if (const cel::Token token = peek(part); token.kind == cel::TokenKind::kEnd || token.is(","))
      return directive_fault(name.begin, name.end, "`" + one.name + "` is given nothing", std::string(form));
    return {};
  }

  std::optional<Fault> read_include(TemplatePart& part) {
    constexpr std::string_view kForm = "include \"FILE\", or include \"FILE\" with x = e, y = e";
    cel::Token path = next(part);
    if (path.kind != cel::TokenKind::kString || path.text.empty()) {
      return directive_fault(part.opening, part.closing, "`include` names no file", std::string(kForm),
                             "the path is a text in quotes, so that every part is known beforehand");
    }
    part.text = std::move(path.text);
    TemplatePart rest = part;
    part.begin = path.begin;
    part.path_end = path.end;
    const cel::Token word = next(rest);
    if (word.kind == cel::TokenKind::kEnd) return {};
    if (word.source != "with")
      return directive_fault(word.begin, part.end, "text behind the path of `include`", std::string(kForm));
    while (true) {
      TemplateAssignment one;
      if (auto fault = read_assignment(rest, one, kForm)) return fault;
      one.end = end_of_assigned(rest);
      part.assigned.push_back(std::move(one));
      if (rest.begin >= part.end) return {};
    }
  }

  // Where the expression ends that `rest` begins with: at a comma outside of brackets, which is passed, or at the end.
  std::size_t end_of_assigned(TemplatePart& rest) {
    int depth = 0;
    while (true) {
      const cel::Token token = next(rest);
      if (token.kind == cel::TokenKind::kEnd) {
        rest.begin = rest.end;
        return rest.end;
      }
      if (token.is("(") || token.is("[") || token.is("{")) ++depth;
      if (token.is(")") || token.is("]") || token.is("}")) --depth;
      if (depth == 0 && token.is(",")) return token.begin;
    }
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::string literal_;
  bool trim_next_ = false;
  ScannedTemplate scanned_;
};

}  // namespace

ScannedTemplate scan_template(std::string_view text, std::size_t begin, std::size_t end) {
  return Scanner(text.substr(0, end), begin).run();
}

}  // namespace plumb::lang
