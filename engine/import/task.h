// One task of Ansible's, read: what it calls, with what, and what stands around it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/lang/yaml.h"

namespace plumb::imports {

struct Task {
  const lang::Node* node = nullptr;
  std::string file;    // relative to what is imported
  std::string name;    // its own, or the module's
  std::string module;  // without its collection; "block" of a block
  std::string written_module;
  lang::Node arguments;   // a map; those of `args:` among them
  std::string free_form;  // what is no `key=value`
  bool is_local = false;  // `local_action`

  // A keyword such as `when`; null where it is not there.
  const lang::Node* keyword(std::string_view key) const;
  // An argument, by any of these names; null where none is there.
  const lang::Node* argument(std::initializer_list<std::string_view> names) const;
  std::string place() const;
  int line() const { return node == nullptr ? 0 : node->span.line; }
};

// The tasks of a list, as they stand.
std::vector<Task> read_tasks(const lang::Node& list, const std::string& file);

// Whether it runs on another machine than the host.
bool is_delegated(const Task& task);
// Whether its module is one for Windows alone.
bool is_for_windows(const Task& task);

// Whether it only asks a URL, and keeps what that answers.
bool asks_url(const Task& task);

// Whether it brings something from elsewhere, or unpacks it: any machine may do that.
bool is_fetch(const Task& task);

// `a=1 b="x y"`: what has a name, and the rest.
struct KeyValues {
  std::vector<std::pair<std::string, std::string>> named;
  std::string rest;
};
KeyValues key_values(std::string_view text);

// Words as a shell takes them apart, quotes taken off; expressions of Jinja are never parted.
// `{{ name }}` of one of the task's own `vars` is what that says; all else is as it is.
std::string behind_own_name(const Task& task, const std::string& text);
std::vector<std::string> shell_words(std::string_view text);

// The items of a node that may be a list or one text with commas.
std::vector<lang::Node> items_of(const lang::Node& node);
std::vector<std::string> texts_of(const lang::Node* node);

}  // namespace plumb::imports
