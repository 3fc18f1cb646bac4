#include "engine/import/task.h"

#include <algorithm>
#include <set>

#include "engine/import/names.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

const std::set<std::string, std::less<>>& keywords() {
  static const std::set<std::string, std::less<>> all = {"any_errors_fatal",
                                                         "args",
                                                         "async",
                                                         "become",
                                                         "become_exe",
                                                         "become_flags",
                                                         "become_method",
                                                         "become_user",
                                                         "changed_when",
                                                         "check_mode",
                                                         "collections",
                                                         "connection",
                                                         "debugger",
                                                         "delay",
                                                         "delegate_facts",
                                                         "delegate_to",
                                                         "diff",
                                                         "environment",
                                                         "failed_when",
                                                         "ignore_errors",
                                                         "ignore_unreachable",
                                                         "listen",
                                                         "local_action",
                                                         "loop",
                                                         "loop_control",
                                                         "module_defaults",
                                                         "name",
                                                         "no_log",
                                                         "notify",
                                                         "poll",
                                                         "port",
                                                         "register",
                                                         "remote_user",
                                                         "retries",
                                                         "run_once",
                                                         "sudo",
                                                         "sudo_user",
                                                         "tags",
                                                         "throttle",
                                                         "timeout",
                                                         "until",
                                                         "vars",
                                                         "when",
                                                         "rescue",
                                                         "always",
                                                         "block",
                                                         "action"};
  return all;
}

std::string last_part(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

bool takes_free_form(std::string_view module) {
  static const std::set<std::string, std::less<>> all = {
      "command",      "shell", "raw",          "script",      "include",         "include_tasks", "import_tasks",
      "include_vars", "meta",  "include_role", "import_role", "import_playbook", "win_command",   "win_shell"};
  return all.contains(module);
}

Node scalar_of(std::string text, const SourceSpan& span, lang::Style style) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.style = style;
  node.text = std::move(text);
  node.span = span;
  return node;
}

// An argument that is null is one that is not given; but of a fact it is the value.
void take_given(Task& task, const Node& map) {
  for (const Entry& one : map.entries) {
    if (task.module == "set_fact" || plain_type(one.value) != Type::kNull) task.arguments.entries.push_back(one);
  }
}

void take_arguments(Task& task, const Node& value) {
  task.arguments.kind = Node::Kind::kMap;
  task.arguments.span = value.span;
  if (value.is_map()) {
    take_given(task, value);
    return;
  }
  if (!value.is_scalar()) return;
  const KeyValues found = key_values(value.text);
  const bool free = takes_free_form(task.module);
  // Of a command only what is an option of the module is one.
  static const std::set<std::string, std::less<>> options = {"creates", "removes", "chdir", "executable", "warn",
                                                             "stdin",   "file",    "name",  "tasks_from", "role"};
  // A line of a shell is kept as it stands, with its blanks and ends of lines.
  std::string rest = free ? value.text : found.rest;
  for (const auto& [key, text] : found.named) {
    const bool command =
        task.module == "command" || task.module == "shell" || task.module == "raw" || task.module == "script";
    if (free && (!options.contains(key) || (command && (key == "name" || key == "file" || key == "role")))) {
      rest = value.text;
      continue;
    }
    task.arguments.entries.push_back({key, value.span, scalar_of(text, value.span, lang::Style::kPlain)});
  }
  if (free && rest == value.text) {
    // The options stand in the text too: they come out of it.
    std::string text = value.text;
    for (const Entry& one : task.arguments.entries) {
      const std::size_t at = text.find(one.key + "=");
      if (at == std::string::npos) continue;
      std::size_t end = at + one.key.size() + 1;
      const char quote = end < text.size() && (text[end] == '"' || text[end] == '\'') ? text[end] : '\0';
      if (quote != '\0') {
        end = text.find(quote, end + 1);
        end = end == std::string::npos ? text.size() : end + 1;
      } else {
        int depth = 0;
        while (end < text.size() && (depth > 0 || (text[end] != ' ' && text[end] != '\n'))) {
          if (text.compare(end, 2, "{{") == 0) ++depth;
          if (text.compare(end, 2, "}}") == 0) --depth;
          ++end;
        }
      }
      text.erase(at, end - at);
    }
    rest = text;
  }
  while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\n')) rest.pop_back();
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\n')) rest.erase(0, 1);
  task.free_form = rest;
}

