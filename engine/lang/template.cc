#include "engine/lang/template.h"

#include <algorithm>

#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/lexer.h"
#include "engine/lang/template_pieces.h"

namespace plumb::lang {
namespace {

using cel::Fault;
using Kind = TemplatePiece::Kind;

struct Part;
using Parts = std::vector<Part>;

// An expression and where it stands in the template.
struct Placed {
  cel::Program program;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Branch {
  std::optional<Placed> condition;  // absent: else
  Parts body;
};

struct Part {
  std::string text;
  std::optional<Placed> expression;
  std::vector<Branch> branches;  // of an if
  std::optional<Placed> over;    // of a for
  std::size_t slot = 0;          // of its first name
  std::size_t names = 0;
  Parts body;
};

Fault moved(Fault fault, std::size_t by) {
  fault.begin += by;
  fault.end += by;
  return fault;
}

Fault fault_of(const cel::Value& problem, std::size_t begin = 0, std::size_t end = 0) {
  const cel::Value::ErrorInfo& info = problem.as_error();
  return {info.code, begin, end, info.message, {}, info.hint};
}
Fault fault_of(const cel::Value& problem, const Placed& at) {
  return fault_of(problem, at.begin, at.end);
}

Fault directive_fault(std::size_t begin, std::size_t end, std::string summary, std::string label, std::string hint) {
  return {Code::kTemplateDirective, begin, end, std::move(summary), std::move(label), std::move(hint)};
}

}  // namespace

struct Template::Code {
  Parts parts;
  std::size_t slots = 0;  // of the environment, loops included
  std::vector<cel::Reference> references;
  bool calls_host = false;
};

namespace {

class Parser {
 public:
  Parser(std::string_view text, const std::vector<TemplatePiece>& pieces, const cel::Environment& environment)
      : text_(text), pieces_(pieces), outer_(environment.slot_count()), most_(outer_) {}

  cel::Outcome<Parts> run(const cel::Environment& environment) {
    auto parts = body(environment, 0);
    if (!parts) return parts;
    if (at_ < pieces_.size()) {
      const Word word = first_word();
      return tl::make_unexpected(directive_fault(word.begin, word.end, "`" + word.text + "` without what it belongs to",
                                                 "nothing is open here", "remove it"));
    }
    return parts;
  }

  std::vector<cel::Reference> references() {
    std::sort(references_.begin(), references_.end());
    references_.erase(std::unique(references_.begin(), references_.end()), references_.end());
    return std::move(references_);
  }
  bool calls_host() const { return calls_host_; }
  std::size_t slots() const { return most_; }

 private:
  struct Word {
    std::string text;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  Word word_at(std::size_t from, std::size_t limit) const {
    auto token = cel::Lexer(text_.substr(0, limit), from).next();
    if (!token || token->kind == cel::TokenKind::kEnd) return {"", from, limit};
    return {std::string(token->source), token->begin, token->end};
  }
  Word first_word() const { return word_at(pieces_[at_].begin, pieces_[at_].end); }

  cel::Outcome<Placed> compile(std::size_t begin, std::size_t end, const cel::Environment& environment,
                               std::optional<cel::Type> wanted = std::nullopt) {
    cel::CompileOptions options;
    options.wanted = std::move(wanted);
    auto program = cel::compile(text_.substr(begin, end - begin), environment, options);
    if (!program) return tl::make_unexpected(moved(std::move(program.error()), begin));
    for (const cel::Reference& reference : program->references()) {
      if (static_cast<std::size_t>(reference.slot) < outer_) references_.push_back(reference);
    }
    calls_host_ = calls_host_ || program->calls_host();
    return Placed{std::move(*program), begin, end};
  }

  // Up to a directive that closes or goes on with what is open; that one is left for who opened it.
  cel::Outcome<Parts> body(const cel::Environment& environment, int depth) {
    Parts parts;
    if (depth > kMaxTemplateDepth) {
      const TemplatePiece& piece = pieces_[std::min(at_, pieces_.size() - 1)];
      return tl::make_unexpected(
          directive_fault(piece.begin, piece.end, "directives nest too deeply", "more than 64 of them", ""));
    }
    while (at_ < pieces_.size()) {
      const TemplatePiece& piece = pieces_[at_];
      Part part;
      if (piece.kind == Kind::kText) {
        part.text = piece.text;
        ++at_;
      } else if (piece.kind == Kind::kExpression) {
        auto expression = compile(piece.begin, piece.end, environment);
        if (!expression) return tl::make_unexpected(std::move(expression.error()));
        part.expression = std::move(*expression);
        ++at_;
      } else {
        const Word word = first_word();
        if (word.text == "else" || word.text == "endif" || word.text == "endfor") return parts;
        auto directive = word.text == "if"    ? conditional(environment, depth)
                         : word.text == "for" ? loop(environment, depth)
                                              : unknown(word);
        if (!directive) return tl::make_unexpected(std::move(directive.error()));
        part = std::move(*directive);
      }
      parts.push_back(std::move(part));
    }
    return parts;
  }

