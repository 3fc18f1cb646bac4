#include "engine/config/check.h"

#include <algorithm>

#include "engine/base/nearest.h"
#include "engine/config/call_texts.h"
#include "engine/config/declaration.h"
#include "engine/config/functions.h"
#include "engine/config/order_values.h"
#include "engine/config/schema.h"
#include "engine/config/types.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using cel::Type;
using Kind = cel::Type::Kind;

const Type& facts_type() {
  static const Type type = type_of_schema(builtin_schema("facts"), builtin_schema("facts"), "facts");
  return type;
}

const Type& host_type() {
  static const Type type = cel::make_record("host", {{"name", Type(Kind::kString), false},
                                                     {"address", Type(Kind::kString), false},
                                                     {"groups", Type::list(Type(Kind::kString)), false}});
  return type;
}

Type inputs_type(const Module& module) {
  std::vector<cel::Field> fields;
  for (const auto& [name, input] : module.inputs)
    fields.push_back({name, type_of_schema(input.schema, input.schema, name), false});
  return cel::make_record("inputs", std::move(fields));
}

class Checker {
 public:
  Checker(Module& module, const CheckContext& context)
      : module_(module), context_(context), environment_(environment_of(module)) {}

  void run() {
    type_call_texts(module_);
    // Types are found in the order in which values can be worked out.
    module_.steps = order_values(module_, environment_, context_);
    for (const Module::Step& step : module_.steps) {
      for (const std::string& name : step.values) check_value(module_.values.at(name));
      for (const std::size_t index : step.calls) check_call(std::get<ModuleCall>(module_.body[index]));
      declare_values();
      declare_modules();
    }
    for (auto& entry : module_.body) {
      if (auto* declaration = std::get_if<Declaration>(&entry)) check_declaration(*declaration);
    }
    for (auto& [name, output] : module_.outputs) check_value(output);
  }

  std::optional<Reads> question(Expression& expression) {
    declare_values();
    declare_modules();
    if (!expression.compile(scope({environment_, {}, {}}))) return std::nullopt;
    Reads reads = reads_of(expression.program().references(), expression.program().calls_host(), {});
    expression.set_reads_sensitive(reads.sensitive);
    return reads;
  }

