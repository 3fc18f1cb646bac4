#include "engine/ir/expand.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>

#include "engine/config/layers.h"
#include "engine/config/validate.h"
#include "engine/lang/cel/convert.h"

namespace plumb::ir {
namespace {

using cel::Value;
namespace slots = config::slots;

// What for_each, all loops of one resource or module together, may make.
constexpr std::size_t kMostRepeats = 10'000;

std::string key_text(const Value& key) {
  std::string text;
  (void)cel::append_text(text, key);
  return text;
}

Value host_value(const config::Host& host) {
  std::vector<std::pair<std::string, Value>> fields;
  fields.emplace_back("address", Value::string(host.connection.address));
  fields.emplace_back("groups", cel::from_json(Json(host.groups)));
  fields.emplace_back("name", Value::string(host.name));
  return Value::record(std::move(fields));
}

// In the place of a value whose fault was told.
Value without_value() {
  return Value::error(Code::kEvaluationFailed, cel::kToldBefore);
}

}  // namespace

bool reads_facts(const config::Reads& reads) {
  return std::any_of(reads.paths.begin(), reads.paths.end(),
                     [](const cel::Reference& path) { return path.slot == slots::kFacts; });
}

// One use of a module on one host; the project itself is one.
class Expander::Instance {
 public:
  Instance(Expander& expander, const config::Module& module, std::string path, const config::Host& host,
           bool facts_known, Diagnostics& diagnostics)
      : expander_(expander),
        module_(module),
        path_(std::move(path)),
        host_(host),
        facts_known_(facts_known),
        diagnostics_(diagnostics),
        folder_{expander.project_.place(), module.folder},
        lookup_{expander.project_, expander.inventory_, expander.recorded_, folder_.own()},
        slots_(slots::kFirstOwn) {}

  // Inputs without a value: told by Compiler::check(), and what reads them is left out.
  void set_missing(std::set<std::string> inputs) { missing_ = std::move(inputs); }

  // What all that comes of it has.
  void set_surroundings(config::Surroundings around) { around_ = std::move(around); }

  void set(int slot, Value value) { slots_[static_cast<std::size_t>(slot)] = std::move(value); }

