#include "engine/ir/expand.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>

#include "engine/config/layers.h"
#include "engine/config/reading.h"
#include "engine/config/validate.h"
#include "engine/ir/checks.h"
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
  return reads.of(slots::kFacts) || reads.of(slots::kReadings);
}

KnownReading WantedReading::with(Json value) const {
  KnownReading known{std::move(value), {}, after};
  if (const auto* file = std::get_if<FileSource>(&source.what)) known.path = file->file;
  if (const auto* entry = std::get_if<PathSource>(&source.what)) known.path = entry->path;
  known.thing = thing_of(source);
  // A package that is there may come in another version with others.
  known.is_there = std::holds_alternative<UnitSource>(source.what) && known.value.value("exists", false);
  return known;
}

// Readings that are looked for, and what is wrong with their sources.
struct Expander::Wanted {
  std::vector<WantedReading> readings;
  Diagnostics& diagnostics;
};

// One use of a module on one host; the project itself is one.
class Expander::Instance {
 public:
  Instance(Expander& expander, const config::Module& module, std::string path, const config::Host& host,
           const Told& told, Wanted* wanted, Diagnostics& diagnostics)
      : expander_(expander),
        module_(module),
        path_(std::move(path)),
        host_(host),
        told_(told),
        wanted_(wanted),
        diagnostics_(diagnostics),
        folder_{expander.project_.place(), module.folder},
        lookup_{expander.project_, expander.inventory_, expander.recorded_, folder_.own()},
        slots_(slots::kFirstOwn) {
    if (told_.readings != nullptr && !module_.readings.empty()) set(slots::kReadings, own_readings());
  }

  // Inputs without a value: told by Compiler::check(), and what reads them is left out.
  void set_missing(std::set<std::string> inputs) { missing_ = std::move(inputs); }

  // The use that it is of; null for the project itself.
  void set_call(const config::ModuleCall* call) { call_ = call; }

  // What all that comes of it has.
  void set_surroundings(config::Surroundings around) { around_ = std::move(around); }

  void set(int slot, Value value) { slots_[static_cast<std::size_t>(slot)] = std::move(value); }

  void work_out() {
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

  // Works out values and modules, decides the checks, then gives the resources in declared order.
  void run(Resources& resources) {
    work_out();
    for (const config::Check& check : module_.checks) {
      if (!check.broken && known(check.reads))
        decide(check, evaluation(), [this](const cel::Reference& reference) { return place_of(reference); });
    }
    give(0, module_.body.size(), std::nullopt, "", resources);
  }

  // Works out what does not wait for readings, and then which of its own somebody uses.
  void look_for_readings(const config::Reads* question) {
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
    }
    // Whoever uses the module may use them.
    if (question == nullptr || !path_.empty()) {
      for (const auto& [name, output] : module_.outputs) add(output.reads);
    }
    for (const std::string& name : names) want(name);
  }

  std::optional<Value> answer(const config::Expression& question) { return question.evaluate(evaluation()); }

  Value outputs() {
    std::vector<std::pair<std::string, Value>> fields;
    for (const auto& [name, output] : module_.outputs) {
      if (output.broken() || !known(output.reads)) continue;
      fields.emplace_back(name, value_of(name, output).value_or(without_value()));
    }
    return Value::record(std::move(fields));
  }

 private:
  static const config::Reads& needs_of(const config::Declaration& declaration) { return declaration.reads; }
  static const config::Reads& needs_of(const config::ModuleCall& call) { return call.needs; }

  // Whether the entry and the blocks around it are for this host.
  bool is_here(std::size_t index) {
    const auto& placement = std::visit(
        [](const auto& one) -> const auto& { return one.written->placement; }, module_.body[index]);
    const std::vector<std::size_t> blocks = module_.chain_of(block_of(index));
    return applies(placement) && std::all_of(blocks.begin(), blocks.end(), [&](std::size_t block) {
             return applies(module_.blocks[block].written.placement);
           });
  }

  void want(const std::string& name) {
    const config::Reading& reading = module_.readings.at(name);
    const std::string full = config::below(path_, name);
    const bool there = told_.readings != nullptr && told_.readings->contains(full);
    if (there || reading.broken() || !known(reading.reads)) return;
    const config::Evaluation evaluated = evaluation();
    const config::Evaluation telling{evaluated.activation, evaluated.sources, wanted_->diagnostics};
    const std::optional<lang::Node> node = reading.source->resolve(telling);
    std::optional<ReadingSource> source =
        node ? config::source_of(reading.written, *node, wanted_->diagnostics) : std::nullopt;
    if (!source) return;
    std::vector<std::string> after;
    for (const std::string& glob : reading.written.after) after.push_back(config::below(path_, glob));
    wanted_->readings.push_back({full, &reading.written, std::move(*source), std::move(after)});
  }