  static cel::Outcome<Part> unknown(const Word& word) {
    return tl::make_unexpected(directive_fault(word.begin, word.end, "`" + word.text + "` is no directive",
                                               "expected if, else, endif, for or endfor",
                                               "write %%{ for a literal %{, and ${…} for a value"));
  }

  cel::Outcome<Part> conditional(const cel::Environment& environment, int depth) {
    const Word opening = first_word();
    Part part;
    std::size_t condition = opening.end;
    bool last = false;
    while (true) {
      Branch branch;
      if (!last) {
        auto compiled = compile(condition, pieces_[at_].end, environment, cel::Type(cel::Type::Kind::kBool));
        if (!compiled) return tl::make_unexpected(std::move(compiled.error()));
        branch.condition = std::move(*compiled);
      }
      ++at_;
      auto inside = body(environment, depth + 1);
      if (!inside) return tl::make_unexpected(std::move(inside.error()));
      branch.body = std::move(*inside);
      part.branches.push_back(std::move(branch));
      if (at_ >= pieces_.size()) return never_closed(opening, "endif");
      const Word word = first_word();
      if (word.text == "endif") break;
      if (word.text != "else" || last)
        return tl::make_unexpected(directive_fault(word.begin, word.end, "`" + word.text + "` inside an if",
                                                   last ? "expected endif, after else" : "expected else or endif", ""));
      const Word next = word_at(word.end, pieces_[at_].end);
      last = next.text != "if";
      condition = next.end;
    }
    ++at_;
    return part;
  }

  static cel::Outcome<Part> never_closed(const Word& opening, const std::string& closing) {
    return tl::make_unexpected(directive_fault(opening.begin, opening.end,
                                               "`" + opening.text + "` without its " + closing, "opened here",
                                               "close it with %{ " + closing + " }"));
  }

  cel::Outcome<Part> loop(const cel::Environment& environment, int depth) {
    const Word opening = first_word();
    const std::size_t limit = pieces_[at_].end;
    std::vector<Word> names{word_at(opening.end, limit)};
    Word word = word_at(names[0].end, limit);
    if (word.text == ",") {
      names.push_back(word_at(word.end, limit));
      word = word_at(names[1].end, limit);
    }
    if (word.text != "in") {
      return tl::make_unexpected(directive_fault(word.begin, word.end, "a `for` needs `in`", "expected `in`",
                                                 "write %{ for x in list }, or %{ for k, v in map }"));
    }
    auto over = compile(word.end, limit, environment);
    if (!over) return tl::make_unexpected(std::move(over.error()));
    cel::Type key;
    cel::Type element;
    if (auto fault = element_types(*over, names.size(), key, element)) return tl::make_unexpected(std::move(*fault));
    Part part;
    part.slot = environment.slot_count();
    part.names = names.size();
    cel::Environment inner = environment;
    if (names.size() == 2) inner.add_variable(names[0].text, key);
    inner.add_variable(names.back().text, element);
    most_ = std::max(most_, inner.slot_count());
    part.over = std::move(*over);
    ++at_;
    auto inside = body(inner, depth + 1);
    if (!inside) return tl::make_unexpected(std::move(inside.error()));
    part.body = std::move(*inside);
    if (at_ >= pieces_.size()) return never_closed(opening, "endfor");
    const Word closing = first_word();
    if (closing.text != "endfor")
      return tl::make_unexpected(
          directive_fault(closing.begin, closing.end, "`" + closing.text + "` inside a for", "expected endfor", ""));
    ++at_;
    return part;
  }

  static std::optional<Fault> element_types(const Placed& over, std::size_t names, cel::Type& key, cel::Type& element) {
    using TypeKind = cel::Type::Kind;
    const cel::Type& type = over.program.type();
    if (type.is_dyn()) return std::nullopt;
    if (type.is(TypeKind::kList)) {
      key = cel::Type(TypeKind::kInt);
      element = type.parameter(0);
      return std::nullopt;
    }
    if (type.is(TypeKind::kMap) || type.is(TypeKind::kRecord)) {
      key = type.is(TypeKind::kMap) ? type.parameter(0) : cel::Type(TypeKind::kString);
      element = names == 1 ? key : type.is(TypeKind::kMap) ? type.parameter(1) : cel::Type();
      return std::nullopt;
    }
    const bool nullable = type.is(TypeKind::kNullable);
    return Fault{nullable ? Code::kMayBeNull : Code::kExpressionType,
                 over.begin,
                 over.end,
                 "a `for` needs a list or a map",
                 "this is " + type.str(),
                 nullable ? "give it an empty list for none: x == null ? [] : x" : ""};
  }

