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
  if (one.module == "block") return block(one, around, -1);
  if (one.module.empty()) return;
  const int row = add_row(one);
  const std::string& module = one.module;
  Items& out = *around.out;
  try {
    refuse_never(one);
    if (is_for_windows(one)) {
      set_outcome(row, Outcome::kNotNeeded);
      note(row, "it is for Windows, which plumb does not manage");
      return;
    }
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
    const Until until = until_of(one);
    const bool waits = until.what != Until::What::kNothing;
    const bool itself = local && (is_fetch(one) || (asks_url(one) && !waits));
    // What only asks a server or a port is asked from there here too.
    const bool asks = local && one_of(module, {"wait_for", "uri"});
    if (!delegated.empty() && !anywhere && !itself && !asks) throw Untranslatable{delegated};
    if (one_of(module, {"debug", "pause", "setup", "gather_facts", "set_stats", "meta", "wait_for_connection"})) {
      if (module == "meta" && one_of(one.free_form, {"end_host", "end_play", "end_role", "end_batch"}))
        return end(one, around, row);
      if (module == "meta" && !one_of(one.free_form, {"flush_handlers", "noop", "clear_facts", "clear_host_errors",
                                                      "refresh_inventory", "reset_connection"}))
        throw Untranslatable{"`meta: " + one.free_form + "`"};
      set_outcome(row, Outcome::kNotNeeded);
      note(row, module == "meta" ? "order comes from what needs what" : "nothing to be said here");
      if (until.what > Until::What::kSuccess) {
        note(row, "`until` has no word here: a `wait` says what is waited for");
        set_outcome(row, Outcome::kPartly);
      }
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
      if (waits) {
        note(row, "`until` of a value has no word here: a `wait` says what is waited for");
        set_outcome(row, Outcome::kPartly);
      }
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
      const auto partly = [&](const std::string& why) {
        note(row, why);
        set_outcome(row, Outcome::kPartly);
      };
      if (local && !waits) partly("it runs on the machine that runs Ansible; here the host itself asks");
      const Node* as = one.keyword("become_user");
      if (commands && as != nullptr && as->text != "root")
        partly("`become_user` has no word here: a reading asks as the user of the connection");
      if (commands && one.keyword("environment") != nullptr) partly("`environment` of a reading has no word here");
      if (!waits) return;
      const bool for_path = until.what == Until::What::kThere || until.what == Until::What::kGone;
      if (module != "uri" && !(module == "stat" && for_path))
        throw Untranslatable{"`until` of what only looks: a `wait` says what is waited for"};
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
