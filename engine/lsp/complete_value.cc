#include <algorithm>
#include <set>

#include "engine/config/include.h"
#include "engine/config/words.h"
#include "engine/lsp/completion.h"
#include "engine/lsp/name_index.h"

namespace plumb::lsp {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 2000;
// Words of a host pattern are told apart by these.
constexpr const char* kPatternSigns = ":,&!";

const Json* find_member(const Json& schema, const char* key) {
  const auto found = schema.is_object() ? schema.find(key) : schema.end();
  return !schema.is_object() || found == schema.end() ? nullptr : &*found;
}

// Where a value asks for a name of something, and of what.
enum class Asked { kNothing, kHosts, kGroups, kAddresses, kModules, kFiles, kTags, kAttributes };

class ValueCompleter {
 public:
  ValueCompleter(const SchemaViews& views, const Look* look, const std::string& file, const Typed& typed,
                 std::vector<Candidate>& candidates)
      : views_(views), look_(look), file_(file), typed_(typed), candidates_(candidates), steps_(typed.spot.steps) {
    // Of what may yet become a key, the map is what was typed.
    if (typed.spot.scalar == nullptr) steps_.pop_back();
    found_ = views.at(steps_, steps_.size());
    for (auto step = steps_.rbegin(); step != steps_.rend() && key_.empty(); ++step) key_ = step->key();
    kind_ = views.kind_around(steps_);
  }

  std::size_t run() {
    const Asked wanted = look_ == nullptr ? Asked::kNothing : asked();
    // Where there are names, examples of such are in the way.
    add_allowed(wanted == Asked::kNothing);
    switch (wanted) {
      case Asked::kHosts:
        return add_hosts();
      case Asked::kGroups:
        add_groups();
        return 0;
      case Asked::kAddresses:
        add_addresses();
        return 0;
      case Asked::kModules:
        add_modules();
        return 0;
      case Asked::kFiles:
        return add_files();
      case Asked::kTags:
        add_tags();
        return 0;
      case Asked::kAttributes:
        add_attributes();
        return 0;
      case Asked::kNothing:
        return 0;
    }
    return 0;
  }

 private:
  void add(std::string label, CandidateKind kind, std::string detail = {}, int rank = 1) {
    const auto same = [&](const Candidate& one) { return one.label == label; };
    if (std::any_of(candidates_.begin(), candidates_.end(), same)) return;
    Candidate candidate;
    candidate.label = std::move(label);
    candidate.kind = kind;
    candidate.detail = std::move(detail);
    candidate.rank = rank;
    candidates_.push_back(std::move(candidate));
  }

