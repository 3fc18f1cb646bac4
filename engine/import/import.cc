#include "engine/import/import.h"

#include <algorithm>
#include <memory>
#include <set>

#include "engine/base/ascii.h"
#include "engine/base/memory_files.h"
#include "engine/import/expression.h"
#include "engine/import/hosts.h"
#include "engine/import/unit.h"
#include "engine/lang/yaml.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kMostFolders = 2000;
constexpr std::size_t kMostPlaybook = std::size_t{4} << 20;
constexpr int kMostRounds = 400;

bool is_yaml_name(const std::string& name) {
  return name.ends_with(".yml") || name.ends_with(".yaml");
}

std::string project_word(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool good = is_letter(c) || is_digit(c) || c == '_' || c == '.';
    out += good ? lowered(c) : '-';
  }
  while (!out.empty() && (out.front() == '-' || out.front() == '.' || out.front() == '_')) out.erase(0, 1);
  return out.empty() ? "imported" : out;
}

std::string joined_path(const std::string& a, const std::string& b) {
  return a.empty() || a == "." ? b : a + "/" + b;
}

class Import {
 public:
  explicit Import(const ImportOptions& options) : options_(options) {}

  Result<Imported> run() {
    result_.report.source = options_.path.empty() ? "." : options_.path;
    const auto status = options_.folder.status(options_.path);
    if (!status) return fail(Code::kFileUnreadable, "there is nothing at " + options_.path);
    const bool file = status->type == EntryType::kFile;
    const std::filesystem::path path(options_.path);
    base_ = file ? path.parent_path().generic_string() : options_.path;
    std::filesystem::path named = file ? path.stem() : (options_.folder.path() / path).lexically_normal();
    if (!file && !named.has_filename()) named = named.parent_path();
    name_ = project_word(named.filename().string());
    root_ = std::make_unique<Unit>(at(base_), "", name_, result_.report);
    root_->write_into("plumb.yaml");
    root_->begin_with("plumb: v1\nproject: " + name_);
    bool alone = false;
    if (file) {
      find_roles(base_);
      playbook(path.filename().string(), 0);
    } else if (is_role(base_)) {
      alone = true;
      std::string role = name_;
      for (const char* lead : {"ansible-role-", "ansible-"}) {
        if (role.starts_with(lead) && role.size() > std::string(lead).size())
          role = role.substr(std::string(lead).size());
      }
      add_role(role, base_);
      use_all();
    } else {
      find_roles(base_);
      playbooks();
      if (!any_play_) use_all();
    }
    if (roles_.empty() && !any_play_)
      return fail(Code::kUsage, options_.path + " holds no role, no playbook and no folder of roles")
          .hint("name a role (a folder with tasks/main.yml), a playbook, or a folder with roles");
    (void)alone;
    translate();
    settle();
    return std::move(result_);
  }

 private:
  Folder at(const std::string& path) const {
    return path.empty() || path == "." ? options_.folder : options_.folder / path;
  }

  bool is_role(const std::string& path) const {
    return options_.folder.holds(joined_path(path, "tasks/main.yml")) ||
           options_.folder.holds(joined_path(path, "tasks/main.yaml"));
  }

  void add_role(const std::string& name, const std::string& path) {
    const std::string own = project_word(name);
    if (roles_.contains(own)) return;
    auto unit = std::make_unique<Unit>(at(path), path == "." ? "" : path, own, result_.report);
    unit->read_role();
    roles_[own] = std::move(unit);
    order_.push_back(own);
  }

  void find_roles(const std::string& path) {
    for (const std::string& folder : {joined_path(path, "roles"), path}) {
      const auto list = at(folder).list(kMostFolders);
      if (!list) continue;
      for (const FolderEntry& entry : *list) {
        const std::string role = joined_path(folder, entry.name);
        if (entry.type == EntryType::kFolder && is_role(role)) add_role(entry.name, role);
      }
      if (!roles_.empty()) return;
    }
  }

