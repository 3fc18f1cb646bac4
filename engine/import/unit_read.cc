// Reading a role: its files, and what its tasks say of names before any of them is translated.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/unit.h"
#include "engine/lang/yaml.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kMostText = std::size_t{4} << 20;
constexpr std::size_t kMostEntries = 5000;
constexpr int kDeepestFolder = 12;
constexpr int kDeepestInclude = 12;

// Ansible's own tags say how a value is used and not what it is. Blanks keep every place where it was.
std::string without_ansible_tags(std::string text) {
  for (const std::string_view tag : {"!vault", "!unsafe"}) {
    for (std::size_t at = text.find(tag); at != std::string::npos; at = text.find(tag, at + 1))
      text.replace(at, tag.size(), tag.size(), ' ');
  }
  return text;
}

void walk(const Folder& folder, const std::string& below, int depth, std::vector<std::string>& found) {
  if (depth > kDeepestFolder || found.size() > kMostEntries) return;
  const auto list = (folder / below).list(kMostEntries);
  if (!list) return;
  for (const FolderEntry& entry : *list) {
    const std::string path = below.empty() ? entry.name : below + "/" + entry.name;
    if (entry.type == EntryType::kFolder) walk(folder, path, depth + 1, found);
    if (entry.type == EntryType::kFile) found.push_back(path);
  }
}

std::string without_lead(std::string path, std::initializer_list<std::string_view> leads) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view lead : leads) {
      if (!path.starts_with(lead)) continue;
      path.erase(0, lead.size());
      again = true;
    }
  }
  return path;
}

}  // namespace

Unit::Unit(Folder source, std::string shown_path, std::string name, Report& report)
    : source_(std::move(source)), shown_(std::move(shown_path)), name_(std::move(name)), report_(report) {}

std::string Unit::file_text(const std::string& path) {
  if (const auto found = texts_.find(path); found != texts_.end()) return found->second;
  const Result<std::string> text = source_.read(path, kMostText);
  return texts_[path] = text ? *text : std::string();
}

const Node* Unit::read_yaml(const std::string& path) {
  if (const auto found = trees_.find(path); found != trees_.end()) return found->second.get();
  Diagnostics found;
  Node tree = lang::read_partial_yaml(path, without_ansible_tags(file_text(path)), found);
  for (const Diagnostic& one : found.sorted()) {
    if (one.severity != Severity::kError) continue;
    report_.notes.push_back(shown_ + (shown_.empty() ? "" : "/") + path + ":" +
                            std::to_string(one.span ? one.span->line : 0) + ": " + one.summary +
                            "; what hangs on it was left out");
  }
  auto& kept = trees_[path];
  kept = std::make_unique<Node>(std::move(tree));
  return kept.get();
}

std::vector<std::string> Unit::files_below(const std::string& folder) {
  std::vector<std::string> found;
  if (source_.holds(folder)) walk(source_ / folder, "", 0, found);
  return found;
}

const std::vector<Task>& Unit::tasks_of(const Node& list, const std::string& file) {
  const auto found = read_lists_.find(&list);
  if (found != read_lists_.end()) return *found->second;
  task_lists_.push_back(std::make_unique<std::vector<Task>>(read_tasks(list, file)));
  read_lists_[&list] = task_lists_.back().get();
  return *task_lists_.back();
}

void Unit::read_variables(const std::string& folder, bool fixed) {
  for (const std::string& file : files_below(folder)) {
    const bool main = file == "main.yml" || file == "main.yaml" || file == "main" || file.starts_with("main/");
    if (!main) continue;
    const Node* tree = read_yaml(folder + "/" + file);
    if (!tree->is_map()) continue;
    for (const Entry& entry : tree->entries) {
      Symbol& symbol = symbols_[entry.key];
      (fixed ? symbol.fixed : symbol.by_default) = &entry.value;
      if (entry.value.is_scalar() && entry.value.text.starts_with("$ANSIBLE_VAULT")) symbol.is_sensitive = true;
    }
  }
}

void Unit::read_role() {
  read_variables("defaults", false);
  read_variables("vars", true);
  for (const char* meta : {"meta/main.yml", "meta/main.yaml"}) {
    if (!source_.holds(meta)) continue;
    const Entry* found = read_yaml(meta)->find("dependencies");
    if (found == nullptr) continue;
    for (const Node& one : found->value.items) {
      const Entry* role = one.find("role") != nullptr ? one.find("role") : one.find("name");
      if (one.is_scalar()) dependencies_.push_back(one.text);
      if (role != nullptr) dependencies_.push_back(role->value.text);
    }
  }
  for (const char* main : {"tasks/main.yml", "tasks/main.yaml"}) {
    if (source_.holds(main)) top_.push_back(&tasks_of(*read_yaml(main), main));
  }
  for (const char* main : {"handlers/main.yml", "handlers/main.yaml"}) {
    if (source_.holds(main)) add_handlers(*read_yaml(main), main);
  }
}

