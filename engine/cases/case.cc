#include "engine/cases/case.h"

#include <algorithm>

#include "engine/base/nearest.h"
#include "engine/base/sample_facts.h"
#include "engine/config/input.h"
#include "engine/config/module_names.h"
#include "engine/config/schema.h"
#include "engine/config/told_facts.h"
#include "engine/config/untyped.h"
#include "engine/config/validate.h"
#include "engine/ir/compile.h"
#include "engine/lang/yaml.h"

namespace plumb::cases {
namespace {

using config::Located;
using lang::Entry;
using lang::Node;

// A schema that asks for nothing: facts may be given in part.
Json without_required(Json schema) {
  if (schema.is_object()) schema.erase("required");
  for (auto& part : schema) {
    if (part.is_structured()) part = without_required(std::move(part));
  }
  return schema;
}

bool may_hold_secrets(const config::Module& module) {
  const auto sensitive = [](const auto& input) { return input.second.sensitive; };
  return std::any_of(module.inputs.begin(), module.inputs.end(), sensitive) || ir::holds_secrets(module);
}

class CaseReader {
 public:
  CaseReader(const config::Module& module, const Registry& kinds, Diagnostics& diagnostics, lang::SourceMap& sources)
      : module_(module),
        kinds_(kinds),
        diagnostics_(diagnostics),
        sources_(sources),
        has_secrets_(may_hold_secrets(module)) {}

  std::optional<Case> read(const Node& node) {
    const std::size_t before = diagnostics_.error_count();
    Case result;
    for (const Entry& entry : node.entries) {
      const Node& value = entry.value;
      if (entry.key == "name") {
        result.name = value.text;
        result.span = value.span;
      } else if (entry.key == "host") {
        result.host = value.text;
      } else if (entry.key == "hosts") {
        result.others.emplace();
        for (const Entry& one : value.entries) result.others->emplace(one.key, read_other(one));
      } else if (entry.key == "groups") {
        for (const Node& group : value.items) result.groups.insert(group.text);
      } else if (entry.key == "inputs") {
        read_inputs(value, result);
      } else if (entry.key == "facts") {
        read_facts(value, result.facts);
        read_local_facts(value, result.readings);
      } else if (entry.key == "readings") {
        read_readings(value, result.readings);
      } else if (entry.key == "observed") {
        read_resources(value, result.observed);
      } else if (entry.key == "as_declared") {
        result.as_declared = value.text == "true";
      } else if (entry.key == "expect") {
        read_expectations(entry, result.expect);
      }
    }
    if (result.facts.is_null()) result.facts = sample_facts();
    if (diagnostics_.error_count() > before) return std::nullopt;
    return result;
  }

 private:
  void read_inputs(const Node& node, Case& result) {
    for (const Entry& entry : node.entries) {
      const auto input = module_.inputs.find(entry.key);
      if (input == module_.inputs.end()) {
        std::vector<std::string> names;
        for (const auto& [name, unused] : module_.inputs) names.push_back(name);
        const std::string near = nearest(entry.key, names);
        hide(entry.value);
        result.refused.add(Diagnostic(Code::kUnknownInput, "there is no input `" + entry.key + "`")
                               .at(entry.key_span, near.empty() ? "not declared" : "did you mean `" + near + "`?"));
        continue;
      }
      if (input->second.sensitive) hide(entry.value);
      auto value = config::read_input_value(entry, input->second, result.refused);
      if (value) result.inputs.emplace(entry.key, std::move(*value));
    }
  }

  // Those of modules within are known once these are used.
  void read_readings(const Node& node, std::map<std::string, Node>& readings) {
    for (const Entry& entry : node.entries) {
      const auto own = module_.readings.find(entry.key);
      if (own == module_.readings.end() && entry.key.find('/') == std::string::npos) {
        std::vector<std::string> names;
        for (const auto& [name, reading] : module_.readings) {
          if (!reading.written.local) names.push_back(name);
        }
        const std::string near = nearest(entry.key, names);
        diagnostics_.add(Diagnostic(Code::kUnknownKey, "there is no reading `" + entry.key + "`")
                             .at(entry.key_span, near.empty() ? "not declared" : "did you mean `" + near + "`?"));
        continue;
      }
      if (own == module_.readings.end() || own->second.written.value.sensitive) hide(entry.value);
      readings.emplace(entry.key, entry.value);
    }
  }