  void work_out() {
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

  // Works out values and modules, then gives the resources in declared order.
  void run(Resources& resources) {
    work_out();
    give(0, module_.body.size(), std::nullopt, "", resources);
  }

  std::optional<Value> answer(const config::Expression& question) { return question.evaluate(evaluation()); }

  Value outputs() {
    std::vector<std::pair<std::string, Value>> fields;
    for (const auto& [name, output] : module_.outputs) {
      if (output.broken() || !known(output.reads)) continue;
      fields.emplace_back(name, output.value->evaluate(evaluation()).value_or(without_value()));
    }
    return Value::record(std::move(fields));
  }

 private:
  config::BlockIndex block_of(std::size_t index) const {
    return std::visit([](const auto& one) { return one.written->block; }, module_.body[index]);
  }

  // The block right inside `outer` that the entry stands in; nothing where it stands in `outer` itself.
  config::BlockIndex block_inside(config::BlockIndex outer, std::size_t index) const {
    config::BlockIndex inner;
    for (config::BlockIndex block = block_of(index); block != outer; block = module_.blocks[*block].written.around)
      inner = block;
    return inner;
  }

  // The entries from `first` on, all of them in `block`. `key`: that of the loops around them.
  void give(std::size_t first, std::size_t last, config::BlockIndex block, const std::string& key,
            Resources& resources) {
    const std::size_t begin = resources.size();
    for (std::size_t i = first; i < last;) {
      const config::BlockIndex inner = block_inside(block, i);
      if (!inner) {
        give_one(i++, key, resources);
        continue;
      }
      std::size_t end = i + 1;
      while (end < last && block_inside(block, end) == inner) ++end;
      const bool rescues = module_.blocks[*inner].written.rescues;
      enter(*inner, key, [&](const std::string& own) {
        const std::size_t behind = resources.size();
        give(i, end, inner, own, resources);
        if (rescues) answer_for(begin, behind, resources);
      });
      i = end;
    }
  }

  // All from `behind` on is there for what may fail from `begin` on.
  static void answer_for(std::size_t begin, std::size_t behind, Resources& resources) {
    std::vector<std::string> addresses;
    for (std::size_t i = begin; i < behind; ++i) {
      if (resources[i].resource->rescues.empty()) addresses.push_back(resources[i].resource->address.str());
    }
    if (addresses.empty()) resources.resize(behind);
    for (std::size_t i = behind; i < resources.size(); ++i) {
      // One that is there for a block within is not there for this one.
      if (!resources[i].resource->rescues.empty()) continue;
      auto rescue = std::make_shared<config::Resource>(*resources[i].resource);
      rescue->rescues = addresses;
      resources[i].resource = std::move(rescue);
      resources[i].constant = false;
    }
  }

  void give_one(std::size_t index, const std::string& key, Resources& resources) {
    if (const auto* declaration = std::get_if<config::Declaration>(&module_.body[index])) {
      declare(*declaration, key, resources);
    } else if (const auto used = used_.find({index, key}); used != used_.end()) {
      std::move(used->second.begin(), used->second.end(), std::back_inserter(resources));
    }
  }

  using Visit = std::function<void(const std::string&)>;

  // Calls `visit` as often as a block is there, with the key of its loops behind that of those around it.
  void enter(std::size_t index, const std::string& key, const Visit& visit) {
    const config::Block& block = module_.blocks[index];
    if (block.broken || !applies(block.written.placement) || !known(block.reads)) return;
    repeat(block.placement, 0, key, [&](const std::string& own) {
      const config::Surroundings outside = around_;
      config::WrittenManner manner = block.written.manner;
      manner.inherit(around_.manner);
      around_.manner = manner;
      if (!block.env || config::overlay_env(*block.env, evaluation(), around_.env)) visit(own);
      around_ = outside;
    });
  }

  // The same for all of these, each inside the one before it.
  void enter_all(std::span<const std::size_t> blocks, const std::string& key, const Visit& visit) {
    if (blocks.empty()) return visit(key);
    enter(blocks.front(), key, [&](const std::string& own) { enter_all(blocks.subspan(1), own, visit); });
  }

  bool known(const config::Reads& reads) const {
    if (!facts_known_ && reads_facts(reads)) return false;
    return missing_.empty() || std::none_of(reads.paths.begin(), reads.paths.end(), [&](const cel::Reference& path) {
             return path.slot == slots::kInputs && missing_.contains(path.path.front());
           });
  }

  config::Evaluation evaluation() {
    activation_ = {slots_, &lookup_};
    return {activation_, expander_.sources_, diagnostics_, expander_.secrets_ == MissingSecrets::kUnknown};
  }

  static std::vector<std::pair<std::string, Value>> fields_of(const std::map<std::string, Value>& values) {
    return {values.begin(), values.end()};
  }

  void work_out_value(const std::string& name) {
    const config::NamedValue& value = module_.values.at(name);
    if (value.broken() || !known(value.reads)) return;
    values_[name] = value.value->evaluate(evaluation()).value_or(without_value());
  }

  bool applies(const config::ParsedPlacement& placement) {
    return !placement.on || expander_.selects(*placement.on, host_.name, diagnostics_);
  }

  bool holds(const config::Placement& placement) {
    return !placement.when || placement.when->holds(evaluation()).value_or(false);
  }

  void declare(const config::Declaration& declaration, const std::string& around, Resources& resources) {
    if (declaration.broken || !applies(declaration.written->placement) || !known(declaration.reads)) return;
    const bool constant = config::is_constant(declaration) && around_.env.empty();
    if (constant) {
      if (const auto found = expander_.constant_.find({&declaration, path_, ""}); found != expander_.constant_.end()) {
        if (found->second != nullptr) resources.push_back({found->second, {}, true});
        return;
      }
    }
    const auto once = [&](const std::string& key) {
      const Place place(&declaration, path_, key);
      config::Resolved resolved = config::resolve(declaration, {path_, folder_, around_}, evaluation(),
                                                  expander_.known_, expander_.last_[place]);
      if (constant) expander_.constant_.emplace(place, resolved.resource);
      if (resolved.resource != nullptr) resources.push_back(std::move(resolved));
    };
    repeat(declaration.placement, 0, around, std::ref(once));
  }

  void use(std::size_t index) {
    const auto& call = std::get<config::ModuleCall>(module_.body[index]);
    if (call.broken || !applies(call.written->placement) || !inputs_known(call)) return;
    std::vector<std::pair<std::string, Value>> repeated;
    enter_all(module_.chain_of(call.written->block), "", [&](const std::string& around) {
      repeat(call.placement, 0, around, [&](const std::string& key) {
        Value outputs = use_once(call, key, used_[{index, around}]);
        if (repeats(call)) {
          repeated.emplace_back(key, std::move(outputs));
        } else {
          modules_[call.written->name] = std::move(outputs);
        }
      });
    });
    if (repeats(call)) {
      cel::MapBuilder map;
      for (auto& [key, outputs] : repeated) map.add(Value::string(key), std::move(outputs));
      modules_[call.written->name] = std::move(map).finish();
    }
  }

  bool repeats(const config::ModuleCall& call) const {
    return !call.placement.loops.empty() || module_.repeats(call.written->block);
  }

  // Parts of a module that read facts can be left out; the module cannot be used without its inputs.
  bool inputs_known(const config::ModuleCall& call) const {
    return (facts_known_ || !call.needs_facts) && (missing_.empty() || known(call.reads));
  }

  Value use_once(const config::ModuleCall& call, const std::string& key, Resources& resources) {
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
    Instance inside(expander_, *call.written->module, path, host_, facts_known_, diagnostics_);
    inside.set(slots::kInputs, std::move(*inputs));
    inside.set(slots::kFacts, slots_[slots::kFacts]);
    inside.set(slots::kHost, slots_[slots::kHost]);
    config::Surroundings around = around_;
    around.tags.insert(call.written->tags.begin(), call.written->tags.end());
    inside.set_surroundings(std::move(around));
    const std::size_t first = resources.size();
    inside.run(resources);
    order(call, resources, first);
    return inside.outputs();
  }

  std::optional<Value> inputs_of(const config::ModuleCall& call) {
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
      const auto node = value.resolve(evaluation());
      auto typed =
          node ? config::validate(*node, input.schema, "`" + name + "`", value.span(), {}, diagnostics_) : std::nullopt;
      const bool unknown = !node && input.sensitive && expander_.secrets_ == MissingSecrets::kUnknown;
      good = good && (typed || unknown);
      if (typed || unknown) fields.emplace_back(name, typed ? cel::from_json(*typed) : without_value());
    }
    if (!good) return std::nullopt;
    return Value::record(std::move(fields));
  }

