// The tasks of a unit, one after the other: what is around them, and which of them are no resources.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/fact_paths.h"
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

// What `and` joins, each for itself.
void add_conjuncts(const ExprPtr& expr, std::vector<ExprPtr>& out) {
  if (!expr->is(Expr::Kind::kAnd)) {
    out.push_back(expr);
    return;
  }
  for (const ExprPtr& child : expr->children) add_conjuncts(child, out);
}

// Why a task does not run on the host itself; empty where it does.
std::string why_delegated(const Task& one) {
  if (!is_delegated(one)) return "";
  const Node* to = one.keyword("delegate_to");
  return one.is_local || to->text == "localhost" || to->text == "127.0.0.1"
             ? "it runs on the machine that runs Ansible: for each host, a step of `rollout.around` is done "
               "`on: controller`"
             : "it goes to another host (`delegate_to`): say `on:` in the project, or make it a step of "
               "`rollout.around`";
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
  current_row_ = static_cast<int>(report_.tasks.size()) - 1;
  return current_row_;
}

void Unit::tell(const std::string& text) {
  note(current_row_, text);
}

std::size_t Unit::line_start(const std::string& path, int line) {
  const std::string& text = file_text(path);
  std::vector<std::size_t>& starts = line_starts_[path];
  if (starts.empty()) {
    starts.push_back(0);
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
      starts.push_back(at + 1);
  }
  const auto index = static_cast<std::size_t>(std::max(1, line) - 1);
  return index < starts.size() ? starts[index] : text.size();
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
  const std::string& text = file_text(one.file);
  std::size_t at = line_start(one.file, one.line());
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

bool Unit::is_read(const std::string& name, const Task& by) {
  const auto holds = [&](std::string_view text) {
    const auto letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    int count = 0;
    for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) ++count;
    }
    return count;
  };
  const std::string& own = file_text(by.file);
  const std::size_t from = line_start(by.file, by.line());
  const std::size_t to = line_start(by.file, by.node->span.end_line + 1);
  const int inside = to > from ? holds(std::string_view(own).substr(from, to - from)) : 0;
  return holds(all_text_) > inside;
}

bool Unit::is_fetched(const std::string& path) const {
  return std::any_of(fetched_.begin(), fetched_.end(),
                     [&](const std::string& place) { return path.starts_with(place); });
}

std::string Unit::given_files() {
  files_["files/given/README"] =
      "Files that the role names and does not have: those that inputs name lie here, under that name.\n";
  return "files/given";
}

bool Unit::is_probe(const Task& one) const {
  if (asks_url(one)) return true;
  if (one_of(one.module, {"stat", "slurp", "find", "getent", "package_facts", "service_facts"})) return true;
  if (!one_of(one.module, {"command", "shell", "raw"})) return false;
  if (one.keyword("register") == nullptr) return false;
  const Node* creates = one.argument({"creates", "removes"});
  return says_no(one.keyword("changed_when")) && creates == nullptr;
}

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

void Unit::translate() {
  for (const std::vector<Task>* list : top_) collect(*list, {});
  for (const Play& play : plays_) {
    for (const Node* list : play.tasks) collect(tasks_of(*list, play.file), {});
  }
  for (const Handler& handler : handlers_) collect_task(*handler.task, {});
  collect_elsewhere();
  settle_system_files();
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
    if (play.environment != nullptr) inner.environment.push_back(play.environment);
    inner.looks_only = play.looks_only;
    inner.secret = play.secret;
    add_defaults(play.module_defaults, inner);
    if (!play.hosts.empty()) item->put("on", Written::of_text(play.hosts));
    if (!play.tags.empty()) item->put("tags", Written::of_texts(play.tags));
    for (std::size_t at = 0; at <= play.tasks.size(); ++at) {
      if (at == play.tasks_before) {
        for (auto& use : play.uses) item->children.push_back(std::move(use));
        play.uses.clear();
      }
      if (at < play.tasks.size()) tasks(tasks_of(*play.tasks[at], play.file), inner);
    }
    if (item->keys.empty()) {
      for (auto& child : item->children) items_.push_back(std::move(child));
    } else if (!item->children.empty()) {
      items_.push_back(std::move(item));
    }
  }
  write_handlers();
}

