#include "engine/config/resource.h"

#include <algorithm>
#include <utility>

#include "engine/base/digest.h"
#include "engine/config/conditions.h"
#include "engine/config/formats.h"
#include "engine/config/manner.h"
#include "engine/config/schema.h"
#include "engine/config/template_files.h"
#include "engine/config/types.h"
#include "engine/config/validate.h"
#include "engine/config/words.h"

namespace plumb::config {
namespace {

using lang::Node;

// What is larger is seldom the same, and dear to compare.
bool is_scalar(const cel::Value& value) {
  return value.is_text() || value.is(cel::Kind::kBool) || value.is(cel::Kind::kInt);
}

bool same_scalar(const cel::Value& a, const cel::Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_text()) return a.as_text() == b.as_text();
  return a.is(cel::Kind::kBool) ? a.as_bool() == b.as_bool() : a.is(cel::Kind::kInt) && a.as_int() == b.as_int();
}

bool is_literal(const std::vector<Dynamic>& texts) {
  return std::all_of(texts.begin(), texts.end(), [](const Dynamic& text) { return text.spots().empty(); });
}

// Whether all of it but texts comes of the values of whole expressions.
bool can_be_shared(const Declaration& declaration) {
  const Placement& placement = declaration.placement;
  const bool same_files = std::all_of(declaration.written->choices.begin(), declaration.written->choices.end(),
                                      [](const auto& choice) { return choice.second.is_template; });
  return same_files && !declaration.verify && (!placement.id || placement.id->spots().empty()) &&
         is_literal(placement.after) && is_literal(placement.before);
}

class Resolver {
 public:
  Resolver(const Declaration& declaration, const ModuleUse& use, const Evaluation& evaluation, KnownValues& known)
      : declaration_(declaration),
        written_(*declaration.written),
        module_(use.path),
        use_(use),
        evaluation_(evaluation),
        known_(known) {}

  Resolved run(LastResource& last) {
    const std::size_t told = evaluation_.diagnostics.items().size();
    Resolved resolved;
    resolved.constant = is_constant(declaration_) && use_.around.env.empty();
    work_out_env();
    evaluate_expressions();
    render_templates(resolved.texts);
    take_inner_texts(resolved.texts);
    if (good_ && inner_texts_.empty() && last.resource != nullptr && last.resource->env == env_ &&
        std::equal(values_.begin(), values_.end(), last.values.begin(), last.values.end(), same_scalar)) {
      resolved.resource = last.resource;
      return resolved;
    }
    resolved.resource = make(resolved.constant, resolved.texts);
    last.resource = nullptr;
    if (can_be_shared(declaration_) && inner_texts_.empty() && evaluation_.diagnostics.items().size() == told)
      last = {resolved.resource, std::move(values_)};
    return resolved;
  }

 private:
  // Only of what has programs to run.
  void work_out_env() {
    if (!written_.spec->may_run_programs()) return;
    env_ = use_.around.env;
    if (declaration_.env) good_ = overlay_env(*declaration_.env, evaluation_, env_) && good_;
  }

  // An attribute of the same name has the last word.
  Manner manner() const {
    WrittenManner written = written_.manner;
    written.inherit(use_.around.manner);
    Manner manner = written.manner();
    constexpr const char* kTimeout = "timeout";
    if (!written_.spec->may_run_programs() || resource_->attributes.contains(kTimeout)) manner.timeout_seconds = 0;
    return manner;
  }

  // Of an expression that is the whole of its attribute; no value for others.
  void evaluate_expressions() {
    values_.reserve(declaration_.expressions.size());
    for (const auto& [name, expression] : declaration_.expressions) {
      values_.emplace_back();
      if (!expression.is_expression()) continue;
      if (auto value = expression.evaluate(evaluation_)) {
        values_.back() = std::move(*value);
      } else {
        good_ = may_lack(name) && good_;
      }
    }
  }

  // A value that is not known here, of who looks only at what there is. What was wrong with it otherwise was told.
  bool may_lack(const std::string& name) {
    if (!evaluation_.without_secrets || !declaration_.sensitive.contains(name)) return false;
    lacks_ = true;
    return true;
  }

