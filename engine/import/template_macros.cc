// Macros of a template: each is put in the place of its calls.
#include "engine/import/expression.h"
#include "engine/import/template_translator.h"

namespace plumb::imports {

// A macro is kept, and put in the place of each call.
void TemplateTranslator::define(const std::string& rest) {
  const ExprPtr head = parse_expression(rest);
  if (!head->is(Expr::Kind::kCall) || !head->children[0]->is(Expr::Kind::kName)) throw Untranslatable{"a `macro`"};
  Macro macro;
  for (std::size_t at = 1; at < head->children.size(); ++at) {
    if (!head->children[at]->is(Expr::Kind::kName)) throw Untranslatable{"a `macro` that takes parts"};
    macro.parameters.push_back(head->children[at]->text);
  }
  for (const auto& [name, value] : head->named) {
    macro.parameters.push_back(name);
    macro.defaults[name] = value;
  }
  ++at_;
  const std::size_t from = at_;
  for (int depth = 0; at_ < pieces_.size(); ++at_) {
    const std::string word = pieces_[at_].kind == Piece::Kind::kStatement ? first_word(pieces_[at_].text) : "";
    if (word == "macro") ++depth;
    if (word == "endmacro" && depth-- == 0) break;
  }
  if (at_ >= pieces_.size()) throw Untranslatable{"`endmacro` is missing"};
  macro.pieces.assign(pieces_.begin() + static_cast<std::ptrdiff_t>(from),
                      pieces_.begin() + static_cast<std::ptrdiff_t>(at_));
  macros_[head->children[0]->text] = std::move(macro);
  ++at_;
}

// Whether `expr` calls a macro, which is put in its place then.
bool TemplateTranslator::expand(const Expr& expr, LocalNames& names) {
  if (!expr.is(Expr::Kind::kCall) || !expr.children[0]->is(Expr::Kind::kName)) return false;
  const auto found = macros_.find(expr.children[0]->text);
  if (found == macros_.end()) return false;
  if (depth_ > kDeepestTemplate) throw Untranslatable{"macros that call each other too deeply"};
  const Macro& macro = found->second;
  LocalNames inner(names);
  for (std::size_t at = 0; at < macro.parameters.size(); ++at) {
    const std::string& parameter = macro.parameters[at];
    ExprPtr given = at + 1 < expr.children.size() ? expr.children[at + 1] : nullptr;
    for (const auto& [name, value] : expr.named) {
      if (name == parameter) given = value;
    }
    if (given == nullptr && macro.defaults.contains(parameter)) given = macro.defaults.at(parameter);
    inner.set(parameter,
              given != nullptr ? translate(*given, names) : Cel{"null", Type::kNull, Type::kAny, 0, "", "false"});
  }
  TemplateTranslator body(macro.pieces, inner, options_, depth_ + 1);
  body.used_ = used_;
  body.macros_ = macros_;
  out_ += body.run();
  return true;
}

}  // namespace plumb::imports
