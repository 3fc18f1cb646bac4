// Files of variables that tasks read: for each system another one, or each where a condition holds.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/fact_paths.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

// Whether the file of one system is read by the hosts of another, closer one as well: that of debian where the other is
// that of debian-12 or of ubuntu.
bool is_read_too(const std::string& general, const std::string& close) {
  const auto stem = [](const std::string& path) { return path.substr(5, path.rfind('.') - 5); };
  const std::string a = stem(general);
  const std::string b = stem(close);
  if (a == b) return false;
  const std::size_t end = std::min(b.find_first_of("-_."), b.size());
  const bool within =
      b.starts_with(a) && b.size() > a.size() && std::string_view("-_.").find(b[a.size()]) != std::string_view::npos;
  return within || family_of(b.substr(0, end)) == a || family_of(b) == a;
}

}  // namespace

void Unit::collect_system_files(const Task& task, const Context& around) {
  const std::vector<std::string> found = first_found(task);
  if (!found.empty()) return collect_system_paths(task, found, around);
  const Node* file = task.argument({"file"});
  const std::string text = behind_own_name(task, file != nullptr ? file->text : task.free_form);
  const std::string item = "{{ " + loop_variable(task) + " }}";
  const std::size_t at = text.find(item);
  if (at == std::string::npos) return collect_system_paths(task, {text}, around);
  // A loop reads each of them, the last one counts most.
  std::string word;
  const Node* over = loop_keyword(task, word);
  for (const std::string& one : texts_of(over)) {
    std::string path = text;
    collect_system_paths(task, {path.replace(at, item.size(), one)}, around);
  }
}

// Files of variables of one task: the first that there is, or the one.
void Unit::collect_system_paths(const Task& task, const std::vector<std::string>& paths, const Context& around) {
  std::string named;
  if (const Node* name = task.argument({"name"})) named = name->text;
  if (!named.empty()) system_names_[named] = "";
  const bool found_first = task.keyword("with_first_found") != nullptr || paths.size() > 1;
  std::vector<std::string> mine;
  for (std::string path : paths) {
    path = without_leads(path, {"{{ role_path }}/", "{{role_path}}/", "../", "./", "vars/"});
    if (path.starts_with("defaults/") && holds_jinja(path)) {
      mine.push_back(path);
      continue;
    }
    if (!holds_jinja(path)) {
      std::string file = "vars/" + path;
      if (!source_.holds(file) && source_.holds(file + ".yml")) file += ".yml";
      if (!source_.holds(file)) continue;
      if (found_first) {
        mine.push_back(path);
        continue;
      }
      const Node* tree = read_yaml(file);
      for (const Entry& entry : tree->entries) {
        if (around.conditions.empty()) {
          symbols_[entry.key].fixed = &entry.value;
          continue;
        }
        Symbol::Step step;
        step.conditions = around.conditions;
        step.variables = around.variables;
        step.position = position_;
        step.value = &entry.value;
        symbols_[entry.key].steps.push_back(std::move(step));
      }
      continue;
    }
    mine.push_back(path);
  }
  // Of several tasks the later one counts more, and the first path of a list.
  std::vector<std::string> all = mine;
  for (const std::string& path : system_paths_) {
    if (std::find(all.begin(), all.end(), path) == all.end()) all.push_back(path);
  }
  system_paths_ = std::move(all);
  std::set<std::string> layer;
  const auto add = [&](const std::string& target, const std::string& origin) {
    system_files_.emplace(target, origin);
    layer.insert(target);
  };
  for (const std::string& path : mine) {
    if (!holds_jinja(path)) {
      add("vars/" + path.substr(0, path.rfind('.')) + ".yaml", "vars/" + path);
      continue;
    }
    if (const std::optional<SystemPath> found = variable_files(path)) {
      for (const auto& [target, origin] : found->files) add(target, origin);
    }
  }
  if (!layer.empty()) system_layers_.push_back(std::move(layer));
  for (const auto& [target, origin] : system_files_) {
    for (const Entry& entry : read_yaml(origin)->entries) symbols_[entry.key].by_system[target] = &entry.value;
  }
}

// Most lie in `vars`; some next to the defaults.
std::optional<Unit::SystemPath> Unit::variable_files(const std::string& path) {
  if (path.starts_with("defaults/")) return system_path(path.substr(9), "defaults", "vars");
  return system_path(path, "vars", "vars");
}

// Of several tasks that read a file for the system each is read, and the later one counts more. Only one file is taken
// here: so it takes over what the earlier ones have and it has not.
void Unit::settle_system_files() {
  for (std::size_t later = 1; later < system_layers_.size(); ++later) {
    for (const std::string& target : system_layers_[later]) {
      for (std::size_t earlier = later; earlier-- > 0;) {
        for (const std::string& general : system_layers_[earlier]) {
          if (!is_read_too(general, target)) continue;
          for (const Entry& entry : read_yaml(system_files_.at(general))->entries) {
            Symbol& symbol = symbols_[entry.key];
            if (!symbol.by_system.emplace(target, &entry.value).second) continue;
            system_more_[target].emplace(entry.key, &entry.value);
          }
        }
      }
    }
  }
}

}  // namespace plumb::imports