  static std::string written(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

  void add_allowed(bool with_examples) {
    for (const View& view : found_) {
      if (view.role != View::Role::kPlain || view.schema == nullptr) continue;
      const Json* standard = find_member(*view.schema, "default");
      if (const Json* values = find_member(*view.schema, "enum")) {
        for (const Json& value : *values)
          add(written(value), CandidateKind::kEnumMember, standard != nullptr && value == *standard ? "default" : "",
              0);
      }
      if (const Json* value = find_member(*view.schema, "const")) add(written(*value), CandidateKind::kConstant, "", 0);
      if (config::types_of(*view.schema).contains("boolean")) {
        for (const bool value : {true, false})
          add(value ? "true" : "false", CandidateKind::kConstant,
              standard != nullptr && *standard == value ? "default" : "", 0);
      }
      if (standard != nullptr && !standard->is_structured()) add(written(*standard), CandidateKind::kValue, "default");
      const Json* examples = find_member(*view.schema, "examples");
      if (!with_examples || examples == nullptr || config::types_of(*view.schema).contains("boolean")) continue;
      for (const Json& example : *examples) {
        if (!example.is_structured() && written(example).find('\n') == std::string::npos)
          add(written(example), CandidateKind::kValue, "example", 2);
      }
    }
  }

  bool has_format(std::string_view beginning) const {
    return std::any_of(found_.begin(), found_.end(), [&](const View& view) {
      return view.schema != nullptr && text_member(*view.schema, "x-format").starts_with(beginning);
    });
  }

  bool sets_off() const {
    return kind_ != nullptr && std::any_of(kind_->triggers.begin(), kind_->triggers.end(),
                                           [&](const Trigger& one) { return one.attribute == key_; });
  }

  Asked asked() const {
    const Shape shape = views_.shape();
    if (shape == Shape::kInventory) {
      return key_ == "groups" || key_ == "children" ? Asked::kGroups : Asked::kNothing;
    }
    if (shape == Shape::kTests) {
      if (key_ == "host") return Asked::kHosts;
      return key_ == "groups" ? Asked::kGroups : Asked::kNothing;
    }
    if (shape == Shape::kPolicy || shape == Shape::kPolicyTests || shape == Shape::kProfile || shape == Shape::kInputs)
      return Asked::kNothing;
    const bool own = kind_ != nullptr && kind_->schema.json()["properties"].contains(key_);
    if (sets_off()) return Asked::kAddresses;
    if (own) return has_format("source") || has_format("template") ? Asked::kFiles : Asked::kNothing;
    if (key_ == "on" || key_ == "of" || key_ == "stages") return Asked::kHosts;
    if (key_ == "after" || key_ == "before" || key_ == "from" || key_ == "to") return Asked::kAddresses;
    if (key_ == "use") return Asked::kModules;
    if (key_ == "tags") return Asked::kTags;
    if (key_ == "ignore" || key_ == "sensitive") return Asked::kAttributes;
    if (key_ == "include" || key_ == "values_from" || key_ == "first_of" || typed_.spot.key_above(1) == "data" ||
        key_ == "allowed_signers" || key_ == "revoked_keys")
      return Asked::kFiles;
    return Asked::kNothing;
  }

  std::size_t add_hosts() {
    if (const config::Inventory* inventory = look_->inventory()) {
      for (const auto& [host, unused] : inventory->hosts) add(host, CandidateKind::kReference, "host");
    }
    add_groups();
    add("all", CandidateKind::kKeyword, "every host");
    const std::size_t sign = typed_.before.find_last_of(kPatternSigns);
    return sign == std::string::npos ? 0 : sign + 1;
  }

  void add_groups() {
    const config::Inventory* inventory = look_->inventory();
    if (inventory == nullptr) return;
    for (const auto& [group, hosts] : inventory->groups)
      add(group, CandidateKind::kReference, "group of " + std::to_string(hosts.size()), 0);
  }

  // Those of the module itself, and of the modules that it uses.
  void add_addresses() {
    if (const config::Module* module = look_->module_of(file_)) add_addresses_of(*module, "", 0);
  }

  void add_addresses_of(const config::Module& module, const std::string& path, int depth) {
    constexpr int kDeepest = 8;
    for (const auto& entry : module.body) {
      if (const auto* call = std::get_if<config::ModuleCall>(&entry)) {
        const config::ParsedCall& used = *call->written;
        if (used.module != nullptr && depth < kDeepest)
          add_addresses_of(*used.module, config::below(path, used.name), depth + 1);
        continue;
      }
      const config::ParsedDeclaration& declaration = *std::get<config::Declaration>(entry).written;
      const std::string identity = identity_in(declaration);
      if (identity.empty()) continue;
      add(Address{path, declaration.kind, identity}.str(), CandidateKind::kReference, declaration.span.str());
    }
  }

  // Nothing where an expression makes it.
  static std::string identity_in(const config::ParsedDeclaration& declaration) {
    if (declaration.placement.id)
      return config::may_be_dynamic(*declaration.placement.id) ? "" : declaration.placement.id->text;
    const auto literal = declaration.literals.find(text_member(declaration.spec->schema.json(), "x-identity"));
    const bool fixed = literal != declaration.literals.end() && literal->second.value.is_string();
    return fixed ? literal->second.value.get<std::string>() : "";
  }

  void add_modules() {
    const config::Module* user = look_->module_of(file_);
    const auto files = config::find_included(look_->folder(), "**/module.yaml");
    if (user == nullptr || !files) return;
    for (const std::string& file : *files) {
      const std::string folder = fs::path(file).parent_path().generic_string();
      if (folder.empty() || folder == user->folder) continue;
      const std::string path =
          fs::path(folder).lexically_relative(user->folder.empty() ? "." : user->folder).generic_string();
      const auto known = look_->modules().find(folder);
      add(path.starts_with("../") ? path : "./" + path, CandidateKind::kModule,
          known == look_->modules().end() ? "" : known->second->description, 0);
    }
  }

  // One folder at a time: what was typed before the last slash says which.
  std::size_t add_files() {
    const std::size_t slash = typed_.before.rfind('/');
    const std::string below = slash == std::string::npos ? "" : typed_.before.substr(0, slash);
    const config::Module* module = look_->module_of(file_);
    const Folder folder = look_->folder() / (module == nullptr ? fs::path() : fs::path(module->folder)) / below;
    const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
    const auto entries = folder.list(kMostEntries);
    if (!entries || typed_.before.find("..") != std::string::npos) return begin;
    for (const FolderEntry& entry : *entries) {
      if (entry.name.starts_with('.')) continue;
      if (entry.type == EntryType::kFolder) add(entry.name + "/", CandidateKind::kFolder, "", 0);
      if (entry.type != EntryType::kFolder) add(entry.name, CandidateKind::kFile);
    }
    return begin;
  }

  void add_tags() {
    std::set<std::string> tags;
    for (const auto& [folder, module] : look_->modules()) {
      for (const auto& entry : module->body)
        std::visit([&](const auto& one) { tags.insert(one.written->tags.begin(), one.written->tags.end()); }, entry);
    }
    for (const std::string& tag : tags) add(tag, CandidateKind::kValue);
  }

  void add_attributes() {
    if (kind_ == nullptr) return;
    for (const auto& [attribute, schema] : kind_->schema.json()["properties"].items())
      add(attribute, CandidateKind::kAttribute, value_words(schema));
  }

  const SchemaViews& views_;
  const Look* look_;
  const std::string& file_;
  const Typed& typed_;
  std::vector<Candidate>& candidates_;
  std::vector<Step> steps_;
  std::vector<View> found_;
  std::string key_;  // of the innermost map around
  const plumb::Kind* kind_ = nullptr;
};

}  // namespace

std::size_t complete_value(const SchemaViews& views, const Look* look, const std::string& file, const Typed& typed,
                           std::vector<Candidate>& candidates) {
  return ValueCompleter(views, look, file, typed, candidates).run();
}

}  // namespace plumb::lsp