void Unit::tasks(const std::vector<Task>& list, const Surroundings& around) {
  Surroundings here = around;
  std::size_t ended = ended_.size();
  for (const Task& one : list) {
    task(one, here);
    if (ended_.size() == ended) continue;
    // What comes after an end is for the hosts that go on.
    auto rest = std::make_unique<Item>();
    rest->kind = Item::Kind::kBlock;
    Cel goes_on{"true", Type::kBool, Type::kAny, 0, "", ""};
    for (; ended < ended_.size(); ++ended) goes_on = both_of(goes_on, negation_of(ended_[ended]));
    rest->put("when", Written::of_text(goes_on.text));
    here.guard = both_of(here.guard, goes_on);
    Items& out = *here.out;
    here.out = &rest->children;
    out.push_back(std::move(rest));
  }
}

// `meta: end_host` and its like.
void Unit::end(const Task& one, const Surroundings& around, int row) {
  if (around.in_loop || around.in_rescue || !around.changes.empty())
    throw Untranslatable{"`meta: " + one.free_form + "` in a loop, or where something failed or changed"};
  const Cel when = when_of(one, *around.names, nullptr);
  ended_.push_back(both_of(around.guard, when));
  set_outcome(row, Outcome::kOtherWay);
  note(row, "a condition of what follows");
  if (one.free_form == "end_role") return;
  note(row, "roles that come after this one in a play go on: they have conditions of their own");
  set_outcome(row, Outcome::kPartly);
}

