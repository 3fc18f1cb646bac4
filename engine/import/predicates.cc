// Tests of Jinja2 and Ansible (`x is defined`), by what stands for them here (docs/guide/from-jinja.md).
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;

// One test, as it is asked: each step knows some names, and gives nothing for all others.
class AskedTest {
 public:
  AskedTest(const Expr& expr, Names& names, std::string name)
      : expr_(expr), names_(names), name_(std::move(name)), given_(expr, names) {}

  // What the task says of itself, where the subject is its result; asked before its value is.
  std::optional<Cel> of_task() {
    const Expr& subject = *expr_.children[0];
    if (!subject.is(Kind::kName)) return std::nullopt;
    if (name_ == "failed" || name_ == "succeeded" || name_ == "success") {
      std::size_t used = 0;
      if (const std::optional<Cel> found = names_.chain({subject.text, name_}, used); found && used == 2)
        return result(*found);
    }
    // The name is there also where the task was skipped.
    if ((name_ == "defined" || name_ == "undefined") && names_.was_registered(subject.text))
      return truth(name_ == "defined" ? "true" : "false");
    return std::nullopt;
  }

  Cel of_value() {
    value_ = translate(*expr_.children[0], names_);
    sum_ = value_.in_brackets(rank::kSum);
    using Step = std::optional<Cel> (AskedTest::*)();
    for (const Step step :
         {&AskedTest::presence, &AskedTest::nothing, &AskedTest::versions, &AskedTest::patterns, &AskedTest::types,
          &AskedTest::truths, &AskedTest::comparisons, &AskedTest::numbers, &AskedTest::entry_of_results}) {
      if (std::optional<Cel> found = (this->*step)()) return *std::move(found);
    }
    if (is({"changed", "failed", "succeeded", "success", "skipped"}))
      throw Untranslatable{"what came of a task (`is " + name_ + "`)"};
    throw Untranslatable{"the test `" + name_ + "`"};
  }

 private:
  bool is(std::initializer_list<std::string_view> names) const {
    return std::find(names.begin(), names.end(), name_) != names.end();
  }
  Cel result(const Cel& value) const { return expr_.negated ? negation_of(value) : value; }
  Cel truth(std::string text, int how = rank::kAtom) const {
    return result(Cel{std::move(text), Type::kBool, Type::kAny, how, "", ""});
  }
  Cel relation(const std::string& op, const std::string& other) const {
    return truth(sum_ + " " + op + " " + other, rank::kRelation);
  }

  std::optional<Cel> presence() {
    if (!is({"defined", "undefined"})) return std::nullopt;
    if (value_.present.empty()) return truth(name_ == "defined" ? "true" : "false");
    const Cel there{value_.present,
                    Type::kBool,
                    Type::kAny,
                    value_.present.find(' ') == std::string::npos ? 0 : rank::kAnd,
                    "",
                    ""};
    return (name_ == "undefined") == expr_.negated ? there : negation_of(there);
  }

  std::optional<Cel> nothing() {
    if (name_ != "none") return std::nullopt;
    // What does not match is none, and no empty text.
    static constexpr std::string_view kNothing = ".orValue('')";
    const Expr& subject = *expr_.children[0];
    if (subject.is(Kind::kFilter) && subject.text == "regex_search" && value_.text.ends_with(kNothing))
      return truth("!" + value_.text.substr(0, value_.text.size() - kNothing.size()) + ".hasValue()", rank::kUnary);
    if (value_.type != Type::kAny && value_.type != Type::kNull) return truth("false");
    return relation("==", "null");
  }

  std::optional<Cel> versions() {
    if (!is({"version", "version_compare"})) return std::nullopt;
    const Expr* how = given_.given(1, "operator");
    std::string op = how != nullptr && how->is(Kind::kText) ? how->text : "==";
    static const std::map<std::string, std::string> kWords = {{"lt", "<"},  {"le", "<="}, {"gt", ">"}, {"ge", ">="},
                                                              {"eq", "=="}, {"ne", "!="}, {"=", "=="}, {"<>", "!="}};
    if (const auto word = kWords.find(op); word != kWords.end()) op = word->second;
    return truth("versionCompare(" + text_of(value_) + ", " + text_of(given_.need(0)) + ", 'debian') " + op + " 0",
                 rank::kRelation);
  }