  void playbooks() {
    for (const std::string& folder : {base_, joined_path(base_, "playbooks")}) {
      const auto list = at(folder).list(kMostFolders);
      if (!list) continue;
      std::vector<std::string> names;
      for (const FolderEntry& entry : *list) {
        if (entry.type == EntryType::kFile && is_yaml_name(entry.name)) names.push_back(entry.name);
      }
      // site.yml names the others where there is one.
      const auto site = std::find_if(names.begin(), names.end(),
                                     [](const std::string& name) { return name == "site.yml" || name == "site.yaml"; });
      if (site != names.end()) names = {*site};
      for (const std::string& name : names) playbook(folder == base_ ? name : "playbooks/" + name, 0);
    }
  }

  void playbook(const std::string& file, int depth) {
    constexpr int kDeepest = 8;
    if (depth > kDeepest || !read_.insert(file).second) return;
    const Result<std::string> text = at(base_).read(file, kMostPlaybook);
    if (!text) return;
    Diagnostics found;
    playbooks_.push_back(std::make_unique<Node>(lang::read_partial_yaml(joined_path(base_, file), *text, found)));
    const Node& tree = *playbooks_.back();
    for (const Node& play : tree.items) {
      if (!play.is_map()) continue;
      for (const char* word : {"import_playbook", "ansible.builtin.import_playbook", "include"}) {
        if (const Entry* other = play.find(word); other != nullptr && other->value.is_scalar()) {
          const std::string folder = std::filesystem::path(file).parent_path().generic_string();
          playbook(std::filesystem::path(joined_path(folder, other->value.text)).lexically_normal().generic_string(),
                   depth + 1);
        }
      }
      if (play.find("hosts") != nullptr) add_play(play, file);
    }
  }

  static std::string pattern_of(const Node& hosts) {
    std::string out;
    for (const Node& one : hosts.is_sequence() ? hosts.items : std::vector<Node>{hosts})
      out += (out.empty() ? "" : ":") + one.text;
    std::replace(out.begin(), out.end(), ',', ':');
    return out;
  }

  void add_play(const Node& play, const std::string& file) {
    any_play_ = true;
    Unit::Play made;
    made.file = file;
    made.hosts = pattern_of(play.find("hosts")->value);
    if (made.hosts == "all" || holds_jinja(made.hosts)) made.hosts.clear();
    if (made.hosts == "localhost") {
      result_.report.notes.push_back(joined_path(base_, file) +
                                     ": a play of localhost: its hosts are those of hosts.yaml here");
      made.hosts.clear();
    }
    if (const Entry* as = play.find("become_user")) made.as = as->value.text;
    const Entry* variables = play.find("vars");
    if (variables != nullptr && variables->value.is_map()) root_->add_fixed(variables->value);
    if (const Entry* more = play.find("vars_files")) {
      for (const Node& one : more->value.is_sequence() ? more->value.items : std::vector<Node>{more->value}) {
        const std::string folder = std::filesystem::path(file).parent_path().generic_string();
        const std::string path =
            std::filesystem::path(joined_path(folder, one.text)).lexically_normal().generic_string();
        const Result<std::string> text = at(base_).read(path, kMostPlaybook);
        if (!one.is_scalar() || !text || text->starts_with("$ANSIBLE_VAULT")) {
          result_.report.notes.push_back(joined_path(base_, file) + ": the file of variables `" + one.text +
                                         "` cannot be read");
          continue;
        }
        Diagnostics found;
        playbooks_.push_back(std::make_unique<Node>(lang::read_partial_yaml(joined_path(base_, path), *text, found)));
        root_->add_fixed(*playbooks_.back());
        files_of_variables_.push_back(playbooks_.back().get());
      }
    }
    if (const Entry* roles = play.find("roles")) {
      for (const Node& one : roles->value.items) add_use(one, variables == nullptr ? nullptr : &variables->value, made);
    }
    for (const char* part : {"pre_tasks", "tasks", "post_tasks"}) {
      if (const Entry* tasks = play.find(part)) made.tasks.push_back(&tasks->value);
    }
    if (const Entry* handlers = play.find("handlers")) root_->add_handlers(handlers->value, file);
    root_->add_play(std::move(made));
  }

