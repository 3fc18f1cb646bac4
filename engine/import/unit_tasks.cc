// The tasks of a unit, one after the other, and which of them are no resources.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/fact_paths.h"
#include "engine/import/resource.h"
#include "engine/import/task_words.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr int kDeepestTasks = 16;

std::string tag_word(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    out += good ? c : '-';
  }
  return out;
}

bool brings_tasks(const std::string& module) {
  return one_of(module, {"include_tasks", "import_tasks", "include"});
}

bool runs_words(const std::string& module) {
  return one_of(module, {"command", "shell", "raw"});
}

// What of Ansible's own way of working has no counterpart, and needs none.
bool says_nothing(const std::string& module) {
  return one_of(module, {"debug", "pause", "setup", "gather_facts", "set_stats", "meta", "wait_for_connection"});
}

}  // namespace

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
  if (one.module == "block") {
    tell_unheard(one, Way::kBlock, -1);
    return block(one, around, -1);
  }
  if (one.module.empty()) return;
  const int row = add_row(one);
  Items& out = *around.out;
  try {
    tell_unheard(one, translate_task(one, around, row), row);
  } catch (const Untranslatable& problem) {
    by_hand(one, out, row, problem.reason, is_resource_module(one.module) ? 2 : 3);
  }
}

Way Unit::translate_task(const Task& one, const Surroundings& around, int row) {
  refuse_never(one);
  if (is_for_windows(one)) {
    set_outcome(row, Outcome::kNotNeeded);
    note(row, "it is for Windows, which plumb does not manage");
    return Way::kDone;
  }
  refuse_dry_run(one, around);
  const Whereabouts where = whereabouts(one, around);
  const std::string& module = one.module;
  if (says_nothing(module)) return nothing_here(one, around, row);
  if (module == "set_fact") return set_value(one, around, row);
  if (module == "include_vars") {
    check_variable_files(one);
    set_outcome(row, Outcome::kOtherWay);
    note(row, "`values_from`, or values");
    return Way::kValue;
  }
  if (brings_tasks(module)) {
    include(one, around, row);
    return Way::kInclude;
  }
  if (one_of(module, {"include_role", "import_role"})) {
    use_role(one, around, row);
    return Way::kUse;
  }
  if (one_of(module, {"assert", "fail"})) {
    check(one, around, row);
    return Way::kCheck;
  }
  if (is_probe(one) && ((!runs_words(module) && module != "uri") || is_read(one.keyword("register")->text, one)) &&
      look(one, around, where, row))
    return Way::kReading;
  const Way way = resources_of(one, around, row);
  if (where.host_does_it) partly(row, "it runs on the machine that runs Ansible; here the host itself does it");
  return way;
}

void Unit::refuse_dry_run(const Task& one, const Surroundings& around) {
  const Node* mode = one.keyword("check_mode");
  if ((mode != nullptr ? says_yes(mode) : around.looks_only) && is_resource_module(one.module))
    throw Untranslatable{"`check_mode`: it changes nothing, and tells what it would change"};
}

Unit::Whereabouts Unit::whereabouts(const Task& one, const Surroundings& around) {
  const std::string delegated = is_delegated(one) ? why_delegated(one) : around.delegated;
  // What is only worked out or checked is so wherever it is done.
  const bool anywhere =
      brings_tasks(one.module) || one_of(one.module, {"debug", "pause", "set_fact", "assert", "fail", "include_vars",
                                                      "meta", "setup", "gather_facts", "set_stats"});
  const bool local = delegated.find("on: controller") != std::string::npos;
  const bool waits = until_of(one).what != Until::What::kNothing;
  // What is fetched there only to be copied from there, and what is asked of others, the host does itself.
  const bool itself = local && (is_fetch(one) || (asks_url(one) && !waits));
  // What only asks a server or a port is asked from there here too.
  const bool asks = local && one_of(one.module, {"wait_for", "uri"});
  if (!delegated.empty() && !anywhere && !itself && !asks) throw Untranslatable{delegated};
  return {.is_controller = local, .host_does_it = itself};
}

Way Unit::nothing_here(const Task& one, const Surroundings& around, int row) {
  const bool meta = one.module == "meta";
  if (meta && one_of(one.free_form, {"end_host", "end_play", "end_role", "end_batch"})) {
    end(one, around, row);
    return Way::kDone;
  }
  if (meta && !one_of(one.free_form, {"flush_handlers", "noop", "clear_facts", "clear_host_errors", "refresh_inventory",
                                      "reset_connection"}))
    throw Untranslatable{"`meta: " + one.free_form + "`"};
  set_outcome(row, Outcome::kNotNeeded);
  note(row, meta ? "order comes from what needs what" : "nothing to be said here");
  // A message counts as no change, where nothing says that it does.
  const Node* changed = one.keyword("changed_when");
  const bool sets_off = changed != nullptr && !says_no(changed);
  return sets_off || one.keyword("notify") == nullptr ? Way::kNothing : Way::kDone;
}

Way Unit::set_value(const Task& one, const Surroundings& around, int row) {
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
    return Way::kValue;
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
  if (around.in_rescue) partly(row, "it is set only where something fails (`rescue`): there the run ends here");
  return Way::kValue;
}

bool Unit::look(const Task& one, const Surroundings& around, const Whereabouts& where, int row) {
  const bool commands = runs_words(one.module);
  const Node* name = one.keyword("register");
  if (name != nullptr && turn_names_.contains(name->text)) probe_in_turn(one, name->text, around);
  set_outcome(row, Outcome::kOtherWay);
  if (around.once || says_yes(one.keyword("run_once")))
    partly(row, "`run_once`: there the first host answers for all; here each host reads its own");
  note(row, "a reading, where something asks for it");
  const Until until = until_of(one);
  const bool waits = until.what != Until::What::kNothing;
  if (where.is_controller && !waits) partly(row, "it runs on the machine that runs Ansible; here the host itself asks");
  const Node* as = one.keyword("become_user");
  if (commands && as != nullptr && as->text != "root")
    partly(row, "`become_user` has no word here: a reading asks as the user of the connection");
  if (commands && one.keyword("environment") != nullptr) partly(row, "`environment` of a reading has no word here");
  if (!waits) return true;
  const bool for_path = until.what == Until::What::kThere || until.what == Until::What::kGone;
  if (one.module != "uri" && !(one.module == "stat" && for_path))
    throw Untranslatable{"`until` of what only looks: a `wait` says what is waited for"};
  return false;
}

Way Unit::resources_of(const Task& one, const Surroundings& around, int row) {
  Surroundings with = around;
  add_defaults(one.keyword("module_defaults"), with);
  Builder builder(*this, one, with, row);
  builder.build();
  if (builder.made_any()) return Way::kResource;
  // What its condition leaves out for all hosts has no keywords either.
  const bool needed = report_.tasks[static_cast<std::size_t>(row)].outcome != Outcome::kNotNeeded;
  return needed ? Way::kNothing : Way::kDone;
}

void Unit::check_variable_files(const Task& one) {
  const Node* file = one.argument({"file"});
  if (one.argument({"dir"}) != nullptr) throw Untranslatable{"all files of variables in a folder (`dir`)"};
  if (!first_found(one).empty()) return;
  std::string path = behind_own_name(one, file != nullptr ? file->text : one.free_form);
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

std::string Unit::given_files() {
  files_["files/given/README"] =
      "Files that the role names and does not have: those that inputs name lie here, under that name.\n";
  return "files/given";
}

}  // namespace plumb::imports
