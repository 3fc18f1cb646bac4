#include "engine/config/declaration.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "engine/base/joined.h"
#include "engine/base/json_member.h"
#include "engine/base/nearest.h"
#include "engine/config/conditions.h"
#include "engine/config/dynamic.h"
#include "engine/config/file_choice.h"
#include "engine/config/foreign_kinds.h"
#include "engine/config/formats.h"
#include "engine/config/manner.h"
#include "engine/config/schema.h"
#include "engine/config/template_files.h"
#include "engine/config/validate.h"
#include "engine/lang/template.h"
#include "engine/lang/text_position.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

const Json& shared_properties() {
  static const Json& all = builtin_schema("project").at("definitions").at("resource").at("properties");
  return all;
}

class DeclarationReader {
 public:
  DeclarationReader(const Node& node, const ModuleFolder& folder, KindRules& rules, const lang::SourceMap& sources,
                    DeclaredAs as)
      : node_(node),
        first_(node.entries.front()),
        folder_(folder),
        rules_(rules),
        kinds_(rules.kinds()),
        sources_(sources),
        as_(as) {}

  ReadDeclaration read() {
    std::optional<ParsedDeclaration> declaration;
    if (check_kind()) declaration = take();
    return {std::move(declaration), std::move(diagnostics_), std::move(found_sources_)};
  }

 private:
  ParsedDeclaration take() {
    result_.spec = kinds_.find(first_.key);
    schema_ = &schema_of_declared();
    properties_ = &schema_->at("properties");
    known_ = schema_ == &step_schema_ ? &known_of_step_.emplace(step_schema_) : &rules_.of(*result_.spec);
    identity_ = schema_->at("x-identity").get<std::string>();
    result_.kind = first_.key;
    result_.span = first_.value.span;
    const std::size_t before = diagnostics_.error_count();
    find_sensitive();
    hide_sensitive();
    if (as_ == DeclaredAs::kStep) check_step_keys();
    read_attributes();
    read_shared();
    result_.placement = read_placement(node_, diagnostics_);
    result_.broken = diagnostics_.error_count() != before;
    return std::move(result_);
  }

  const Json& schema_of_declared() {
    const Json& whole = result_.spec->schema.json();
    if (as_ == DeclaredAs::kResource || whole.at("x-step").empty()) return whole;
    step_schema_ = whole;
    step_schema_.merge_patch(whole.at("x-step"));
    return step_schema_;
  }

  // What says where a resource goes, when its turn comes and what is kept of it says nothing of a step.
  void check_step_keys() {
    const auto refuse = [&](const Entry& entry, const char* hint) {
      report(Code::kBadResource, "a step takes no `" + entry.key + "`", entry.key_span, "not for a step", hint);
    };
    for (const Entry& entry : node_.entries) {
      const auto is = [&entry](const char* key) { return entry.key == key; };
      const auto& triggers = result_.spec->triggers;
      const bool watches =
          std::any_of(triggers.begin(), triggers.end(), [&](const Trigger& one) { return one.attribute == entry.key; });
      if (is("on") || is("once")) refuse(entry, "`on` stands beside `before` and `after`: the hosts that do the steps");
      if (is("after") || is("before")) refuse(entry, "steps are done in the order in which they stand");
      if (is("verify")) refuse(entry, "a `wait` behind it asks whether it did what it was to do");
      if (is("tags") || is("ignore") || is("prevent_destroy") || is("confirm_within") || is("allow_lock_out"))
        refuse(entry, "nothing is kept of a step, and it belongs to each turn");
      if (watches) refuse(entry, "a step is done in each turn; `when` says in which");
    }
  }

