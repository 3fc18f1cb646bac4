// What tasks in loops registered that only look: one reading that asks for all items.
#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Node;

}  // namespace

// How a task that only looks is asked for each item of a loop.
struct Unit::EachProbe {
  std::string line;  // of sh, as an expression
  bool asks_path = false;

  static std::string said(const std::string& told) {
    return "regex.replace(" + told + ", '(^|[\\\\r\\\\n]*\\\\n)[0-9]+$', '')";
  }
  // What one answer, `told`, says: the entries of a map.
  std::string fields(const std::string& told) const {
    const std::string said = EachProbe::said(told);
    if (asks_path)
      return "'stat': dyn(cel.bind(t, " + said +
             ", {'exists': t != '', 'isdir': t == 'directory', 'isreg': t == 'file', 'islnk': t == 'link'}))";
    return "'stdout': dyn(" + said + "), 'stdout_lines': dyn(" + lines_of(said).text +
           "), 'rc': dyn(int(regex.extract(" + told + ", '([0-9]+)$').orValue('0')))";
  }
};

Unit::EachProbe Unit::each_probe(const Task& task, Names& turn) {
  const std::string problem = "the results of a task in a loop (`" + task.name + "`)";
  if (task.argument({"chdir", "executable", "argv"}) != nullptr) throw Untranslatable{problem};
  EachProbe probe;
  probe.asks_path = task.module == "stat";
  if (probe.asks_path) {
    const Node* path = task.argument({"path", "dest", "name"});
    if (path == nullptr || task.argument({"follow"}) != nullptr) throw Untranslatable{problem};
    probe.line = "'f=' + shellQuote(" + text_expression(path->text, turn).text +
                 ") + '; if [ -L \"$f\" ]; then echo link; elif [ -d \"$f\" ]; then echo directory; "
                 "elif [ -f \"$f\" ]; then echo file; elif [ -e \"$f\" ]; then echo other; fi'";
    return probe;
  }
  if (task.module != "shell" && task.module != "command" && task.module != "raw") throw Untranslatable{problem};
  const Node* given = task.argument({"cmd", "_raw_params"});
  const std::string text = given != nullptr ? given->text : task.free_form;
  if (task.module != "command") {
    probe.line = text_expression(text, turn).in_brackets(rank::kSum);
    return probe;
  }
  for (const std::string& one : shell_words(text)) {
    const Cel part = text_expression(one, turn);
    probe.line += (probe.line.empty() ? "shellQuote([" : ", ") + text_of(part);
  }
  probe.line += "])";
  return probe;
}

// One reading that asks for all items of a list, one after the other; `element` is what an item is called in `probe`.
Cel Unit::asked_of_all(const std::string& name, const Cel& list, const std::string& element, const EachProbe& probe,
                       bool lenient) {
  // With no items there is still something to run.
  const std::string all = "':\\n' + " + list.in_brackets(0) + ".map(" + element + ", '(\\n' + " + probe.line +
                          " + '\\n)" + (lenient ? "" : " || exit") + "\\nprintf \"\\\\n%s=result=\" $?\\n').join('')";
  WrittenMap source{{"command", Written::of_text("${" + all + "}")}};
  if (packages_before_) source.emplace_back("after", Written::of_texts({"package:*"}));
  const Cel told = reading(name + "_each", std::move(source), Type::kText);
  return made(told.text + ".split('=result=')", Type::kList, Type::kText);
}

// What a task in a loop registered, where it only looks.
Cel Unit::results(const std::string& name, const Registered& kept) {
  const Task& task = *kept.task;
  std::string word;
  const Node* over = loop_keyword(task, word);
  const std::string variable = loop_variable(task);
  if (over == nullptr) throw Untranslatable{"the results of a task in a loop (`" + task.name + "`)"};
  LocalNames turn(*this);
  bind(kept.variables, turn);
  const Cel list = loop_list(*over, word, turn);
  if (word == "with_subelements") {
    turn.set_parts(variable, {made("e[0]", Type::kAny), made("e[1]", Type::kAny)});
  } else {
    turn.set(variable, made("e", list.item));
  }
  EachProbe probe = each_probe(task, turn);
  const bool lenient = task.keyword("failed_when") != nullptr || task.keyword("ignore_errors") != nullptr;
  // An item whose condition does not hold is skipped: nothing is asked for it.
  std::string skipped;
  if (const Cel when = when_of(task, turn, nullptr); when.text != "true") {
    probe.line = "(" + when.text + " ? " + probe.line + " : ':')";
    skipped = ", 'skipped': dyn(" + negation_of(when).text + ")";
  }
  const Cel told = asked_of_all(name, list, "e", probe, lenient);
  return made("cel.bind(r, " + told.text + ", " + list.in_brackets(0) + ".transformList(i, e, {" + cel_text(variable) +
                  ": dyn(e), " + probe.fields("r[i]") + skipped + "}))",
              Type::kList);
}