  // Those that are read, with those that the use of this module reads. Of modules within, any of theirs.
  std::set<std::string> readings_of(const config::Reads& reads) const {
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

  // Those that were told. What reads another is at fault, and told so.
  Value own_readings() const {
    std::vector<std::pair<std::string, Value>> fields;
    for (const auto& [name, reading] : module_.readings) {
      const auto told = told_.readings->find(config::below(path_, name));
      if (told != told_.readings->end()) fields.emplace_back(name, cel::from_json(told->second.value));
    }
    return Value::record(std::move(fields));
  }

  std::optional<Value> value_of(const std::string& name, const config::Output& output) {
    if (output.schema.is_null()) return output.value->evaluate(evaluation());
    const auto node = output.value->resolve(evaluation());
    config::ValidateOptions options;
    options.sensitive = output.reads.sensitive;
    auto typed =
        node ? config::validate(*node, output.schema, "`" + name + "`", output.value->span(), options, diagnostics_)
             : std::nullopt;
    return typed ? std::optional(cel::from_json(*typed)) : std::nullopt;
  }

  // Where what an expression of this module reads was set.
  std::optional<SourceSpan> place_of(const cel::Reference& reference) const {
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
    bool any = false;
    repeat(block.placement, 0, key, [&](const std::string& own) {
      any = true;
      const config::Surroundings outside = around_;
      config::WrittenManner manner = block.written.manner;
      manner.inherit(around_.manner);
      around_.manner = manner;
      if (!block.env || config::overlay_env(*block.env, evaluation(), around_.env)) visit(own);
      around_ = outside;
    });
    note_open(block.placement, block.reads, any);
  }

  // Whether it is there, or how often, may be otherwise once a reading tells something else.
  void note_open(const config::Placement& placement, const config::Reads& reads, bool any) {
    if ((any && placement.loops.empty()) || told_.readings == nullptr || told_.readings->empty()) return;
    if (!readings_around_.empty() || reads.of(slots::kReadings)) expander_.open_readings_.merge(readings_of(reads));
  }

  // The same for all of these, each inside the one before it.
  void enter_all(std::span<const std::size_t> blocks, const std::string& key, const Visit& visit) {
    if (blocks.empty()) return visit(key);
    enter(blocks.front(), key, [&](const std::string& own) { enter_all(blocks.subspan(1), own, visit); });
  }

  bool known(const config::Reads& reads) const {
    if (!is_told(reads)) return false;
    return missing_.empty() || std::none_of(reads.paths.begin(), reads.paths.end(), [&](const cel::Reference& path) {
             return path.slot == slots::kInputs && missing_.contains(path.path.front());
           });
  }

  bool is_told(const config::Reads& reads) const {
    if (told_.facts == nullptr && reads.of(slots::kFacts)) return false;
    if (told_.readings != nullptr && wanted_ == nullptr) return true;
    return std::all_of(reads.paths.begin(), reads.paths.end(), [&](const cel::Reference& path) {
      if (path.slot != slots::kReadings) return true;
      if (told_.readings == nullptr) return false;
      // Of those of modules, what they come to says whether they are known.
      return path.path.empty() || told_.readings->contains(config::below(path_, path.path.front()));
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

  void work_out_data() {
    std::vector<std::pair<std::string, Value>> fields;
    for (const auto& [name, data] : module_.data) {
      if (data.broken || !known(data.reads)) continue;
      const auto file = data.choice->choose(data.written.choice, "`" + name + "`", evaluation());
      fields.emplace_back(name, file ? data.values.at(*file) : without_value());
    }
    set(slots::kData, Value::record(std::move(fields)));
  }

  void work_out_values(const config::ValuesFrom& from) {
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

  bool applies(const config::ParsedPlacement& placement) {
    return !placement.on || expander_.selects(*placement.on, host_.name, diagnostics_);
  }

  bool holds(const config::Placement& placement) {
    return !placement.when || placement.when->holds(evaluation()).value_or(false);
  }

  void declare(const config::Declaration& declaration, const std::string& around, Resources& resources) {
    if (declaration.broken || !applies(declaration.written->placement) || !known(declaration.reads)) return;
    const bool constant = config::is_constant(declaration) && around_.env.empty() && readings_around_.empty();
    if (constant) {
      if (const auto found = expander_.constant_.find({&declaration, path_, ""}); found != expander_.constant_.end()) {
        if (found->second != nullptr) resources.push_back({found->second, {}, true});
        return;
      }
    }
    bool any = false;
    const auto once = [&](const std::string& key) {
      any = true;
      const Place place(&declaration, path_, key);
      config::Resolved resolved =
          config::resolve(declaration, {path_, folder_, around_, readings_of(declaration.reads)}, evaluation(),
                          expander_.known_, expander_.last_[place]);
      if (constant) expander_.constant_.emplace(place, resolved.resource);
      if (resolved.resource != nullptr) resources.push_back(std::move(resolved));
    };
    repeat(declaration.placement, 0, around, std::ref(once));
    note_open(declaration.placement, declaration.reads, any);
  }

  void use(std::size_t index) {
    const auto& call = std::get<config::ModuleCall>(module_.body[index]);
    if (call.broken || !applies(call.written->placement) || !inputs_known(call)) return;
    std::vector<std::pair<std::string, Value>> repeated;
    enter_all(module_.chain_of(call.written->block), "", [&](const std::string& around) {
      bool any = false;
      repeat(call.placement, 0, around, [&](const std::string& key) {
        any = true;
        Value outputs = use_once(call, key, used_[{index, around}]);
        if (repeats(call)) {
          repeated.emplace_back(key, std::move(outputs));
        } else {
          modules_[call.written->name] = std::move(outputs);
        }
      });
      note_open(call.placement, call.needs, any);
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

  // Parts of a module that read what is not known can be left out; the module cannot be used without its inputs.
  bool inputs_known(const config::ModuleCall& call) const {
    return is_told(call.needs) && (missing_.empty() || known(call.reads));
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
    Instance inside(expander_, *call.written->module, path, host_, told_, wanted_, diagnostics_);
    inside.set_call(&call);
    inside.set(slots::kInputs, std::move(*inputs));
    inside.set(slots::kFacts, slots_[slots::kFacts]);
    inside.set(slots::kHost, slots_[slots::kHost]);
    config::Surroundings around = around_;
    around.tags.insert(call.written->tags.begin(), call.written->tags.end());
    inside.set_surroundings(std::move(around));
    inside.readings_around_ = readings_of(call.needs);
    if (wanted_ != nullptr) {
      inside.look_for_readings(nullptr);
      return inside.outputs();
    }
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
      config::ValidateOptions options;
      options.sensitive = input.sensitive;
      auto typed = node ? config::validate(*node, input.schema, "`" + name + "`", value.span(), options, diagnostics_)
                        : std::nullopt;
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
  const config::ModuleCall* call_ = nullptr;
  std::string path_;
  const config::Host& host_;
  const Told told_;
  Wanted* wanted_;  // null where readings are not looked for
  Diagnostics& diagnostics_;
  config::ModuleFolder folder_;
  config::Lookup lookup_;
  std::set<std::string> missing_;
  config::Surroundings around_;
  std::set<std::string> readings_around_;  // that the use of this module reads
  std::vector<Value> slots_;
  cel::Activation activation_;
  std::map<std::string, Value> values_;
  std::map<std::string, Value> modules_;
  std::map<std::pair<std::size_t, std::string>, Resources> used_;  // by index in the body and the key around it
  std::size_t repeats_ = 0;
  std::size_t nested_ = 0;  // loops that are gone through, one in the other
};

void Expander::set_up(Instance& root, const config::Host& host, const Told& told) const {
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
  root.set(slots::kFacts, told.facts == nullptr ? Value::record({}) : cel::from_json(*told.facts));
  root.set(slots::kHost, host_value(host));
}

std::vector<WantedReading> Expander::wanted(const config::Host& host, const Told& told, const config::Reads* question,
                                            Diagnostics& diagnostics) {
  static const Readings kNone;
  // What is wrong elsewhere is told when all is known.
  Diagnostics untold;
  Wanted wanted{{}, diagnostics};
  const Told so_far(told.facts, told.readings == nullptr ? &kNone : told.readings);
  Instance root(*this, project_.root, "", host, so_far, &wanted, untold);
  set_up(root, host, so_far);
  root.look_for_readings(question);
  return std::move(wanted.readings);
}

std::optional<Value> Expander::answer(const config::Expression& question, const config::Host* host, const Told& told,
                                      Diagnostics& diagnostics) {
  const config::Host nobody;
  Diagnostics elsewhere;
  Instance root(*this, project_.root, "", host == nullptr ? nobody : *host, told, nullptr, elsewhere);
  set_up(root, host == nullptr ? nobody : *host, told);
  root.work_out();
  auto value = root.answer(question);
  if (!value) diagnostics.extend(std::move(elsewhere));
  return value;
}

Value Expander::outputs(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  Instance root(*this, project_.root, "", host, told, nullptr, diagnostics);
  set_up(root, host, told);
  root.work_out();
  return root.outputs();
}

Resources Expander::expand(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  Diagnostics found;
  Instance root(*this, project_.root, "", host, told, nullptr, found);
  set_up(root, host, told);
  Resources resources;
  open_readings_.clear();
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
