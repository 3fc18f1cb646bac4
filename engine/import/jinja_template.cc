#include "engine/import/jinja_template.h"

#include <algorithm>

#include "engine/base/outside_text.h"
#include "engine/import/expression.h"
#include "engine/import/template_translator.h"

namespace plumb::imports {
namespace {

constexpr std::size_t kMostExpanded = std::size_t{1} << 20;

// Text between expressions and statements, in which no sign begins one.
std::string template_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("${")) out += '$';
    if (text.substr(at).starts_with("%{")) out += '%';
    out += text[at];
  }
  return out;
}

}  // namespace

std::string TemplateTranslator::run() {
  body({}, names_);
  if (at_ < pieces_.size()) throw Untranslatable{"`" + pieces_[at_].text + "` without its beginning"};
  return out_;
}

void TemplateTranslator::directive(const std::string& text, bool ends_line) {
  out_ += "%{ " + text + (ends_line ? " ~}\n" : " }");
}

void TemplateTranslator::body(const std::vector<std::string>& ends, LocalNames& names) {
  while (at_ < pieces_.size()) {
    const Piece& piece = pieces_[at_];
    switch (piece.kind) {
      case Piece::Kind::kText:
        out_ += template_text(piece.text);
        break;
      case Piece::Kind::kComment: {
        std::string text = piece.text;
        for (std::size_t end = text.find("#}"); end != std::string::npos; end = text.find("#}")) text.erase(end, 2);
        for (std::size_t end = text.find("~}"); end != std::string::npos; end = text.find("~}")) text.erase(end, 2);
        out_ += "%{# " + text + (piece.ends_line ? " #~}\n" : " #}");
        break;
      }
      case Piece::Kind::kOutput: {
        if (out_.size() > kMostExpanded) throw Untranslatable{"a template that grows beyond a megabyte"};
        const ExprPtr expr = parse_expression(piece.text);
        if (expand(*expr, names)) break;
        const Cel value = translate(*expr, names);
        if (value.type == Type::kMap) throw Untranslatable{"a map that is printed as Python writes it"};
        const std::optional<std::string> known = literal_text(value);
        if (!known && ends_file()) {
          // Ansible ends a file with the line ends that its template has, and counts those that are there already.
          const std::string text = printed_text(value);
          out_ += "${" + text + "}${" + text + " == '' || (" + text + ").endsWith('\\n') ? '' : '\\n'}";
          at_ = pieces_.size();
          return;
        }
        out_ += known && !piece.ends_line ? template_text(*known)
                                          : "${" + printed(value) + (piece.ends_line ? " ~}\n" : "}");
        break;
      }
      case Piece::Kind::kStatement: {
        const std::string word = first_word(piece.text);
        if (std::find(ends.begin(), ends.end(), word) != ends.end()) return;
        statement(word, std::string(trimmed(std::string_view(piece.text).substr(word.size()))), names);
        continue;
      }
    }
    ++at_;
  }
  if (!ends.empty()) throw Untranslatable{"`" + ends.back() + "` is missing"};
}

// Whether the value that stands here is all of the last line.
bool TemplateTranslator::ends_file() const {
  return depth_ == 0 && depth_in_blocks_ == 0 && at_ + 2 == pieces_.size() && out_.ends_with('\n') &&
         pieces_[at_ + 1].kind == Piece::Kind::kText && pieces_[at_ + 1].text == "\n";
}

void TemplateTranslator::statement(const std::string& word, const std::string& rest, LocalNames& names) {
  const bool ends_line = pieces_[at_].ends_line;
  if (word == "if") return conditional(rest, names);
  if (word == "for") return loop(rest, names);
  if (word == "set") return name_value(rest, ends_line, names);
  if (word == "do") {
    if (!change(*parse_expression(rest), ends_line, names)) throw Untranslatable{"the statement `do`"};
    return;
  }
  if (word == "block") {
    skip();
    body({"endblock"}, names);
    return skip();
  }
  if (word == "include") return include(rest, names);
  if (word == "macro") return define(rest);
  throw Untranslatable{"the statement `" + word + "`"};
}

void TemplateTranslator::include(const std::string& rest, LocalNames& names) {
  std::string text = rest;
  for (const char* tail : {" with context", " without context", " ignore missing"}) {
    if (const std::size_t at = text.find(tail); at != std::string::npos) text.erase(at, std::string(tail).size());
  }
  const std::optional<lang::Node> path = constant_of(*parse_expression(text), names);
  if (!path || !path->is_scalar()) throw Untranslatable{"an `include` whose name hangs on the host"};
  if (depth_ > kDeepestTemplate) throw Untranslatable{"templates that include each other too deeply"};
  const std::optional<std::string> source = options_.included ? options_.included(path->text) : std::nullopt;
  if (!source) throw Untranslatable{"the included template `" + path->text + "`, which is not there"};
  // A part does not see what the templates around it name; so it is put in its place as a whole.
  int line = 1;
  TemplateTranslator inner(pieces_of(*source, true, line), names, options_, depth_ + 1);
  inner.used_ = used_;
  inner.macros_ = macros_;
  out_ += inner.run();
  ++at_;
}

TranslatedTemplate translate_template(std::string_view source, Names& names, const TemplateOptions& options) {
  TranslatedTemplate result;
  int line = 1;
  LocalNames local(names);
  try {
    TemplateTranslator translator(pieces_of(source, false, line, options.layout), local, options, 0);
    try {
      result.text = translator.run();
      result.walks_maps = translator.walks_maps();
    } catch (const Untranslatable& problem) {
      result.problem = outside_line(problem.reason);
      result.line = translator.line();
    }
  } catch (const Untranslatable& problem) {
    result.problem = outside_line(problem.reason);
    result.line = line;
  }
  return result;
}

}  // namespace plumb::imports
