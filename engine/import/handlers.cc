// Handlers: what a task notifies becomes a relation between resources.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/task_words.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

bool is_service(const std::string& module) {
  return module == "service" || module == "systemd" || module == "systemd_service" || module == "sysvinit" ||
         module == "supervisorctl";
}

// What does the same as a handler of a module that is neither a restart nor a command; empty where nothing is known to.
std::vector<std::string> command_of_handler(const Task& task) {
  const Node* state = task.argument({"state"});
  const Node* path = task.argument({"path", "dest", "name"});
  const std::string wanted = state == nullptr ? "" : state->text;
  std::string word;
  if (loop_keyword(task, word) != nullptr) return {};
  const Node* unit = task.argument({"name", "service", "unit"});
  const bool service = is_service(task.module) && unit != nullptr && task.argument({"scope"}) == nullptr;
  const std::string program = task.module == "supervisorctl" ? "supervisorctl" : "systemctl";
  if (service && wanted == "started") return {program, "start", unit->text};
  if (service && wanted == "stopped") return {program, "stop", unit->text};
  if (task.module == "file" && wanted == "touch" && path != nullptr) return {"touch", "--", path->text};
  if (task.module == "sysctl" && task.argument({"name", "key"}) != nullptr &&
      task.argument({"value", "val"}) != nullptr)
    return {"sysctl", "-w", task.argument({"name", "key"})->text + "=" + task.argument({"value", "val"})->text};
  if (task.module == "file" && wanted == "absent" && path != nullptr) return {"rm", "-rf", "--", path->text};
  if (task.module == "ufw" && wanted == "reloaded") return {"ufw", "reload"};
  if (task.module == "ufw" && wanted == "reset") return {"ufw", "--force", "reset"};
  if (task.module == "mount" && wanted == "remounted" && path != nullptr) return {"mount", "-o", "remount", path->text};
  return {};
}

}  // namespace

void Unit::notify(const Task& one, const Item& item) {
  for (const std::string& handler : texts_of(one.keyword("notify"))) notify(handler, item);
}

void Unit::notify(const std::string& given, const Item& item) {
  const std::optional<std::string> known = constant_text(given, *this);
  std::string name = known.value_or(given);
  if (const std::size_t at = name.find(" : "); at != std::string::npos) name = name.substr(at + 3);
  bool found = false;
  for (Handler& handler : handlers_) {
    const bool means = std::any_of(handler.names.begin(), handler.names.end(), [&](const std::string& own) {
      return own == name || constant_text(own, *this).value_or(own) == name;
    });
    if (!means) continue;
    handler.sources.push_back(&item);
    found = true;
  }
  if (found) return;
  partly(item.row, "the handler `" + name + "` is not here");
}

Item* Unit::service_of(const std::string& identity, const std::string& guard) {
  const auto found = services_.find(identity);
  if (found == services_.end()) return nullptr;
  for (const auto& [own, item] : found->second) {
    if (own == guard) return item;
  }
  return nullptr;
}

// Has a service restarted, wherever it is declared; one that is not gets a resource of its own.
void Unit::set_off(const Restart& restart, const Cel& when, int row) {
  const auto as =
      std::find_if(restart.whose.begin(), restart.whose.end(), [](const auto& one) { return one.name == "as"; });
  auto& there = services_[(as == restart.whose.end() ? "" : as->value.text + " ") + restart.identity];
  if (there.empty()) {
    auto item = std::make_unique<Item>();
    item->type = "service";
    item->row = row;
    item->put("service", Written::of_text(restart.identity));
    for (const auto& [attribute, value] : restart.whose) item->put(attribute, value);
    if (when.text != "true") item->put("when", Written::of_text(when.text));
    item->patterns = {"service:" + restart.identity};
    there.emplace_back("true", item.get());
    items_.push_back(std::move(item));
  } else if (when.text != "true" && when.text.find("state") == std::string::npos &&
             when.text.find("enabled") == std::string::npos) {
    note(row, "its condition `" + when.text + "` is not part of `" + restart.attribute + "`");
    set_outcome(row, Outcome::kPartly);
  }
  for (const auto& [guard, service] : there) {
    for (const Item* source : restart.sources) {
      if (source != service) service->triggers.emplace_back(restart.attribute, source);
    }
  }
}

