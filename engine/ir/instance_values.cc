// What a module knows on a host: values, data, readings, and whether what something reads is known.
#include <algorithm>
#include <utility>

#include "engine/config/reading.h"
#include "engine/config/told_facts.h"
#include "engine/config/validate.h"
#include "engine/ir/instance.h"
#include "engine/ir/placed.h"
#include "engine/lang/cel/convert.h"

namespace plumb::ir {

using cel::Value;
namespace slots = config::slots;

void Expander::Instance::work_out() {
  work_out_data();
  for (const config::ValuesFrom& from : module_.values_from) work_out_values(from);
  if (!values_.empty()) set(slots::kValues, Value::record(fields_of(values_)));
  if (module_.env && module_.env->value && known(module_.env->reads)) {
    std::map<std::string, std::string> env;
    if (config::overlay_env(*module_.env->value, evaluation(), env)) around_.env.insert(env.begin(), env.end());
  }
  for (const config::Module::Step& step : module_.steps) {
    for (const std::string& name : step.values) work_out_value(name);
    set(slots::kValues, Value::record(fields_of(values_)));
    for (const std::size_t index : step.calls) use(index);
    set(slots::kModules, Value::record(fields_of(modules_)));
  }
}

void Expander::Instance::run(Resources& resources) {
  // Those of the project come before those of the modules that it moves.
  for (const config::ParsedMove& move : module_.moves) {
    expander_.moves_.push_back(
        {config::below(path_, move.from.text), config::below(path_, move.to.text), move.from.span});
  }
  work_out();
  for (const config::Check& check : module_.checks) {
    if (check.broken || !known(check.reads)) continue;
    expander_.used_readings_.merge(readings_of(check.reads));
    decide(check, evaluation(), [this](const cel::Reference& reference) { return place_of(reference); });
  }
  give(0, module_.body.size(), std::nullopt, "", resources);
}

void Expander::Instance::run_steps(const config::Steps& steps, Resources& resources) {
  for (const config::Declaration& step : steps.steps) {
    if (!step.broken && !known(step.reads)) {
      diagnostics_.add(Diagnostic(Code::kStepFailed, "the step cannot be worked out: what it reads is not known here")
                           .at(step.written->span, "reads a reading, or an input without a value"));
      continue;
    }
    declare(step, "", resources);
  }
}

void Expander::Instance::look_for_readings(const config::Reads* question) {
  work_out();
  std::set<std::string> names;
  const auto add = [&names](const config::Reads& reads) {
    for (const cel::Reference& path : reads.paths) {
      if (path.slot == slots::kReadings && !path.path.empty()) names.insert(path.path.front());
    }
  };
  if (question != nullptr) add(*question);
  if (question == nullptr || question->paths.contains({slots::kReadings, {}, 0})) {
    for (std::size_t i = 0; i < module_.body.size(); ++i) {
      if (is_here(i))
        add(std::visit([](const auto& one) -> const config::Reads& { return needs_of(one); }, module_.body[i]));
    }
  }
  if (question == nullptr) {
    for (const config::Check& check : module_.checks) add(check.reads);
    for (const config::Steps& steps : module_.around) {
      for (const config::Declaration& step : steps.steps) add(step.reads);
    }
  }
  for (const std::string& name : std::exchange(names, {})) want(name, false);
  // Whoever uses the module may use them.
  if (question == nullptr || !path_.empty()) {
    for (const auto& [name, output] : module_.outputs) add(output.reads);
  }
  for (const std::string& name : names) want(name, given_out_only_ && !is_used(name));
}

bool Expander::Instance::is_used(const std::string& reading) const {
  const auto reads_it = [&reading](const config::Reads& reads) {
    return std::any_of(reads.paths.begin(), reads.paths.end(), [&reading](const cel::Reference& path) {
      return path.slot == slots::kReadings && (path.path.empty() ? "" : path.path.front()) == reading;
    });
  };
  const auto entry_reads = [&reads_it](const auto& entry) { return reads_it(needs_of(entry)); };
  return std::any_of(module_.body.begin(), module_.body.end(),
                     [&](const auto& entry) { return std::visit(entry_reads, entry); }) ||
         std::any_of(module_.checks.begin(), module_.checks.end(),
                     [&](const config::Check& check) { return reads_it(check.reads); }) ||
         std::any_of(module_.around.begin(), module_.around.end(), [&](const config::Steps& steps) {
           return std::any_of(steps.steps.begin(), steps.steps.end(),
                              [&](const config::Declaration& step) { return reads_it(step.reads); });
         });
}

Value Expander::Instance::outputs() {
  std::vector<std::pair<std::string, Value>> fields;
  for (const auto& [name, output] : module_.outputs) {
    if (output.broken() || !known(output.reads)) continue;
    fields.emplace_back(name, value_of(name, output).value_or(without_value()));
  }
  return Value::record(std::move(fields));
}

bool Expander::Instance::is_here(std::size_t index) {
  const auto& placement = std::visit(
      [](const auto& one) -> const auto& { return one.written->placement; }, module_.body[index]);
  const std::vector<std::size_t> blocks = module_.chain_of(block_of(index));
  return applies(placement) && std::all_of(blocks.begin(), blocks.end(), [&](std::size_t block) {
           return applies(module_.blocks[block].written.placement);
         });
}

void Expander::Instance::want(const std::string& name, bool given_out_only) {
  const config::Reading& reading = module_.readings.at(name);
  const std::string full = config::below(path_, name);
  const bool there = told_.readings != nullptr && told_.readings->contains(full);
  const bool wanted = std::any_of(wanted_->readings.begin(), wanted_->readings.end(),
                                  [&full](const WantedReading& one) { return one.name == full; });
  if (there || wanted || reading.broken() || !known(reading.reads)) return;
  const config::Evaluation evaluated = evaluation();
  const config::Evaluation telling{evaluated.activation, evaluated.sources, wanted_->diagnostics};
  const std::optional<lang::Node> node = reading.source->resolve(telling);
  std::optional<ReadingSource> source =
      node ? config::source_of(reading.written, *node, wanted_->diagnostics) : std::nullopt;
  if (!source) return;
  std::vector<std::string> after;
  for (const std::string& glob : reading.written.after) after.push_back(config::below(path_, glob));
  wanted_->readings.push_back({full, &reading.written, std::move(*source), std::move(after), given_out_only});
}

std::set<std::string> Expander::Instance::readings_of(const config::Reads& reads) const {
  std::set<std::string> names = readings_around_;
  if (told_.readings == nullptr || told_.readings->empty()) return names;
  for (const cel::Reference& path : reads.paths) {
    if (path.slot != slots::kReadings) continue;
    if (!path.path.empty()) {
      names.insert(config::below(path_, path.path.front()));
    } else {
      for (const auto& [name, unused] : *told_.readings) {
        const std::size_t own = path_.empty() ? 0 : path_.size() + 1;
        const bool within = path_.empty() || name.starts_with(path_ + "/");
        if (within && name.find('/', own) != std::string::npos) names.insert(name);
      }
    }
  }
  return names;
}

Value Expander::Instance::own_readings() const {
  std::vector<std::pair<std::string, Value>> fields;
  for (const auto& [name, reading] : module_.readings) {
    const auto told = told_.readings->find(config::below(path_, name));
    if (told != told_.readings->end() && !reading.written.local)
      fields.emplace_back(name, cel::from_json(told->second.value));
  }
  return Value::record(std::move(fields));
}

bool Expander::Instance::has_local_facts() const {
  return std::any_of(module_.readings.begin(), module_.readings.end(),
                     [](const auto& reading) { return reading.second.written.local; });
}

void Expander::Instance::set_facts() {
  if (!has_local_facts()) {
    set(slots::kFacts, told_.facts == nullptr ? Value::record({}) : cel::from_json(*told_.facts));
    return;
  }
  Json facts = told_.facts == nullptr ? Json::object() : *told_.facts;
  for (const auto& [name, reading] : module_.readings) {
    if (!reading.written.local || told_.readings == nullptr) continue;
    const auto told = told_.readings->find(config::below(path_, name));
    if (told != told_.readings->end()) facts[config::kLocalFacts][reading.written.value.name] = told->second.value;
  }
  set(slots::kFacts, cel::from_json(facts));
}

std::optional<Value> Expander::Instance::value_of(const std::string& name, const config::Output& output) {
  if (output.schema.is_null()) return output.value->evaluate(evaluation());
  const auto node = output.value->resolve(evaluation());
  config::ValidateOptions options;
  options.sensitive = output.reads.sensitive;
  auto typed =
      node ? config::validate(*node, output.schema, "`" + name + "`", output.value->span(), options, diagnostics_)
           : std::nullopt;
  return typed ? std::optional(cel::from_json(*typed)) : std::nullopt;
}

std::optional<SourceSpan> Expander::Instance::place_of(const cel::Reference& reference) const {
  if (reference.path.empty()) return std::nullopt;
  const std::string& name = reference.path.front();
  if (reference.slot == slots::kData) return module_.data.at(name).written.span;
  if (reference.slot == slots::kReadings) return module_.readings.at(name).written.value.span;
  if (reference.slot == slots::kValues) {
    const auto value = module_.values.find(name);
    return value == module_.values.end() ? module_.found_values.at(name).span : value->second.written.span;
  }
  if (reference.slot != slots::kInputs) return std::nullopt;
  const config::Input& input = module_.inputs.at(name);
  if (call_ == nullptr) {
    const config::Located* value = config::input_value(expander_.project_, host_, name);
    return value == nullptr || value->span.line == 0 ? input.span : value->span;
  }
  const auto given = call_->written->with.find(name);
  return given == call_->written->with.end() ? input.span : given->second.value->span;
}

void Expander::Instance::note_open(const config::Placement& placement, const config::Reads& reads,
                                   const config::ReadsButWhen& but_when, bool any) {
  if (leaves_open()) return note_open_but_when(placement, reads, but_when, any);
  if ((any && placement.loops.empty()) || told_.readings == nullptr || told_.readings->empty()) return;
  if (!readings_around_.empty() || reads.of(slots::kReadings)) expander_.open_readings_.merge(readings_of(reads));
}

bool Expander::Instance::known(const config::Reads& reads) const {
  if (!is_told(reads)) return false;
  return missing_.empty() || std::none_of(reads.paths.begin(), reads.paths.end(), [&](const cel::Reference& path) {
           return path.slot == slots::kInputs && missing_.contains(path.path.front());
         });
}

bool Expander::Instance::is_told(const config::Reads& reads) const {
  if (told_.facts == nullptr && reads.of(slots::kFacts)) return false;
  if (told_.readings != nullptr && wanted_ == nullptr) return true;
  return std::all_of(reads.paths.begin(), reads.paths.end(), [&](const cel::Reference& path) {
    if (path.slot != slots::kReadings) return true;
    if (told_.readings == nullptr) return false;
    // Of those of modules, what they come to says whether they are known.
    return path.path.empty() || told_.readings->contains(config::below(path_, path.path.front()));
  });
}

config::Evaluation Expander::Instance::evaluation() {
  activation_ = {slots_, &lookup_};
  return {activation_, expander_.sources_, diagnostics_, expander_.without_secrets_};
}

std::vector<std::pair<std::string, Value>> Expander::Instance::fields_of(const std::map<std::string, Value>& values) {
  return {values.begin(), values.end()};
}

void Expander::Instance::work_out_value(const std::string& name) {
  const config::NamedValue& value = module_.values.at(name);
  if (value.broken() || !known(value.reads)) return;
  values_[name] = value.value->evaluate(evaluation()).value_or(without_value());
}

void Expander::Instance::work_out_data() {
  std::vector<std::pair<std::string, Value>> fields;
  for (const auto& [name, data] : module_.data) {
    if (data.broken || !known(data.reads)) continue;
    const auto file = data.choice->choose(data.written.choice, "`" + name + "`", evaluation());
    fields.emplace_back(name, file ? data.values.at(*file) : without_value());
  }
  set(slots::kData, Value::record(std::move(fields)));
}

void Expander::Instance::work_out_values(const config::ValuesFrom& from) {
  if (from.broken || !known(from.choice_reads)) return;
  const auto file = from.choice->choose(from.written.choice, "`values_from`", evaluation());
  if (!file) {
    for (const auto& [name, value] : module_.found_values) {
      if (&module_.values_from[value.from] == &from) values_[name] = without_value();
    }
    return;
  }
  for (const auto& [name, value] : from.values.at(*file)) {
    if (known(module_.found_values.at(name).reads))
      values_[name] = value.evaluate(evaluation()).value_or(without_value());
  }
}

bool Expander::Instance::applies(const config::ParsedPlacement& placement) {
  return !placement.on || expander_.selects(*placement.on, host_.name, diagnostics_);
}

std::vector<const config::Pattern*> Expander::Instance::patterns_of(const config::ParsedPlacement& placement,
                                                                    config::BlockIndex block) const {
  std::vector<const config::Pattern*> patterns = patterns_;
  for (const config::Pattern* pattern : ir::patterns_of(module_, placement, block)) patterns.push_back(pattern);
  return patterns;
}

std::string Expander::Instance::doer_of(const config::ParsedDeclaration& declaration) {
  if (!declaration.placement.once) return {};
  const std::string& first = expander_.first_of(patterns_of(declaration.placement, declaration.block), diagnostics_);
  return first == host_.name ? std::string() : first;
}

bool Expander::Instance::holds(const config::Placement& placement) {
  return !placement.when || placement.when->holds(evaluation()).value_or(false);
}

}  // namespace plumb::ir