  // `after` and `before` of a use go for all that it brought.
  void order(const config::ModuleCall& call, Resources& resources, std::size_t first) {
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

  // Calls `visit` for each combination of the loops' elements for which `when` holds, with its keys joined.
  void repeat(const config::Placement& placement, std::size_t depth, const std::string& key,
              const std::function<void(const std::string&)>& visit) {
    if (depth == placement.loops.size()) {
      if (holds(placement)) visit(key);
      return;
    }
    const config::Loop& loop = placement.loops[depth];
    auto over = loop.over.evaluate(evaluation());
    if (!over) return;
    ++nested_;
    const std::size_t first = slots_.size();
    slots_.resize(first + loop.names.size());
    const auto each = [&](const Value& element_key, const Value& element, const Value& alone, const std::string& text) {
      if (++repeats_ > kMostRepeats) return;
      if (loop.names.size() == 2) slots_[first] = element_key;
      slots_[first + loop.names.size() - 1] = loop.names.size() == 2 ? element : alone;
      repeat(placement, depth + 1, key.empty() ? text : key + "," + text, visit);
    };
    if (over->is(cel::Kind::kList)) {
      const auto items = over->as_list();
      for (std::size_t i = 0; i < items.size(); ++i) {
        const Value index = Value::integer(static_cast<std::int64_t>(i));
        each(index, items[i], items[i], items[i].is_text() ? std::string(items[i].as_text()) : std::to_string(i));
      }
    } else if (over->is(cel::Kind::kMap)) {
      for (const cel::MapEntry& entry : over->as_map()) {
        std::vector<std::pair<std::string, Value>> pair = {{"key", entry.key}, {"value", entry.value}};
        each(entry.key, entry.value, Value::record(std::move(pair)), key_text(entry.key));
      }
    } else {
      diagnostics_.add(Diagnostic(Code::kExpressionType, "`for_each` needs a list or a map")
                           .at(loop.over.span(), "on this host it is " + std::string(cel::type_name(over->kind())))
                           .on(host_.name));
    }
    slots_.resize(first);
    if (--nested_ == 0) {
      if (repeats_ > kMostRepeats) {
        diagnostics_.add(Diagnostic(Code::kCostLimit, "`for_each` makes too much")
                             .at(loop.over.span(), "more than 10,000 repeats")
                             .on(host_.name));
      }
      repeats_ = 0;
    }
  }

  Expander& expander_;
  const config::Module& module_;
  std::string path_;
  const config::Host& host_;
  bool facts_known_;
  Diagnostics& diagnostics_;
  config::ModuleFolder folder_;
  config::Lookup lookup_;
  std::set<std::string> missing_;
  config::Surroundings around_;
  std::vector<Value> slots_;
  cel::Activation activation_;
  std::map<std::string, Value> values_;
  std::map<std::string, Value> modules_;
  std::map<std::pair<std::size_t, std::string>, Resources> used_;  // by index in the body and the key around it
  std::size_t repeats_ = 0;
  std::size_t nested_ = 0;  // loops that are gone through, one in the other
};

void Expander::set_up(Instance& root, const config::Host& host, const Json* facts) const {
  std::vector<std::pair<std::string, Value>> inputs;
  std::set<std::string> missing;
  for (const auto& [name, input] : project_.root.inputs) {
    const config::Located* value = config::input_value(project_, host, name);
    const bool lacks = value == nullptr && !config::may_be_null(input);
    const bool unknown = lacks && input.sensitive && secrets_ == MissingSecrets::kUnknown;
    if (lacks && !unknown) missing.insert(name);
    inputs.emplace_back(name, unknown            ? without_value()
                              : value == nullptr ? Value::null()
                                                 : cel::from_json(value->value));
  }
  root.set_missing(std::move(missing));
  root.set_surroundings({{}, {}, host.env});
  root.set(slots::kInputs, Value::record(std::move(inputs)));
  root.set(slots::kFacts, facts == nullptr ? Value::record({}) : cel::from_json(*facts));
  root.set(slots::kHost, host_value(host));
}

std::optional<Value> Expander::answer(const config::Expression& question, const config::Host* host, const Json* facts,
                                      Diagnostics& diagnostics) {
  const config::Host nobody;
  Diagnostics elsewhere;
  Instance root(*this, project_.root, "", host == nullptr ? nobody : *host, facts != nullptr, elsewhere);
  set_up(root, host == nullptr ? nobody : *host, facts);
  root.work_out();
  auto value = root.answer(question);
  if (!value) diagnostics.extend(std::move(elsewhere));
  return value;
}

Value Expander::outputs(const config::Host& host, const Json* facts, Diagnostics& diagnostics) {
  Instance root(*this, project_.root, "", host, facts != nullptr, diagnostics);
  set_up(root, host, facts);
  root.work_out();
  return root.outputs();
}

Resources Expander::expand(const config::Host& host, const Json* facts, Diagnostics& diagnostics) {
  Diagnostics found;
  Instance root(*this, project_.root, "", host, facts != nullptr, found);
  set_up(root, host, facts);
  Resources resources;
  root.run(resources);
  for (Diagnostic problem : found.items()) {
    problem.host = host.name;
    diagnostics.add(std::move(problem));
  }
  return resources;
}

bool Expander::selects(const config::Pattern& pattern, const std::string& host, Diagnostics& diagnostics) {
  auto known = selected_.find(pattern.text);
  if (known == selected_.end()) {
    Result<std::set<std::string>> hosts = config::match_hosts(inventory_, pattern.text);
    if (!hosts) {
      Diagnostic problem = hosts.error().diagnostic();
      problem.span = pattern.span;
      diagnostics.add(std::move(problem));
      hosts = std::set<std::string>{};
    }
    known = selected_.emplace(pattern.text, std::move(*hosts)).first;
  }
  return known->second.contains(host);
}

}  // namespace plumb::ir