  void render_templates(std::vector<RenderedText>& texts) {
    texts.reserve(declaration_.templates.size());
    for (const auto& [name, text] : declaration_.templates) render(name, text, written_.templates.at(name), texts);
    for (const auto& [name, choice] : declaration_.choices) {
      const ParsedFileChoice& written = written_.choices.at(name);
      const auto file = choice.file.choose(written.choice, shown_file(written), evaluation_);
      if (!file) {
        good_ = false;
      } else if (written.is_template) {
        render(name, choice.templates.at(*file), written.templates.at(*file), texts);
      } else {
        chosen_.emplace_back(name, use_.folder.in_project(*file));
      }
    }
  }

  static std::string shown_file(const ParsedFileChoice& written) {
    return written.is_template ? "the template" : "the source";
  }

  void render(const std::string& name, const TemplateText& text, const ParsedTemplate& written,
              std::vector<RenderedText>& texts) {
    auto rendered = text.program.render(evaluation_.activation);
    if (rendered) {
      texts.push_back({name, std::move(*rendered)});
      return;
    }
    cel::Fault fault = std::move(rendered.error());
    good_ = may_lack(name) && good_;
    if (cel::was_told(fault)) return;
    if (text.reads_sensitive) fault = cel::without_values(std::move(fault));
    evaluation_.diagnostics.add(diagnose(std::move(fault), written));
  }

  // Texts that are no contents stand in the resource itself.
  void take_inner_texts(std::vector<RenderedText>& texts) {
    const Json& properties = written_.spec->schema.json().at("properties");
    for (RenderedText& text : texts) {
      if (properties[text.attribute].value("x-format", std::string()) == "text-template")
        inner_texts_.push_back(std::exchange(text, {}));
    }
    std::erase_if(texts, [](const RenderedText& text) { return text.attribute.empty(); });
  }

  std::shared_ptr<const Resource> make(bool constant, std::vector<RenderedText>& texts) {
    resource_ = std::make_shared<Resource>();
    schema_ = &written_.spec->schema.json();
    identity_ = schema_->at("x-identity").get_ptr<const std::string*>();
    resource_->span = written_.span;
    resource_->ignore = written_.ignore;
    resource_->readings = use_.readings;
    resource_->prevent_destroy = written_.prevent_destroy;
    resource_->allow_lock_out = written_.allow_lock_out;
    resource_->confirm_within = written_.confirm_within;
    resource_->tags = written_.tags;
    resource_->tags.insert(use_.around.tags.begin(), use_.around.tags.end());
    resource_->env = env_;
    resource_->verify = written_.verify;
    resource_->sensitive = declaration_.sensitive;
    resource_->attributes = declaration_.literal_values;
    resource_->spans = declaration_.spans;
    for (auto& [attribute, path] : chosen_) resource_->attributes[attribute] = std::move(path);
    for (RenderedText& one : inner_texts_) resource_->attributes[one.attribute] = std::move(one.text);
    auto value = values_.begin();
    for (const auto& [name, expression] : declaration_.expressions)
      good_ = take_expression(name, expression, *value++) && good_;
    if (constant) {
      for (RenderedText& one : texts) resource_->attributes[one.attribute] = std::move(one.text);
      texts.clear();
    }
    resource_->manner = manner();
    good_ = take_probes() && good_;
    if (!good_ || (!lacks_ && (!keys_go_together() || !replacement_is_good())) || !take_address()) return nullptr;
    for (const Trigger& trigger : written_.spec->triggers) prefix_patterns(trigger.attribute);
    auto after = resolve_patterns(declaration_.placement.after, module_, evaluation_);
    auto before = resolve_patterns(declaration_.placement.before, module_, evaluation_);
    if (!after || !before) return nullptr;
    resource_->after = std::move(*after);
    resource_->before = std::move(*before);
    return std::move(resource_);
  }

  std::string shown(const std::string& name) const { return "`" + (name == *identity_ ? written_.kind : name) + "`"; }