  std::string_view text_;
  const std::vector<TemplatePiece>& pieces_;
  std::size_t outer_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::vector<cel::Reference> references_;
  bool calls_host_ = false;
};

class Renderer {
 public:
  Renderer(std::size_t slots, const cel::Activation& activation, cel::Budget& budget)
      : slots_(activation.slots.begin(), activation.slots.end()), budget_(budget) {
    slots_.resize(std::max(slots, slots_.size()));
    activation_ = {slots_, activation.context};
  }

  std::optional<Fault> render(const Parts& parts) {
    for (const Part& part : parts) {
      if (auto fault = render(part)) return fault;
    }
    return std::nullopt;
  }
  std::string take() { return std::move(out_); }

 private:
  cel::Outcome<cel::Value> evaluate(const Placed& placed) {
    auto value = placed.program.evaluate(activation_, budget_);
    if (!value) return tl::make_unexpected(moved(std::move(value.error()), placed.begin));
    return value;
  }

  std::optional<Fault> render(const Part& part) {
    if (part.expression) return append(*part.expression);
    if (part.over) return repeat(part);
    if (!part.branches.empty()) return choose(part);
    if (!budget_.allocate(part.text.size())) return fault_of(cel::cost_exceeded());
    out_ += part.text;
    return std::nullopt;
  }

  std::optional<Fault> append(const Placed& expression) {
    auto value = evaluate(expression);
    if (!value) return std::move(value.error());
    const std::size_t before = out_.size();
    if (const cel::Value problem = cel::append_text(out_, *value); problem.is_error())
      return fault_of(problem, expression);
    if (!budget_.allocate(out_.size() - before)) return fault_of(cel::cost_exceeded(), expression);
    return std::nullopt;
  }

  std::optional<Fault> choose(const Part& part) {
    for (const Branch& branch : part.branches) {
      if (branch.condition) {
        auto value = evaluate(*branch.condition);
        if (!value) return std::move(value.error());
        if (!value->is(cel::Kind::kBool))
          return Fault{Code::kExpressionType,
                       branch.condition->begin,
                       branch.condition->end,
                       "a condition must be true or false",
                       "this is " + std::string(cel::type_name(value->kind())),
                       ""};
        if (!value->as_bool()) continue;
      }
      return render(branch.body);
    }
    return std::nullopt;
  }

  std::optional<Fault> repeat(const Part& part) {
    auto over = evaluate(*part.over);
    if (!over) return std::move(over.error());
    const auto each = [&](const cel::Value& key, const cel::Value& element) {
      if (part.names == 2) slots_[part.slot] = key;
      slots_[part.slot + part.names - 1] = element;
      return render(part.body);
    };
    if (over->is(cel::Kind::kList)) {
      const auto items = over->as_list();
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (!budget_.step()) return fault_of(cel::cost_exceeded(), *part.over);
        if (auto fault = each(cel::Value::integer(static_cast<std::int64_t>(i)), items[i])) return fault;
      }
    } else if (over->is(cel::Kind::kMap)) {
      for (const cel::MapEntry& entry : over->as_map()) {
        if (!budget_.step()) return fault_of(cel::cost_exceeded(), *part.over);
        if (auto fault = each(entry.key, part.names == 2 ? entry.value : entry.key)) return fault;
      }
    } else {
      return Fault{Code::kExpressionType,
                   part.over->begin,
                   part.over->end,
                   "a `for` needs a list or a map",
                   "this is " + std::string(cel::type_name(over->kind())),
                   ""};
    }
    return std::nullopt;
  }

  std::vector<cel::Value> slots_;
  cel::Activation activation_;
  cel::Budget& budget_;
  std::string out_;
};

}  // namespace

cel::Outcome<Template> Template::parse(std::string_view text, const cel::Environment& environment) {
  if (text.size() > kMaxTemplateBytes) {
    return tl::make_unexpected(Fault{plumb::Code::kExpressionTooLarge, 0, 1, "a template that is too large",
                                     "more than 1 MiB", "use `source` for a file without expressions"});
  }
  auto pieces = split_template(text);
  if (!pieces) return tl::make_unexpected(std::move(pieces.error()));
  Parser parser(text, *pieces, environment);
  auto parts = parser.run(environment);
  if (!parts) return tl::make_unexpected(std::move(parts.error()));
  auto code = std::make_shared<Code>();
  code->parts = std::move(*parts);
  code->slots = parser.slots();
  code->references = parser.references();
  code->calls_host = parser.calls_host();
  Template result;
  result.code_ = std::move(code);
  return result;
}

const std::vector<cel::Reference>& Template::references() const {
  return code_->references;
}

bool Template::calls_host() const {
  return code_->calls_host;
}

cel::Outcome<std::string> Template::render(const cel::Activation& activation, cel::Budget& budget) const {
  Renderer renderer(code_->slots, activation, budget);
  if (auto fault = renderer.render(code_->parts)) return tl::make_unexpected(std::move(*fault));
  return renderer.take();
}

cel::Outcome<std::string> Template::render(const cel::Activation& activation) const {
  cel::Budget budget;
  return render(activation, budget);
}

}  // namespace plumb::lang
