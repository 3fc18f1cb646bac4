// Names that a template gives: `set`.
#include "engine/import/expression.h"
#include "engine/import/template_translator.h"

namespace plumb::imports {

void TemplateTranslator::name_value(const std::string& rest, bool ends_line, LocalNames& names) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string::npos) throw Untranslatable{"`set` over several lines"};
  const std::string name(trimmed(std::string_view(rest).substr(0, equals)));
  if (name.find_first_of(".,[( ") != std::string::npos) throw Untranslatable{"`set` of a part of a value"};
  const ExprPtr expr = parse_expression(std::string_view(rest).substr(equals + 1));
  if (change(*expr, ends_line, names)) return;
  const Cel value = translate(*expr, names);
  ++at_;
  let(name, value, ends_line, names);
}

void TemplateTranslator::let(const std::string& name, const Cel& value, bool ends_line, LocalNames& names) {
  std::string own = fresh(safe_name(name));
  directive("let " + own + " = " + value.text, ends_line);
  lets_.emplace_back(own, value);
  names.set(name, {own, value.type, value.item, 0, "", ""});
  named_in_[name] = depth_in_loops_;
}

namespace {

ExprPtr expression(Expr::Kind kind, std::string text, std::vector<ExprPtr> children) {
  auto made = std::make_shared<Expr>();
  made->kind = kind;
  made->text = std::move(text);
  made->children = std::move(children);
  return made;
}

}  // namespace

std::optional<Changed> changed_by(const Expr& expr) {
  if (!expr.is(Expr::Kind::kCall) || expr.children.size() != 2 || !expr.named.empty()) return std::nullopt;
  const Expr& callee = *expr.children[0];
  if (!callee.is(Expr::Kind::kAttribute) || !callee.children[0]->is(Expr::Kind::kName)) return std::nullopt;
  const ExprPtr& object = callee.children[0];
  const ExprPtr& given = expr.children[1];
  if (callee.text == "update")
    return Changed{object->text, expression(Expr::Kind::kFilter, "combine", {object, given})};
  if (callee.text == "extend") return Changed{object->text, expression(Expr::Kind::kBinary, "+", {object, given})};
  if (callee.text != "append") return std::nullopt;
  return Changed{object->text,
                 expression(Expr::Kind::kBinary, "+", {object, expression(Expr::Kind::kList, "", {given})})};
}

bool TemplateTranslator::change(const Expr& expr, bool ends_line, LocalNames& names) {
  const std::optional<Changed> changed = changed_by(expr);
  if (!changed) return false;
  // What a loop changes is seen behind it there; here each turn begins anew.
  const auto around = named_in_.find(changed->name);
  if ((around == named_in_.end() ? 0 : around->second) != depth_in_loops_)
    throw Untranslatable{"a loop that changes `" + changed->name + "` and does something else, too"};
  const Cel value = translate(*changed->value, names);
  ++at_;
  let(changed->name, value, ends_line, names);
  return true;
}

std::string TemplateTranslator::fresh(std::string name) {
  while (used_.contains(name)) name += "_";
  used_[name] = true;
  return name;
}

}  // namespace plumb::imports
