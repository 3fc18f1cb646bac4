#include "engine/config/check.h"

#include <algorithm>

#include "engine/base/nearest.h"
#include "engine/config/call_texts.h"
#include "engine/config/check_files.h"
#include "engine/config/declaration.h"
#include "engine/config/foreign_braces.h"
#include "engine/config/manner.h"
#include "engine/config/module_names.h"
#include "engine/config/order_values.h"
#include "engine/config/reading.h"
#include "engine/config/schema.h"
#include "engine/config/template_files.h"
#include "engine/config/types.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using cel::Type;
using Kind = cel::Type::Kind;

// All that was written, and nothing of it good yet.
Module unchecked(ParsedModule&& parsed) {
  Module module;
  module.folder = std::move(parsed.folder);
  module.description = std::move(parsed.description);
  module.inputs = std::move(parsed.inputs);
  for (auto& [name, data] : parsed.data) module.data[name].written = std::move(data);
  for (ParsedValuesFrom& from : parsed.values_from) module.values_from.emplace_back().written = std::move(from);
  for (auto& [name, value] : parsed.values) module.values.emplace(name, NamedValue{std::move(value), {}, {}});
  for (auto& [name, reading] : parsed.readings) module.readings.emplace(name, Reading{std::move(reading), {}, {}});
  for (auto& [name, parsed_output] : parsed.outputs) {
    Output& output = module.outputs[name];
    output.schema = std::move(parsed_output.schema);
    output.reads.sensitive = parsed_output.sensitive;
    output.written = std::move(parsed_output);
  }
  for (ParsedCheck& check : parsed.checks) module.checks.push_back({std::move(check), {}, {}, {}});
  if (parsed.env) module.env = NamedValue{std::move(*parsed.env), {}, {}};
  for (ParsedBlock& block : parsed.blocks) module.blocks.push_back({std::move(block), {}, {}, {}});
  module.body.reserve(parsed.body.size());
  for (auto& entry : parsed.body) {
    if (auto* declaration = std::get_if<std::shared_ptr<const ParsedDeclaration>>(&entry)) {
      auto& one = std::get<Declaration>(module.body.emplace_back(Declaration()));
      one.written = std::move(*declaration);
      one.broken = true;
    } else {
      auto& one = std::get<ModuleCall>(module.body.emplace_back(ModuleCall()));
      one.written = std::move(std::get<std::shared_ptr<const ParsedCall>>(entry));
      one.broken = true;
    }
  }
  return module;
}

class Checker {
 public:
  Checker(Module& module, const CheckContext& context)
      : module_(module), context_(context), names_(module), known_in_(module.blocks.size()) {}

  void run() {
    type_call_texts(module_);
    check_files(module_, names_, context_);
    // Values and modules are worked out with it.
    if (module_.env) {
      const Names names{{}, names_.environment()};
      module_.env->value = check_env(module_.env->written.value, names, module_.env->reads);
    }
    // Types are found in the order in which values can be worked out. What has no place in it stays broken.
    module_.steps = order_values(module_, names_.environment(), context_);
    for (const Module::Step& step : module_.steps) {
      for (const std::string& name : step.values) check_value(module_.values.at(name));
      for (const std::size_t index : step.calls) check_call(std::get<ModuleCall>(module_.body[index]));
      names_.declare();
    }
    for (auto& entry : module_.body) {
      if (auto* declaration = std::get_if<Declaration>(&entry)) check_declaration(*declaration);
    }
    // Also those that nothing stands in.
    for (std::size_t i = 0; i < module_.blocks.size(); ++i) check_block(i);
    for (auto& [name, output] : module_.outputs) check_output(name, output);
    for (config::Check& check : module_.checks) check_assertion(check);
    for (auto& [name, reading] : module_.readings) check_reading(name, reading);
  }

