#include "engine/config/module_names.h"

#include <algorithm>

#include "engine/config/functions.h"
#include "engine/config/reading.h"
#include "engine/config/schema.h"
#include "engine/config/told_facts.h"
#include "engine/config/types.h"

namespace plumb::config {
namespace {

using cel::Type;
using Kind = cel::Type::Kind;

// What every host tells, with what this module declares of the host's own.
Type facts_type(const Module& module) {
  static const Type kKnown = type_of_schema(builtin_schema("facts"), builtin_schema("facts"), "facts");
  std::vector<cel::Field> local;
  for (const auto& [name, reading] : module.readings) {
    if (reading.written.local) local.push_back({reading.written.value.name, type_of(reading.written), false});
  }
  std::vector<cel::Field> fields = kKnown.record_fields().fields;
  for (cel::Field& field : fields) {
    if (field.name == kLocalFacts) field = {kLocalFacts, cel::make_record("facts.local", local), false};
  }
  return cel::make_record("facts", std::move(fields));
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

Type readings_type(const Module& module) {
  std::vector<cel::Field> fields;
  for (const auto& [name, reading] : module.readings) {
    if (!reading.written.local) fields.push_back({name, type_of(reading.written), false});
  }
  return cel::make_record("readings", std::move(fields));
}

Type values_type(const Module& module) {
  std::vector<cel::Field> fields;
  fields.reserve(module.values.size() + module.found_values.size());
  for (const auto& [name, value] : module.values)
    fields.push_back({name, value.value ? value.value->type() : Type(), false});
  for (const auto& [name, value] : module.found_values) fields.push_back({name, value.type, value.optional});
  return cel::make_record("values", std::move(fields));
}

Type data_type(const Module& module) {
  std::vector<cel::Field> fields;
  for (const auto& [name, data] : module.data) fields.push_back({name, data.type, false});
  return cel::make_record("data", std::move(fields));
}

void add_asked(const cel::Reference& reference, std::set<std::string>& names) {
  if (reference.slot != slots::kFacts) return;
  if (reference.path.empty()) {
    names = asked_facts();
  } else if (asked_facts().contains(reference.path.front())) {
    names.insert(reference.path.front());
  }
}

void add_reading(const std::string& name, const Reading& reading, Reads& reads) {
  reads.paths.insert({slots::kReadings, {name}, 0});
  reads.sensitive = reads.sensitive || reading.written.value.sensitive;
  reads.broken = reads.broken || reading.written.broken();
}

// A declared type says what the value becomes; of lists and maps the value's own says more.
Type type_of(const Output& output, const std::string& name) {
  if (!output.value) return {};
  const Type own = output.value->type();
  const bool has_parts = own.is(Kind::kList) || own.is(Kind::kMap) || own.is(Kind::kRecord);
  return output.schema.is_null() || has_parts ? own : type_of_schema(output.schema, output.schema, name);
}

Type outputs_type(const std::string& module, const std::map<std::string, Output>& outputs) {
  std::vector<cel::Field> fields;
  fields.reserve(outputs.size());
  for (const auto& [name, output] : outputs) fields.push_back({name, type_of(output, name), false});
  return cel::make_record(module, std::move(fields));
}

Type modules_type(const Module& module) {
  std::vector<cel::Field> fields;
  for (const auto& entry : module.body) {
    const auto* call = std::get_if<ModuleCall>(&entry);
    if (call == nullptr) continue;
    const ParsedCall& written = *call->written;
    Type type;
    if (written.module != nullptr) {
      type = outputs_type(written.name, written.module->outputs);
      const bool repeats = !written.placement.loops.empty() || module.repeats(written.block);
      if (repeats) type = Type::map(Type(Kind::kString), type);
    }
    const bool left_out = written.placement.when || written.placement.on || module.may_be_left_out(written.block);
    fields.push_back({written.name, std::move(type), left_out});
  }
  return cel::make_record("modules", std::move(fields));
}

}  // namespace

ModuleNames::ModuleNames(const Module& module) : module_(module) {
  environment_.add_variable("inputs", inputs_type(module));
  environment_.add_variable("values", Type());
  environment_.add_variable("facts", facts_type(module));
  environment_.add_variable("host", host_type());
  environment_.add_variable("modules", Type());
  environment_.add_variable("readings", readings_type(module));
  environment_.add_variable("data", data_type(module));
  add_host_functions(environment_);
}

void ModuleNames::declare() {
  environment_.add_variable("data", data_type(module_));
  environment_.add_variable("values", values_type(module_));
  environment_.add_variable("modules", modules_type(module_));
}

// Names stand in the types of the variables that they are below.
Meanings ModuleNames::meanings() const {
  Meanings all;
  for (const cel::Variable& variable : environment_.variables()) all.types.push_back(variable.type);
  const auto add = [&](int slot, std::vector<std::string> path) {
    all.reads.push_back(reads_of({{slot, std::move(path), 0}}, false, {}));
  };
  for (const auto& [name, one] : module_.inputs) add(slots::kInputs, {name});
  for (const auto& [name, one] : module_.values) add(slots::kValues, {name});
  for (const auto& [name, one] : module_.found_values) add(slots::kValues, {name});
  for (const auto& [name, one] : module_.readings) {
    if (one.written.local) {
      add(slots::kFacts, {kLocalFacts, one.written.value.name});
    } else {
      add(slots::kReadings, {name});
    }
  }
  for (const auto& [name, one] : module_.data) add(slots::kData, {name});
  for (const auto& entry : module_.body) {
    const auto* call = std::get_if<ModuleCall>(&entry);
    if (call == nullptr) continue;
    add(slots::kModules, {call->written->name});
    if (call->written->module == nullptr) continue;
    for (const auto& [name, one] : call->written->module->outputs) add(slots::kModules, {call->written->name, name});
  }
  return all;
}

Reads ModuleNames::reads_of(const std::vector<cel::Reference>& references, bool calls_host,
                            const std::vector<Reads>& own) const {
  Reads reads;
  reads.other_hosts = calls_host;
  for (const cel::Reference& reference : references) add_reference(reference, own, reads);
  return reads;
}

void ModuleNames::add_reference(const cel::Reference& reference, const std::vector<Reads>& own, Reads& reads) const {
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
      reads.broken = reads.broken || value.broken();
    });
    each(module_.found_values, [&](const std::string&, const FoundValue& value) { reads.add(value.reads); });
  } else if (reference.slot == slots::kReadings) {
    each(module_.readings, [&](const std::string& name, const Reading& reading) {
      if (!reading.written.local) add_reading(name, reading, reads);
    });
  } else if (reference.slot == slots::kFacts && (first.empty() || first == kLocalFacts)) {
    const std::string own_name = reference.path.size() < 2 ? "" : local_fact_name(reference.path[1]);
    for (const auto& [name, reading] : module_.readings) {
      if (reading.written.local && (own_name.empty() || own_name == name)) add_reading(name, reading, reads);
    }
    if (first.empty()) reads.paths.insert({reference.slot, {}, 0});
  } else if (reference.slot == slots::kData) {
    each(module_.data, [&](const std::string&, const Data& data) { reads.add(data.reads); });
  } else if (reference.slot == slots::kModules) {
    const std::string output = reference.path.size() < 2 ? "" : reference.path.back();
    for (const auto& entry : module_.body) {
      const auto* call = std::get_if<ModuleCall>(&entry);
      if (call == nullptr || call->written->module == nullptr || (!first.empty() && first != call->written->name))
        continue;
      reads.broken = reads.broken || call->broken;
      const auto& outputs = call->written->module->outputs;
      const auto exact = outputs.find(output);
      for (const auto& [name, one] : outputs) {
        if (exact == outputs.end() || name == output) reads.add(seen_by_caller(one.reads, *call));
      }
    }
  } else {
    reads.paths.insert({reference.slot, reference.path, 0});
  }
}

