// Handlers: what a task notifies becomes a relation between resources.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

bool is_service(const std::string& module) {
  return module == "service" || module == "systemd" || module == "systemd_service" || module == "sysvinit";
}

std::string duration_of(const Node* node, const std::string& otherwise) {
  if (node == nullptr || node->text.empty() || node->text.find_first_not_of("0123456789") != std::string::npos)
    return otherwise;
  return node->text + "s";
}

}  // namespace

void Unit::add_keywords(const Task& one, Item& item, Names& names, const Surroundings& around) {
  const std::vector<std::string> tags = tags_of(one);
  if (!tags.empty()) item.put("tags", Written::of_texts(tags));
  const Node* as = one.keyword("become_user");
  if (item.type == "command" || item.type == "git") {
    std::string user = as != nullptr ? as->text : around.as;
    if (!user.empty() && user != "root" && item.find("as") == nullptr)
      item.put("as", Written::of_text(translate_text(user, names).text));
  }
  if (const Node* environment = one.keyword("environment"); environment != nullptr && environment->is_map()) {
    WrittenMap entries;
    for (const Entry& entry : environment->entries) {
      Written value = Written::of_text("");
      if (entry.value.is_scalar()) {
        const Text text = translate_text(entry.value.text, names);
        value.text = text.whole && text.value.type != Type::kText ? "${" + text_of(text.value) + "}" : text.text;
      }
      entries.emplace_back(entry.key, std::move(value));
    }
    if (!entries.empty()) item.put("env", Written::of_map(std::move(entries)));
  } else if (environment != nullptr) {
    note(item.row, "`environment` from a variable: say `env`");
  }
  const Node* ignored = one.keyword("ignore_errors");
  const Node* failed = one.keyword("failed_when");
  const bool lenient =
      (ignored != nullptr && is_true_word(ignored->text)) ||
      (failed != nullptr && failed->is_plain() && plain_type(*failed) == Type::kBool && !is_true_word(failed->text));
  if (lenient) item.put("on_failure", Written::of_text("continue"));
  if (failed != nullptr && !lenient)
    note(item.row, "`failed_when` has no word here: `expect` names exit codes that are good");
  if (one.keyword("until") != nullptr) {
    const Node* retries = one.keyword("retries");
    const bool number = retries != nullptr && !retries->text.empty() &&
                        retries->text.find_first_not_of("0123456789") == std::string::npos;
    const std::string times = number ? std::to_string(std::max(2UL, small_number(retries->text))) : "3";
    item.put("retry", Written::of_map({{"times", Written::of_plain(times)},
                                       {"every", Written::of_text(duration_of(one.keyword("delay"), "5s"))}}));
  }
  if (const Node* secret = one.keyword("no_log"); secret != nullptr && is_true_word(secret->text) &&
                                                  item.type == "file" &&
                                                  (item.find("template") != nullptr || item.find("content") != nullptr))
    item.put("sensitive", Written::of_plain("true"));
  if (one.keyword("async") != nullptr) note(item.row, "`async` has no word here: plumb waits");
}

void Unit::notify(const Task& one, const Item& item, Names& names) {
  (void)names;
  for (const std::string& given : texts_of(one.keyword("notify"))) {
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
    if (!found) note(item.row, "the handler `" + name + "` is not here");
  }
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
  auto& there = services_[restart.identity];
  if (there.empty()) {
    auto item = std::make_unique<Item>();
    item->type = "service";
    item->row = row;
    item->put("service", Written::of_text(restart.identity));
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
  const Task& one = handler.task;
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
    set_off({identity, attribute, handler.sources}, when_of(one, *turn.names, nullptr), row);
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
    const Task& one = handler.task;
    if (one.module.empty() || one.module == "block") continue;
    const int row = add_row(one);
    if (handler.sources.empty()) {
      set_outcome(row, Outcome::kNotNeeded);
      note(row, "a handler that nothing notifies");
      continue;
    }
    if (one.module == "include_tasks" || one.module == "import_tasks" || one.module == "include" ||
        one.module == "debug" || one.module == "meta") {
      set_outcome(row, Outcome::kNotNeeded);
      continue;
    }
    const std::size_t before = items_.size();
    try {
      if (is_service(one.module)) {
        const Node* state = one.argument({"state"});
        const std::string wanted = state == nullptr ? "" : constant_text(state->text, *this).value_or(state->text);
        const bool reload = wanted == "reloaded";
        if (wanted != "restarted" && !reload && !holds_jinja(wanted) && !(state == nullptr))
          throw Untranslatable{"a handler that does not restart its service (`" + wanted + "`)"};
        restart(handler, reload ? "reload_on" : "restart_on", row);
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
      if ((!is_exec_module(one.module) && !done) || one.module == "script")
        throw Untranslatable{"a handler that is no restart and no command (`" + one.written_module + "`)"};
      Builder(*this, one, around, row).build();
      for (std::size_t at = before; at < items_.size(); ++at) {
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