  // Of a module, other hosts may have inputs that only projects declare.
  OtherHost read_other(const Entry& host) {
    OtherHost other{host.key, {}, {}, nullptr};
    for (const Entry& entry : host.value.entries) {
      if (entry.key == "address") other.address = entry.value.text;
      if (entry.key == "facts") read_facts(entry.value, other.facts);
      if (entry.key == "groups") {
        for (const Node& group : entry.value.items) other.groups.insert(group.text);
      }
      if (entry.key != "inputs") continue;
      for (const Entry& one : entry.value.entries) {
        const auto input = module_.inputs.find(one.key);
        if (input == module_.inputs.end()) {
          other.inputs.emplace(one.key, Located{config::untyped(one.value), one.value.span});
          continue;
        }
        if (input->second.sensitive) hide(one.value);
        if (auto value = config::read_input_value(one, input->second, diagnostics_))
          other.inputs.emplace(one.key, std::move(*value));
      }
    }
    return other;
  }

  void read_facts(const Node& node, Json& facts) {
    static const Json kSchema = without_required(config::builtin_schema("facts"));
    config::ValidateOptions options;
    options.root = &kSchema;
    const auto typed = config::validate(node, kSchema, "`facts`", node.span, options, diagnostics_);
    if (!typed) return;
    facts = sample_facts();
    facts.merge_patch(*typed);
    facts.erase(config::kLocalFacts);
  }

  // Their types are those that the module declares.
  void read_local_facts(const Node& facts, std::map<std::string, Node>& readings) {
    const Entry* local = facts.find(config::kLocalFacts);
    if (local == nullptr) return;
    for (const Entry& entry : local->value.entries) {
      const auto own = module_.readings.find(config::local_fact_name(entry.key));
      if (own == module_.readings.end()) {
        diagnostics_.add(Diagnostic(Code::kUnknownKey, "there is no local fact `" + entry.key + "`")
                             .at(entry.key_span, "not declared under `facts`"));
        continue;
      }
      if (own->second.written.value.sensitive) hide(entry.value);
      readings.emplace(own->first, entry.value);
    }
  }

  void read_resources(const Node& node, std::map<std::string, Attributes>& resources) {
    for (const Entry& entry : node.entries) {
      const Result<Address> address = Address::parse(entry.key);
      const Kind* kind = address ? kinds_.find(address->kind) : nullptr;
      if (kind == nullptr) {
        diagnostics_.add(
            Diagnostic(Code::kUnknownAddress, "`" + entry.key + "` is no address")
                .at(entry.key_span, address ? "there is no kind `" + address->kind + "`" : "expected kind:identity"));
        continue;
      }
      if (entry.value.is_null() ||
          (entry.value.is_plain() && (entry.value.text == "null" || entry.value.text == "~"))) {
        resources.emplace(entry.key, std::nullopt);
      } else {
        resources.emplace(entry.key, read_attributes(*kind, entry.value));
      }
    }
  }

  std::map<std::string, Located> read_attributes(const Kind& kind, const Node& node) {
    std::map<std::string, Located> attributes;
    const Json& schema = kind.schema.json();
    if (!node.is_map()) {
      diagnostics_.add(Diagnostic(Code::kWrongType, "a map of attributes, or null, was expected").at(node.span));
      return attributes;
    }
    for (const Entry& entry : node.entries) {
      if (!schema["properties"].contains(entry.key)) {
        std::vector<std::string> names;
        for (const auto& [name, unused] : schema["properties"].items()) names.push_back(name);
        const std::string near = nearest(entry.key, names);
        diagnostics_.add(Diagnostic(Code::kUnknownKey, "a " + kind.name + " has no attribute `" + entry.key + "`")
                             .at(entry.key_span, near.empty() ? "not known" : "did you mean `" + near + "`?"));
        continue;
      }
      if (schema["properties"][entry.key].value("x-secret-capable", false)) hide(entry.value);
      config::ValidateOptions options;
      options.root = &schema;
      auto typed = config::validate(entry.value, schema["properties"][entry.key], "`" + entry.key + "`", entry.key_span,
                                    options, diagnostics_);
      if (typed) attributes.emplace(entry.key, Located{std::move(*typed), entry.value.span});
    }
    return attributes;
  }