 private:
  ExpressionScope scope(const cel::Environment& environment) const {
    return {environment, context_.sources, context_.diagnostics, {}};
  }

  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {}) {
    context_.diagnostics.add(
        Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
  }

  void declare_values() {
    std::vector<cel::Field> fields;
    for (const auto& [name, value] : module_.values)
      fields.push_back({name, value.broken ? Type() : value.value.type(), false});
    environment_.add_variable("values", cel::make_record("values", std::move(fields)));
  }

  void declare_modules() {
    std::vector<cel::Field> fields;
    for (const auto& entry : module_.body) {
      const auto* call = std::get_if<ModuleCall>(&entry);
      if (call == nullptr) continue;
      Type type;
      if (call->module != nullptr) {
        std::vector<cel::Field> outputs;
        for (const auto& [name, output] : call->module->outputs)
          outputs.push_back({name, output.broken ? Type() : output.value.type(), false});
        type = cel::make_record(call->name, std::move(outputs));
        if (!call->placement.loops.empty()) type = Type::map(Type(Kind::kString), type);
      }
      fields.push_back(
          {call->name, std::move(type), call->placement.when.has_value() || call->placement.on.has_value()});
    }
    environment_.add_variable("modules", cel::make_record("modules", std::move(fields)));
  }

  // --- what an expression reads in the end

  Reads reads_of(const std::vector<cel::Reference>& references, bool calls_host, const std::vector<Reads>& own) {
    Reads reads;
    reads.other_hosts = calls_host;
    for (const cel::Reference& reference : references) add_reference(reference, own, reads);
    return reads;
  }
  // The value knows from here on whether it reads what is sensitive.
  Reads reads_of(Dynamic& value, const std::vector<Reads>& own = {}) {
    Reads reads = reads_of(value.references(), value.calls_host(), own);
    value.set_reads_sensitive(reads.sensitive);
    return reads;
  }

  void add_reference(const cel::Reference& reference, const std::vector<Reads>& own, Reads& reads) {
    const std::string first = reference.path.empty() ? "" : reference.path.front();
    const auto each = [&](const auto& all, const auto& visit) {
      for (const auto& [name, one] : all) {
        if (first.empty() || first == name) visit(name, one);
      }
    };
    if (reference.slot >= slots::kFirstOwn) {
      reads.add(own.at(static_cast<std::size_t>(reference.slot - slots::kFirstOwn)));
    } else if (reference.slot == slots::kInputs) {
      each(module_.inputs, [&](const std::string& name, const Input& input) {
        reads.paths.insert({slots::kInputs, {name}, 0});
        reads.sensitive = reads.sensitive || input.sensitive;
      });
    } else if (reference.slot == slots::kValues) {
      each(module_.values, [&](const std::string&, const NamedValue& value) {
        reads.add(value.reads);
        reads.broken = reads.broken || value.broken;
      });
    } else if (reference.slot == slots::kModules) {
      const std::string output = reference.path.size() < 2 ? "" : reference.path.back();
      for (const auto& entry : module_.body) {
        const auto* call = std::get_if<ModuleCall>(&entry);
        if (call == nullptr || call->module == nullptr || (!first.empty() && first != call->name)) continue;
        reads.broken = reads.broken || call->broken;
        const auto exact = call->module->outputs.find(output);
        for (const auto& [name, one] : call->module->outputs) {
          if (exact == call->module->outputs.end() || name == output) reads.add(seen_by_caller(one.reads, *call));
        }
      }
    } else {
      if (reference.slot == slots::kFacts) module_.reads_facts = true;
      reads.paths.insert({reference.slot, reference.path, 0});
    }
  }

  // --- values and placement

  void check_value(NamedValue& value) {
    value.broken = !value.value.compile(scope(environment_));
    if (!value.broken) value.reads = reads_of(value.value);
    value.broken = value.broken || value.reads.broken;
  }

  // An environment with the names of for_each, what each of them reads, and what `when` proves.
  struct Names {
    cel::Environment environment;
    std::vector<Reads> own;
    std::vector<cel::Guard> proved;
  };

  ExpressionScope scope(const Names& names) const {
    return {names.environment, context_.sources, context_.diagnostics, names.proved};
  }

  bool check_loops(std::vector<Loop>& loops, Names& names, Reads& reads) {
    bool good = true;
    for (Loop& loop : loops) {
      Type key;
      Type element;
      const bool compiled = loop.over.compile(scope(names));
      if (compiled) {
        const Reads own = reads_of(loop.over, names.own);
        good = check_loop_type(loop, key, element) && good;
        if (own.sensitive) {
          shown(loop.over.span(), "the addresses of what it makes");
          good = false;
        }
        reads.add(own);
        for (std::size_t i = 0; i < loop.names.size(); ++i) names.own.push_back(own);
      } else {
        good = false;
        names.own.resize(names.own.size() + loop.names.size());
      }
      if (loop.names.size() == 2) names.environment.add_variable(loop.names[0], key);
      names.environment.add_variable(loop.names.back(), element);
    }
    return good;
  }

  bool check_loop_type(const Loop& loop, Type& key, Type& element) {
    const Type& type = loop.over.type();
    const Type text(Kind::kString);
    const auto entry = [&](const Type& value) {
      key = text;
      element = loop.names.size() == 2
                    ? value
                    : cel::make_record(loop.names.back(), {{"key", text, false}, {"value", value, false}});
      return true;
    };
    if (type.is_dyn()) return true;
    if (type.is(Kind::kList)) {
      key = Type(Kind::kInt);
      element = type.parameter(0);
      return true;
    }
    if (type.is(Kind::kMap)) return entry(type.parameter(1));
    if (type.is(Kind::kRecord)) return entry(Type());
    if (type.is(Kind::kNullable) || type.is(Kind::kNull)) {
      report(Code::kMayBeNull, "`for_each` needs a list or a map, and this may be null", loop.over.span(),
             "this is " + words_for(type), "give it an empty list for none: ${x == null ? [] : x}");
    } else {
      report(Code::kExpressionType, "`for_each` needs a list or a map", loop.over.span(), "this is " + words_for(type));
    }
    return false;
  }

  bool check_text(Dynamic& text, const char* what, const Names& names, Reads& reads) {
    if (!text.compile(scope(names))) return false;
    const Reads own = reads_of(text, names.own);
    reads.add(own);
    if (own.sensitive) {
      shown(text.span(), what);
      return false;
    }
    static const Json kText = {{"type", "string"}};
    return check_type(text, kText, kText, what);
  }

  bool check_placement(Placement& placement, Names& names, Reads& reads) {
    bool good = check_loops(placement.loops, names, reads);
    if (placement.when) {
      const bool compiled = placement.when->compile(scope(names));
      good = compiled && good;
      if (compiled) {
        const cel::Program& program = placement.when->program();
        const Reads own = reads_of(program.references(), program.calls_host(), names.own);
        placement.when->set_reads_sensitive(own.sensitive);
        reads.add(own);
        names.proved = program.proves(true);
      }
    }
    if (placement.id) good = check_text(*placement.id, "`id`", names, reads) && good;
    for (Dynamic& one : placement.after) good = check_text(one, "`after`", names, reads) && good;
    for (Dynamic& one : placement.before) good = check_text(one, "`before`", names, reads) && good;
    return good;
  }

  // --- types

  // Whether the parts of a value can be what the schema asks for.
  bool check_type(const Dynamic& value, const Json& schema, const Json& root, const std::string& name) {
    std::map<const lang::Node*, const Type*> types;
    for (const Dynamic::Spot& spot : value.spots()) types.emplace(spot.node, &spot.text.type());
    ValidateOptions options;
    options.root = &root;
    options.types = &types;
    const std::size_t before = context_.diagnostics.error_count();
    (void)validate(value.node(), schema, name, value.span(), options, context_.diagnostics);
    return context_.diagnostics.error_count() == before;
  }

  void shown(const SourceSpan& span, const std::string& where) {
    report(Code::kSecretShown, "a sensitive value would be shown in " + where, span, "reads a sensitive input",
           "use it where an attribute can be sensitive, such as `content`");
  }

  // --- resources

  void check_declaration(Declaration& declaration) {
    Names names{environment_, {}, {}};
    bool good = check_placement(declaration.placement, names, declaration.reads);
    const Json& schema = declaration.spec->schema.json();
    const std::string identity = schema["x-identity"].get<std::string>();
    for (auto& [attribute, value] : declaration.expressions) {
      const std::string name = "`" + (attribute == identity ? declaration.kind : attribute) + "`";
      if (!value.compile(scope(names))) {
        good = false;
        continue;
      }
      good = check_type(value, schema["properties"][attribute], schema, name) && good;
      good = take_reads(declaration, schema, attribute, name, reads_of(value, names.own), value.span()) && good;
    }
    for (auto& [attribute, text] : declaration.templates) {
      auto program = lang::Template::parse(text.origin.text, names.environment, names.proved);
      if (!program) {
        context_.diagnostics.add(cel::diagnose(program.error(), text.origin));
        good = false;
        continue;
      }
      text.program = std::move(*program);
      const Reads reads = reads_of(text.program->references(), text.program->calls_host(), names.own);
      text.reads_sensitive = reads.sensitive;
      good = take_reads(declaration, schema, attribute, "`" + attribute + "`", reads, text.span) && good;
    }
    if (declaration.verify_expression) good = check_probes(declaration, names) && good;
    declaration.broken = declaration.broken || !good || declaration.reads.broken;
    prepare(declaration, schema["properties"]);
  }

  // Probes stand in plans and messages, so nothing sensitive can be in them.
  bool check_probes(Declaration& declaration, const Names& names) {
    Dynamic& verify = *declaration.verify_expression;
    if (!verify.compile(scope(names))) return false;
    const Reads own = reads_of(verify, names.own);
    declaration.reads.add(own);
    if (own.sensitive) {
      shown(verify.span(), "`verify`");
      return false;
    }
    return check_type(verify, probes_schema(), builtin_schema("project"), "`verify`");
  }

  static void prepare(Declaration& declaration, const Json& properties) {
    auto spans = std::make_shared<AttributeSpans>();
    const auto note = [&](const std::string& attribute, const SourceSpan& span) {
      spans->emplace(attribute, span);
      const std::string target = properties[attribute].value("x-content-of", std::string());
      if (!target.empty()) spans->emplace(target, span);
    };
    for (const auto& [attribute, located] : declaration.literals) {
      declaration.literal_values[attribute] = located.value;
      note(attribute, located.span);
    }
    for (const auto& [attribute, value] : declaration.expressions) note(attribute, value.span());
    for (const auto& [attribute, text] : declaration.templates) note(attribute, text.span);
    declaration.spans = std::move(spans);
  }

  // Sensitivity goes with the values: what reads a sensitive input is sensitive, or an error where it cannot be.
  bool take_reads(Declaration& declaration, const Json& schema, const std::string& attribute, const std::string& name,
                  const Reads& reads, const SourceSpan& span) {
    declaration.reads.add(reads);
    if (!reads.sensitive || declaration.sensitive.contains(attribute)) return true;
    const Json& property = schema["properties"][attribute];
    const std::string content = property.value("x-content-of", std::string());
    const auto capable = [&](const std::string& one) {
      return schema["properties"].contains(one) && (schema["properties"][one].value("x-secret-capable", false) ||
                                                    schema["properties"][one].value("x-sensitive", false));
    };
    if (!capable(attribute) && !capable(content)) {
      shown(span, name);
      return false;
    }
    declaration.sensitive.insert(attribute);
    if (!content.empty()) declaration.sensitive.insert(content);
    for (const auto& [other, part] : schema["properties"].items()) {
      if (part.value("x-content-of", std::string()) == attribute) declaration.sensitive.insert(other);
    }
    return true;
  }

  // --- modules

  void check_call(ModuleCall& call) {
    Names names{environment_, {}, {}};
    bool good = check_placement(call.placement, names, call.reads);
    if (!call.all_literal) good = check_with(call, names) && good;
    good = check_inputs_given(call) && good;
    call.broken = call.broken || !good || call.reads.broken;
    call.needs_facts = std::any_of(call.reads.paths.begin(), call.reads.paths.end(),
                                   [](const cel::Reference& path) { return path.slot == slots::kFacts; });
    if (call.module == nullptr) return;
    module_.reads_facts = module_.reads_facts || call.module->reads_facts;
    for (const auto& entry : call.module->body) {
      call.reads.add(seen_by_caller(std::visit([](const auto& one) { return one.reads; }, entry), call));
    }
  }

  bool check_with(ModuleCall& call, const Names& names) {
    bool good = true;
    for (auto& [key, given] : call.with) {
      if (given.literal) continue;
      if (!given.value.compile(scope(names))) {
        good = false;
        continue;
      }
      given.reads = reads_of(given.value, names.own);
      call.reads.add(given.reads);
      good = check_given(call, key, given) && good;
    }
    return good;
  }

  bool check_given(const ModuleCall& call, const std::string& key, const Given& given) {
    if (call.module == nullptr) return true;
    const auto input = call.module->inputs.find(key);
    if (input == call.module->inputs.end()) {
      std::vector<std::string> names;
      for (const auto& [name, unused] : call.module->inputs) names.push_back(name);
      const std::string near = nearest(key, names);
      report(Code::kUnknownInput, "the module `" + call.name + "` declares no input `" + key + "`", given.key_span,
             near.empty() ? "not declared" : "did you mean `" + near + "`?");
      return false;
    }
    if (given.reads.sensitive && !input->second.sensitive) {
      context_.diagnostics.add(
          Diagnostic(Code::kSecretShown, "a sensitive value goes to an input that is not sensitive")
              .at(given.value.span(), "reads a sensitive input")
              .with_related(input->second.span, "this input")
              .with_hint("declare it with `sensitive: true`"));
      return false;
    }
    return check_type(given.value, input->second.schema, input->second.schema, "`" + key + "`");
  }

  bool check_inputs_given(const ModuleCall& call) {
    if (call.module == nullptr) return true;
    if (call.all_literal && call.with.size() == call.module->inputs.size()) return true;
    bool good = true;
    for (const auto& [name, input] : call.module->inputs) {
      if (input.default_value || call.with.contains(name) ||
          type_of_schema(input.schema, input.schema, name).is(Kind::kNullable))
        continue;
      context_.diagnostics.add(
          Diagnostic(Code::kInputMissing, "the module `" + call.name + "` needs the input `" + name + "`")
              .at(call.span, "not given here")
              .with_related(input.span, "declared here, without a default")
              .with_hint("give it under `with`"));
      good = false;
    }
    return good;
  }

  Module& module_;
  const CheckContext& context_;
  cel::Environment environment_;
};

}  // namespace