void Unit::restart(const Handler& handler, const std::string& attribute, int row) {
  const Task& one = *handler.task;
  const Node* name = one.argument({"name", "service", "unit"});
  if (name == nullptr) {
    set_outcome(row, Outcome::kOtherWay);
    note(row, "systemd reads its units anew by itself");
    return;
  }
  LocalNames names(*this);
  std::vector<Turn> turns = loop_of(one, names, true);
  for (Turn& turn : turns) {
    if (!turn.for_each.empty()) throw Untranslatable{"a handler in a loop"};
    const std::string identity = translate_text(name->text, *turn.names).text;
    WrittenMap whose;
    if (one.module == "supervisorctl") whose.emplace_back("manager", Written::of_text("supervisor"));
    if (const Node* scope = one.argument({"scope", "user"});
        scope != nullptr && (scope->text == "user" || is_true_word(scope->text))) {
      const Node* as = one.keyword("become_user");
      if (as == nullptr) throw Untranslatable{"units of the user who logs in (`scope`): say `as`"};
      whose.emplace_back("scope", Written::of_text("user"));
      whose.emplace_back("as", Written::of_text(translate_text(as->text, *turn.names).text));
    }
    set_off({identity, attribute, handler.sources, whose}, when_of(one, *turn.names, nullptr), row);
  }
  if (report_.tasks[static_cast<std::size_t>(row)].outcome == Outcome::kTranslated) {
    set_outcome(row, Outcome::kOtherWay);
    note(row, "`" + attribute + "` of the service");
  }
}

void Unit::write_handlers() {
  Surroundings around;
  LocalNames names(*this);
  around.names = &names;
  around.out = &items_;
  for (const Restart& one : restarts_) set_off(one, {"true", Type::kBool, Type::kAny, 0, "", ""}, -1);
  // Only what is notified: what other handlers notify comes to them in the order in which they stand.
  for (std::size_t i = 0; i < handlers_.size(); ++i) {
    Handler& handler = handlers_[i];
    const Task& one = *handler.task;
    position_ = positions_[handler.task];
    if (one.module.empty() || one.module == "block") continue;
    const int row = add_row(one);
    if (handler.sources.empty()) {
      set_outcome(row, Outcome::kNotNeeded);
      note(row, "a handler that nothing notifies");
      continue;
    }
    static constexpr std::string_view kNothingHere[] = {
        "include_tasks", "import_tasks", "include", "debug", "meta", "setup", "pause", "stat", "gather_facts"};
    if (std::find(std::begin(kNothingHere), std::end(kNothingHere), one.module) != std::end(kNothingHere)) {
      set_outcome(row, Outcome::kNotNeeded);
      continue;
    }
    const std::size_t before = items_.size();
    try {
      if (is_delegated(one)) throw Untranslatable{"a handler that runs on another host (`delegate_to`)"};
      const std::vector<const Item*> sources = handler.sources;
      if (is_service(one.module) && command_of_handler(one).empty()) {
        const Node* state = one.argument({"state"});
        const std::string wanted = state == nullptr ? "" : constant_text(state->text, *this).value_or(state->text);
        const bool reload = wanted == "reloaded";
        if (wanted != "restarted" && !reload && !holds_jinja(wanted) && !(state == nullptr))
          throw Untranslatable{"a handler that does not restart its service (`" + wanted + "`)"};
        restart(handler, reload ? "reload_on" : "restart_on", row);
        // It has no resource of its own: what set it off sets off what it notifies.
        for (const Item* source : sources) notify(one, *source);
        continue;
      }
      const bool done = one.module == "reboot" || one.module == "wait_for" || one.module == "uri";
      const bool refreshes =
          (one.module == "apt" || one.module == "yum" || one.module == "dnf" || one.module == "package") &&
          one.argument({"name", "pkg"}) == nullptr;
      if (refreshes) {
        set_outcome(row, Outcome::kOtherWay);
        note(row, "a repository that changes has its lists read (`refresh`)");
        continue;
      }
      if (const std::vector<std::string> words = command_of_handler(one); !words.empty()) {
        auto item = std::make_unique<Item>();
        item->type = "command";
        item->row = row;
        std::vector<Written> run;
        for (const std::string& word : words) run.push_back(Written::of_text(translate_text(word, names).text));
        item->put("command", Written::of_text(escaped(one.name)));
        const Cel when = when_of(one, names, nullptr);
        if (when.text != "true") item->put("when", Written::of_text(when.text));
        item->put("run", Written::of_list(std::move(run)));
        item->patterns = {"command:" + escaped(one.name)};
        for (const Item* source : sources) item->triggers.emplace_back("run_on", source);
        set_outcome(row, Outcome::kOtherWay);
        note(row, "a command that does it");
        notify(one, *item);
        items_.push_back(std::move(item));
        continue;
      }
      if (!is_exec_module(one.module) && !done)
        throw Untranslatable{"a handler that is no restart and no command (`" + one.written_module + "`)"};
      Builder(*this, one, around, row).build();
      for (std::size_t at = before; at < items_.size(); ++at) {
        ask_inside(*items_[at]);
        for (const Item* source : handler.sources) items_[at]->triggers.emplace_back("run_on", source);
      }
      report_.tasks[static_cast<std::size_t>(row)].effort = 0;
      std::vector<std::string>& notes = report_.tasks[static_cast<std::size_t>(row)].notes;
      std::erase_if(notes, [](const std::string& text) {
        return text.starts_with("it runs at every apply") || text.starts_with("it is sent at") ||
               text.starts_with("it restarts the host at");
      });
    } catch (const Untranslatable& problem) {
      items_.resize(before);
      by_hand(one, items_, row, problem.reason, 2);
    }
  }
}

}  // namespace plumb::imports
