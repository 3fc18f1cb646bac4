#include "engine/import/plays.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/import/expression.h"
#include "engine/import/layout.h"
#include "engine/import/names.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kMostPlaybook = std::size_t{4} << 20;

std::vector<Node> each_of(const Node& node) {
  return node.is_sequence() ? node.items : std::vector<Node>{node};
}

std::vector<std::string> tags_in(const Node& node) {
  std::vector<std::string> tags;
  for (const Node& one : each_of(node)) tags.push_back(module_word(one.text));
  return tags;
}

std::string pattern_of(const Node& hosts) {
  std::string out;
  for (const Node& one : each_of(hosts)) out += (out.empty() ? "" : ":") + one.text;
  std::replace(out.begin(), out.end(), ',', ':');
  return out;
}

// Words beside a role's name that are none of its variables.
bool is_role_keyword(std::string_view key) {
  static constexpr std::string_view kAll[] = {
      "role",        "name",        "src",           "version",     "scm",
      "become",      "become_user", "become_method", "delegate_to", "run_once",
      "environment", "no_log",      "ignore_errors", "collections", "allow_duplicates"};
  return std::find(std::begin(kAll), std::end(kAll), key) != std::end(kAll);
}

// Of these, what asks for something that the use of a module cannot say.
bool has_no_word(const Entry& entry) {
  static constexpr std::string_view kAll[] = {"become_user", "become_method", "delegate_to",  "environment",
                                              "run_once",    "no_log",        "ignore_errors"};
  if (entry.key == "become") return entry.value.is_scalar() && !is_true_word(entry.value.text);
  return std::find(std::begin(kAll), std::end(kAll), entry.key) != std::end(kAll);
}

bool says_yes(const Node& play, const char* word) {
  const Entry* entry = play.find(word);
  return entry != nullptr && entry->value.is_scalar() && is_true_word(entry->value.text);
}

std::unique_ptr<Item> use_of(const std::string& role) {
  auto item = std::make_unique<Item>();
  item->kind = Item::Kind::kUse;
  item->put("use", Written::of_text("./modules/" + role));
  return item;
}

}  // namespace

Plays::Plays(Folder folder, std::string base, Units& units, Report& report)
    : folder_(std::move(folder)), base_(std::move(base)), units_(units), report_(report) {}

std::string Plays::shown(const std::string& file) const {
  return joined_path(base_, file);
}

void Plays::read(const std::string& file, int depth) {
  constexpr int kDeepest = 8;
  if (depth > kDeepest || !read_.insert(file).second) return;
  const Result<std::string> text = folder_.read(file, kMostPlaybook);
  if (!text) return;
  Diagnostics found;
  units_.trees.push_back(std::make_unique<Node>(lang::read_partial_yaml(shown(file), *text, found)));
  const Node& tree = *units_.trees.back();
  for (const Node& play : tree.items) {
    if (!play.is_map()) continue;
    for (const char* word : {"import_playbook", "ansible.builtin.import_playbook", "include"}) {
      if (const Entry* other = play.find(word); other != nullptr && other->value.is_scalar())
        read(path_beside(file, other->value.text), depth + 1);
      if (play.find(word) != nullptr && play.find("when") != nullptr)
        report_.notes.push_back(shown(file) + ": the condition under which a playbook is imported is by hand");
    }
    if (play.find("hosts") != nullptr) add_play(play, file);
  }
}

// The pattern of a play's hosts; empty where those are all.
std::string Plays::hosts_of(const Node& hosts, const std::string& file) {
  const std::string pattern = pattern_of(hosts);
  if (holds_jinja(pattern)) {
    report_.notes.push_back(shown(file) + ": a play of `" + pattern +
                            "`, which somebody gives when it runs: all hosts here; say `on:`");
    return "";
  }
  if (pattern == "localhost") {
    report_.notes.push_back(shown(file) + ": a play of localhost: its hosts are those of hosts.yaml here");
    return "";
  }
  return pattern == "all" ? "" : pattern;
}

void Plays::read_variables(const Node& files, const std::string& file) {
  for (const Node& one : each_of(files)) {
    const std::string path = path_beside(file, one.text);
    const Result<std::string> text = folder_.read(path, kMostPlaybook);
    if (!one.is_scalar() || !text || text->starts_with("$ANSIBLE_VAULT")) {
      report_.notes.push_back(shown(file) + ": the file of variables `" + one.text + "` cannot be read");
      continue;
    }
    Diagnostics found;
    units_.trees.push_back(std::make_unique<Node>(lang::read_partial_yaml(shown(path), *text, found)));
    units_.root->add_fixed(*units_.trees.back());
    files_of_variables_.push_back(units_.trees.back().get());
  }
}