// A task that only looks, in a file that a loop goes through: what follows in that file knows what it said this time.
void Unit::probe_in_turn(const Task& one, const std::string& name, const Surroundings& around) {
  std::string word;
  if (around.turn != nullptr && !around.in_loop && loop_keyword(one, word) == nullptr &&
      one.argument({"chdir", "executable", "follow"}) == nullptr && (one.module == "stat" || one.module == "shell")) {
    // The file is included several times, each with other variables: each has a reading of its own.
    const std::string own = safe_name(name) + "_" + std::to_string(++turn_readings_);
    const auto put = [&](const std::string& field, const Cel& value) {
      around.turn->set(name + field, value);
      around.names->set(name + field, value);
    };
    const Node* given = one.argument({"path", "dest", "name", "cmd", "_raw_params"});
    const std::string text = translate_text(given != nullptr ? given->text : one.free_form, *around.names).text;
    if (one.module == "stat") {
      const std::string found = reading(own, {{"path", Written::of_text(text)}}, Type::kMap).text;
      put(".stat", made(found, Type::kMap));
      put(".stat.exists", made(found + ".exists", Type::kBool));
      for (const auto& [field, kind] :
           {std::pair{".stat.isdir", "directory"}, {".stat.isreg", "file"}, {".stat.islnk", "link"}})
        put(field, Cel{found + ".type == '" + kind + "'", Type::kBool, Type::kAny, rank::kRelation, "", ""});
      return;
    }
    const std::string found = reading(own, {{"command", Written::of_text(text)}}, Type::kText).text;
    put(".stdout", made(found, Type::kText));
    put(".stdout_lines", lines_of(found));
    return;
  }
  if (around.turn == nullptr || !around.loop || loop_keyword(one, word) != nullptr || one.keyword("vars") != nullptr)
    throw Untranslatable{"`" + name + "`, which a loop over a whole file makes anew at each turn"};
  TurnLoop& loop = *around.loop;
  // Where a condition stands before it, it may fail for the others.
  const bool lenient = one.keyword("failed_when") != nullptr || one.keyword("ignore_errors") != nullptr ||
                       one.keyword("when") != nullptr || around.guard.text != "true";
  const EachProbe probe = each_probe(one, *around.names);
  const std::size_t nth = positions_.contains(&one) ? positions_.at(&one) : 0;
  const Cel told = asked_of_all(safe_name(name) + "_" + std::to_string(nth), loop.list, loop.element, probe, lenient);
  loop.is_counted = true;
  const std::string answer = told.text + "[" + loop.index + "]";
  const std::string said = EachProbe::said(answer);
  // A block around has names of its own.
  const auto set = [&](const std::string& field, const Cel& value) {
    around.turn->set(name + field, value);
    around.names->set(name + field, value);
  };
  if (probe.asks_path) {
    const auto is = [&](const std::string& how) {
      return Cel{said + how, Type::kBool, Type::kAny, rank::kRelation, "", ""};
    };
    set(".stat.exists", is(" != ''"));
    set(".stat.isdir", is(" == 'directory'"));
    set(".stat.isreg", is(" == 'file'"));
    set(".stat.islnk", is(" == 'link'"));
  } else {
    set(".stdout", made(said, Type::kText));
    set(".stdout_lines", lines_of(said));
    set(".rc", made("int(regex.extract(" + answer + ", '([0-9]+)$').orValue('0'))", Type::kInt));
  }
}

}  // namespace plumb::imports
