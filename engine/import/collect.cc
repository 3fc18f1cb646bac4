// What tasks say of names before any of them is translated: facts, results, variables that they hand on.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/fact_paths.h"
#include "engine/import/literal.h"
#include "engine/import/unit.h"
#include "engine/lang/yaml.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr int kDeepestInclude = 12;

bool is_include(const Task& task) {
  return task.module == "include_tasks" || task.module == "import_tasks" || task.module == "include";
}

void names_made(const std::vector<Task>& tasks, int depth, std::vector<std::string>& names) {
  if (depth > kDeepestInclude) return;
  for (const Task& task : tasks) {
    if (const Node* name = task.keyword("register"); name != nullptr && name->is_scalar()) names.push_back(name->text);
    if (task.module == "set_fact") {
      for (const Entry& entry : task.arguments.entries) names.push_back(entry.key);
    }
    for (const char* part : {"block", "rescue", "always"}) {
      const Node* list = task.module == "block" ? task.keyword(part) : nullptr;
      if (list != nullptr) names_made(read_tasks(*list, task.file), depth + 1, names);
    }
  }
}

}  // namespace

// Whether something in a value changes with a loop around.
bool Unit::hangs_on(const Node& node, const std::set<std::string>& turns) const {
  if (turns.empty()) return false;
  if (node.is_scalar()) {
    const auto in_text = [&](const std::string& name) {
      const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      };
      for (std::size_t at = node.text.find(name); at != std::string::npos; at = node.text.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if ((at == 0 || !letter(node.text[at - 1])) && (end == node.text.size() || !letter(node.text[end])))
          return true;
      }
      return false;
    };
    return std::any_of(turns.begin(), turns.end(), in_text) ||
           std::any_of(turn_names_.begin(), turn_names_.end(), in_text);
  }
  return std::any_of(node.items.begin(), node.items.end(), [&](const Node& one) { return hangs_on(one, turns); }) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [&](const Entry& one) { return hangs_on(one.value, turns); });
}

void Unit::collect_fact(const Task& task, const Context& around) {
  std::string word;
  const Node* loop = loop_keyword(task, word);
  for (const Entry& entry : task.arguments.entries) {
    if (entry.key == "cacheable") continue;
    if (holds_jinja(entry.key)) {
      // `"{{ item.key }}": "{{ item.value }}"` over what include_vars named: what the user sets counts more.
      if (loop == nullptr || !loop->is_scalar()) continue;
      for (auto& [name, prefix] : system_names_) {
        if (loop->text.find(name) == std::string::npos) continue;
        for (auto& [key, symbol] : symbols_) {
          if (!symbol.by_system.empty()) symbol.system_gives_way = true;
        }
      }
      continue;
    }
    const bool by_condition =
        std::any_of(around.conditions.begin(), around.conditions.end(), [&](const std::string& text) {
          Node condition;
          condition.kind = Node::Kind::kScalar;
          condition.text = text;
          return hangs_on(condition, around.turns);
        });
    if (by_condition || hangs_on(*task.node, around.turns)) {
      turn_names_.insert(entry.key);
      continue;
    }
    Symbol::Step step;
    step.conditions = around.conditions;
    step.variables = around.variables;
    step.position = position_;
    step.in_rescue = around.in_rescue;
    step.value = &entry.value;
    step.loop = loop;
    step.loop_word = word;
    if (const Node* control = task.keyword("loop_control")) {
      if (const Entry* variable = control->find("loop_var")) step.variable = variable->value.text;
      step.counts = control->find("index_var") != nullptr;
    }
    symbols_[entry.key].steps.push_back(std::move(step));
  }
}

void Unit::collect_include(const Task& task, const Context& around) {
  Context inner = around;
  ++inner.depth;
  LocalNames names(*this);
  std::string word;
  const Node* over = loop_keyword(task, word);
  if (over != nullptr) inner.turns.insert(loop_variable(task));
  const Node* variables = task.keyword("vars");
  // What is handed on changes with the loop, too.
  if (variables != nullptr && !inner.turns.empty()) {
    for (const Entry& entry : variables->entries) {
      if (hangs_on(entry.value, inner.turns)) inner.turns.insert(entry.key);
    }
  }
  for (const Node* map : around.variables) {
    for (const Entry& entry : map->entries) {
      if (!holds_jinja_within(entry.value)) names.set_constant(entry.key, entry.value);
    }
  }
  std::vector<std::string> files;
  const auto find = [&] {
    try {
      for (const TaskFile& file : task_files(task, names)) {
        const bool again = !collected_files_.insert(file.file).second;
        Context one = inner;
        if (!file.condition.empty()) one.conditions.push_back(file.condition);
        // Another time with other variables: what hangs on them is another value each time.
        if (again && variables != nullptr) {
          for (const Entry& entry : variables->entries) one.turns.insert(entry.key);
        }
        const Node* tree = read_yaml(file.file);
        if (tree->is_sequence()) collect(tasks_of(*tree, file.file), one);
      }
    } catch (const Untranslatable&) {
      // Told where the task itself is translated.
    }
  };
  const bool known = over != nullptr && over->is_sequence() && !holds_jinja_within(*over);
  if (!known) return find();
  for (const Node& item : over->items) {
    names.set_constant(loop_variable(task), item);
    find();
  }
}

