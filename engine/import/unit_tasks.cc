// The tasks of a unit, one after the other: what is around them, and which of them are no resources.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr int kDeepestTasks = 16;
constexpr std::size_t kMostTasks = 50'000;
constexpr std::size_t kMostSourceLines = 24;

bool one_of(const std::string& text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool says_no(const Node* node) {
  return node != nullptr && node->is_plain() && plain_type(*node) == Type::kBool && !is_true_word(node->text);
}
bool says_yes(const Node* node) {
  return node != nullptr && node->is_scalar() && (is_true_word(node->text) || node->text == "1");
}

std::string tag_word(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    out += good ? c : '-';
  }
  return out;
}

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

void refuse_never(const Task& one) {
  const std::vector<std::string> tags = texts_of(one.keyword("tags"));
  if (std::find(tags.begin(), tags.end(), "never") != tags.end())
    throw Untranslatable{"the tag `never`: it runs only where somebody asks for its tag"};
}

}  // namespace

Written* Item::find(const std::string& key) {
  for (auto& [name, value] : keys) {
    if (name == key) return &value;
  }
  return nullptr;
}

void Item::put(const std::string& key, Written value) {
  if (Written* there = find(key)) {
    *there = std::move(value);
  } else {
    keys.emplace_back(key, std::move(value));
  }
}

int Unit::add_row(const Task& one) {
  if (report_.tasks.size() >= kMostTasks) throw Untranslatable{"more tasks than 50,000, with all loops and includes"};
  TaskOutcome row;
  row.file = (shown_.empty() ? "" : shown_ + "/") + one.file;
  row.line = one.line();
  row.name = one.name;
  row.module = one.written_module.empty() ? one.module : one.written_module;
  row.is_resource = is_resource_module(one.module) && !one_of(one.module, {"command", "shell", "raw", "script"});
  report_.tasks.push_back(std::move(row));
  return static_cast<int>(report_.tasks.size()) - 1;
}

void Unit::note(int row, const std::string& text) {
  if (row < 0) return;
  std::vector<std::string>& notes = report_.tasks[static_cast<std::size_t>(row)].notes;
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(text);
}

void Unit::set_outcome(int row, Outcome outcome) {
  if (row >= 0) report_.tasks[static_cast<std::size_t>(row)].outcome = outcome;
}

void Unit::by_hand(const Task& one, Items& out, int row, const std::string& why, int effort) {
  set_outcome(row, Outcome::kByHand);
  note(row, why);
  report_.tasks[static_cast<std::size_t>(row)].effort = effort;
  auto item = std::make_unique<Item>();
  item->kind = Item::Kind::kComment;
  item->row = row;
  const std::string place = report_.tasks[static_cast<std::size_t>(row)].file + ":" + std::to_string(one.line());
  item->comment = "by hand: " + one.name + " (" + place + ")\n  " + why;
  // What stands there, as it is.
  const std::string text = file_text(one.file);
  std::size_t at = 0;
  for (int line = 1; line < one.line() && at != std::string::npos; ++line) {
    at = text.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  std::size_t lines = 0;
  const int last = one.node->span.end_line;
  for (int line = one.line(); at != std::string::npos && at < text.size() && line <= last && lines < kMostSourceLines;
       ++line, ++lines) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view own = std::string_view(text).substr(at, end - at);
    if (own.find_first_not_of(" \t") != std::string_view::npos) item->comment += "\n  | " + std::string(own);
    at = end + 1;
  }
  out.push_back(std::move(item));
}

std::vector<std::string> Unit::tags_of(const Task& one) {
  std::vector<std::string> tags;
  for (const std::string& tag : texts_of(one.keyword("tags"))) {
    const std::string word = tag_word(tag);
    if (word != "always" && !word.empty() && !holds_jinja(tag) &&
        std::find(tags.begin(), tags.end(), word) == tags.end())
      tags.push_back(word);
  }
  return tags;
}

bool Unit::is_probe(const Task& one) const {
  if (one_of(one.module, {"stat", "slurp", "find", "getent", "package_facts", "service_facts"})) return true;
  if (!one_of(one.module, {"command", "shell", "raw"})) return false;
  if (one.keyword("register") == nullptr) return false;
  const Node* creates = one.argument({"creates", "removes"});
  return says_no(one.keyword("changed_when")) && creates == nullptr;
}

