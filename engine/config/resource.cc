#include "engine/config/resource.h"

#include <algorithm>
#include <array>

#include "engine/config/conditions.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using lang::Node;

// Attributes whose values are patterns over addresses.
constexpr std::array kTriggers = {"restart_on", "reload_on", "run_on"};

const std::vector<Json>& conditions_of_kind(const std::string& kind) {
  static const std::map<std::string, std::vector<Json>> kConditions = [] {
    std::map<std::string, std::vector<Json>> all;
    for (const std::string& one : resource_kinds()) all.emplace(one, conditions_of(builtin_schema("resources/" + one)));
    return all;
  }();
  return kConditions.at(kind);
}

class Resolver {
 public:
  Resolver(const Declaration& declaration, const std::string& module, const ModuleFolder& folder,
           const Evaluation& evaluation, KnownValues& known)
      : declaration_(declaration),
        module_(module),
        folder_(folder),
        evaluation_(evaluation),
        known_(known),
        schema_(builtin_schema("resources/" + declaration.kind)),
        identity_(schema_.at("x-identity").get<std::string>()) {}

  std::shared_ptr<Resource> run() {
    resource_->span = declaration_.span;
    resource_->ignore = declaration_.ignore;
    resource_->prevent_destroy = declaration_.prevent_destroy;
    resource_->confirm_within = declaration_.confirm_within;
    resource_->tags = declaration_.tags;
    resource_->verify = declaration_.verify;
    resource_->sensitive = declaration_.sensitive;
    resource_->attributes = declaration_.literal_values;
    resource_->spans = declaration_.spans;
    bool good = true;
    for (const auto& [name, value] : declaration_.expressions) good = take_expression(name, value) && good;
    for (const auto& [name, text] : declaration_.templates) good = take_template(name, text) && good;
    good = take_probes() && good;
    if (!good || !keys_go_together() || !take_address()) return nullptr;
    for (const char* name : kTriggers) prefix_patterns(name);
    auto after = resolve_patterns(declaration_.placement.after, module_, evaluation_);
    auto before = resolve_patterns(declaration_.placement.before, module_, evaluation_);
    if (!after || !before) return nullptr;
    resource_->after = std::move(*after);
    resource_->before = std::move(*before);
    return std::move(resource_);
  }

 private:
  std::string shown(const std::string& name) const {
    return "`" + (name == identity_ ? declaration_.kind : name) + "`";
  }

  bool take_expression(const std::string& name, const Dynamic& value) {
    if (!value.is_expression()) {
      const std::optional<Node> node = value.resolve(evaluation_);
      return node && take_node(name, value, *node);
    }
    auto result = value.evaluate(evaluation_);
    if (!result) return false;
    if (const Json* typed = known_.find(value, *result)) {
      resource_->attributes[name] = *typed;
      return true;
    }
    const std::optional<Node> node = value.node_of(*result, evaluation_);
    if (!node || !take_node(name, value, *node)) return false;
    known_.keep(value, std::move(*result), resource_->attributes[name]);
    return true;
  }

  bool take_node(const std::string& name, const Dynamic& value, const Node& node) {
    const Json& schema = schema_["properties"][name];
    ValidateOptions options;
    options.project_folder = folder_.path();
    std::optional<Json> typed = validate(node, schema, shown(name), value.span(), options, evaluation_.diagnostics);
    if (!typed) return false;
    if (schema.value("x-format", std::string()) == "source") *typed = folder_.in_project(typed->get<std::string>());
    resource_->attributes[name] = std::move(*typed);
    return true;
  }

  bool take_template(const std::string& name, const TemplateText& text) {
    auto rendered = text.program->render(evaluation_.activation);
    if (!rendered) {
      evaluation_.diagnostics.add(cel::diagnose(rendered.error(), text.origin));
      return false;
    }
    resource_->attributes[name] = std::move(*rendered);
    return true;
  }

  bool take_probes() {
    if (!declaration_.verify_expression) return true;
    const std::optional<Node> node = declaration_.verify_expression->resolve(evaluation_);
    if (!node) return false;
    const std::optional<Json> typed =
        validate_probes(*node, declaration_.verify_expression->span(), evaluation_.diagnostics);
    if (typed) resource_->verify = *typed;
    return typed.has_value();
  }

  bool keys_go_together() {
    const std::vector<Json>& conditions = conditions_of_kind(declaration_.kind);
    // What is literal was checked when it was read.
    if (declaration_.expressions.empty() || conditions.empty()) return true;
    return check_conditions(resource_->attributes, declaration_.written, conditions, schema_, declaration_.kind,
                            declaration_.span, evaluation_.diagnostics);
  }

  bool take_address() {
    const Json& own = resource_->attributes.at(identity_);
    std::string identity = own.is_string() ? own.get<std::string>() : canonical(own);
    SourceSpan span = declaration_.span;
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
    resource_->address = Address{module_, declaration_.kind, std::move(identity)};
    return true;
  }

  bool complain(const char* summary, const SourceSpan& span) {
    evaluation_.diagnostics.add(Diagnostic(Code::kBadValue, summary).at(span, "expected text on one line"));
    return false;
  }

  void prefix_patterns(const char* name) {
    if (module_.empty()) return;
    const auto found = resource_->attributes.find(name);
    if (found == resource_->attributes.end() || !found->is_array()) return;
    for (Json& pattern : *found) pattern = below(module_, pattern.get<std::string>());
  }

  const Declaration& declaration_;
  const std::string& module_;
  const ModuleFolder& folder_;
  const Evaluation& evaluation_;
  KnownValues& known_;
  const Json& schema_;
  std::string identity_;
  std::shared_ptr<Resource> resource_ = std::make_shared<Resource>();
};

// What is larger is seldom the same, and dear to compare.
bool is_scalar(const cel::Value& value) {
  return value.is_text() || value.is(cel::Kind::kBool) || value.is(cel::Kind::kInt);
}

bool same_scalar(const cel::Value& a, const cel::Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_text()) return a.as_text() == b.as_text();
  return a.is(cel::Kind::kBool) ? a.as_bool() == b.as_bool() : a.is(cel::Kind::kInt) && a.as_int() == b.as_int();
}

}  // namespace

const Json* KnownValues::find(const Dynamic& expression, const cel::Value& value) const {
  const auto found = last_.find(&expression);
  return found != last_.end() && same_scalar(found->second.first, value) ? &found->second.second : nullptr;
}

void KnownValues::keep(const Dynamic& expression, cel::Value value, Json typed) {
  if (is_scalar(value)) last_.insert_or_assign(&expression, std::pair(std::move(value), std::move(typed)));
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

std::shared_ptr<Resource> resolve(const Declaration& declaration, const std::string& module, const ModuleFolder& folder,
                                  const Evaluation& evaluation, KnownValues& known) {
  return Resolver(declaration, module, folder, evaluation, known).run();
}

}  // namespace plumb::config