void Plays::add_play(const Node& play, const std::string& file) {
  any_ = true;
  Unit::Play made;
  made.file = file;
  made.hosts = hosts_of(play.find("hosts")->value, file);
  if (const Entry* as = play.find("become_user")) made.as = as->value.text;
  if (const Entry* environment = play.find("environment"); environment != nullptr && environment->value.is_map()) {
    made.environment = &environment->value;
  } else if (environment != nullptr) {
    report_.notes.push_back(shown(file) + ": `environment` of a play from a variable: say `env`");
  }
  if (const Entry* tags = play.find("tags")) made.tags = tags_in(tags->value);
  for (const char* word : {"serial", "max_fail_percentage", "any_errors_fatal", "strategy", "throttle"}) {
    if (play.find(word) != nullptr)
      report_.notes.push_back(shown(file) + ": `" + word +
                              "` of a play: `rollout` of the project says how hosts take turns");
  }
  if (const Entry* defaults = play.find("module_defaults")) made.module_defaults = &defaults->value;
  made.looks_only = says_yes(play, "check_mode");
  made.secret = says_yes(play, "no_log");
  for (const char* word : {"connection", "vars_prompt", "ignore_errors", "ignore_unreachable", "run_once",
                           "delegate_to", "remote_user", "port", "become_method", "become_flags", "timeout"}) {
    if (play.find(word) != nullptr)
      report_.notes.push_back(shown(file) + ": `" + word + "` of a play has no word here");
  }
  const Entry* variables = play.find("vars");
  if (variables != nullptr && variables->value.is_map()) units_.root->add_fixed(variables->value);
  if (const Entry* more = play.find("vars_files")) read_variables(more->value, file);
  if (const Entry* roles = play.find("roles")) {
    for (const Node& one : roles->value.items) add_use(one, variables == nullptr ? nullptr : &variables->value, made);
  }
  for (const char* part : {"pre_tasks", "tasks", "post_tasks"}) {
    if (const Entry* tasks = play.find(part)) made.tasks.push_back(&tasks->value);
    if (std::string_view(part) == "pre_tasks") made.tasks_before = made.tasks.size();
  }
  if (const Entry* handlers = play.find("handlers")) units_.root->add_handlers(handlers->value, file);
  units_.root->add_play(std::move(made));
}

// What a role stands on comes before it, once in a play.
void Plays::use_needed(const std::string& role, const Node* play_variables, Unit::Play& play) {
  for (const Node* other : units_.roles.at(role)->role_dependencies()) {
    const std::string needed = units_.role_named(*other);
    const auto is_used = [&](const auto& use) {
      const Written* used = use->find("use");
      return used != nullptr && used->text == "./modules/" + needed;
    };
    if (needed == role || std::any_of(play.uses.begin(), play.uses.end(), is_used)) continue;
    add_use(*other, play_variables, play);
  }
}

void Plays::add_use(const Node& one, const Node* play_variables, Unit::Play& play) {
  const std::string role = units_.role_named(one);
  if (!units_.roles.contains(role)) {
    report_.notes.push_back("the role `" + role + "` is not here: import it, or write its module");
    return;
  }
  if (!being_used_.insert(role).second) {
    report_.notes.push_back("the role `" + role + "` needs itself, by way of those that it stands on");
    return;
  }
  use_needed(role, play_variables, play);
  being_used_.erase(role);
  auto item = use_of(role);
  const auto same =
      std::count_if(units_.uses.begin(), units_.uses.end(), [&](const RoleUse& use) { return use.role == role; });
  if (same > 0) item->put("id", Written::of_text(role + "-" + std::to_string(same + 1)));
  RoleUse use{item.get(), role, {}, {}};
  for (const Node* variables : files_of_variables_) {
    for (const Entry& entry : variables->entries) use.with[entry.key] = &entry.value;
  }
  if (play_variables != nullptr) {
    for (const Entry& entry : play_variables->entries) use.with[entry.key] = &entry.value;
  }
  for (const Entry& entry : one.entries) {
    if (entry.key == "vars") {
      for (const Entry& inner : entry.value.entries) use.own[inner.key] = use.with[inner.key] = &inner.value;
    } else if (entry.key == "tags") {
      item->put("tags", Written::of_texts(tags_in(entry.value)));
    } else if (entry.key == "when") {
      try {
        Cel when{"true", Type::kBool, Type::kAny, 0, "", ""};
        for (const Node& one_of_them : each_of(entry.value))
          when = both_of(when, condition_text(one_of_them.text, *units_.root));
        if (when.text != "true") item->put("when", Written::of_text(when.text));
      } catch (const Untranslatable& problem) {
        report_.notes.push_back("the condition of the role `" + role + "` is by hand: " + problem.reason);
      }
    } else if (is_role_keyword(entry.key)) {
      if (has_no_word(entry)) report_.notes.push_back("`" + entry.key + "` of the role `" + role + "` is by hand");
    } else {
      use.own[entry.key] = use.with[entry.key] = &entry.value;
    }
  }
  units_.uses.push_back(std::move(use));
  play.uses.push_back(std::move(item));
}

void Plays::use_all(const std::vector<std::string>& roles) {
  Unit::Play play;
  for (const std::string& role : roles) {
    auto item = use_of(role);
    units_.uses.push_back({item.get(), role, {}, {}});
    play.uses.push_back(std::move(item));
  }
  units_.root->add_play(std::move(play));
}

}  // namespace plumb::imports