Cel Unit::when_of(const Task& one, Names& names, std::vector<const Item*>* changes) {
  Cel result{"true", Type::kBool, Type::kAny, 0, "", ""};
  for (const std::string& text : conditions_of(one)) {
    const ExprPtr expr =
        parse_expression(text.starts_with("{{") && text.ends_with("}}") ? text.substr(2, text.size() - 4) : text);
    std::vector<std::string> names_of_changes;
    const bool about_changes =
        changes_in(*expr, names_of_changes) &&
        std::all_of(names_of_changes.begin(), names_of_changes.end(), [&](const std::string& name) {
          return registered_.contains(name) && !registered_.at(name).is_probe;
        });
    if (about_changes && !names_of_changes.empty()) {
      if (changes == nullptr)
        throw Untranslatable{"`when: " + text +
                             "`, which only a command or a restart can say here (`run_on`, `restart_on`)"};
      for (const std::string& name : names_of_changes) {
        const Registered& kept = registered_.at(name);
        if (kept.items.empty())
          throw Untranslatable{"a change of the task `" + kept.task->name + "`, which is by hand"};
        changes->insert(changes->end(), kept.items.begin(), kept.items.end());
      }
      continue;
    }
    result = both_of(result, condition(*expr, names));
  }
  return result;
}

void Unit::translate() {
  for (const std::vector<Task>* list : top_) collect(*list, {}, {}, 0);
  for (const Play& play : plays_) {
    for (const Node* list : play.tasks) collect(tasks_of(*list, play.file), {}, {}, 0);
  }
  for (auto& [name, symbol] : symbols_) {
    if (!symbol.by_system.empty() && symbol.by_system.size() < system_files_.size()) symbol.system_may_lack = true;
  }
  for (const char* folder : {"tasks", "handlers", "templates"}) {
    for (const std::string& file : files_below(folder)) all_text_ += file_text(std::string(folder) + "/" + file) + "\n";
  }
  for (const Play& play : plays_) {
    if (!play.file.empty()) all_text_ += file_text(play.file) + "\n";
  }
  for (const auto& [name, tree] : trees_) {
    if (name.starts_with("defaults/") || name.starts_with("vars/")) all_text_ += file_text(name) + "\n";
  }
  (void)write_system_files();
  LocalNames names(*this);
  Surroundings around;
  around.names = &names;
  around.out = &items_;
  for (const std::vector<Task>* list : top_) tasks(*list, around);
  for (Play& play : plays_) {
    auto item = std::make_unique<Item>();
    item->kind = Item::Kind::kBlock;
    Surroundings inner = around;
    inner.as = play.as;
    inner.out = &item->children;
    if (!play.hosts.empty()) item->put("on", Written::of_text(play.hosts));
    for (auto& use : play.uses) item->children.push_back(std::move(use));
    play.uses.clear();
    for (const Node* list : play.tasks) tasks(tasks_of(*list, play.file), inner);
    if (item->keys.empty()) {
      for (auto& child : item->children) items_.push_back(std::move(child));
    } else if (!item->children.empty()) {
      items_.push_back(std::move(item));
    }
  }
  write_handlers();
}

void Unit::tasks(const std::vector<Task>& list, const Surroundings& around) {
  for (const Task& one : list) task(one, around);
}

void Unit::task(const Task& one, const Surroundings& around) {
  if (around.depth > kDeepestTasks) return;
  if (one.module == "block") return block(one, around, -1);
  if (one.module.empty()) return;
  const int row = add_row(one);
  const std::string& module = one.module;
  Items& out = *around.out;
  try {
    refuse_never(one);
    if (const Node* to = one.keyword("delegate_to"); (to != nullptr && !is_probe(one)) || one.is_local)
      throw Untranslatable{
          one.is_local || to->text == "localhost" || to->text == "127.0.0.1"
              ? "it runs on the machine that runs Ansible: for each host, a step of `rollout.around` is done "
                "`on: controller`"
              : "it goes to another host (`delegate_to`): say `on:` in the project, or make it a step of "
                "`rollout.around`"};
    if (one_of(module, {"debug", "pause", "setup", "gather_facts", "set_stats", "meta"})) {
      if (module == "meta" && !one_of(one.free_form, {"flush_handlers", "noop", "clear_facts", "clear_host_errors",
                                                      "refresh_inventory", "reset_connection"}))
        throw Untranslatable{"`meta: " + one.free_form + "`"};
      set_outcome(row, Outcome::kNotNeeded);
      note(row, module == "meta" ? "order comes from what needs what" : "nothing to be said here");
      return;
    }
    if (module == "set_fact") {
      set_outcome(row, Outcome::kOtherWay);
      const auto& facts = one.arguments.entries;
      const bool in_turn =
          std::any_of(facts.begin(), facts.end(), [&](const Entry& entry) { return turn_names_.contains(entry.key); });
      if (in_turn) set_in_turn(one, around);
      for (const Entry& entry : facts) {
        if (in_turn) break;
        if (entry.key == "cacheable" || holds_jinja(entry.key)) continue;
        Symbol& symbol = symbols_[entry.key];
        for (Symbol::Step& step : symbol.steps) {
          if (step.value == &entry.value) step.row = row;
        }
        compile(entry.key, symbol);
        if (!symbol.problem.empty()) throw Untranslatable{"the value `" + entry.key + "`: " + symbol.problem};
      }
      note(row, "a value");
      return;
    }
    if (module == "include_vars") {
      if (system_files_.empty() && first_found(one).empty() && holds_jinja(one.free_form))
        throw Untranslatable{"files of variables whose names plumb cannot work out"};
      set_outcome(row, Outcome::kOtherWay);
      note(row, "`values_from`, or values");
      return;
    }
    if (one_of(module, {"include_tasks", "import_tasks", "include"})) return include(one, around, row);
    if (one_of(module, {"include_role", "import_role"})) return use_role(one, around, row);
    if (one_of(module, {"assert", "fail"})) return check(one, around, row);
    if (is_probe(one)) {
      set_outcome(row, Outcome::kOtherWay);
      note(row, "a reading, where something asks for it");
      return;
    }
    Builder(*this, one, around, row).build();
  } catch (const Untranslatable& problem) {
    const bool known = is_resource_module(module);
    by_hand(one, out, row, problem.reason, known ? 2 : 3);
  }
}

