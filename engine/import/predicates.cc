// Tests of Jinja2 and Ansible (`x is defined`), by what stands for them here (docs/guide/from-jinja.md).
#include <map>

#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;

}  // namespace

Cel test(const Expr& expr, Names& names) {
  std::string name = expr.text;
  const auto result = [&](const Cel& value) { return expr.negated ? negation_of(value) : value; };
  const auto truth = [&](std::string text, int how = rank::kAtom) {
    return result(Cel{std::move(text), Type::kBool, Type::kAny, how, "", ""});
  };
  if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) name = name.substr(dot + 1);
  const Arguments given(expr, names);
  const Expr& subject = *expr.children[0];
  if (subject.is(Kind::kName) && (name == "failed" || name == "succeeded" || name == "success")) {
    std::size_t used = 0;
    if (const std::optional<Cel> found = names.chain({subject.text, name}, used); found && used == 2)
      return result(*found);
  }
  if (subject.is(Kind::kName) && (name == "defined" || name == "undefined")) {
    // The name is there also where the task was skipped.
    if (names.was_registered(subject.text)) return truth(name == "defined" ? "true" : "false");
  }
  const Cel value = translate(subject, names);
  if (name == "defined" || name == "undefined") {
    if (name == "undefined") {
      if (value.present.empty()) return truth("false");
      Cel there{value.present,
                Type::kBool,
                Type::kAny,
                value.present.find(' ') == std::string::npos ? 0 : rank::kAnd,
                "",
                ""};
      return expr.negated ? there : negation_of(there);
    }
    if (value.present.empty()) return truth("true");
    return result({value.present, Type::kBool, Type::kAny,
                   value.present.find(' ') == std::string::npos ? 0 : rank::kAnd, "", ""});
  }
  const std::string sum = value.in_brackets(rank::kSum);
  if (name == "none") {
    // What does not match is none, and no empty text.
    static constexpr std::string_view kNothing = ".orValue('')";
    if (subject.is(Kind::kFilter) && subject.text == "regex_search" && value.text.ends_with(kNothing))
      return truth("!" + value.text.substr(0, value.text.size() - kNothing.size()) + ".hasValue()", rank::kUnary);
    if (value.type != Type::kAny && value.type != Type::kNull) return truth("false");
    return truth(sum + " == null", rank::kRelation);
  }
  if (name == "version" || name == "version_compare") {
    const Expr* how = given.given(1, "operator");
    std::string op = how != nullptr && how->is(Kind::kText) ? how->text : "==";
    static const std::map<std::string, std::string> kWords = {{"lt", "<"},  {"le", "<="}, {"gt", ">"}, {"ge", ">="},
                                                              {"eq", "=="}, {"ne", "!="}, {"=", "=="}, {"<>", "!="}};
    if (const auto word = kWords.find(op); word != kWords.end()) op = word->second;
    return truth("versionCompare(" + text_of(value) + ", " + text_of(given.need(0)) + ", 'debian') " + op + " 0",
                 rank::kRelation);
  }
  if (name == "match" || name == "search" || name == "regex") {
    for (const auto& [key, unused] : expr.named) {
      if (key != "ignorecase" && key != "multiline") throw Untranslatable{"`is " + name + "` with `" + key + "`"};
    }
    if (expr.children.size() > 2) throw Untranslatable{"`is " + name + "` with more than a pattern"};
    std::string flags;
    if (given.truth(99, "ignorecase")) flags += "i";
    if (given.truth(99, "multiline")) flags += "m";
    if (!flags.empty()) flags = "(?" + flags + ")";
    const Cel pattern = given.need(0);
    if (const std::optional<std::string> known = literal_text(pattern); known && pattern.type == Type::kText) {
      // All of its branches begin at the beginning, whatever line ends there are.
      const bool plain = known->starts_with('^') && known->find('|') == std::string::npos && flags.empty();
      const std::string start = flags.find('m') == std::string::npos ? "^(?:" : "\\A(?:";
      const std::string whole = name != "match" ? *known : plain ? *known : start + *known + ")";
      return truth(text_of(value) + ".matches(" + cel_text(flags + whole) + ")");
    }
    const std::string head = flags + (name == "match" ? "\\A(?:" : "");
    return truth(text_of(value) + ".matches(" + (head.empty() ? "" : cel_text(head) + " + ") + pattern.text +
                 (name == "match" ? " + ')'" : "") + ")");
  }
  static const std::map<std::string, std::string> kTypes = {
      {"string", "string"}, {"mapping", "map"}, {"boolean", "bool"}, {"integer", "int"}, {"float", "double"}};
  if (const auto kind = kTypes.find(name); kind != kTypes.end()) {
    static const std::map<std::string, Type> kKnown = {{"string", Type::kText},
                                                       {"mapping", Type::kMap},
                                                       {"boolean", Type::kBool},
                                                       {"integer", Type::kInt},
                                                       {"float", Type::kFloat}};
    if (value.type != Type::kAny) return truth(value.type == kKnown.at(name) ? "true" : "false");
    return truth("type(" + value.text + ") == " + kind->second, rank::kRelation);
  }
  if (name == "iterable" || name == "sequence") {
    if (value.type != Type::kAny)
      return truth(value.type == Type::kList || value.type == Type::kMap || value.type == Type::kText ? "true"
                                                                                                      : "false");
    return truth("type(" + value.text + ") in [list, map, string]", rank::kRelation);
  }
  if (name == "number") {
    if (value.type != Type::kAny)
      return truth(value.type == Type::kInt || value.type == Type::kFloat ? "true" : "false");
    return truth("type(" + value.text + ") in [int, double]", rank::kRelation);
  }
  if (name == "any" || name == "all") {
    Cel x = made("x", value.item);
    const std::string holds = x.type == Type::kBool ? "x" : "optional.ofNonZeroValue(x).hasValue()";
    return truth(base(value) + (name == "any" ? ".exists(x, " : ".all(x, ") + holds + ")");
  }
  if (name == "truthy" || name == "falsy") {
    const Cel found = condition(*expr.children[0], names);
    return result(name == "truthy" ? found : negation_of(found));
  }
  if (name == "true" || name == "false") return truth(sum + " == " + name, rank::kRelation);
  if (name == "in") return truth(sum + " in " + given.need(0).in_brackets(rank::kSum), rank::kRelation);
  if (name == "contains") {
    const Cel other = given.need(0);
    if (value.type == Type::kText) return truth(base(value) + ".contains(" + other.text + ")");
    return truth(other.in_brackets(rank::kSum) + " in " + sum, rank::kRelation);
  }
  static const std::map<std::string, std::string> kCompare = {
      {"equalto", "=="}, {"eq", "=="}, {"==", "=="}, {"sameas", "=="}, {"ne", "!="}, {"!=", "!="},
      {"gt", ">"},       {"lt", "<"},  {"ge", ">="}, {"le", "<="},     {">", ">"},   {"<", "<"}};
  if (const auto op = kCompare.find(name); op != kCompare.end())
    return truth(sum + " " + op->second + " " + given.need(0).in_brackets(rank::kSum), rank::kRelation);
  if (name == "divisibleby")
    return truth(sum + " % " + given.need(0).in_brackets(rank::kUnary) + " == 0", rank::kRelation);
  if (name == "even" || name == "odd") return truth(sum + " % 2 == " + (name == "even" ? "0" : "1"), rank::kRelation);
  // An entry of the results of a loop says it itself.
  if (value.type == Type::kAny && value.text.find('.') == std::string::npos) {
    if (name == "skipped") return truth("(has(" + base(value) + ".skipped) && " + base(value) + ".skipped)");
    if (name == "failed") return truth("(has(" + base(value) + ".rc) && " + base(value) + ".rc != 0)");
    if (name == "succeeded" || name == "success")
      return truth("!(has(" + base(value) + ".rc) && " + base(value) + ".rc != 0)", rank::kUnary);
  }
  if (name == "changed" || name == "failed" || name == "succeeded" || name == "success" || name == "skipped")
    throw Untranslatable{"what came of a task (`is " + name + "`)"};
  throw Untranslatable{"the test `" + name + "`"};
}

}  // namespace plumb::imports