  bool take_expression(const std::string& name, const Dynamic& expression, const cel::Value& value) {
    if (!expression.is_expression()) {
      const std::optional<Node> node = expression.resolve(evaluation_);
      return node ? take_node(name, expression, *node) : may_lack(name);
    }
    if (value.is(cel::Kind::kUnset)) return may_lack(name);
    if (value.is_null() && leave_out(name)) return true;
    if (const Json* typed = known_.find(expression, value)) {
      resource_->attributes[name] = *typed;
      return true;
    }
    const std::optional<Node> node = expression.node_of(value, evaluation_);
    if (!node || !take_node(name, expression, *node)) return false;
    known_.keep(expression, value, resource_->attributes[name]);
    return true;
  }

  // Null is no value: the attribute is as one that nobody gives. False where the kind cannot be without it, or knows
  // null.
  bool leave_out(const std::string& name) {
    const Json& form = (*schema_)["properties"][name];
    if (is_required(*schema_, name) || types_of(form).contains("null")) return false;
    if (const auto usual = form.find("default"); usual != form.end()) resource_->attributes[name] = *usual;
    resource_->sensitive.erase(name);
    return true;
  }

  bool take_node(const std::string& name, const Dynamic& value, const Node& node) {
    const Json& schema = (*schema_)["properties"][name];
    ValidateOptions options;
    options.project_folder = use_.folder.own();
    std::optional<Json> typed = validate(node, schema, shown(name), value.span(), options, evaluation_.diagnostics);
    if (!typed) return false;
    const std::string format = schema.value("x-format", std::string());
    for (const Json& part : format == "source-parts" ? *typed : Json::array()) {
      const Result<> there = check_source_part(use_.folder.own(), part.get<std::string>());
      if (there) continue;
      evaluation_.diagnostics.add(Diagnostic(there.error().diagnostic()).at(value.span()));
      return false;
    }
    if (format.starts_with("source")) *typed = use_.folder.paths_in_project(*typed);
    resource_->attributes[name] = std::move(*typed);
    return true;
  }

  bool take_probes() {
    if (!declaration_.verify) return true;
    const std::optional<Node> node = declaration_.verify->resolve(evaluation_);
    if (!node) return false;
    const std::optional<Json> typed = validate_probes(*node, declaration_.verify->span(), evaluation_.diagnostics);
    if (typed) resource_->verify = *typed;
    return typed.has_value();
  }

  bool keys_go_together() {
    // What is literal was checked when it was read.
    if (written_.conditions.empty()) return true;
    return check_conditions({resource_->attributes, written_.own, written_.kind, written_.span}, written_.conditions,
                            *schema_, evaluation_.diagnostics);
  }

  bool replacement_is_good() {
    return !written_.replacement || check_replacement(*written_.replacement, resource_->attributes, written_.own,
                                                      resource_->sensitive, written_.kind, evaluation_.diagnostics);
  }

  bool take_address() {
    const Json& own = resource_->attributes.at(*identity_);
    std::string identity = own.is_string() ? own.get<std::string>() : canonical(own);
    SourceSpan span = written_.span;
    if (!declaration_.placement.id && !add_key(identity, span)) return false;
    if (const auto& id = declaration_.placement.id) {
      const std::optional<Node> node = id->resolve(evaluation_);
      if (!node) return false;
      identity = node->text;
      span = id->span();
      if (identity.empty()) return complain("an `id` must not be empty", span);
    }
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(identity.begin(), identity.end(), control))
      return complain("an identity cannot hold control characters", span);
    resource_->address = Address{module_, written_.kind, std::move(identity)};
    return true;
  }

  // Where many resources share an identity, the schema names the attributes that tell them apart.
  bool add_key(std::string& identity, const SourceSpan& span) {
    const auto keys = schema_->find("x-key");
    if (keys == schema_->end()) return true;
    for (const Json& name : *keys) {
      const auto key = name.get<std::string>();
      const auto found = resource_->attributes.find(key);
      if (found == resource_->attributes.end() || !found->is_string()) continue;
      if (resource_->sensitive.contains(key)) {
        evaluation_.diagnostics.add(
            Diagnostic(Code::kBadResource, "a " + written_.kind + " whose `" + key + "` is sensitive needs an `id`")
                .at(span, "`" + key + "` would be its address")
                .with_hint("add `id`, a name for it"));
        return false;
      }
      identity += "#" + address_key(found->get<std::string>());
      return true;
    }
    return true;
  }

