// Roles that others include, as a whole or in part, and what they take from each other.
#include <algorithm>

#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr int kDeepestRoleBlock = 12;

Unit::Parts parts_of(const Task& task) {
  Unit::Parts parts;
  const auto take = [&](const char* word, std::string& into) {
    const Node* given = task.argument({word});
    if (given == nullptr || !given->is_scalar()) return;
    if (holds_jinja(given->text))
      throw Untranslatable{"a part of a role whose name hangs on the host (`" + std::string(word) + "`)"};
    into = given->text;
    for (const char* end : {".yml", ".yaml"}) {
      if (into.ends_with(end)) into.resize(into.size() - std::string_view(end).size());
    }
    if (into.starts_with("/") || into.find("..") != std::string::npos)
      throw Untranslatable{"a part of a role outside of it (`" + into + "`)"};
  };
  take("tasks_from", parts.tasks);
  take("handlers_from", parts.handlers);
  take("defaults_from", parts.defaults);
  take("vars_from", parts.variables);
  return parts;
}

std::string role_of(const Task& task) {
  const Node* name = task.argument({"name", "role"});
  if (name == nullptr || holds_jinja(name->text)) throw Untranslatable{"a role whose name hangs on the host"};
  std::string role = name->text;
  if (const std::size_t dot = role.rfind('.'); dot != std::string::npos) role = role.substr(dot + 1);
  if (const std::size_t slash = role.rfind('/'); slash != std::string::npos) role = role.substr(slash + 1);
  return module_word(role);
}

void find_parts(const std::vector<Task>& tasks, int depth, std::vector<std::pair<std::string, Unit::Parts>>& found) {
  if (depth > kDeepestRoleBlock) return;
  for (const Task& task : tasks) {
    if (task.module == "include_role" || task.module == "import_role") {
      try {
        if (const Unit::Parts parts = parts_of(task); !parts.is_whole()) found.emplace_back(role_of(task), parts);
      } catch (const Untranslatable&) {
        // Told where the task is translated.
      }
    }
    for (const char* part : {"block", "rescue", "always"}) {
      const Node* list = task.module == "block" ? task.keyword(part) : nullptr;
      if (list != nullptr) find_parts(read_tasks(*list, task.file), depth + 1, found);
    }
  }
}

}  // namespace

std::string Unit::Parts::suffix() const {
  std::string out;
  for (const std::string* one : {&tasks, &handlers, &defaults, &variables}) {
    if (*one != "main") out += "-" + module_word(*one);
  }
  return out;
}

std::string Unit::part_of_role(const Task& one) const {
  const Node* name = one.argument({"name", "role"});
  const std::string whole = name == nullptr ? "" : module_word(name->text);
  return (roles_.contains(whole) ? whole : role_of(one)) + parts_of(one).suffix();
}

void Unit::use_role(const Task& one, const Surroundings& around, int row) {
  const Node* name = one.argument({"name", "role"});
  if (name == nullptr || holds_jinja(name->text)) throw Untranslatable{"a role whose name hangs on the host"};
  const std::string role = part_of_role(one);
  if (!roles_.contains(role))
    throw Untranslatable{"the role `" + name->text + "`, which is not among what is imported"};
  if (!around.changes.empty()) throw Untranslatable{"a role only where something changed"};
  for (Turn& turn : loop_of(one, *around.names, false)) {
    auto item = std::make_unique<Item>();
    item->kind = Item::Kind::kUse;
    item->row = row;
    item->put("use", Written::of_text((file_ == "module.yaml" ? "../" : "./modules/") + role));
    if (const int nth = ++used_roles_[role]; nth > 1)
      item->put("id", Written::of_text(role + "-" + std::to_string(nth)));
    if (!turn.for_each.empty()) item->put("for_each", Written::of_map(turn.for_each));
    const Cel when = when_of(one, *turn.names, nullptr);
    if (when.text != "true") item->put("when", Written::of_text(when.text));
    if (const std::vector<std::string> tags = tags_of(one); !tags.empty()) item->put("tags", Written::of_texts(tags));
    if (const Node* variables = one.keyword("vars")) {
      WrittenMap with;
      for (const Entry& entry : variables->entries)
        with.emplace_back(safe_name(entry.key), written_of(entry.value, *turn.names));
      item->put("with", Written::of_map(std::move(with)));
    }
    around.out->push_back(std::move(item));
  }
}