void Unit::task(const Task& one, const Surroundings& around) {
  if (around.depth > kDeepestTasks) return;
  if (const auto place = positions_.find(&one); place != positions_.end()) position_ = place->second;
  if (one.module == "block") return block(one, around, -1);
  if (one.module.empty()) return;
  const int row = add_row(one);
  const std::string& module = one.module;
  Items& out = *around.out;
  try {
    refuse_never(one);
    if (const Node* mode = one.keyword("check_mode"); mode != nullptr ? says_yes(mode) : around.looks_only) {
      if (is_resource_module(module))
        throw Untranslatable{"`check_mode`: it changes nothing, and tells what it would change"};
    }
    const bool includes = one_of(module, {"include_tasks", "import_tasks", "include"});
    const std::string delegated = is_delegated(one) ? why_delegated(one) : around.delegated;
    // What is only worked out or checked is so wherever it is done.
    const bool anywhere = includes || one_of(module, {"debug", "pause", "set_fact", "assert", "fail", "include_vars",
                                                      "meta", "setup", "gather_facts", "set_stats"});
    // What is fetched there only to be copied from there, and what is asked of others, the host does itself.
    const bool local = delegated.find("on: controller") != std::string::npos;
    const bool itself = local && (is_fetch(one) || asks_url(one));
    if (!delegated.empty() && !anywhere && !itself) throw Untranslatable{delegated};
    if (one_of(module, {"debug", "pause", "setup", "gather_facts", "set_stats", "meta", "wait_for_connection"})) {
      if (module == "meta" && one_of(one.free_form, {"end_host", "end_play", "end_role", "end_batch"}))
        return end(one, around, row);
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
      const bool read = std::any_of(facts.begin(), facts.end(), [&](const Entry& entry) {
        return holds_jinja(entry.key) || (entry.key != "cacheable" && is_read(entry.key, one));
      });
      if (!read) {
        set_outcome(row, Outcome::kNotNeeded);
        note(row, "a fact that nothing reads");
        return;
      }
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
      if (around.in_rescue) {
        note(row, "it is set only where something fails (`rescue`): there the run ends here");
        set_outcome(row, Outcome::kPartly);
      }
      return;
    }
    if (module == "include_vars") {
      check_variable_files(one);
      set_outcome(row, Outcome::kOtherWay);
      note(row, "`values_from`, or values");
      return;
    }
    if (includes) return include(one, around, row);
    if (one_of(module, {"include_role", "import_role"})) return use_role(one, around, row);
    if (one_of(module, {"assert", "fail"})) return check(one, around, row);
    const bool commands = one_of(module, {"command", "shell", "raw"});
    if (is_probe(one) && ((!commands && module != "uri") || is_read(one.keyword("register")->text, one))) {
      const Node* name = one.keyword("register");
      if (name != nullptr && turn_names_.contains(name->text)) probe_in_turn(one, name->text, around);
      const bool once = around.once || says_yes(one.keyword("run_once"));
      set_outcome(row, once ? Outcome::kPartly : Outcome::kOtherWay);
      if (once) note(row, "`run_once`: there the first host answers for all; here each host reads its own");
      if (const Node* failed = one.keyword("failed_when"); failed != nullptr && !says_no(failed))
        note(row, "`failed_when` has no word here: a check says it");
      note(row, "a reading, where something asks for it");
      return;
    }
    if (const Node* defaults = one.keyword("module_defaults")) {
      Surroundings with = around;
      add_defaults(defaults, with);
      Builder(*this, one, with, row).build();
      return;
    }
    Builder(*this, one, around, row).build();
    if (itself) {
      note(row, "it runs on the machine that runs Ansible; here the host itself does it");
      set_outcome(row, Outcome::kPartly);
    }
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
  add_around(one, inner);
  const Node* parts[3] = {one.keyword("block"), one.keyword("rescue"), one.keyword("always")};
  if (const Node* variables = one.keyword("vars")) bind({variables}, names);
  bool whole = true;
  try {
    refuse_never(one);
    const Cel when = when_of(one, names, &inner.changes);
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
  const WrittenMap keys = item->keys;
  if (parts[0] != nullptr) tasks(tasks_of(*parts[0], one.file), inner);
  if (parts[1] != nullptr) {
    Surroundings rescue = inner;
    rescue.out = &item->rescue;
    rescue.in_rescue = true;
    tasks(tasks_of(*parts[1], one.file), rescue);
  }
  const bool bare = item->keys.empty() && item->rescue.empty();
  if (bare) {
    for (auto& child : item->children) around.out->push_back(std::move(child));
  } else {
    around.out->push_back(std::move(item));
  }
  if (parts[2] == nullptr) return;
  // The same conditions go for what is done in any case.
  auto last = std::make_unique<Item>();
  last->kind = Item::Kind::kBlock;
  last->row = row;
  last->keys = keys;
  Surroundings always = inner;
  always.out = keys.empty() ? around.out : &last->children;
  tasks(tasks_of(*parts[2], one.file), always);
  if (!keys.empty()) around.out->push_back(std::move(last));
}

// What a block or an include says of the tasks inside.
void Unit::add_around(const Task& one, Surroundings& inner) {
  if (const Node* as = one.keyword("become_user")) inner.as = as->text;
  if (is_delegated(one)) inner.delegated = why_delegated(one);
  if (says_yes(one.keyword("run_once"))) inner.once = true;
  if (const Node* environment = one.keyword("environment"); environment != nullptr && environment->is_map())
    inner.environment.push_back(environment);
  if (const Node* mode = one.keyword("check_mode")) inner.looks_only = says_yes(mode);
  if (const Node* secret = one.keyword("no_log")) inner.secret = says_yes(secret);
  for (const std::string& handler : texts_of(one.keyword("notify"))) inner.notified.push_back(handler);
  add_defaults(one.keyword("module_defaults"), inner);
}

void Unit::add_defaults(const Node* defaults, Surroundings& inner) {
  if (defaults == nullptr) return;
  for (const Entry& entry : defaults->entries) inner.with_defaults.insert(entry.key.substr(entry.key.rfind('.') + 1));
}

void Unit::check_variable_files(const Task& one) {
  const Node* file = one.argument({"file"});
  if (one.argument({"dir"}) != nullptr) throw Untranslatable{"all files of variables in a folder (`dir`)"};
  if (!first_found(one).empty()) return;
  std::string path = file != nullptr ? file->text : one.free_form;
  if (holds_jinja(path)) {
    if (system_files_.empty()) throw Untranslatable{"files of variables whose names plumb cannot work out"};
    return;
  }
  path = without_leads(path, {"../", "./", "vars/"});
  for (const char* end : {"", ".yml", ".yaml", ".json"}) {
    if (source_.holds("vars/" + path + end)) return;
  }
  throw Untranslatable{"the file of variables `" + path + "`, which is not there"};
}

}  // namespace plumb::imports
