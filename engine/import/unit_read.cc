// Reading a role: its files, and the variables, tasks and handlers in them.
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

}  // namespace

Unit::Unit(Folder source, std::string shown_path, std::string name, Report& report)
    : source_(std::move(source)), shown_(std::move(shown_path)), name_(std::move(name)), report_(report) {}

const std::string& Unit::file_text(const std::string& path) {
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

const std::vector<std::string>& Unit::files_below(const std::string& folder) {
  const auto [place, is_new] = listed_.try_emplace(folder);
  if (is_new && source_.holds(folder)) walk(source_ / folder, "", 0, place->second);
  return place->second;
}

const std::vector<Task>& Unit::tasks_of(const Node& list, const std::string& file) {
  const auto found = read_lists_.find(&list);
  if (found != read_lists_.end()) return *found->second;
  task_lists_.push_back(std::make_unique<std::vector<Task>>(read_tasks(list, file)));
  read_lists_[&list] = task_lists_.back().get();
  return *task_lists_.back();
}

void Unit::read_variables(const std::string& folder, const std::string& wanted, bool fixed) {
  for (const std::string& file : files_below(folder)) {
    const bool meant =
        file == wanted + ".yml" || file == wanted + ".yaml" || file == wanted || file.starts_with(wanted + "/");
    if (!meant) continue;
    const Node* tree = read_yaml(folder + "/" + file);
    if (!tree->is_map()) continue;
    for (const Entry& entry : tree->entries) {
      Symbol& symbol = symbols_[entry.key];
      (fixed ? symbol.fixed : symbol.by_default) = &entry.value;
      if (entry.value.is_scalar() && entry.value.text.starts_with("$ANSIBLE_VAULT")) symbol.is_sensitive = true;
    }
  }
}

void Unit::read_role(const Parts& parts) {
  read_variables("defaults", parts.defaults, false);
  read_variables("vars", parts.variables, true);
  for (const char* meta : {"meta/main.yml", "meta/main.yaml"}) {
    if (!source_.holds(meta)) continue;
    const Entry* found = read_yaml(meta)->find("dependencies");
    if (found == nullptr) continue;
    for (const Node& one : found->value.items) dependencies_.push_back(&one);
  }
  for (const char* end : {".yml", ".yaml", ""}) {
    const std::string tasks = "tasks/" + parts.tasks + end;
    const auto status = source_.status(tasks);
    if (!status || status->type != EntryType::kFile) continue;
    collected_files_.insert(tasks);
    top_.push_back(&tasks_of(*read_yaml(tasks), tasks));
    break;
  }
  for (const char* end : {".yml", ".yaml"}) {
    const std::string handlers = "handlers/" + parts.handlers + end;
    if (source_.holds(handlers)) add_handlers(*read_yaml(handlers), handlers);
  }
}

void Unit::add_handlers(const Node& list, const std::string& file) {
  for (const Task& task : tasks_of(list, file)) {
    Handler handler;
    handler.task = &task;
    if (const Node* name = task.keyword("name")) handler.names.push_back(name->text);
    for (const std::string& listen : texts_of(task.keyword("listen"))) handler.names.push_back(listen);
    handlers_.push_back(std::move(handler));
    const bool included = task.module == "include_tasks" || task.module == "import_tasks" || task.module == "include";
    if (!included) continue;
    const std::vector<std::string> names = handlers_.back().names;
    const std::size_t first = handlers_.size();
    try {
      for (const TaskFile& one : task_files(task, *this)) add_handlers(*read_yaml(one.file), one.file);
    } catch (const Untranslatable&) {
      // Told where the include is notified.
    }
    // Who notifies the include has all of them done.
    for (std::size_t at = first; at < handlers_.size(); ++at)
      handlers_[at].names.insert(handlers_[at].names.end(), names.begin(), names.end());
  }
}

void Unit::add_fixed(const Node& map) {
  for (const Entry& entry : map.entries) symbols_[entry.key].fixed = &entry.value;
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
  text = behind_own_name(task, text);
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

}  // namespace plumb::imports
