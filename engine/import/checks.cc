// What a role asserts: checks of the module.
#include "engine/import/expression.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {

using lang::Node;

void Unit::check(const Task& one, const Surroundings& around, int row) {
  std::vector<Cel> conditions;
  std::vector<Turn> turns = loop_of(one, *around.names, false);
  Turn& turn = turns.front();
  LocalNames& names = *turn.names;
  if (const Node* variables = one.keyword("vars")) bind({variables}, names);
  if (!around.changes.empty()) throw Untranslatable{"an assertion only where something changed"};
  if (around.in_loop) throw Untranslatable{"an assertion inside a loop of a whole file"};
  const Cel when = both_of(around.guard, when_of(one, names, nullptr));
  if (one.module == "assert") {
    const Node* that = one.argument({"that"});
    if (that == nullptr) throw Untranslatable{"an `assert` without `that`"};
    for (const Node& item : that->is_sequence() ? that->items : std::vector<Node>{*that})
      conditions.push_back(condition_text(item.text, names));
  } else {
    conditions.push_back(negation_of(when));
  }
  const Node* given = one.argument({"fail_msg", "msg"});
  std::string message = given == nullptr ? one.name : given->text;
  std::string text;
  try {
    if (!turn.for_each.empty()) throw Untranslatable{""};
    text = translate_text(message, names).text;
  } catch (const Untranslatable&) {
    text = escaped(one.name);
    if (holds_jinja(text)) text = one.file + ":" + std::to_string(one.line());
  }
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  // What does not hold is no reason to end.
  const auto says = [&](const char* word, bool wanted) {
    const Node* node = one.keyword(word);
    return node != nullptr && node->is_plain() && plain_type(*node) == Type::kBool &&
           is_true_word(node->text) == wanted;
  };
  const bool lenient = says("ignore_errors", true) || says("failed_when", false);
  for (Cel& condition : conditions) {
    if (one.module == "assert" && when.text != "true") {
      const Cel not_asked = negation_of(when);
      condition = {not_asked.in_brackets(rank::kOr) + " || " + condition.in_brackets(rank::kOr),
                   Type::kBool,
                   Type::kAny,
                   rank::kOr,
                   "",
                   ""};
    }
    std::string word;
    for (auto loop = turn.for_each.rbegin(); loop != turn.for_each.rend(); ++loop) {
      std::string list = loop->value.text;
      if (loop->value.is_list()) list = loop_list(*loop_keyword(one, word), word, names).text;
      if (list.starts_with("${") && list.ends_with("}")) list = list.substr(2, list.size() - 3);
      condition = {
          "(" + list + ").all(" + loop->name + ", " + condition.text + ")", Type::kBool, Type::kAny, 0, "", ""};
    }
    if (condition.text == "true") continue;
    if (lenient) broken_names_.insert("warn " + condition.text);
    checks_.emplace_back(condition.text, Written::of_text(text));
    check_rows_.emplace_back(condition.text, row);
  }
  set_outcome(row, Outcome::kOtherWay);
  note(row, "a check");
}

}  // namespace plumb::imports