void Reads::add(const Reads& other) {
  paths.insert(other.paths.begin(), other.paths.end());
  other_hosts = other_hosts || other.other_hosts;
  sensitive = sensitive || other.sensitive;
  broken = broken || other.broken;
}

Reads seen_by_caller(const Reads& inside, const ModuleCall& call) {
  Reads seen;
  seen.other_hosts = inside.other_hosts;
  seen.sensitive = inside.sensitive;
  seen.broken = inside.broken;
  for (const cel::Reference& path : inside.paths) {
    if (path.slot != slots::kInputs) {
      seen.paths.insert(path);
    } else if (const auto given = call.with.find(path.path.front()); given != call.with.end()) {
      seen.add(given->second.reads);
    }
  }
  return seen;
}

cel::Environment environment_of(const Module& module) {
  cel::Environment environment;
  environment.add_variable("inputs", inputs_type(module));
  environment.add_variable("values", Type());
  environment.add_variable("facts", facts_type());
  environment.add_variable("host", host_type());
  environment.add_variable("modules", Type());
  add_host_functions(environment);
  return environment;
}

Module check(ParsedModule&& parsed, const CheckContext& context) {
  Module module{std::move(parsed), {}, false};
  Checker(module, context).run();
  return module;
}

std::optional<Reads> check_question(Expression& question, const Module& module, const CheckContext& context) {
  Module copy = module;
  return Checker(copy, context).question(question);
}

}  // namespace plumb::config