  void add_use(const Node& one, const Node* play_variables, Unit::Play& play) {
    const Entry* named = one.find("role") != nullptr ? one.find("role") : one.find("name");
    std::string role = one.is_scalar() ? one.text : named == nullptr ? "" : named->value.text;
    if (const std::size_t dot = role.rfind('.'); dot != std::string::npos && !roles_.contains(project_word(role)))
      role = role.substr(dot + 1);
    if (const std::size_t slash = role.rfind('/'); slash != std::string::npos) role = role.substr(slash + 1);
    role = project_word(role);
    if (!roles_.contains(role)) {
      result_.report.notes.push_back("the role `" + role + "` is not here: import it, or write its module");
      return;
    }
    if (!being_used_.insert(role).second) {
      result_.report.notes.push_back("the role `" + role + "` needs itself, by way of those that it stands on");
      return;
    }
    for (const std::string& other : roles_.at(role)->role_dependencies()) {
      // What it stands on comes before it.
      const std::string needed =
          project_word(other.substr(other.rfind('.') == std::string::npos ? 0 : other.rfind('.') + 1));
      const auto there = [&](const Use& use) { return use.role == needed; };
      if (needed == role || std::any_of(uses_.begin(), uses_.end(), there)) continue;
      Node named_role;
      named_role.kind = Node::Kind::kScalar;
      named_role.text = needed;
      add_use(named_role, play_variables, play);
    }
    being_used_.erase(role);
    auto item = std::make_unique<Item>();
    item->kind = Item::Kind::kUse;
    item->put("use", Written::of_text("./modules/" + role));
    std::map<std::string, const Node*> with;
    for (const Node* variables : files_of_variables_) {
      for (const Entry& entry : variables->entries) with[entry.key] = &entry.value;
    }
    if (play_variables != nullptr) {
      for (const Entry& entry : play_variables->entries) with[entry.key] = &entry.value;
    }
    for (const Entry& entry : one.entries) {
      if (entry.key == "vars") {
        for (const Entry& inner : entry.value.entries) with[inner.key] = &inner.value;
      } else if (entry.key == "tags") {
        item->put("tags", Written::of_texts(tags_in(entry.value)));
      } else if (entry.key == "when") {
        try {
          item->put("when", Written::of_text(condition_text(entry.value.text, *root_).text));
        } catch (const Untranslatable& problem) {
          result_.report.notes.push_back("the condition of the role `" + role + "` is by hand: " + problem.reason);
        }
      } else if (entry.key != "role" && entry.key != "name" && entry.key != "become" && entry.key != "become_user") {
        with[entry.key] = &entry.value;
      }
    }
    uses_.push_back({item.get(), role, std::move(with)});
    play.uses.push_back(std::move(item));
  }

  static std::vector<std::string> tags_in(const Node& node) {
    std::vector<std::string> tags;
    for (const Node& one : node.is_sequence() ? node.items : std::vector<Node>{node})
      tags.push_back(project_word(one.text));
    return tags;
  }

  void use_all() {
    Unit::Play play;
    for (const std::string& role : order_) {
      auto item = std::make_unique<Item>();
      item->kind = Item::Kind::kUse;
      item->put("use", Written::of_text("./modules/" + role));
      uses_.push_back({item.get(), role, {}});
      play.uses.push_back(std::move(item));
    }
    root_->add_play(std::move(play));
  }