void Unit::collect_task(const Task& task, const Context& around) {
  constexpr std::size_t kMostCollected = 100'000;  // with all includes
  if (position_ >= kMostCollected) return;
  Context inner = around;
  positions_[&task] = ++position_;
  at_position_.resize(position_ + 1);
  at_position_[position_] = &task;
  for (std::string& text : conditions_of(task)) inner.conditions.push_back(std::move(text));
  if (const Node* variables = task.keyword("vars"); variables != nullptr && variables->is_map())
    inner.variables.push_back(variables);
  inner.elsewhere = around.elsewhere || is_delegated(task);
  if (task.module == "block") {
    ++inner.depth;
    for (const char* part : {"block", "rescue", "always"}) {
      inner.in_rescue = around.in_rescue || std::string_view(part) == "rescue";
      if (const Node* list = task.keyword(part)) collect(tasks_of(*list, task.file), inner);
    }
    return;
  }
  if (is_include(task)) return collect_include(task, inner);
  // A loop of the task's own hides one around that has the same name.
  std::string word;
  if (loop_keyword(task, word) != nullptr) inner.turns.erase(loop_variable(task));
  if (const Node* name = task.keyword("register"); name != nullptr && name->is_scalar()) {
    std::vector<Registered>& all = registered_[name->text];
    // The same name of a task for Windows is another system's.
    const bool foreign = is_for_windows(task);
    if (foreign && !all.empty()) return;
    std::erase_if(all,
                  [&](const Registered& one) { return one.task == &task || (!foreign && is_for_windows(*one.task)); });
    Registered kept;
    kept.task = &task;
    kept.looped = loop_keyword(task, word) != nullptr;
    kept.is_probe = is_probe(task);
    kept.elsewhere = inner.elsewhere;
    kept.position = position_;
    kept.variables = inner.variables;
    all.push_back(std::move(kept));
    if (hangs_on(*task.node, inner.turns)) turn_names_.insert(name->text);
  }
  if (inner.elsewhere && is_fetch(task)) {
    for (const char* parameter : {"dest", "path"}) {
      const Node* place = task.argument({parameter});
      if (place != nullptr && place->is_scalar() && place->text.size() > 1) fetched_.insert(place->text);
    }
  }
  if (task.module == "set_fact") collect_fact(task, inner);
  if (task.module == "include_vars") collect_system_files(task, inner);
}

void Unit::collect(const std::vector<Task>& tasks, const Context& around) {
  if (around.depth > kDeepestInclude) return;
  for (const Task& task : tasks) collect_task(task, around);
}

// What files make that nothing includes, as far as is known: nobody may take it for an input.
void Unit::collect_elsewhere() {
  for (const std::string& file : files_below("tasks")) {
    const std::string path = "tasks/" + file;
    const bool yaml = file.ends_with(".yml") || file.ends_with(".yaml");
    if (!yaml || file == "main.yml" || file == "main.yaml" || collected_files_.contains(path)) continue;
    Diagnostics ignored;
    const Node tree = lang::read_partial_yaml(path, file_text(path), ignored);
    std::vector<std::string> names;
    names_made(read_tasks(tree, path), 0, names);
    const std::string word = file.substr(file.find_last_of("-_/") + 1);
    for (const std::string& name : names) {
      if (!symbols_.contains(name) && !registered_.contains(name))
        elsewhere_.emplace(name, never_reached(word) ? std::string() : path);
    }
  }
}

// Variables of a task, a block or an include, over what is known around.
void Unit::bind(const std::vector<const Node*>& variables, LocalNames& names) {
  const auto constant = [&](const Node& node) {
    const FixedAlone fixed(*this);
    return node.is_scalar() ? constant_text(node.text, names) : std::nullopt;
  };
  for (const Node* map : variables) {
    for (const Entry& entry : map->entries) {
      if (!holds_jinja_within(entry.value)) {
        names.set_constant(entry.key, entry.value);
      } else if (const std::optional<std::string> known = constant(entry.value)) {
        Node node = entry.value;
        node.style = lang::Style::kDoubleQuoted;
        node.text = *known;
        names.set_constant(entry.key, std::move(node));
      }
      try {
        names.set(entry.key, value_of(entry.value, names));
      } catch (const Untranslatable& problem) {
        names.set_problem(entry.key, "`" + entry.key + "`: " + problem.reason);
      }
    }
  }
}

Registered* Unit::registration(const std::string& name) {
  const auto found = registered_.find(name);
  if (found == registered_.end() || found->second.empty()) return nullptr;
  Registered* latest = &found->second.front();
  for (Registered& one : found->second) {
    if (one.position < position_) latest = &one;
  }
  return latest;
}

// What a change of the result `name` is a change of: of one task, or of the one that ran of those in several files.
std::vector<const Item*> Unit::changed_items(const std::string& name) {
  const Registered* latest = registration(name);
  std::vector<const Item*> items;
  if (latest == nullptr) return items;
  const std::vector<Registered>& all = registered_.at(name);
  for (std::size_t at = static_cast<std::size_t>(latest - all.data()) + 1; at-- > 0;) {
    items.insert(items.end(), all[at].items.begin(), all[at].items.end());
    if (at == 0 || all[at - 1].task->file == all[at].task->file) break;
  }
  return items;
}

}  // namespace plumb::imports