void Unit::block(const Task& one, const Surroundings& around, int row) {
  LocalNames names(*around.names);
  auto item = std::make_unique<Item>();
  item->kind = Item::Kind::kBlock;
  item->row = row;
  Surroundings inner = around;
  inner.names = &names;
  inner.out = &item->children;
  ++inner.depth;
  if (const Node* as = one.keyword("become_user")) inner.as = as->text;
  const Node* parts[3] = {one.keyword("block"), one.keyword("rescue"), one.keyword("always")};
  if (const Node* variables = one.keyword("vars")) {
    for (const Entry& entry : variables->entries) {
      try {
        names.set(entry.key, value_of(entry.value, names));
      } catch (const Untranslatable&) {
      }
    }
  }
  bool whole = true;
  try {
    refuse_never(one);
    const Cel when = when_of(one, names, nullptr);
    if (when.text != "true") item->put("when", Written::of_text(when.text));
    inner.guard = both_of(around.guard, when);
    const std::vector<std::string> tags = tags_of(one);
    if (!tags.empty()) item->put("tags", Written::of_texts(tags));
    if (says_yes(one.keyword("ignore_errors"))) item->put("on_failure", Written::of_text("continue"));
  } catch (const Untranslatable& problem) {
    // All of it is by hand: what it would do where its condition does not hold nobody knows.
    whole = false;
    for (const Node* part : parts) {
      if (part == nullptr) continue;
      for (const Task& inside : tasks_of(*part, one.file)) {
        if (inside.module.empty() || inside.module == "block") continue;
        by_hand(inside, *around.out, add_row(inside),
                "its block has a condition that cannot be said here: " + problem.reason, 2);
      }
    }
  }
  if (!whole) return;
  if (parts[0] != nullptr) tasks(tasks_of(*parts[0], one.file), inner);
  if (parts[1] != nullptr) {
    Surroundings rescue = inner;
    rescue.out = &item->rescue;
    tasks(tasks_of(*parts[1], one.file), rescue);
  }
  const bool bare = item->keys.empty() && item->rescue.empty();
  if (bare) {
    for (auto& child : item->children) around.out->push_back(std::move(child));
  } else {
    around.out->push_back(std::move(item));
  }
  if (parts[2] != nullptr) tasks(tasks_of(*parts[2], one.file), around);
}