void Unit::add_handlers(const Node& list, const std::string& file) {
  for (const Task& task : tasks_of(list, file)) {
    Handler handler;
    handler.task = task;
    if (const Node* name = task.keyword("name")) handler.names.push_back(name->text);
    for (const std::string& listen : texts_of(task.keyword("listen"))) handler.names.push_back(listen);
    handlers_.push_back(std::move(handler));
    const bool included = task.module == "include_tasks" || task.module == "import_tasks" || task.module == "include";
    if (!included) continue;
    for (const std::string& one : included_files(task, *this)) add_handlers(*read_yaml(one), one);
  }
}

void Unit::add_fixed(const Node& map) {
  for (const Entry& entry : map.entries) symbols_[entry.key].fixed = &entry.value;
}

std::string Unit::find_task_file(const std::string& name, const std::string& folder) {
  for (const std::string& base : {folder, std::string("tasks"), std::string("handlers"), std::string()}) {
    std::string path = base.empty() ? name : base + "/" + name;
    path = std::filesystem::path(path).lexically_normal().generic_string();
    for (const char* end : {"", ".yml", ".yaml"}) {
      const auto status = source_.status(path + end);
      if (!path.starts_with("..") && status && status->type == EntryType::kFile) return path + end;
    }
  }
  return "";
}

std::vector<std::string> Unit::included_files(const Task& task, const Names& names) {
  const Node* given = task.argument({"file", "_raw_params"});
  std::string text = given != nullptr ? given->text : task.free_form;
  const std::string folder = std::filesystem::path(task.file).parent_path().generic_string();
  if (text.starts_with("{{ role_path }}/")) text.erase(0, 16);
  if (const std::optional<std::string> name = constant_text(text, names)) {
    const std::string found = find_task_file(*name, folder);
    return found.empty() ? std::vector<std::string>() : std::vector<std::string>{found};
  }
  return {};
}

std::vector<std::string> Unit::first_found(const Task& task) const {
  std::vector<std::string> paths;
  const auto add = [&](const Node& one) {
    if (one.is_scalar()) {
      paths.push_back(one.text);
      return;
    }
    const Entry* files = one.find("files");
    const Entry* folders = one.find("paths");
    if (files == nullptr) return;
    for (const Node& file : items_of(files->value)) {
      if (folders == nullptr) {
        paths.push_back(file.text);
        continue;
      }
      for (const Node& folder : items_of(folders->value)) paths.push_back(folder.text + "/" + file.text);
    }
  };
  if (const Node* list = task.keyword("with_first_found")) {
    if (list->is_sequence()) {
      for (const Node& one : list->items) add(one);
    } else {
      add(*list);
    }
    return paths;
  }
  // lookup('first_found', params), with `params` among the task's own variables.
  std::string text = task.free_form;
  if (const Node* file = task.argument({"file"})) text = file->text;
  if (const Node* loop = task.keyword("loop"); loop != nullptr && loop->is_scalar()) text = loop->text;
  if (const Node* items = task.keyword("with_items"); items != nullptr && items->is_scalar()) text += items->text;
  const std::size_t at = text.find("first_found'");
  if (at == std::string::npos) return paths;
  const Node* variables = task.keyword("vars");
  if (variables == nullptr) return paths;
  for (const Entry& entry : variables->entries) {
    if (text.find(entry.key, at) == std::string::npos) continue;
    if (entry.value.is_sequence()) {
      for (const Node& one : entry.value.items) add(one);
    } else {
      add(entry.value);
    }
  }
  return paths;
}

std::vector<std::string> Unit::conditions_of(const Task& one) const {
  std::vector<std::string> texts;
  const Node* when = one.keyword("when");
  if (when == nullptr) return texts;
  if (when->is_scalar()) texts.push_back(when->text);
  for (const Node& item : when->items) {
    if (item.is_scalar()) texts.push_back(item.text);
  }
  return texts;
}

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