  std::optional<Cel> patterns() {
    if (!is({"match", "search", "regex"})) return std::nullopt;
    for (const auto& [key, unused] : expr_.named) {
      if (key != "ignorecase" && key != "multiline") throw Untranslatable{"`is " + name_ + "` with `" + key + "`"};
    }
    if (expr_.children.size() > 2) throw Untranslatable{"`is " + name_ + "` with more than a pattern"};
    std::string flags;
    if (given_.truth(99, "ignorecase")) flags += "i";
    if (given_.truth(99, "multiline")) flags += "m";
    if (!flags.empty()) flags = "(?" + flags + ")";
    const Cel pattern = given_.need(0);
    if (const std::optional<std::string> known = literal_text(pattern); known && pattern.type == Type::kText) {
      // All of its branches begin at the beginning, whatever line ends there are.
      const bool plain = known->starts_with('^') && known->find('|') == std::string::npos && flags.empty();
      const std::string start = flags.find('m') == std::string::npos ? "^(?:" : "\\A(?:";
      const std::string whole = name_ != "match" ? *known : plain ? *known : start + *known + ")";
      return truth(text_of(value_) + ".matches(" + cel_text(flags + whole) + ")");
    }
    const std::string head = flags + (name_ == "match" ? "\\A(?:" : "");
    return truth(text_of(value_) + ".matches(" + (head.empty() ? "" : cel_text(head) + " + ") + pattern.text +
                 (name_ == "match" ? " + ')'" : "") + ")");
  }

  std::optional<Cel> types() {
    struct Of {
      std::string_view name;
      std::vector<Type> types;
      std::string_view asks;  // of the host, where it is not known
    };
    static const Of kTypes[] = {{"string", {Type::kText}, "== string"},
                                {"mapping", {Type::kMap}, "== map"},
                                {"boolean", {Type::kBool}, "== bool"},
                                {"integer", {Type::kInt}, "== int"},
                                {"float", {Type::kFloat}, "== double"},
                                {"iterable", {Type::kList, Type::kMap, Type::kText}, "in [list, map, string]"},
                                {"sequence", {Type::kList, Type::kMap, Type::kText}, "in [list, map, string]"},
                                {"number", {Type::kInt, Type::kFloat}, "in [int, double]"}};
    for (const Of& of : kTypes) {
      if (of.name != name_) continue;
      if (value_.type == Type::kAny) return truth("type(" + value_.text + ") " + std::string(of.asks), rank::kRelation);
      return truth(std::find(of.types.begin(), of.types.end(), value_.type) != of.types.end() ? "true" : "false");
    }
    return std::nullopt;
  }

  std::optional<Cel> truths() {
    if (is({"any", "all"})) {
      const Cel x = made("x", value_.item);
      const std::string holds = x.type == Type::kBool ? "x" : "optional.ofNonZeroValue(x).hasValue()";
      return truth(base(value_) + (name_ == "any" ? ".exists(x, " : ".all(x, ") + holds + ")");
    }
    if (is({"truthy", "falsy"})) {
      const Cel found = condition(*expr_.children[0], names_);
      return result(name_ == "truthy" ? found : negation_of(found));
    }
    if (is({"true", "false"})) return relation("==", name_);
    return std::nullopt;
  }

  std::optional<Cel> comparisons() {
    if (name_ == "in") return relation("in", given_.need(0).in_brackets(rank::kSum));
    if (name_ == "contains") {
      const Cel other = given_.need(0);
      if (value_.type == Type::kText) return truth(base(value_) + ".contains(" + other.text + ")");
      return truth(other.in_brackets(rank::kSum) + " in " + sum_, rank::kRelation);
    }
    static const std::map<std::string, std::string> kCompare = {
        {"equalto", "=="}, {"eq", "=="}, {"==", "=="}, {"sameas", "=="}, {"ne", "!="}, {"!=", "!="},
        {"gt", ">"},       {"lt", "<"},  {"ge", ">="}, {"le", "<="},     {">", ">"},   {"<", "<"}};
    const auto op = kCompare.find(name_);
    if (op == kCompare.end()) return std::nullopt;
    return relation(op->second, given_.need(0).in_brackets(rank::kSum));
  }

  std::optional<Cel> numbers() {
    if (name_ == "divisibleby") return relation("%", given_.need(0).in_brackets(rank::kUnary) + " == 0");
    if (is({"even", "odd"})) return relation("%", std::string("2 == ") + (name_ == "even" ? "0" : "1"));
    return std::nullopt;
  }

  // An entry of the results of a loop says it itself.
  std::optional<Cel> entry_of_results() {
    if (value_.type != Type::kAny || value_.text.find('.') != std::string::npos) return std::nullopt;
    const std::string own = base(value_);
    if (name_ == "skipped") return truth("(has(" + own + ".skipped) && " + own + ".skipped)");
    if (name_ == "failed") return truth("(has(" + own + ".rc) && " + own + ".rc != 0)");
    if (is({"succeeded", "success"})) return truth("!(has(" + own + ".rc) && " + own + ".rc != 0)", rank::kUnary);
    return std::nullopt;
  }

  const Expr& expr_;
  Names& names_;
  std::string name_;  // without its collection
  const Arguments given_;
  Cel value_;
  std::string sum_;  // the value, as it stands beside an operator
};

}  // namespace

Cel test(const Expr& expr, Names& names) {
  AskedTest asked(expr, names, expr.text.substr(expr.text.rfind('.') + 1));
  if (std::optional<Cel> found = asked.of_task()) return *std::move(found);
  return asked.of_value();
}

}  // namespace plumb::imports