Task read_task(const Node& node, const std::string& file) {
  Task task;
  task.node = &node;
  task.file = file;
  task.arguments.kind = Node::Kind::kMap;
  for (const Entry& entry : node.entries) {
    if (entry.key == "block") task.module = "block";
    if (entry.key == "action" || entry.key == "local_action") {
      task.is_local = entry.key == "local_action";
      if (entry.value.is_map()) {
        const Entry* module = entry.value.find("module");
        task.written_module = module == nullptr ? "" : module->value.text;
        task.module = last_part(task.written_module);
        take_given(task, entry.value);
        std::erase_if(task.arguments.entries, [](const Entry& one) { return one.key == "module"; });
      } else {
        const std::size_t space = std::min(entry.value.text.find(' '), entry.value.text.size());
        task.written_module = entry.value.text.substr(0, space);
        task.module = last_part(task.written_module);
        take_arguments(task, scalar_of(entry.value.text.substr(space), entry.value.span, lang::Style::kPlain));
      }
    }
  }
  for (const Entry& entry : node.entries) {
    if (keywords().contains(entry.key) || entry.key.starts_with("with_") || !task.module.empty()) continue;
    task.written_module = entry.key;
    task.module = last_part(entry.key);
    take_arguments(task, entry.value);
  }
  if (const Entry* more = node.find("args"); more != nullptr && more->value.is_map()) take_given(task, more->value);
  const Entry* name = node.find("name");
  task.name = name != nullptr && name->value.is_scalar() && !name->value.text.empty() ? name->value.text : task.module;
  return task;
}

}  // namespace

const Node* Task::keyword(std::string_view key) const {
  const Entry* found = node == nullptr ? nullptr : node->find(key);
  return found == nullptr || (found->value.is_plain() && plain_type(found->value) == Type::kNull) ? nullptr
                                                                                                  : &found->value;
}

const Node* Task::argument(std::initializer_list<std::string_view> names) const {
  for (const std::string_view one : names) {
    if (const Entry* found = arguments.find(one)) return &found->value;
  }
  return nullptr;
}

std::string Task::place() const {
  return file + ":" + std::to_string(line());
}

std::vector<Task> read_tasks(const Node& list, const std::string& file) {
  std::vector<Task> tasks;
  for (const Node& item : list.items) {
    if (item.is_map()) tasks.push_back(read_task(item, file));
  }
  return tasks;
}

bool is_delegated(const Task& task) {
  const Node* to = task.keyword("delegate_to");
  // `connection: local` runs it there as well.
  const Node* by = task.keyword("connection");
  const bool local = task.is_local || (by != nullptr && by->is_scalar() && by->text == "local");
  if (local || to == nullptr || !to->is_scalar()) return local;
  std::string bare = to->text;
  std::erase(bare, ' ');
  return bare != "{{inventory_hostname}}" && bare != "{{ansible_host}}" && !bare.empty();
}

bool is_for_windows(const Task& task) {
  const std::string& written = task.written_module;
  return task.module.starts_with("win_") || written.starts_with("ansible.windows.") ||
         written.starts_with("community.windows.") || written.starts_with("chocolatey.");
}