  void translate() {
    std::set<std::string> names;
    for (const auto& [name, unit] : roles_) names.insert(name);
    inventory_ = read_hosts(at(base_), base_, result_.report);
    for (const std::string& name : order_) {
      for (const auto& [variable, value] : inventory_.values) roles_.at(name)->know_value(variable, *value);
      roles_.at(name)->know_roles(names);
      roles_.at(name)->translate();
    }
    root_->know_roles(names);
    for (const auto& [variable, value] : inventory_.values) root_->know_value(variable, *value);
    // What the inventory says goes through the project's inputs.
    for (const Use& use : uses_) {
      Unit& unit = *roles_.at(use.role);
      WrittenMap with;
      for (const std::string& input : unit.input_names()) {
        const auto given = use.with.find(input);
        if (given != use.with.end()) {
          try {
            with.emplace_back(safe_name(input), root_->literal_value(*given->second));
          } catch (const Untranslatable& problem) {
            result_.report.notes.push_back("`" + input + "` of the role `" + use.role +
                                           "` is by hand: " + problem.reason);
          }
        } else if (inventory_.variables.contains(input)) {
          if (inventory_.secret.contains(input)) unit.mark_sensitive(input);
          root_->adopt(input, unit);
          if (inventory_.secret.contains(input)) root_->mark_sensitive(input);
          with.emplace_back(safe_name(input), Written::of_text("${inputs." + safe_name(input) + "}"));
        }
      }
      if (!with.empty()) use.item->put("with", Written::of_map(std::move(with)));
    }
    root_->translate();
  }

  std::map<std::string, std::string> files() {
    std::map<std::string, std::string> all;
    for (const auto& [name, text] : root_->write()) all[name] = text;
    for (const auto& [role, unit] : roles_) {
      for (const auto& [name, text] : unit->write()) all["modules/" + role + "/" + name] = text;
    }
    std::set<std::string> inputs;
    for (const std::string& name : root_->input_names()) inputs.insert(name);
    // Without it a project is about the machine that plumb runs on.
    if (inventory_.hosts > 0) all["hosts.yaml"] = hosts_text(inventory_, inputs);
    const std::string everywhere = inputs_text(inventory_, inputs);
    if (!everywhere.empty()) all["inputs.yaml"] = everywhere;
    return all;
  }

  bool break_at(const SourceSpan& span, const std::string& why) {
    for (const auto& [role, unit] : roles_) {
      const std::string prefix = "modules/" + role + "/";
      if (span.file.starts_with(prefix)) return unit->break_at(span.file.substr(prefix.size()), span.line, why);
    }
    return root_->break_at(span.file, span.line, why);
  }

  // What does not pass becomes a comment, until all that is left passes.
  void settle() {
    result_.files = files();
    if (!options_.check) return;
    for (int round = 0; round < kMostRounds; ++round) {
      MemoryFiles memory;
      for (const auto& [name, text] : result_.files) memory.add("/project/" + name, text);
      if (inventory_.hosts == 0)
        memory.add("/project/hosts.yaml", "plumb: v1\nhosts:\n  imported: {address: 192.0.2.1}\n");
      const Diagnostics found = options_.check(Folder(memory, "/project"));
      if (!found.has_errors()) {
        result_.left = {};
        return;
      }
      bool any = false;
      for (const Diagnostic& one : found.sorted()) {
        if (one.severity != Severity::kError) continue;
        std::string why = one.summary + (one.label.empty() ? "" : " (" + one.label + ")");
        std::replace(why.begin(), why.end(), '\n', ' ');
        bool here = one.span && break_at(*one.span, why);
        for (const Related& related : one.related) {
          if (!here) here = break_at(related.span, why);
        }
        any = any || here;
      }
      result_.left = found;
      if (!any) return;
      result_.files = files();
    }
  }

  struct Use {
    Item* item = nullptr;
    std::string role;
    std::map<std::string, const Node*> with;
  };

  const ImportOptions& options_;
  Imported result_;
  std::string base_;
  std::string name_;
  std::unique_ptr<Unit> root_;
  std::map<std::string, std::unique_ptr<Unit>> roles_;
  std::vector<std::string> order_;
  std::vector<std::unique_ptr<Node>> playbooks_;
  std::vector<const Node*> files_of_variables_;
  std::set<std::string> read_;
  std::vector<Use> uses_;
  std::set<std::string> being_used_;  // roles whose own dependencies are being added
  bool any_play_ = false;
  Hosts inventory_;
};

}  // namespace

Result<Imported> import_ansible(const ImportOptions& options) {
  try {
    return Import(options).run();
  } catch (const Untranslatable& problem) {
    return fail(Code::kInternal, "the import of " + options.path + " ended at " + problem.reason);
  }
}

}  // namespace plumb::imports
