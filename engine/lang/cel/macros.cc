// Macros: calls that stand for something else than a function with evaluated arguments.
#include <algorithm>
#include <array>

#include "engine/lang/cel/parser_internal.h"

namespace plumb::cel {
namespace {

struct Shape {
  std::string_view name;
  std::size_t arguments;
  Macro macro;
  bool two_variables;
};

constexpr Shape kComprehensions[] = {
    {"all", 2, Macro::kAll, false},
    {"exists", 2, Macro::kExists, false},
    {"exists_one", 2, Macro::kExistsOne, false},
    {"existsOne", 2, Macro::kExistsOne, false},
    {"map", 2, Macro::kMap, false},
    {"map", 3, Macro::kMap, false},
    {"filter", 2, Macro::kFilter, false},
    {"sortBy", 2, Macro::kSortBy, false},
    {"optMap", 2, Macro::kOptionalMap, false},
    {"optFlatMap", 2, Macro::kOptionalFlatMap, false},
    {"all", 3, Macro::kAll, true},
    {"exists", 3, Macro::kExists, true},
    {"exists_one", 3, Macro::kExistsOne, true},
    {"existsOne", 3, Macro::kExistsOne, true},
    {"transformList", 3, Macro::kTransformList, true},
    {"transformList", 4, Macro::kTransformList, true},
    {"transformMap", 3, Macro::kTransformMap, true},
    {"transformMap", 4, Macro::kTransformMap, true},
    {"transformMapEntry", 3, Macro::kTransformMapEntry, true},
    {"transformMapEntry", 4, Macro::kTransformMapEntry, true},
};

bool is_namespace(const Expr* operand, std::string_view name) {
  return operand->kind == Expr::Kind::kName && operand->name == name && !operand->absolute;
}

bool is_small_int(const Expr* node) {
  return node->kind == Expr::Kind::kLiteral && node->value.is(Kind::kInt) && node->value.as_int() >= 0;
}

bool is_numeric_argument(const Expr* node) {
  return node->kind != Expr::Kind::kLiteral || node->value.is_number();
}

}  // namespace

Expr* Parser::expand(Expr* call) {
  if (!macros_) return call;
  const std::size_t count = call->children.size();
  if (!call->receiver) return call->name == "has" && count == 1 ? expand_has(call) : call;
  const Expr* operand = call->children[0];
  if (is_namespace(operand, "cel")) {
    if (call->name == "bind" && count == 4) return expand_bind(call);
    if (call->name == "block" && count == 3) return expand_block(call);
    const bool name = (call->name == "index" && count == 2) || (call->name == "iterVar" && count == 3);
    if (name && std::all_of(call->children.begin() + 1, call->children.end(), is_small_int)) {
      return expand_block_name(call);
    }
  }
  if (is_namespace(operand, "math") && (call->name == "greatest" || call->name == "least")) return expand_extreme(call);
  for (const Shape& shape : kComprehensions) {
    if (call->name == shape.name && count == shape.arguments + 1) {
      return expand_comprehension(call, shape.macro, shape.two_variables);
    }
  }
  return call;
}

Expr* Parser::expand_has(Expr* call) {
  Expr* select = call->children[0];
  if (select->kind != Expr::Kind::kSelect || select->optional) {
    return fail(select, "has() asks for a field", "a field such as x.name was expected",
                "for keys that are no names write 'key' in x");
  }
  select->kind = Expr::Kind::kHas;
  select->from = call->from;
  select->to = call->to;
  return select;
}

bool Parser::simple_name(const Expr* argument, std::string& name) {
  if (argument->kind == Expr::Kind::kName && !argument->absolute) {
    name = argument->name;
    return true;
  }
  fail(argument, "a macro's variable must be a simple name", "a name such as x was expected");
  return false;
}

Expr* Parser::expand_comprehension(Expr* call, Macro macro, bool two_variables) {
  auto& children = call->children;
  if (!simple_name(children[1], call->variable)) return nullptr;
  if (two_variables) {
    if (!simple_name(children[2], call->variable2)) return nullptr;
    if (call->variable == call->variable2) {
      return fail(children[2], "the macro's two variables have one name", "another name was expected");
    }
  }
  call->kind = Expr::Kind::kMacro;
  call->macro = macro;
  call->receiver = false;
  children.erase(children.begin() + 1, children.begin() + (two_variables ? 3 : 2));
  return call;
}

Expr* Parser::expand_bind(Expr* call) {
  if (!simple_name(call->children[1], call->variable)) return nullptr;
  call->kind = Expr::Kind::kBind;
  call->children.erase(call->children.begin(), call->children.begin() + 2);
  return call;
}

Expr* Parser::expand_block(Expr* call) {
  Expr* slots = call->children[1];
  if (slots->kind != Expr::Kind::kList) return fail(slots, "cel.block() asks for a list of slots");
  Expr* result = call->children[2];
  call->kind = Expr::Kind::kBlock;
  call->children = slots->children;
  call->children.push_back(result);
  return call;
}

// cel.index(1) and cel.iterVar(0, 1) are names that no person can write.
Expr* Parser::expand_block_name(Expr* call) {
  std::string name = "@" + call->name;
  for (std::size_t i = 1; i < call->children.size(); ++i)
    name += ":" + std::to_string(call->children[i]->value.as_int());
  call->kind = Expr::Kind::kName;
  call->name = std::move(name);
  call->children.clear();
  return call;
}

// math.greatest(a, b, c) is math.@max([a, b, c]).
Expr* Parser::expand_extreme(Expr* call) {
  auto& children = call->children;
  const std::string written = "math." + call->name + "()";
  children.erase(children.begin());
  if (children.empty()) return fail(call, written + " asks for at least one number");
  for (const Expr* argument : children) {
    if (!is_numeric_argument(argument))
      return fail(argument, written + " asks for numbers", "a number was expected here");
  }
  call->name = call->name == "greatest" ? "math.@max" : "math.@min";
  call->receiver = false;
  if (children.size() <= 2) return call;
  Expr& list = ast_.nodes.emplace_back();
  list.kind = Expr::Kind::kList;
  list.begin = list.from = call->begin;
  list.end = list.to = call->end;
  list.children = std::move(children);
  list.optionals.assign(list.children.size(), false);
  call->children = {&list};
  return finish(&list) ? finish(call) : nullptr;
}

}  // namespace plumb::cel