void Unit::collect_fact(const Task& task, const std::vector<std::string>& conditions,
                        const std::set<std::string>& turns) {
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
    const bool by_condition = std::any_of(conditions.begin(), conditions.end(), [&](const std::string& text) {
      Node condition;
      condition.kind = Node::Kind::kScalar;
      condition.text = text;
      return hangs_on(condition, turns);
    });
    if (by_condition || hangs_on(*task.node, turns)) {
      turn_names_.insert(entry.key);
      continue;
    }
    Symbol::Step step;
    step.conditions = conditions;
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

void Unit::collect_system_files(const Task& task, const std::vector<std::string>& conditions) {
  std::vector<std::string> paths = first_found(task);
  if (paths.empty()) {
    const Node* file = task.argument({"file"});
    const std::string text = file != nullptr ? file->text : task.free_form;
    const bool of_item = text.find("item") != std::string::npos && text.find("{{") != std::string::npos;
    if (of_item) {
      for (const char* word : {"with_items", "loop"}) {
        for (const std::string& one : texts_of(task.keyword(word))) paths.push_back(one);
      }
    } else {
      paths.push_back(text);
    }
  }
  std::string named;
  if (const Node* name = task.argument({"name"})) named = name->text;
  if (!named.empty()) system_names_[named] = "";
  const bool found_first = task.keyword("with_first_found") != nullptr || paths.size() > 1;
  std::vector<std::string> mine;
  for (std::string path : paths) {
    path = without_lead(path, {"{{ role_path }}/", "{{role_path}}/", "../", "./", "vars/"});
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
        if (conditions.empty()) {
          symbols_[entry.key].fixed = &entry.value;
          continue;
        }
        Symbol::Step step;
        step.conditions = conditions;
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
  for (const std::string& path : mine) {
    if (!holds_jinja(path)) {
      system_files_.emplace("vars/" + path.substr(0, path.rfind('.')) + ".yaml", "vars/" + path);
      continue;
    }
    if (const std::optional<SystemPath> found = system_path(path, "vars", "vars")) {
      for (const auto& [target, origin] : found->files) system_files_.emplace(target, origin);
    }
  }
  for (const auto& [target, origin] : system_files_) {
    for (const Entry& entry : read_yaml(origin)->entries) symbols_[entry.key].by_system[target] = &entry.value;
  }
}

void Unit::collect(const std::vector<Task>& tasks, const std::vector<std::string>& conditions,
                   const std::set<std::string>& turns, int depth) {
  if (depth > kDeepestInclude) return;
  for (const Task& task : tasks) {
    std::vector<std::string> own = conditions;
    for (std::string& text : conditions_of(task)) own.push_back(std::move(text));
    // A loop of the task's own hides one around that has the same name.
    std::set<std::string> outer = turns;
    std::string loop_word;
    if (loop_keyword(task, loop_word) != nullptr) {
      const Node* control = task.keyword("loop_control");
      const Entry* variable = control == nullptr ? nullptr : control->find("loop_var");
      outer.erase(variable == nullptr ? "item" : variable->value.text);
    }
    if (const Node* name = task.keyword("register"); name != nullptr && name->is_scalar()) {
      Registered& kept = registered_[name->text];
      if (kept.task == nullptr) kept.task = &task;
      kept.is_probe = is_probe(task);
      if (hangs_on(*task.node, outer)) turn_names_.insert(name->text);
      for (const Entry& entry : task.node->entries)
        kept.looped = kept.looped || entry.key == "loop" || entry.key.starts_with("with_");
    }
    if (task.module == "block") {
      for (const char* part : {"block", "rescue", "always"}) {
        if (const Node* list = task.keyword(part)) collect(tasks_of(*list, task.file), own, turns, depth + 1);
      }
    } else if (task.module == "set_fact") {
      collect_fact(task, own, outer);
    } else if (task.module == "include_vars") {
      collect_system_files(task, own);
    } else if (task.module == "include_tasks" || task.module == "import_tasks" || task.module == "include") {
      std::set<std::string> inner = turns;
      std::string word;
      if (loop_keyword(task, word) != nullptr) {
        const Node* control = task.keyword("loop_control");
        const Entry* variable = control == nullptr ? nullptr : control->find("loop_var");
        inner.insert(variable == nullptr ? "item" : variable->value.text);
      }
      // What is handed on changes with the loop, too.
      if (const Node* variables = task.keyword("vars"); variables != nullptr && !inner.empty()) {
        for (const Entry& entry : variables->entries) {
          if (hangs_on(entry.value, inner)) inner.insert(entry.key);
        }
      }
      for (const std::string& file : included_files(task, *this)) {
        const Node* tree = read_yaml(file);
        if (tree->is_sequence()) collect(tasks_of(*tree, file), own, inner, depth + 1);
      }
    }
  }
}

}  // namespace plumb::imports
