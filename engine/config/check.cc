#include "engine/config/check.h"

#include <unordered_map>
#include <utility>

#include "engine/config/call_texts.h"
#include "engine/config/check_call.h"
#include "engine/config/check_declaration.h"
#include "engine/config/check_files.h"
#include "engine/config/check_placement.h"
#include "engine/config/kept_project.h"
#include "engine/config/order_values.h"
#include "engine/config/reading.h"
#include "engine/config/schema.h"
#include "engine/config/untyped.h"

namespace plumb::config {
namespace {

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
  module.moves = std::move(parsed.moves);
  for (ParsedSteps& one : parsed.around) {
    Steps& steps = module.around.emplace_back(Steps{std::move(one.on), std::move(one.of), one.after, {}});
    for (auto& declaration : one.steps) {
      steps.steps.emplace_back().written = std::move(declaration);
      steps.steps.back().broken = true;
    }
  }
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

// All parts of a module, in an order in which each finds known what it reads.
class Checker : private PlacementCheck {
 public:
  Checker(Module& module, const CheckContext& context, KeptModule* kept)
      : PlacementCheck(module, context), kept_(kept) {}

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
      for (const std::size_t index : step.calls) check_call(std::get<ModuleCall>(module_.body[index]), *this);
      names_.declare();
    }
    // That there are none of either is to be known too.
    if (module_.steps.empty()) names_.declare();
    check_resources();
    for (Steps& steps : module_.around) {
      for (Declaration& step : steps.steps) check_declaration(step, *this);
    }
    // Also those that nothing stands in.
    for (std::size_t i = 0; i < module_.blocks.size(); ++i) check_block(i);
    for (auto& [name, output] : module_.outputs) check_output(name, output);
    for (config::Check& check : module_.checks) check_assertion(check);
    for (auto& [name, reading] : module_.readings) check_reading(name, reading);
  }

 private:
  void check_resources() {
    if (kept_ != nullptr) {
      Meanings meanings = names_.meanings();
      if (meanings != kept_->meanings) kept_->checked.clear();
      kept_->meanings = std::move(meanings);
    }
    std::unordered_map<const ParsedDeclaration*, CheckedDeclaration> checked;
    for (auto& entry : module_.body) {
      auto* const declaration = std::get_if<Declaration>(&entry);
      if (declaration == nullptr) continue;
      if (kept_ == nullptr) {
        check_declaration(*declaration, *this);
      } else {
        check_kept(*declaration, checked);
      }
    }
    if (kept_ != nullptr) kept_->checked = std::move(checked);
  }

  void check_kept(Declaration& declaration, std::unordered_map<const ParsedDeclaration*, CheckedDeclaration>& checked) {
    // What is told of a block is no part of what is told of the first in it.
    if (const BlockIndex block = declaration.written->block) check_block(*block);
    const ParsedDeclaration* const key = declaration.written.get();
    auto known = kept_->checked.extract(key);
    if (known) {
      const CheckedDeclaration& one = known.mapped();
      declaration = one.declaration;
      for (const Diagnostic& told : one.found) context_.diagnostics.add(told);
      module_.reads_facts = module_.reads_facts || one.reads_facts;
      module_.asks_facts.insert(one.asks_facts.begin(), one.asks_facts.end());
      checked.insert(std::move(known));
      return;
    }
    const bool reads_facts = std::exchange(module_.reads_facts, false);
    std::set<std::string> asks_facts = std::exchange(module_.asks_facts, {});
    const std::size_t before = context_.diagnostics.items().size();
    check_declaration(declaration, *this);
    const std::vector<Diagnostic>& all = context_.diagnostics.items();
    checked.try_emplace(key, CheckedDeclaration{declaration,
                                                {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()},
                                                module_.reads_facts,
                                                module_.asks_facts});
    module_.reads_facts = module_.reads_facts || reads_facts;
    module_.asks_facts.merge(asks_facts);
  }

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

  void check_value(NamedValue& value, bool is_typed = false) {
    auto compiled = Dynamic::compile(value.written.value, scope(names_.environment()));
    if (!compiled || (!is_typed && !check_exact(compiled->node(), context_.diagnostics))) return;
    value.reads.add(reads_of(*compiled, {}));
    if (!value.reads.broken) value.value = std::move(compiled);
  }

  void check_output(const std::string& name, Output& output) {
    check_value(output, !output.schema.is_null());
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

  KeptModule* kept_;
};

}  // namespace

Module check(ParsedModule&& parsed, const CheckContext& context, KeptModule* kept) {
  Module module = unchecked(std::move(parsed));
  Checker(module, context, kept).run();
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