  const Json& properties() const { return *properties_; }
  bool has_attribute(const std::string& name) const { return properties().contains(name); }
  bool flag(const std::string& attribute, const char* key) const { return properties()[attribute].value(key, false); }
  // "" where it has none.
  std::string_view format_of(const std::string& attribute) const {
    const Json& format = member_of(properties()[attribute], "x-format");
    return format.is_string() ? std::string_view(format.get_ref<const std::string&>()) : std::string_view();
  }

  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {}) {
    diagnostics_.add(Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
  }

  bool check_kind() {
    if (kinds_.find(first_.key) == nullptr) {
      const auto later = std::find_if(node_.entries.begin(), node_.entries.end(),
                                      [this](const Entry& entry) { return kinds_.find(entry.key) != nullptr; });
      if (later != node_.entries.end() && is_key_beside(*later)) {
        report(Code::kBadResource, "the kind of a resource comes first", first_.key_span,
               "expected `" + later->key + ":` before this");
        return false;
      }
      const std::vector<std::string> known = kinds_.names();
      const std::string instead = instead_of_kind(node_, kinds_);
      const std::string near = instead.empty() ? nearest(first_.key, known) : "";
      report(Code::kUnknownKind, "there is no kind `" + first_.key + "`", first_.key_span,
             near.empty() ? "not a resource kind" : "did you mean `" + near + "`?",
             !instead.empty() ? instead
             : near.empty()   ? "`plumb schema` lists the kinds"
                              : "");
      return false;
    }
    if (as_ == DeclaredAs::kStep && !can_be_step(*kinds_.find(first_.key))) {
      std::string steps;
      for (const plumb::Kind& kind : kinds_.all()) {
        if (can_be_step(kind)) append_item(steps, kind.name);
      }
      report(Code::kBadResource, "a " + first_.key + " cannot be a step", first_.key_span, "not done around a turn",
             "nothing is kept of a step, so it is one of these: " + steps);
      return false;
    }
    if (!first_.value.is_scalar()) {
      report(Code::kBadResource, "the identity of this " + first_.key + " is missing",
             first_.value.is_null() ? first_.key_span : first_.value.span,
             "expected `" + first_.key + ": IDENTITY`, and its keys beside it", where_a_list_belongs());
      return false;
    }
    return true;
  }

  // Whether the first key is one that stands beside this kind.
  bool is_key_beside(const Entry& kind) const {
    const Json& own = kinds_.find(kind.key)->schema.json().at("properties");
    return kind.value.is_scalar() && (shared_properties().contains(first_.key) || own.contains(first_.key));
  }

  static bool can_be_step(const plumb::Kind& kind) { return kind.schema.json().contains("x-step"); }

  // A list in the place of the identity may be the one that the kind cannot do without.
  std::string where_a_list_belongs() const {
    // Of a list of resources each is taken for an identity.
    const Node& value = first_.value;
    if (value.is_map() && !value.entries.empty() && kinds_.find(value.entries.front().key) != nullptr)
      return "a block of resources is `- resources: […]`, with the keys that they share beside it";
    if (!value.is_sequence()) return {};
    const Json& schema = kinds_.find(first_.key)->schema.json();
    const auto takes_list = [](const Json& type) { return type.value("type", Json()) == "array"; };
    for (const Json& name : schema.value("required", Json::array())) {
      const Json& type = schema.at("properties").at(name.get<std::string>());
      const Json choices = type.value("anyOf", Json::array());
      if (!takes_list(type) && std::none_of(choices.begin(), choices.end(), takes_list)) continue;
      return "give it a name there, and the list as `" + name.get<std::string>() + "`";
    }
    return {};
  }

  // Reads only names here: what is to be hidden must be known before anything else is said about the resource.
  void find_sensitive() {
    result_.marked_sensitive = known_->sensitive;
    const Entry* entry = node_.find("sensitive");
    if (entry == nullptr) return;
    if (entry->value.is_sequence()) {
      for (const Node& item : entry->value.items) {
        if (has_attribute(item.text)) result_.marked_sensitive.insert(item.text);
      }
    } else if (entry->value.text != "false") {
      for (const auto& [name, part] : properties().items()) {
        if (part.value("x-secret-capable", false)) result_.marked_sensitive.insert(name);
      }
    }
    for (const auto& [name, part] : properties().items()) {
      const std::string content = part.value("x-content-of", std::string());
      if (result_.marked_sensitive.contains(content)) result_.marked_sensitive.insert(name);
      if (result_.marked_sensitive.contains(name) && !content.empty()) result_.marked_sensitive.insert(content);
    }
  }

  void hide_sensitive() {
    for (const Entry& entry : node_.entries) {
      if (result_.marked_sensitive.contains(entry.key)) found_sources_.hide(entry.value.span);
    }
    if (result_.marked_sensitive.contains(identity_)) found_sources_.hide(first_.value.span);
  }

  // Takes the resource without its shared keys and with its identity under the attribute's own name. What is literal
  // is validated; what holds expressions is kept for later.
  void read_attributes() {
    Node& own = result_.own;
    own.kind = Node::Kind::kMap;
    own.span = node_.span;
    for (const Entry& entry : node_.entries) {
      if (&entry == &first_) {
        own.entries.push_back({identity_, entry.key_span, entry.value});
      } else if (entry.key == identity_) {
        report(Code::kExclusiveKeys, "`" + first_.key + "` already gives the " + identity_, entry.key_span,
               "remove this", "to change the address alone, use `id`");
      } else if (has_attribute(entry.key)) {
        own.entries.push_back(entry);
      } else if (!shared_properties().contains(entry.key)) {
        unknown_key(entry);
      }
    }
    ValidateOptions options;
    options.project_folder = folder_.own();
    options.alias_of = identity_;
    options.alias = first_.key;
    options.rules = &known_->rules;
    for (const Entry& entry : own.entries) {
      if (take_dynamic(entry)) options.later.insert(entry.key);
    }
    if (!result_.expressions.empty() || !result_.choices.empty()) result_.conditions = conditions_of(*schema_);
    const std::optional<Json> typed = validate(own, *schema_, first_.key, result_.span, options, diagnostics_);
    if (!typed) return;
    take_replacement(*typed);
    for (const auto& [name, value] : typed->items()) {
      if (options.later.contains(name)) continue;
      const Entry* entry = own.find(name);
      const SourceSpan& span = entry == nullptr ? result_.span : entry->value.span;
      const std::string_view format = format_of(name);
      if (format == "source-parts" && !parts_are_there(value, entry == nullptr ? nullptr : &entry->value)) continue;
      const bool from_folder = format.starts_with("source");
      result_.literals.emplace(name, Located{from_folder ? folder_.paths_in_project(value) : value, span});
    }
  }

  bool parts_are_there(const Json& parts, const Node* list) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Result<> there = check_source_part(folder_.own(), parts[i].get<std::string>());
      if (there) continue;
      Diagnostic problem = there.error().diagnostic();
      problem.span = list != nullptr && i < list->items.size() ? list->items[i].span : result_.span;
      diagnostics_.add(std::move(problem));
      return false;
    }
    return true;
  }

  void take_replacement(const Json& typed) {
    const std::optional<Replacement>& replacement = known_->replacement;
    if (!replacement) return;
    for (const std::string* name : {&replacement->text, &replacement->pattern, &replacement->flag}) {
      if (!result_.expressions.contains(*name)) continue;
      result_.replacement = replacement;
      return;
    }
    check_replacement(*replacement, typed, result_.own, result_.marked_sensitive, result_.kind, diagnostics_);
  }

  // Whether the attribute waits for its expressions to be worked out.
  bool take_dynamic(const Entry& entry) {
    const std::string_view format = format_of(entry.key);
    if (format == "template") return take_template_file(entry);
    if (format == "source" && entry.value.is_map() && is_choice(entry.value)) return take_choice(entry, entry.key);
    if ((format == "content" || format == "text-template") && entry.value.is_scalar() &&
        (may_be_dynamic(entry.value) || entry.value.text.find("%{") != std::string::npos)) {
      ParsedTemplate text{entry.value.span, {lang::origin_of(entry.value, sources_)}, {""}, {}};
      read_parts(text, folder_, diagnostics_, found_sources_);
      result_.templates.emplace(entry.key, std::move(text));
      return true;
    }
    if (!may_be_dynamic(entry.value)) return false;
    result_.expressions.emplace(entry.key, std::make_shared<const Node>(entry.value));
    return true;
  }

  // The file's text becomes the value of the attribute that it is the content of.
  bool take_template_file(const Entry& entry) {
    const auto content = properties()[entry.key]["x-content-of"].get<std::string>();
    if (is_choice(entry.value)) return take_choice(entry, content);
    if (!entry.value.is_scalar()) return false;
    Node literal = entry.value;
    resolve_literals(literal, diagnostics_);
    const Result<std::string> file = project_file(folder_.own(), literal.text, "`" + entry.key + "`");
    if (!file) {
      Diagnostic problem = file.error().diagnostic();
      problem.span = entry.value.span;
      diagnostics_.add(std::move(problem));
    } else if (auto text = read_template_file(*file, entry.value.span, folder_, diagnostics_, found_sources_)) {
      result_.templates.emplace(content, std::move(*text));
    }
    return true;
  }

  bool take_choice(const Entry& entry, const std::string& attribute) {
    ParsedFileChoice one;
    one.choice = read_choice(entry.value, folder_.own(), "`" + entry.key + "`", diagnostics_);
    one.is_template = attribute != entry.key;
    if (one.is_template) {
      for (const std::string& file : one.choice.files) {
        auto text = read_template_file(file, entry.value.span, folder_, diagnostics_, found_sources_);
        if (text) one.templates.emplace(file, std::move(*text));
      }
    }
    result_.choices.emplace(attribute, std::move(one));
    return true;
  }

  // For a word of another tool, with which the kind's own schema or that of every resource reckons.
  std::string hint_for(const std::string& word) const {
    for (const Json* schema : {schema_, &builtin_schema("project")["definitions"]["resource"]}) {
      const auto words = schema->find("x-elsewhere");
      if (words != schema->end() && words->contains(word)) return (*words)[word].get<std::string>();
    }
    return {};
  }

  void unknown_key(const Entry& entry) {
    if (const std::string other = hint_for(entry.key); !other.empty()) {
      return report(Code::kUnknownKey, "unknown key `" + entry.key + "` for " + first_.key, entry.key_span,
                    "not known here", other);
    }
    if (kinds_.find(entry.key) != nullptr) {
      return report(Code::kUnknownKey, "unknown key `" + entry.key + "` for " + first_.key, entry.key_span,
                    "not known here",
                    "a " + entry.key + " is a resource of its own: it begins with `- " + entry.key + ": IDENTITY`");
    }
    std::vector<std::string> known;
    for (const Json* part : {&properties(), &shared_properties()}) {
      for (const auto& [name, unused] : part->items()) {
        if (name != identity_) known.push_back(name);
      }
    }
    const std::string near = nearest(entry.key, known);
    std::string hint;
    if (near.empty()) {
      hint = first_.key + " takes ";
      bool first = true;
      for (const auto& [name, unused] : properties().items()) {
        if (name == identity_) continue;
        hint += (first ? "" : ", ") + name;
        first = false;
      }
    }
    report(Code::kUnknownKey, "unknown key `" + entry.key + "` for " + first_.key, entry.key_span,
           near.empty() ? "not known here" : "did you mean `" + near + "`?", std::move(hint));
  }

  void read_shared() {
    for (const Entry& entry : node_.entries) {
      if (&entry == &first_ || has_attribute(entry.key) || !shared_properties().contains(entry.key)) continue;
      // Those that hold expressions are checked with them.
      const bool open = entry.key == "id" || entry.key == "after" || entry.key == "before" || entry.key == "for_each";
      Node value = entry.value;
      if ((open && may_be_dynamic(value)) || is_no_loop(entry)) continue;
      if (entry.key == "verify") {
        read_probes(entry, std::move(value));
        continue;
      }
      if (entry.key == "env") {
        if (check_runs_programs(entry)) result_.env = std::make_shared<const Node>(entry.value);
        continue;
      }
      if (entry.key != "when") resolve_literals(value, diagnostics_);
      ValidateOptions options;
      options.root = &builtin_schema("project");
      const std::optional<Json> typed =
          validate(value, shared_properties()[entry.key], "`" + entry.key + "`", entry.key_span, options, diagnostics_);
      if (typed) read_shared(entry, *typed);
    }
  }

  void read_probes(const Entry& entry, Node value) {
    if (may_be_dynamic(value)) {
      result_.verify_expression = std::make_shared<const Node>(std::move(value));
    } else if (std::optional<Json> typed = validate_probes(value, entry.key_span, diagnostics_)) {
      result_.verify = std::move(*typed);
    }
  }

  void read_shared(const Entry& entry, const Json& value) {
    if (entry.key == "timeout" && !check_runs_programs(entry)) return;
    if (read_manner(entry.key, value, result_.manner)) return;
    if (entry.key == "tags") {
      result_.tags = value.get<std::set<std::string>>();
    } else if (entry.key == "prevent_destroy") {
      result_.prevent_destroy = value.get<bool>();
    } else if (entry.key == "allow_lock_out") {
      result_.allow_lock_out = value.get<bool>();
    } else if (entry.key == "confirm_within") {
      if (check_confirmable(entry)) result_.confirm_within = value.get<int>();
    } else if (entry.key == "ignore") {
      for (const Node& item : entry.value.items) {
        if (check_attribute(item, "ignored")) result_.ignore.insert(item.text);
      }
    } else if (entry.key == "sensitive") {
      check_sensitive(entry, value);
    }
  }

  // The host undoes it without anybody's help, so it must be something that it can undo.
  bool check_confirmable(const Entry& entry) {
    if (result_.spec->confirmable) return true;
    std::string others;
    for (const plumb::Kind& kind : kinds_.all()) {
      if (kind.confirmable) append_item(others, kind.name);
    }
    report(Code::kBadValue, "a " + first_.key + " cannot be undone by the host alone", entry.key_span,
           "not for this kind", others.empty() ? "" : "`confirm_within` goes with these kinds: " + others);
    return false;
  }

  // What runs none is neither bounded nor told anything by its keys.
  bool check_runs_programs(const Entry& entry) {
    if (result_.spec->may_run_programs()) return true;
    report(Code::kBadValue, "no program is run for a " + first_.key, entry.key_span, "not for this kind",
           "in a block `" + entry.key + "` is for those of it for which programs are run");
    return false;
  }

  bool check_attribute(const Node& item, std::string_view verb) {
    std::vector<std::string> known;
    for (const auto& [name, unused] : properties().items()) {
      if (name != identity_) known.push_back(name);
    }
    if (std::find(known.begin(), known.end(), item.text) != known.end()) return true;
    const std::string near = nearest(item.text, known);
    report(Code::kBadValue,
           "`" + item.text + "` is not an attribute of " + first_.key + " that can be " + std::string(verb), item.span,
           near.empty() ? "not an attribute" : "did you mean `" + near + "`?");
    return false;
  }

  void check_sensitive(const Entry& entry, const Json& value) {
    const auto capable = [&](const std::string& name) {
      return flag(name, "x-secret-capable") || flag(name, "x-sensitive");
    };
    if (value.is_boolean()) {
      if (value.get<bool>() && result_.marked_sensitive.empty()) {
        report(Code::kBadValue, "a " + first_.key + " holds nothing that can be sensitive", entry.value.span,
               "remove this");
      }
      return;
    }
    for (const Node& item : entry.value.items) {
      if (!check_attribute(item, "sensitive")) continue;
      const std::string content = properties()[item.text].value("x-content-of", std::string());
      if (!capable(item.text) && (content.empty() || !capable(content))) {
        report(Code::kBadValue, "`" + item.text + "` of a " + first_.key + " cannot be sensitive", item.span,
               "not an attribute that can hold a secret");
      }
    }
  }

  const Node& node_;
  const Entry& first_;
  const ModuleFolder& folder_;
  KindRules& rules_;
  const Registry& kinds_;
  const lang::SourceMap& sources_;
  DeclaredAs as_;
  Diagnostics diagnostics_;
  lang::SourceMap found_sources_;
  Json step_schema_;
  const Json* schema_ = nullptr;
  const Json* properties_ = nullptr;  // its
  std::optional<RulesOfKind> known_of_step_;
  RulesOfKind* known_ = nullptr;
  std::string identity_;
  ParsedDeclaration result_;
};

}  // namespace

const Json& probes_schema() {
  return shared_properties().at("verify");
}

std::optional<Json> validate_probes(const Node& node, const SourceSpan& where, Diagnostics& diagnostics) {
  ValidateOptions options;
  options.root = &builtin_schema("project");
  std::optional<Json> typed = validate(node, probes_schema(), "`verify`", where, options, diagnostics);
  if (typed && !typed->is_array()) typed = Json::array({std::move(*typed)});
  return typed;
}

ReadDeclaration read_declaration(const Node& node, const ModuleFolder& folder, KindRules& rules,
                                 const lang::SourceMap& sources, DeclaredAs as) {
  return DeclarationReader(node, folder, rules, sources, as).read();
}

}  // namespace plumb::config