  static void read_steps(const Node& list, std::optional<std::vector<std::string>>& steps) {
    steps.emplace();
    for (const Node& step : list.items) steps->push_back(step.text);
  }

  void read_expectations(const Entry& entry, Expectations& expect) {
    expect.span = entry.key_span;
    for (const Entry& part : entry.value.entries) {
      if (part.key == "actions") expect.actions = read_operations(part);
      if (part.key == "includes") expect.includes = read_operations(part);
      if (part.key == "resources") read_resources(part.value, expect.resources);
      if (part.key == "outputs") read_outputs(part.value, expect.outputs);
      if (part.key == "before") read_steps(part.value, expect.before);
      if (part.key == "after") read_steps(part.value, expect.after);
      if (part.key != "diagnostics") continue;
      expect.diagnostics.emplace();
      for (const Node& code : part.value.items) expect.diagnostics->push_back(code.text);
      std::sort(expect.diagnostics->begin(), expect.diagnostics->end());
    }
  }

  static Operations read_operations(const Entry& entry) {
    Operations operations{entry.key_span, {}};
    for (const Entry& one : entry.value.entries) operations.by_address.emplace(one.key, one.value.text);
    return operations;
  }

  void read_outputs(const Node& node, std::map<std::string, Located>& outputs) {
    for (const Entry& entry : node.entries) {
      if (!module_.outputs.contains(entry.key)) {
        diagnostics_.add(
            Diagnostic(Code::kUnknownKey, "there is no output `" + entry.key + "`").at(entry.key_span, "not declared"));
        continue;
      }
      hide(entry.value);
      outputs.emplace(entry.key, Located{config::untyped(entry.value), entry.value.span});
    }
  }

  // A value that may be sensitive.
  void hide(const Node& value) {
    if (has_secrets_) sources_.hide(value.span);
  }

  const config::Module& module_;
  const Registry& kinds_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  const bool has_secrets_;
};

}  // namespace

std::optional<Case> read_case(const lang::Node& node, const config::Module& module, const Registry& kinds,
                              Diagnostics& diagnostics, lang::SourceMap& sources) {
  return CaseReader(module, kinds, diagnostics, sources).read(node);
}

std::vector<Case> read_cases(const std::string& name, std::string_view text, const config::Module& module,
                             const Registry& kinds, Diagnostics& diagnostics, lang::SourceMap& sources) {
  std::vector<Case> cases;
  sources.add(name, std::string(text));
  std::optional<Node> root = lang::read_yaml(name, text, diagnostics);
  if (!root) {
    if (may_hold_secrets(module)) sources.hide_file(name);
    return cases;
  }
  config::resolve_literals(*root, diagnostics);
  const Json& schema = config::builtin_schema("tests");
  config::ValidateOptions options;
  options.root = &schema;
  const SourceSpan where = root->entries.empty() ? SourceSpan{name, 1, 1, 1, 1} : root->entries.front().key_span;
  if (!config::validate(*root, schema, "the file", where, options, diagnostics)) {
    if (may_hold_secrets(module)) sources.hide_file(name);
    return cases;
  }
  CaseReader reader(module, kinds, diagnostics, sources);
  for (const Node& one : root->find("tests")->value.items) {
    if (auto read = reader.read(one)) cases.push_back(std::move(*read));
  }
  return cases;
}

}  // namespace plumb::cases