std::vector<std::string> Unit::wanted_roles() {
  std::vector<std::string> found;
  const auto add = [&](const std::string& name) {
    if (holds_jinja(name)) return;
    const std::string role = name.substr(name.find_last_of("./") + 1);
    if (!role.empty() && std::find(found.begin(), found.end(), role) == found.end()) found.push_back(role);
  };
  const std::function<void(const std::vector<Task>&, int)> walk = [&](const std::vector<Task>& tasks, int depth) {
    if (depth > kDeepestRoleBlock) return;
    for (const Task& task : tasks) {
      const Node* name = task.argument({"name", "role"});
      const bool includes = task.module == "include_role" || task.module == "import_role";
      if (includes && name != nullptr && name->is_scalar()) add(name->text);
      for (const char* part : {"block", "rescue", "always"}) {
        const Node* list = task.module == "block" ? task.keyword(part) : nullptr;
        if (list != nullptr) walk(read_tasks(*list, task.file), depth + 1);
      }
    }
  };
  for (const char* folder : {"tasks", "handlers"}) {
    for (const std::string& file : files_below(folder)) {
      const std::string path = std::string(folder) + "/" + file;
      if (!file.ends_with(".yml") && !file.ends_with(".yaml")) continue;
      if (file_text(path).find("_role") != std::string::npos) walk(read_tasks(*read_yaml(path), path), 0);
    }
  }
  for (const Node* one : dependencies_) {
    const Entry* named = one->find("role") != nullptr ? one->find("role") : one->find("name");
    add(one->is_scalar() ? one->text : named == nullptr ? "" : named->value.text);
  }
  return found;
}

std::vector<std::pair<std::string, Unit::Parts>> Unit::included_parts() {
  std::vector<std::pair<std::string, Parts>> found;
  for (const char* folder : {"tasks", "handlers"}) {
    for (const std::string& file : files_below(folder)) {
      const std::string path = std::string(folder) + "/" + file;
      if (!file.ends_with(".yml") && !file.ends_with(".yaml")) continue;
      if (file_text(path).find("_role") == std::string::npos) continue;
      find_parts(read_tasks(*read_yaml(path), path), 0, found);
    }
  }
  for (const Play& play : plays_) {
    for (const Node* list : play.tasks) find_parts(tasks_of(*list, play.file), 0, found);
  }
  return found;
}

void Unit::stand_on(const Unit& other) {
  for (const auto& [name, theirs] : other.symbols_) {
    const Node* value = theirs.fixed != nullptr ? theirs.fixed : theirs.by_default;
    if (value == nullptr || symbols_.contains(name)) continue;
    Symbol& symbol = symbols_[name];
    symbol.by_default = theirs.by_default;
    symbol.fixed = theirs.fixed;
    symbol.is_sensitive = theirs.is_sensitive;
  }
}

std::vector<Item*> Unit::live_uses(const std::string& role) {
  std::vector<Item*> found;
  const std::function<void(Items&)> walk = [&](Items& items) {
    for (auto& item : items) {
      walk(item->children);
      walk(item->rescue);
      const Written* use = item->kind == Item::Kind::kUse && !item->broken ? item->find("use") : nullptr;
      if (use != nullptr && use->text.substr(use->text.rfind('/') + 1) == role) found.push_back(item.get());
    }
  };
  walk(items_);
  return found;
}

void Unit::tell_once(std::string text) {
  if (std::find(report_.notes.begin(), report_.notes.end(), text) == report_.notes.end())
    report_.notes.push_back(std::move(text));
}

void Unit::trim_uses(const std::function<const Unit*(const std::string&)>& find) {
  const std::function<void(Items&)> walk = [&](Items& items) {
    for (auto& item : items) {
      walk(item->children);
      walk(item->rescue);
      Written* with = item->kind == Item::Kind::kUse ? item->find("with") : nullptr;
      const Unit* target = with == nullptr ? nullptr : find(item->find("use")->text);
      if (target == nullptr) continue;
      const std::vector<std::string> inputs = target->input_names();
      std::erase_if(with->entries, [&](const WrittenEntry& entry) {
        const bool taken = std::any_of(inputs.begin(), inputs.end(),
                                       [&](const std::string& name) { return safe_name(name) == entry.name; });
        if (taken) return false;
        const auto theirs = target->symbols_.find(entry.name);
        if (theirs != target->symbols_.end() && theirs->second.fixed != nullptr) {
          note(item->row, "`" + entry.name + "` is a value of the module's own here: make it an input there");
          set_outcome(item->row, Outcome::kPartly);
        }
        return true;
      });
      if (with->entries.empty()) std::erase_if(item->keys, [](const WrittenEntry& one) { return one.name == "with"; });
    }
  };
  walk(items_);
}

}  // namespace plumb::imports