void Unit::include(const Task& one, const Surroundings& around, int row) {
  struct Part {
    std::string file;
    Cel condition;
  };
  std::vector<Part> parts;
  const Node* given = one.argument({"file", "_raw_params"});
  std::string text = given != nullptr ? given->text : one.free_form;
  const std::string folder = std::filesystem::path(one.file).parent_path().generic_string();
  std::vector<Turn> turns = loop_of(one, *around.names, holds_jinja(text));
  for (Turn& turn : turns) {
    LocalNames& names = *turn.names;
    if (const Node* variables = one.keyword("vars")) {
      for (const Entry& entry : variables->entries) names.set(entry.key, value_of(entry.value, names));
    }
    parts.clear();
    std::vector<std::string> found = first_found(one);
    if (!found.empty()) throw Untranslatable{"the first of several files of tasks that is there"};
    if (const std::optional<std::string> known = constant_text(text, names)) {
      const std::string file = find_task_file(*known, folder);
      if (file.empty()) throw Untranslatable{"the file of tasks `" + *known + "`, which is not there"};
      parts.push_back({file, {"true", Type::kBool, Type::kAny, 0, "", ""}});
    } else {
      // A file for each system: each in a block of its own.
      const std::string base = folder.empty() ? "tasks" : folder;
      std::string name = text;
      if (!name.ends_with(".yml") && !name.ends_with(".yaml")) name += ".yml";
      const std::optional<SystemPath> path = system_path(name, base, "tasks");
      if (!path) throw Untranslatable{"a file of tasks whose name hangs on the host"};
      const Cel own = text_expression(name, names);
      for (const auto& [target, file] : path->files) {
        (void)target;
        const std::string wanted = file.substr(base.size() + 1);
        parts.push_back({file,
                         {own.in_brackets(rank::kSum) + " == " + cel_text(wanted), Type::kBool, Type::kAny,
                          rank::kRelation, "", ""}});
      }
    }
    const Cel when = when_of(one, names, nullptr);
    for (const Part& part : parts) {
      const Node* tree = read_yaml(part.file);
      auto item = std::make_unique<Item>();
      item->kind = Item::Kind::kBlock;
      item->row = row;
      const Cel condition = both_of(when, part.condition);
      if (!turn.for_each.empty()) item->put("for_each", Written::of_map(turn.for_each));
      if (condition.text != "true") item->put("when", Written::of_text(condition.text));
      std::vector<std::string> tags = tags_of(one);
      if (!tags.empty()) item->put("tags", Written::of_texts(tags));
      item->comment = part.file;
      Surroundings inner = around;
      inner.names = &names;
      inner.out = &item->children;
      inner.guard = both_of(around.guard, condition);
      inner.in_loop = around.in_loop || !turn.for_each.empty();
      std::string word;
      if (loop_keyword(one, word) != nullptr) inner.turn = &names;
      ++inner.depth;
      if (const Node* as = one.keyword("become_user")) inner.as = as->text;
      if (tree->is_sequence()) tasks(tasks_of(*tree, part.file), inner);
      if (item->children.empty()) continue;
      if (item->keys.empty()) {
        for (auto& child : item->children) around.out->push_back(std::move(child));
      } else {
        around.out->push_back(std::move(item));
      }
    }
  }
  set_outcome(row, Outcome::kTranslated);
}

void Unit::use_role(const Task& one, const Surroundings& around, int row) {
  const Node* name = one.argument({"name", "role"});
  if (name == nullptr || holds_jinja(name->text)) throw Untranslatable{"a role whose name hangs on the host"};
  std::string role = name->text;
  if (const std::size_t dot = role.rfind('.'); dot != std::string::npos) role = role.substr(dot + 1);
  if (!roles_.contains(role))
    throw Untranslatable{"the role `" + name->text + "`, which is not among what is imported"};
  if (one.argument({"tasks_from"}) != nullptr) throw Untranslatable{"a part of a role (`tasks_from`)"};
  for (Turn& turn : loop_of(one, *around.names, false)) {
    auto item = std::make_unique<Item>();
    item->kind = Item::Kind::kUse;
    item->row = row;
    item->put("use", Written::of_text("../" + role));
    if (!turn.for_each.empty()) item->put("for_each", Written::of_map(turn.for_each));
    const Cel when = when_of(one, *turn.names, nullptr);
    if (when.text != "true") item->put("when", Written::of_text(when.text));
    if (const Node* variables = one.keyword("vars")) {
      WrittenMap with;
      for (const Entry& entry : variables->entries)
        with.emplace_back(safe_name(entry.key), written_of(entry.value, *turn.names));
      item->put("with", Written::of_map(std::move(with)));
    }
    around.out->push_back(std::move(item));
  }
}

void Unit::check(const Task& one, const Surroundings& around, int row) {
  std::vector<Cel> conditions;
  std::vector<Turn> turns = loop_of(one, *around.names, false);
  Turn& turn = turns.front();
  LocalNames& names = *turn.names;
  if (const Node* variables = one.keyword("vars")) {
    for (const Entry& entry : variables->entries) names.set(entry.key, value_of(entry.value, names));
  }
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
    for (auto loop = turn.for_each.rbegin(); loop != turn.for_each.rend(); ++loop) {
      std::string list = loop->value.text;
      if (loop->value.is_list()) throw Untranslatable{"an assertion over a list that is written in place"};
      if (list.starts_with("${") && list.ends_with("}")) list = list.substr(2, list.size() - 3);
      condition = {
          "(" + list + ").all(" + loop->name + ", " + condition.text + ")", Type::kBool, Type::kAny, 0, "", ""};
    }
    checks_.emplace_back(condition.text, Written::of_text(text));
    check_rows_.emplace_back(condition.text, row);
  }
  set_outcome(row, Outcome::kOtherWay);
  note(row, "a check");
}

}  // namespace plumb::imports