  bool complain(const char* summary, const SourceSpan& span) {
    evaluation_.diagnostics.add(Diagnostic(Code::kBadValue, summary).at(span, "expected text on one line"));
    return false;
  }

  void prefix_patterns(const std::string& name) {
    if (module_.empty()) return;
    const auto found = resource_->attributes.find(name);
    if (found == resource_->attributes.end() || !found->is_array()) return;
    for (Json& pattern : *found) pattern = below(module_, pattern.get<std::string>());
  }

  const Declaration& declaration_;
  const ParsedDeclaration& written_;
  const std::string& module_;
  const ModuleUse& use_;
  const Evaluation& evaluation_;
  KnownValues& known_;
  std::map<std::string, std::string> env_;
  std::vector<cel::Value> values_;                           // of the expressions
  std::vector<RenderedText> inner_texts_;                    // of templates that are no contents
  std::vector<std::pair<std::string, std::string>> chosen_;  // attributes that name a file, relative to the project
  bool good_ = true;
  bool lacks_ = false;                     // a sensitive attribute
  const Json* schema_ = nullptr;           // of the kind, while the resource is made
  const std::string* identity_ = nullptr;  // the attribute that is its identity
  std::shared_ptr<Resource> resource_;
};

}  // namespace

const Json* KnownValues::find(const Dynamic& expression, const cel::Value& value) const {
  const auto found = last_.find(&expression);
  return found != last_.end() && same_scalar(found->second.first, value) ? &found->second.second : nullptr;
}

void KnownValues::keep(const Dynamic& expression, cel::Value value, Json typed) {
  if (is_scalar(value)) last_.insert_or_assign(&expression, std::pair(std::move(value), std::move(typed)));
}

bool overlay_env(const Dynamic& written, const Evaluation& evaluation, std::map<std::string, std::string>& env) {
  const std::optional<Node> node = written.resolve(evaluation);
  if (!node) return false;
  ValidateOptions options;
  options.root = &builtin_schema("project");
  const std::optional<Json> typed =
      validate(*node, env_schema(), "`env`", written.span(), options, evaluation.diagnostics);
  if (!typed) return false;
  for (const auto& [name, value] : typed->items()) env[name] = value.get<std::string>();
  return true;
}

std::string address_key(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  constexpr std::size_t kShown = 40;
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const bool clean = std::none_of(text.begin(), text.end(), control);
  if (clean && text.size() <= kLongest) return text;
  std::string key;
  for (const char c : text.substr(0, kShown)) key += control(c) ? ' ' : c;
  // No part of a character is left at its end.
  while (!key.empty() && !valid_utf8(key)) key.pop_back();
  constexpr std::size_t kDigits = 8;
  return key + "~" + digest(text).substr(kDigestPrefix.size(), kDigits);
}

std::string below(const std::string& module, const std::string& text) {
  return module.empty() ? text : module + "/" + text;
}

std::optional<std::vector<Pattern>> resolve_patterns(const std::vector<Dynamic>& written, const std::string& module,
                                                     const Evaluation& evaluation) {
  std::vector<Pattern> patterns;
  for (const Dynamic& one : written) {
    const std::optional<Node> node = one.resolve(evaluation);
    if (!node) return std::nullopt;
    patterns.push_back({below(module, node->text), one.span()});
  }
  return patterns;
}

bool is_constant(const Declaration& declaration) {
  const Placement& placement = declaration.placement;
  return declaration.reads.paths.empty() && !declaration.reads.other_hosts && !placement.when &&
         placement.loops.empty() && !declaration.written->block;
}

Resolved resolve(const Declaration& declaration, const ModuleUse& use, const Evaluation& evaluation, KnownValues& known,
                 LastResource& last) {
  return Resolver(declaration, use, evaluation, known).run(last);
}

}  // namespace plumb::config