 private:
  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {}) {
    context_.diagnostics.add(
        Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
  }

  Reads reads_of(const std::vector<cel::Reference>& references, bool calls_host, const std::vector<Reads>& own) {
    const auto is_told = [](const cel::Reference& one) {
      return one.slot == slots::kFacts || one.slot == slots::kReadings;
    };
    module_.reads_facts = module_.reads_facts || std::any_of(references.begin(), references.end(), is_told);
    return names_.reads_of(references, calls_host, own);
  }
  // The value knows from here on whether it reads what is sensitive.
  Reads reads_of(Dynamic& value, const std::vector<Reads>& own) {
    Reads reads = reads_of(value.references(), value.calls_host(), own);
    value.set_reads_sensitive(reads.sensitive);
    return reads;
  }

  // --- readings

  // What it asks is known before any reading is, and stands in plans.
  void check_reading(const std::string& name, Reading& reading) {
    if (reading.written.broken()) return;
    auto source = Dynamic::compile(reading.written.source, scope(names_.environment()));
    if (!source) return;
    const Reads reads = reads_of(*source, {});
    if (reads.sensitive) return shown(source->span(), "what the reading `" + name + "` asks");
    if (reads.of(slots::kReadings)) {
      report(Code::kExpressionUnsupported, "the source of the reading `" + name + "` reads a reading", source->span(),
             "its own or another one, by itself or through a value", "let it read inputs, facts and values of those");
      return;
    }
    const bool good = check_type(*source, source_schema(), builtin_schema("project"), "the reading `" + name + "`");
    if (good && !reads.broken) reading.source = std::move(source);
    reading.reads = reads;
  }

  // --- values and placement

  void check_value(NamedValue& value) {
    auto compiled = Dynamic::compile(value.written.value, scope(names_.environment()));
    if (!compiled) return;
    value.reads.add(reads_of(*compiled, {}));
    if (!value.reads.broken) value.value = std::move(compiled);
  }

  void check_output(const std::string& name, Output& output) {
    check_value(output);
    if (output.value && !output.schema.is_null() &&
        !check_type(*output.value, output.schema, output.schema, "`" + name + "`"))
      output.value.reset();
  }

  void check_assertion(config::Check& check) {
    if (!check.written.condition || !check.written.message) return;
    const Names names{{}, names_.environment()};
    check.condition = Condition::compile(check.written.condition, scope(names));
    if (check.condition) {
      const cel::Program& program = check.condition->program();
      const Reads own = reads_of(program.references(), program.calls_host(), {});
      check.condition->set_reads_sensitive(own.sensitive);
      check.reads.add(own);
    }
    check.message = check_text(check.written.message, "`message`", names, check.reads);
    check.broken = !check.condition || !check.message || check.reads.broken;
  }

  // What is known where something stands: names of for_each, what each of them reads, and what `when` proves.
  struct Known {
    std::vector<std::pair<std::string, Type>> variables;
    std::vector<Reads> own;
    std::vector<cel::Guard> proved;
  };
  struct Names : Known {
    cel::Environment environment;

    void add(const std::string& name, const Type& type) {
      variables.emplace_back(name, type);
      environment.add_variable(name, type);
    }
    bool has(const std::string& name) const {
      return std::any_of(variables.begin(), variables.end(), [&](const auto& one) { return one.first == name; });
    }
  };

  ExpressionScope scope(const cel::Environment& environment) const {
    return {environment, context_.sources, context_.diagnostics, {}};
  }
  ExpressionScope scope(const Names& names) const {
    return {names.environment, context_.sources, context_.diagnostics, names.proved};
  }

  bool check_loops(const ParsedPlacement& written, Placement& placement, Names& names, Reads& reads) {
    bool good = true;
    for (const ParsedLoop& loop : written.loops) {
      Type key;
      Type element;
      if (auto over = Dynamic::compile(loop.over, scope(names))) {
        const Reads own = reads_of(*over, names.own);
        good = check_loop_type(loop, over->type(), key, element) && good;
        if (own.sensitive) {
          shown(loop.over->span, "the addresses of what it makes");
          good = false;
        }
        reads.add(own);
        for (std::size_t i = 0; i < loop.names.size(); ++i) names.own.push_back(own);
        placement.loops.push_back({loop.names, std::move(*over)});
      } else {
        good = false;
        names.own.resize(names.own.size() + loop.names.size());
      }
      if (loop.names.size() == 2) names.add(loop.names[0], key);
      names.add(loop.names.back(), element);
    }
    return good;
  }

  // Those of a block are known in all that stands in it.
  bool check_new_names(const ParsedPlacement& written, const Names& names) {
    bool good = true;
    for (const ParsedLoop& loop : written.loops) {
      for (const std::string& name : loop.names) {
        if (!names.has(name)) continue;
        report(Code::kDuplicateKey, "`" + name + "` names an element of a block around this already", loop.span,
               "choose another name");
        good = false;
      }
    }
    return good;
  }

  bool check_loop_type(const ParsedLoop& loop, const Type& type, Type& key, Type& element) {
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
      report(Code::kMayBeNull, "`for_each` needs a list or a map, and this may be null", loop.over->span,
             "this is " + words_for(type), "give it an empty list for none: ${x == null ? [] : x}");
    } else {
      report(Code::kExpressionType, "`for_each` needs a list or a map", loop.over->span, "this is " + words_for(type));
    }
    return false;
  }

  // Nothing where the text is not good.
  std::optional<Dynamic> check_text(const WrittenValue& written, const char* what, const Names& names, Reads& reads) {
    auto text = Dynamic::compile(written, scope(names));
    if (!text) return std::nullopt;
    const Reads own = reads_of(*text, names.own);
    reads.add(own);
    if (own.sensitive) {
      shown(text->span(), what);
      return std::nullopt;
    }
    static const Json kText = {{"type", "string"}};
    if (!check_type(*text, kText, kText, what)) return std::nullopt;
    return text;
  }

  bool check_texts(const std::vector<WrittenValue>& written, const char* what, const Names& names, Reads& reads,
                   std::vector<Dynamic>& texts) {
    bool good = true;
    for (const WrittenValue& one : written) {
      if (auto text = check_text(one, what, names, reads)) {
        texts.push_back(std::move(*text));
      } else {
        good = false;
      }
    }
    return good;
  }

  bool check_placement(const ParsedPlacement& written, Placement& placement, Names& names, Reads& reads) {
    bool good = check_new_names(written, names);
    good = check_loops(written, placement, names, reads) && good;
    if (written.when) {
      placement.when = Condition::compile(written.when, scope(names));
      good = placement.when && good;
    }
    if (placement.when) {
      const cel::Program& program = placement.when->program();
      const Reads own = reads_of(program.references(), program.calls_host(), names.own);
      placement.when->set_reads_sensitive(own.sensitive);
      reads.add(own);
      for (const cel::Guard& guard : program.proves(true)) names.proved.push_back(guard);
    }
    if (written.id) {
      placement.id = check_text(written.id, "`id`", names, reads);
      good = placement.id && good;
    }
    good = check_texts(written.after, "`after`", names, reads, placement.after) && good;
    return check_texts(written.before, "`before`", names, reads, placement.before) && good;
  }

  // Variables stand in plans, so nothing sensitive can be in them.
  std::optional<Dynamic> check_env(const WrittenValue& written, const Names& names, Reads& reads) {
    auto env = Dynamic::compile(written, scope(names));
    if (!env) return std::nullopt;
    const Reads own = reads_of(*env, names.own);
    reads.add(own);
    if (own.sensitive) {
      shown(env->span(), "`env`");
      return std::nullopt;
    }
    if (!check_type(*env, env_schema(), builtin_schema("project"), "`env`")) return std::nullopt;
    return env;
  }

  // --- blocks

  void check_block(std::size_t index) {
    if (known_in_[index]) return;
    Block& block = module_.blocks[index];
    const BlockIndex around = block.written.around;
    Names names = names_in(around);
    bool good = check_placement(block.written.placement, block.placement, names, block.reads);
    if (block.written.env) {
      block.env = check_env(block.written.env, names, block.reads);
      good = good && block.env;
    }
    if (around) block.reads.add(module_.blocks[*around].reads);
    block.broken = block.written.broken || !good || block.reads.broken || (around && module_.blocks[*around].broken);
    known_in_[index] = std::move(names);
  }

  // Values and modules may have become known since the block was checked.
  Names names_in(BlockIndex block) {
    Names names{{}, names_.environment()};
    if (!block) return names;
    check_block(*block);
    const Known& known = *known_in_[*block];
    names.own = known.own;
    names.proved = known.proved;
    for (const auto& [name, type] : known.variables) names.add(name, type);
    return names;
  }

  // Whether all is well with the block that something stands in.
  bool take_block(BlockIndex block, Reads& reads) const {
    if (!block) return true;
    reads.add(module_.blocks[*block].reads);
    return !module_.blocks[*block].broken;
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
    const ParsedDeclaration& written = *declaration.written;
    declaration.sensitive = written.marked_sensitive;
    Names names = names_in(written.block);
    bool good = take_block(written.block, declaration.reads);
    good = check_placement(written.placement, declaration.placement, names, declaration.reads) && good;
    const Json& schema = written.spec->schema.json();
    good = check_expressions(declaration, schema, names) && good;
    good = check_templates(declaration, schema, names) && good;
    good = check_choices(declaration, schema, names) && good;
    if (written.verify_expression) good = check_probes(declaration, names) && good;
    if (written.env) {
      declaration.env = check_env(written.env, names, declaration.reads);
      good = good && declaration.env;
    }
    declaration.broken = written.broken || !good || declaration.reads.broken;
    const auto known = [&](std::string_view name) {
      return names.environment.find_variable(name) >= 0 || module_.inputs.contains(std::string(name)) ||
             module_.values.contains(std::string(name));
    };
    warn_of_foreign_braces(written, known, context_.diagnostics);
    prepare(declaration, schema["properties"]);
  }

  bool check_expressions(Declaration& declaration, const Json& schema, const Names& names) {
    bool good = true;
    const std::string identity = schema["x-identity"].get<std::string>();
    for (const auto& [attribute, value] : declaration.written->expressions) {
      const std::string name = "`" + (attribute == identity ? declaration.written->kind : attribute) + "`";
      auto compiled = Dynamic::compile(value, scope(names));
      if (!compiled) {
        good = false;
        continue;
      }
      good = check_type(*compiled, schema["properties"][attribute], schema, name) && good;
      good = take_reads(declaration, schema, attribute, name, reads_of(*compiled, names.own), value->span) && good;
      declaration.expressions.emplace_hint(declaration.expressions.end(), attribute, std::move(*compiled));
    }
    return good;
  }

  bool check_templates(Declaration& declaration, const Json& schema, const Names& names) {
    bool good = true;
    for (const auto& [attribute, text] : declaration.written->templates) {
      auto checked = check_template(declaration, schema, attribute, text, names);
      good = good && checked;
      if (checked) declaration.templates.emplace(attribute, std::move(*checked));
    }
    return good;
  }

  std::optional<TemplateText> check_template(Declaration& declaration, const Json& schema, const std::string& attribute,
                                             const ParsedTemplate& text, const Names& names) {
    std::vector<cel::Fault> more;
    std::string joined;
    auto program = lang::Template::parse(texts_of(text, joined), names.environment, names.proved, &more);
    if (!program) {
      context_.diagnostics.add(diagnose(program.error(), text));
      for (const cel::Fault& fault : more) context_.diagnostics.add(diagnose(fault, text));
      return std::nullopt;
    }
    const Reads reads = reads_of(program->references(), program->calls_host(), names.own);
    if (!take_reads(declaration, schema, attribute, "`" + attribute + "`", reads, text.span)) return std::nullopt;
    return TemplateText{std::move(*program), reads.sensitive};
  }

  bool check_choices(Declaration& declaration, const Json& schema, const Names& names) {
    bool good = true;
    for (const auto& [attribute, written] : declaration.written->choices) {
      AttributeChoice choice;
      auto file = check_choice(written.choice, names, declaration.reads);
      good = good && file;
      for (const auto& [path, text] : written.templates) {
        auto checked = check_template(declaration, schema, attribute, text, names);
        good = good && checked;
        if (checked) choice.templates.emplace(path, std::move(*checked));
      }
      if (!file) continue;
      choice.file = std::move(*file);
      declaration.choices.emplace(attribute, std::move(choice));
    }
    return good;
  }

  std::optional<FileChoice> check_choice(const ParsedChoice& written, const Names& names, Reads& reads) {
    auto file = FileChoice::compile(written, scope(names));
    if (!file) return std::nullopt;
    static const Json kText = {{"type", "string"}};
    bool good = true;
    for (Dynamic& path : file->paths()) {
      const Reads own = reads_of(path, names.own);
      reads.add(own);
      if (own.sensitive) shown(path.span(), "a path");
      good = !own.sensitive && check_type(path, kText, kText, "a path") && good;
    }
    return good ? std::move(file) : std::nullopt;
  }

  // Probes stand in plans and messages, so nothing sensitive can be in them.
  bool check_probes(Declaration& declaration, const Names& names) {
    auto verify = Dynamic::compile(declaration.written->verify_expression, scope(names));
    if (!verify) return false;
    const Reads own = reads_of(*verify, names.own);
    declaration.reads.add(own);
    if (own.sensitive) {
      shown(verify->span(), "`verify`");
      return false;
    }
    if (!check_type(*verify, probes_schema(), builtin_schema("project"), "`verify`")) return false;
    declaration.verify = std::move(verify);
    return true;
  }

  static void prepare(Declaration& declaration, const Json& properties) {
    auto spans = std::make_shared<AttributeSpans>();
    const auto note = [&](const std::string& attribute, const SourceSpan& span) {
      spans->emplace(attribute, span);
      const std::string target = properties[attribute].value("x-content-of", std::string());
      if (!target.empty()) spans->emplace(target, span);
    };
    const ParsedDeclaration& written = *declaration.written;
    for (const auto& [attribute, located] : written.literals) {
      declaration.literal_values[attribute] = located.value;
      note(attribute, located.span);
    }
    for (const auto& [attribute, value] : written.expressions) note(attribute, value->span);
    for (const auto& [attribute, text] : written.templates) note(attribute, text.span);
    for (const auto& [attribute, one] : written.choices) note(attribute, one.choice.span);
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
    const ParsedCall& written = *call.written;
    Names names = names_in(written.block);
    bool good = take_block(written.block, call.reads);
    good = check_placement(written.placement, call.placement, names, call.reads) && good;
    const bool texts_alone = call.with.size() == written.with.size();
    if (!texts_alone) good = check_with(call, names) && good;
    if (!texts_alone || written.module == nullptr || written.with.size() != written.module->inputs.size())
      good = check_inputs_given(written) && good;
    call.broken = written.broken || !good || call.reads.broken;
    call.needs = call.reads;
    if (written.module == nullptr) return;
    module_.reads_facts = module_.reads_facts || written.module->reads_facts;
    for (const auto& entry : written.module->body) {
      call.reads.add(seen_by_caller(std::visit([](const auto& one) { return one.reads; }, entry), call));
    }
    for (const config::Check& check : written.module->checks) call.reads.add(seen_by_caller(check.reads, call));
  }

  bool check_with(ModuleCall& call, const Names& names) {
    bool good = true;
    for (const auto& [key, given] : call.written->with) {
      if (call.with.contains(key)) continue;
      auto value = Dynamic::compile(given.value, scope(names));
      if (!value) {
        good = false;
        continue;
      }
      const Reads reads = reads_of(*value, names.own);
      call.reads.add(reads);
      good = check_given(*call.written, key, *value, reads.sensitive) && good;
      call.with.emplace(key, Given{std::move(*value), reads});
    }
    return good;
  }

  bool check_given(const ParsedCall& call, const std::string& key, const Dynamic& value, bool sensitive) {
    if (call.module == nullptr) return true;
    const auto input = call.module->inputs.find(key);
    if (input == call.module->inputs.end()) {
      std::vector<std::string> names;
      for (const auto& [name, unused] : call.module->inputs) names.push_back(name);
      const std::string near = nearest(key, names);
      report(Code::kUnknownInput, "the module `" + call.name + "` declares no input `" + key + "`",
             call.with.at(key).key_span, near.empty() ? "not declared" : "did you mean `" + near + "`?");
      return false;
    }
    if (sensitive && !input->second.sensitive) {
      context_.diagnostics.add(
          Diagnostic(Code::kSecretShown, "a sensitive value goes to an input that is not sensitive")
              .at(value.span(), "reads a sensitive input")
              .with_related(input->second.span, "this input")
              .with_hint("declare it with `sensitive: true`"));
      return false;
    }
    return check_type(value, input->second.schema, input->second.schema, "`" + key + "`");
  }

  bool check_inputs_given(const ParsedCall& call) {
    if (call.module == nullptr) return true;
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
  ModuleNames names_;
  std::vector<std::optional<Known>> known_in_;  // each block, once it is checked
};

}  // namespace

Module check(ParsedModule&& parsed, const CheckContext& context) {
  Module module = unchecked(std::move(parsed));
  Checker(module, context).run();
  return module;
}

std::optional<Question> check_question(lang::Node text, const Module& module, const CheckContext& context) {
  ModuleNames names(module);
  names.declare();
  auto expression = Expression::compile(std::make_shared<const lang::Node>(std::move(text)),
                                        {names.environment(), context.sources, context.diagnostics, {}});
  if (!expression) return std::nullopt;
  const cel::Program& program = expression->program();
  Reads reads = names.reads_of(program.references(), program.calls_host(), {});
  expression->set_reads_sensitive(reads.sensitive);
  return Question{std::move(*expression), std::move(reads)};
}

}  // namespace plumb::config