void note_told(const cel::Reference& reference, Module& module) {
  if (reference.slot != slots::kFacts && reference.slot != slots::kReadings) return;
  module.reads_facts = true;
  add_asked(reference, module.asks_facts);
}

std::set<std::string> asked_facts_of(const Reads& reads) {
  std::set<std::string> names;
  for (const cel::Reference& path : reads.paths) add_asked(path, names);
  return names;
}

std::string local_fact_name(const std::string& name) {
  return std::string("facts.") + kLocalFacts + "." + name;
}

void Reads::add(const Reads& other) {
  paths.insert(other.paths.begin(), other.paths.end());
  other_hosts = other_hosts || other.other_hosts;
  sensitive = sensitive || other.sensitive;
  broken = broken || other.broken;
}

bool Reads::of(int slot) const {
  return std::any_of(paths.begin(), paths.end(), [slot](const cel::Reference& path) { return path.slot == slot; });
}

Reads seen_by_caller(const Reads& inside, const ModuleCall& call) {
  Reads seen;
  seen.other_hosts = inside.other_hosts;
  seen.sensitive = inside.sensitive;
  seen.broken = inside.broken;
  for (const cel::Reference& path : inside.paths) {
    if (path.slot == slots::kReadings) {
      seen.paths.insert({slots::kReadings, {}, 0});
    } else if (path.slot != slots::kInputs) {
      seen.paths.insert(path);
    } else if (const auto given = call.with.find(path.path.front()); given != call.with.end()) {
      seen.add(given->second.reads);
    }
  }
  return seen;
}

}  // namespace plumb::config
