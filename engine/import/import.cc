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
    name_ = module_word(named.filename().string());
    root_ = std::make_unique<Unit>(at(base_), "", name_, result_.report);
    root_->write_into("plumb.yaml");
    root_->begin_with("plumb: v1\nproject: " + name_);
    if (file) {
      find_roles(base_);
      playbook(path.filename().string(), 0);
    } else if (is_role(base_)) {
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

  // A role of which others take parts: it has no tasks of its own, or nothing but variables.
  bool holds_parts(const std::string& path) const {
    return options_.folder.holds(joined_path(path, "tasks")) ||
           options_.folder.holds(joined_path(path, "defaults/main.yml")) ||
           options_.folder.holds(joined_path(path, "vars/main.yml"));
  }

  void add_role(const std::string& name, const std::string& path) {
    const std::string own = module_word(name);
    if (roles_.contains(own)) return;
    auto unit = std::make_unique<Unit>(at(path), path == "." ? "" : path, own, result_.report);
    unit->read_role({});
    roles_[own] = std::move(unit);
    order_.push_back(own);
    paths_[own] = path;
  }

  // Parts of roles that others include are modules of their own.
  void add_parts() {
    constexpr std::size_t kMostModules = 2000;
    std::vector<Unit*> units{root_.get()};
    for (const std::string& name : order_) units.push_back(roles_.at(name).get());
    for (std::size_t at = 0; at < units.size() && units.size() < kMostModules; ++at) {
      for (const auto& [role, parts] : units[at]->included_parts()) {
        const std::string own = role + parts.suffix();
        const auto path = paths_.find(role);
        if (path == paths_.end() || roles_.contains(own)) continue;
        auto unit = std::make_unique<Unit>(this->at(path->second), path->second == "." ? "" : path->second, own,
                                           result_.report);
        unit->read_role(parts);
        units.push_back(unit.get());
        roles_[own] = std::move(unit);
        order_.push_back(own);
      }
    }
  }

  // What a role stands on has its names as well.
  void stand_on(Unit& unit, const Unit& from, int depth) {
    constexpr int kDeepest = 12;
    if (depth > kDeepest) return;
    for (const Node* one : from.role_dependencies()) {
      const auto other = roles_.find(role_named(*one));
      if (other == roles_.end() || other->second.get() == &unit || other->second.get() == &from) continue;
      unit.stand_on(*other->second);
      stand_on(unit, *other->second, depth + 1);
    }
  }

  void find_roles(const std::string& path) {
    for (const std::string& folder : {joined_path(path, "roles"), path}) {
      const auto list = at(folder).list(kMostFolders);
      if (!list) continue;
      for (const FolderEntry& entry : *list) {
        const std::string role = joined_path(folder, entry.name);
        const bool named = folder != path && holds_parts(role);
        if (entry.type == EntryType::kFolder && (named || is_role(role))) add_role(entry.name, role);
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
    if (holds_jinja(made.hosts))
      result_.report.notes.push_back(joined_path(base_, file) + ": a play of `" + made.hosts +
                                     "`, which somebody gives when it runs: all hosts here; say `on:`");
    if (made.hosts == "all" || holds_jinja(made.hosts)) made.hosts.clear();
    if (made.hosts == "localhost") {
      result_.report.notes.push_back(joined_path(base_, file) +
                                     ": a play of localhost: its hosts are those of hosts.yaml here");
      made.hosts.clear();
    }
    if (const Entry* as = play.find("become_user")) made.as = as->value.text;
    if (const Entry* environment = play.find("environment"); environment != nullptr && environment->value.is_map())
      made.environment = &environment->value;
    if (const Entry* tags = play.find("tags")) made.tags = tags_in(tags->value);
    for (const char* word : {"serial", "max_fail_percentage", "any_errors_fatal", "strategy", "throttle"}) {
      if (play.find(word) != nullptr)
        result_.report.notes.push_back(joined_path(base_, file) + ": `" + word +
                                       "` of a play: `rollout` of the project says how hosts take turns");
    }
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
      if (std::string_view(part) == "pre_tasks") made.tasks_before = made.tasks.size();
    }
    if (const Entry* handlers = play.find("handlers")) root_->add_handlers(handlers->value, file);
    root_->add_play(std::move(made));
  }

  std::string role_named(const Node& one) const {
    const Entry* named = one.find("role") != nullptr ? one.find("role") : one.find("name");
    if (named == nullptr) named = one.find("src");
    std::string role = one.is_scalar() ? one.text : named == nullptr ? "" : named->value.text;
    if (const std::size_t dot = role.rfind('.'); dot != std::string::npos && !roles_.contains(module_word(role)))
      role = role.substr(dot + 1);
    if (const std::size_t slash = role.rfind('/'); slash != std::string::npos) role = role.substr(slash + 1);
    return module_word(role);
  }

  void add_use(const Node& one, const Node* play_variables, Unit::Play& play) {
    const std::string role = role_named(one);
    if (!roles_.contains(role)) {
      result_.report.notes.push_back("the role `" + role + "` is not here: import it, or write its module");
      return;
    }
    if (!being_used_.insert(role).second) {
      result_.report.notes.push_back("the role `" + role + "` needs itself, by way of those that it stands on");
      return;
    }
    for (const Node* other : roles_.at(role)->role_dependencies()) {
      // What it stands on comes before it, once in a play.
      const std::string needed = role_named(*other);
      const auto there = [&](const auto& use) {
        const Written* used = use->find("use");
        return used != nullptr && used->text == "./modules/" + needed;
      };
      if (needed == role || std::any_of(play.uses.begin(), play.uses.end(), there)) continue;
      add_use(*other, play_variables, play);
    }
    being_used_.erase(role);
    auto item = std::make_unique<Item>();
    item->kind = Item::Kind::kUse;
    item->put("use", Written::of_text("./modules/" + role));
    const auto same = std::count_if(uses_.begin(), uses_.end(), [&](const Use& use) { return use.role == role; });
    if (same > 0) item->put("id", Written::of_text(role + "-" + std::to_string(same + 1)));
    std::map<std::string, const Node*> with;
    std::map<std::string, const Node*> own;
    for (const Node* variables : files_of_variables_) {
      for (const Entry& entry : variables->entries) with[entry.key] = &entry.value;
    }
    if (play_variables != nullptr) {
      for (const Entry& entry : play_variables->entries) with[entry.key] = &entry.value;
    }
    for (const Entry& entry : one.entries) {
      if (entry.key == "vars") {
        for (const Entry& inner : entry.value.entries) own[inner.key] = with[inner.key] = &inner.value;
      } else if (entry.key == "tags") {
        item->put("tags", Written::of_texts(tags_in(entry.value)));
      } else if (entry.key == "when") {
        try {
          item->put("when", Written::of_text(condition_text(entry.value.text, *root_).text));
        } catch (const Untranslatable& problem) {
          result_.report.notes.push_back("the condition of the role `" + role + "` is by hand: " + problem.reason);
        }
      } else if (role_keyword(entry.key)) {
        if (entry.key == "become_user" || entry.key == "delegate_to" || entry.key == "environment" ||
            entry.key == "run_once")
          result_.report.notes.push_back("`" + entry.key + "` of the role `" + role + "` is by hand");
      } else {
        own[entry.key] = with[entry.key] = &entry.value;
      }
    }
    uses_.push_back({item.get(), role, std::move(with), std::move(own)});
    play.uses.push_back(std::move(item));
  }

  static bool role_keyword(std::string_view key) {
    static constexpr std::string_view kAll[] = {
        "role",        "name",        "src",           "version",     "scm",
        "become",      "become_user", "become_method", "delegate_to", "run_once",
        "environment", "no_log",      "ignore_errors", "collections", "allow_duplicates"};
    return std::find(std::begin(kAll), std::end(kAll), key) != std::end(kAll);
  }

  static std::vector<std::string> tags_in(const Node& node) {
    std::vector<std::string> tags;
    for (const Node& one : node.is_sequence() ? node.items : std::vector<Node>{node})
      tags.push_back(module_word(one.text));
    return tags;
  }

  void use_all() {
    Unit::Play play;
    for (const std::string& role : order_) {
      if (!is_role(paths_.at(role))) continue;
      auto item = std::make_unique<Item>();
      item->kind = Item::Kind::kUse;
      item->put("use", Written::of_text("./modules/" + role));
      uses_.push_back({item.get(), role, {}, {}});
      play.uses.push_back(std::move(item));
    }
    root_->add_play(std::move(play));
  }

  void translate() {
    add_parts();
    std::set<std::string> names;
    for (const auto& [name, unit] : roles_) names.insert(name);
    inventory_ = read_hosts(at(base_), base_, result_.report);
    for (const std::string& name : order_) stand_on(*roles_.at(name), *roles_.at(name), 0);
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
      const std::vector<std::string> inputs = unit.input_names();
      for (const auto& [name, unused] : use.own) {
        const Symbol* symbol = unit.symbol(name);
        if (symbol != nullptr && std::find(inputs.begin(), inputs.end(), name) == inputs.end() && !symbol->is_input &&
            symbol->fixed != nullptr)
          result_.report.notes.push_back("`" + name + "`, which is handed to the role `" + use.role +
                                         "`, is a value of its `vars` here: make it an input of its module");
      }
      for (const std::string& input : inputs) {
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
    const auto find = [&](const std::string& use) -> const Unit* {
      const auto found = roles_.find(use.substr(use.rfind('/') + 1));
      return found == roles_.end() ? nullptr : found->second.get();
    };
    for (const std::string& name : order_) roles_.at(name)->trim_uses(find);
    root_->trim_uses(find);
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

  // Where a module is used several times, or in a loop, what it declares twice is the doing of a use: that one goes.
  bool break_use(const SourceSpan& span, const std::string& why) {
    if (why.find("is declared twice") == std::string::npos && why.find(" both manage ") == std::string::npos)
      return false;
    for (const auto& [role, unit] : roles_) {
      if (!span.file.starts_with("modules/" + role + "/")) continue;
      std::vector<Item*> uses = root_->live_uses(role);
      for (const std::string& name : order_) {
        for (Item* use : roles_.at(name)->live_uses(role)) uses.push_back(use);
      }
      const auto looped =
          std::find_if(uses.begin(), uses.end(), [](Item* use) { return use->find("for_each") != nullptr; });
      if (uses.empty() || (uses.size() < 2 && looped == uses.end())) return false;
      Item& last = looped != uses.end() ? **looped : *uses.back();
      last.broken = true;
      last.comment = why;
      if (last.row >= 0) {
        TaskOutcome& row = result_.report.tasks[static_cast<std::size_t>(last.row)];
        row.outcome = Outcome::kByHand;
        row.effort = 2;
        row.notes.push_back(why);
      } else {
        root_->tell_once("another use of the role `" + role + "` is by hand: " + why);
      }
      return true;
    }
    return false;
  }

  bool break_at(const SourceSpan& span, const std::string& why) {
    for (const auto& [role, unit] : roles_) {
      const std::string prefix = "modules/" + role + "/";
      if (span.file.starts_with(prefix)) return unit->break_at(span.file.substr(prefix.size()), span.line, why);
    }
    return root_->break_at(span.file, span.line, why);
  }

  // Tasks of a role that is left out as a whole stand in a module that nothing uses.
  void tell_unused() {
    for (const Use& use : uses_) {
      const bool left = !root_->live_uses(use.role).empty() ||
                        std::any_of(order_.begin(), order_.end(), [&](const std::string& name) {
                          return !roles_.at(name)->live_uses(use.role).empty();
                        });
      if (left) continue;
      const std::string path = paths_.contains(use.role) ? paths_.at(use.role) : "";
      for (TaskOutcome& row : result_.report.tasks) {
        const bool own = path.empty() || path == "." || row.file.starts_with(path + "/");
        if (!own || row.outcome == Outcome::kByHand) continue;
        row.outcome = Outcome::kByHand;
        row.notes.emplace_back("nothing uses its module");
      }
    }
  }

  // What does not pass becomes a comment, until all that is left passes.
  void settle() {
    settle_files();
    tell_unused();
  }

  void settle_files() {
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
        bool here = one.span && (break_use(*one.span, why) || break_at(*one.span, why));
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
    std::map<std::string, const Node*> own;  // those that this use alone says
  };

  const ImportOptions& options_;
  Imported result_;
  std::string base_;
  std::string name_;
  std::unique_ptr<Unit> root_;
  std::map<std::string, std::unique_ptr<Unit>> roles_;
  std::vector<std::string> order_;
  std::map<std::string, std::string> paths_;  // of roles as a whole
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
    return fail(Code::kUsage, "the import of " + options.path + " ended: " + problem.reason)
        .hint("import its roles one by one");
  }
}

}  // namespace plumb::imports
