// Uses of modules: what they are given, and what comes of them.
#include "engine/config/validate.h"
#include "engine/ir/instance.h"
#include "engine/lang/cel/convert.h"

namespace plumb::ir {

using cel::Value;
namespace slots = config::slots;

void Expander::Instance::use(std::size_t index) {
  const auto& call = std::get<config::ModuleCall>(module_.body[index]);
  if (call.broken || !applies(call.written->placement) || !inputs_known(call)) return;
  std::vector<std::pair<std::string, Value>> repeated;
  enter_all(module_.chain_of(call.written->block), "", [&](const std::string& around) {
    bool any = false;
    // What it gives out is there, or it is not.
    can_wait_ = call.written->module->outputs.empty();
    if (!can_wait_ && !turns_.conditions.empty()) expander_.undecidable_ = true;
    repeat(call.placement, 0, around, [&](const std::string& key) {
      can_wait_ = true;
      any = true;
      Value outputs = use_once(call, key, used_[{index, around}]);
      if (repeats(call)) {
        repeated.emplace_back(key, std::move(outputs));
      } else {
        modules_[call.written->name] = std::move(outputs);
      }
    });
    can_wait_ = true;
    note_open(call.placement, call.needs, call.but_when, any);
  });
  if (repeats(call)) {
    cel::MapBuilder map;
    for (auto& [key, outputs] : repeated) map.add(Value::string(key), std::move(outputs));
    modules_[call.written->name] = std::move(map).finish();
  }
}

bool Expander::Instance::repeats(const config::ModuleCall& call) const {
  return !call.placement.loops.empty() || module_.repeats(call.written->block);
}

bool Expander::Instance::inputs_known(const config::ModuleCall& call) const {
  return is_told(call.needs) && (missing_.empty() || known(call.reads));
}

Value Expander::Instance::use_once(const config::ModuleCall& call, const std::string& key, Resources& resources) {
  std::string name = call.written->name;
  if (repeats(call)) name += "[" + key + "]";
  if (call.placement.id) {
    const auto id = call.placement.id->resolve(evaluation());
    if (!id) return without_value();
    name = id->text;
  }
  if (name.empty() || name.find('/') != std::string::npos || name.find(':') != std::string::npos) {
    diagnostics_.add(
        Diagnostic(Code::kBadValue, "`" + name + "` cannot begin an address")
            .at(call.placement.id ? call.placement.id->span() : call.written->span, "gives a module's name")
            .with_hint("give the module an `id` without `/` and `:`")
            .on(host_.name));
    return without_value();
  }
  const std::string path = config::below(path_, name);
  auto inputs = inputs_of(call);
  if (!inputs) return without_value();
  Instance inside(expander_, *call.written->module, path, host_, told_, wanted_, diagnostics_);
  inside.set_call(&call);
  inside.set_patterns(patterns_of(call.written->placement, call.written->block));
  inside.set(slots::kInputs, std::move(*inputs));
  if (has_local_facts() || inside.has_local_facts()) {
    inside.set_facts();
  } else {
    inside.set(slots::kFacts, slots_[slots::kFacts]);
  }
  inside.set(slots::kHost, slots_[slots::kHost]);
  config::Surroundings around = around_;
  around.tags.insert(call.written->tags.begin(), call.written->tags.end());
  inside.set_surroundings(std::move(around));
  inside.readings_around_ = readings_here(call.needs, call.but_when);
  inside.turns_ = {turns_.conditions, turns_.hold, {}};
  if (wanted_ != nullptr) {
    if (given_out_only_ && !is_used("")) inside.set_given_out_only();
    inside.look_for_readings(nullptr);
    return inside.outputs();
  }
  const std::size_t first = resources.size();
  inside.run(resources);
  order(call, resources, first);
  return inside.outputs();
}

std::optional<Value> Expander::Instance::inputs_of(const config::ModuleCall& call) {
  std::vector<std::pair<std::string, Value>> fields;
  fields.reserve(call.written->module->inputs.size());
  bool good = true;
  auto next = call.with.begin();  // in the order of the inputs, and none that is not declared
  for (const auto& [name, input] : call.written->module->inputs) {
    if (next == call.with.end() || next->first != name) {
      fields.emplace_back(name, input.default_value ? cel::from_json(input.default_value->value) : Value::null());
      continue;
    }
    const config::Given& given = (next++)->second;
    if (const auto* text = std::get_if<Json>(&given.value)) {
      fields.emplace_back(name, cel::from_json(*text));
      continue;
    }
    const auto& value = std::get<config::Dynamic>(given.value);
    if (value.is_expression() && config::falls_back_from_null(input)) {
      const std::optional<Value> alone = value.evaluate(evaluation());
      if (alone && alone->is_null()) {
        fields.emplace_back(name, cel::from_json(input.default_value->value));
        continue;
      }
    }
    const auto node = value.resolve(evaluation());
    config::ValidateOptions options;
    options.sensitive = input.sensitive;
    auto typed = node ? config::validate(*node, input.schema, "`" + name + "`", value.span(), options, diagnostics_)
                      : std::nullopt;
    const bool unknown = !node && input.sensitive && expander_.without_secrets_;
    good = good && (typed || unknown);
    if (typed || unknown) fields.emplace_back(name, typed ? cel::from_json(*typed) : without_value());
  }
  if (!good) return std::nullopt;
  return Value::record(std::move(fields));
}

void Expander::Instance::order(const config::ModuleCall& call, Resources& resources, std::size_t first) {
  if (call.placement.after.empty() && call.placement.before.empty()) return;
  const auto after = config::resolve_patterns(call.placement.after, path_, evaluation());
  const auto before = config::resolve_patterns(call.placement.before, path_, evaluation());
  if (!after || !before) return;
  for (std::size_t i = first; i < resources.size(); ++i) {
    auto ordered = std::make_shared<config::Resource>(*resources[i].resource);
    ordered->after.insert(ordered->after.end(), after->begin(), after->end());
    ordered->before.insert(ordered->before.end(), before->begin(), before->end());
    resources[i].resource = std::move(ordered);
    resources[i].constant = false;
  }
}

}  // namespace plumb::ir
