// The condition of a task: what `when` says of values, and what of changes of other tasks.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

// `x is changed`, `x.changed`, and several of them joined by `or`: the names. Nothing for all else.
bool changes_in(const Expr& expr, std::vector<std::string>& names) {
  using Of = Expr::Kind;
  if (expr.is(Of::kOr)) return changes_in(*expr.children[0], names) && changes_in(*expr.children[1], names);
  if (expr.is(Of::kFilter) && expr.text == "bool") return changes_in(*expr.children[0], names);
  if (expr.is(Of::kTest) && expr.text == "changed" && !expr.negated && expr.children[0]->is(Of::kName)) {
    names.push_back(expr.children[0]->text);
    return true;
  }
  if (expr.is(Of::kFilter) && expr.text == "changed" && expr.children[0]->is(Of::kName)) {
    names.push_back(expr.children[0]->text);
    return true;
  }
  if (expr.is(Of::kAttribute) && expr.text == "changed" && expr.children[0]->is(Of::kName)) {
    names.push_back(expr.children[0]->text);
    return true;
  }
  return false;
}

// What `and` joins, each for itself.
void add_conjuncts(const ExprPtr& expr, std::vector<ExprPtr>& out) {
  if (!expr->is(Expr::Kind::kAnd)) {
    out.push_back(expr);
    return;
  }
  for (const ExprPtr& child : expr->children) add_conjuncts(child, out);
}

}  // namespace

Cel Unit::when_of(const Task& one, Names& names, std::vector<const Item*>* changes) {
  Cel result{"true", Type::kBool, Type::kAny, 0, "", ""};
  std::vector<ExprPtr> conditions;
  for (const std::string& text : conditions_of(one)) {
    const bool in_signs = text.starts_with("{{") && text.ends_with("}}");
    add_conjuncts(parse_expression(in_signs ? text.substr(2, text.size() - 4) : text), conditions);
  }
  for (const ExprPtr& expr : conditions) {
    std::vector<std::string> names_of_changes;
    const bool about_changes =
        changes_in(*expr, names_of_changes) &&
        std::all_of(names_of_changes.begin(), names_of_changes.end(), [&](const std::string& name) {
          const Registered* kept = registration(name);
          return kept != nullptr ? !kept->is_probe : elsewhere_.contains(name) && elsewhere_.at(name).empty();
        });
    if (about_changes) {
      if (changes == nullptr)
        throw Untranslatable{"`when: " + names_of_changes.front() +
                             " is changed`, which only a command or a restart can say here (`run_on`, `restart_on`)"};
      bool any = false;
      for (const std::string& name : names_of_changes) {
        const Registered* kept = registration(name);
        if (kept == nullptr) continue;
        const std::vector<const Item*> items = changed_items(name);
        if (items.empty()) throw Untranslatable{"a change of the task `" + kept->task->name + "`, which is by hand"};
        changes->insert(changes->end(), items.begin(), items.end());
        any = true;
      }
      if (!any) result = {"false", Type::kBool, Type::kAny, 0, "", ""};
      continue;
    }
    result = both_of(result, condition(*expr, names));
  }
  return result;
}

}  // namespace plumb::imports