bool asks_url(const Task& task) {
  if (task.module != "uri" || task.keyword("register") == nullptr || task.argument({"url"}) == nullptr) return false;
  const Node* verb = task.argument({"method"});
  const bool gets = verb == nullptr || (verb->is_scalar() && (verb->text == "GET" || verb->text == "get"));
  // Headers and a login are no part of a question here, but for those that are left out.
  for (const char* word : {"body", "headers", "dest", "src", "creates", "unix_socket"}) {
    if (task.argument({word}) != nullptr) return false;
  }
  for (const char* word : {"user", "password", "url_username", "url_password"}) {
    const Node* login = task.argument({word});
    if (login != nullptr && login->text.find("omit") == std::string::npos) return false;
  }
  return gets;
}

std::string behind_own_name(const Task& task, const std::string& text) {
  const Node* variables = task.keyword("vars");
  std::string bare = text;
  std::erase(bare, ' ');
  const bool wrapped = bare.starts_with("{{") && bare.ends_with("}}");
  if (variables == nullptr || !wrapped) return text;
  const Entry* found = variables->find(bare.substr(2, bare.size() - 4));
  return found == nullptr || !found->value.is_scalar() ? text : found->value.text;
}

bool is_fetch(const Task& task) {
  return task.module == "get_url" || task.module == "unarchive";
}

std::vector<std::string> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("{{")) {
      const std::size_t end = text.find("}}", at);
      if (end != std::string_view::npos) {
        word += text.substr(at, end + 2 - at);
        at = end + 1;
        open = true;
        continue;
      }
    }
    const char c = text[at];
    if (quote != '\0') {
      if (c == quote) {
        quote = 0;
      } else if (c == '\\' && quote == '"' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) {
        word += text[++at];
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      open = true;
    } else if (c == '\\' && at + 1 < text.size()) {
      word += text[++at];
      open = true;
    } else if (c == ' ' || c == '\n' || c == '\t') {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

KeyValues key_values(std::string_view text) {
  KeyValues found;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ' || text[at] == '\n' || text[at] == '\t') {
      ++at;
      continue;
    }
    // One word, with quotes and expressions in it.
    std::size_t end = at;
    char quote = 0;
    while (end < text.size()) {
      if (quote == 0 && text.substr(end).starts_with("{{")) {
        const std::size_t close = text.find("}}", end);
        end = close == std::string_view::npos ? text.size() : close + 2;
        continue;
      }
      const char c = text[end];
      if (quote != '\0') {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == ' ' || c == '\n' || c == '\t') {
        break;
      }
      ++end;
    }
    const std::string_view word = text.substr(at, end - at);
    at = end;
    const std::size_t equals = word.find('=');
    const bool named = equals != std::string_view::npos && equals > 0 &&
                       std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c >= 'A' && c <= 'Z');
                       });
    if (!named) {
      found.rest += (found.rest.empty() ? "" : " ") + std::string(word);
      continue;
    }
    std::string value(word.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    found.named.emplace_back(std::string(word.substr(0, equals)), std::move(value));
  }
  return found;
}

std::vector<Node> items_of(const Node& node) {
  if (node.is_sequence()) return node.items;
  if (!node.is_scalar()) return {};
  if (node.text.find("{{") != std::string::npos || node.text.find(',') == std::string::npos) return {node};
  std::vector<Node> items;
  for (std::size_t at = 0; at <= node.text.size();) {
    const std::size_t end = std::min(node.text.find(',', at), node.text.size());
    std::string part = node.text.substr(at, end - at);
    while (!part.empty() && part.front() == ' ') part.erase(0, 1);
    while (!part.empty() && part.back() == ' ') part.pop_back();
    if (!part.empty()) items.push_back(scalar_of(part, node.span, node.style));
    at = end + 1;
  }
  return items;
}

std::vector<std::string> texts_of(const Node* node) {
  std::vector<std::string> texts;
  if (node == nullptr) return texts;
  for (const Node& item : items_of(*node)) {
    if (item.is_scalar()) texts.push_back(item.text);
  }
  return texts;
}

}  // namespace plumb::imports
