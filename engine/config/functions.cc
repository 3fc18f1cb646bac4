#include "engine/config/functions.h"

#include "engine/base/nearest.h"
#include "engine/config/formats.h"
#include "engine/config/layers.h"
#include "engine/lang/cel/convert.h"

namespace plumb::config {
namespace {

using cel::Type;
using cel::Value;
using Kind = cel::Type::Kind;

constexpr std::size_t kMaxFile = std::size_t{1} << 20;

const Lookup& lookup(const cel::Call& call) {
  return *static_cast<const Lookup*>(call.context);
}

// Sensitive inputs are left out: what another host holds in secret is not for this one.
Value describe(const Lookup& lookup, const Host& host) {
  std::vector<std::pair<std::string, Value>> inputs;
  for (const auto& [name, input] : lookup.project.root.inputs) {
    if (input.sensitive) continue;
    if (const Located* value = input_value(lookup.project, host, name))
      inputs.emplace_back(name, cel::from_json(value->value));
  }
  std::vector<std::pair<std::string, Value>> fields;
  fields.emplace_back("address", Value::string(host.connection.address));
  if (const auto facts = lookup.facts.find(host.name); facts != lookup.facts.end())
    fields.emplace_back("facts", cel::from_json(facts->second));
  fields.emplace_back("groups", cel::from_json(Json(host.groups)));
  fields.emplace_back("inputs", Value::record(std::move(inputs)));
  fields.emplace_back("name", Value::string(host.name));
  return Value::record(std::move(fields));
}

Value find_host(cel::Call& call) {
  const Lookup& from = lookup(call);
  const std::string name(call.text(0));
  const auto found = from.inventory.hosts.find(name);
  if (found != from.inventory.hosts.end()) return describe(from, found->second);
  std::vector<std::string> names;
  for (const auto& [host, unused] : from.inventory.hosts) names.push_back(host);
  const std::string near = nearest(name, names);
  return cel::fail("there is no host `" + name + "` in the inventory",
                   near.empty() ? "" : "did you mean `" + near + "`?");
}

Value find_hosts(cel::Call& call) {
  const Lookup& from = lookup(call);
  const Result<std::set<std::string>> names = match_hosts(from.inventory, call.text(0));
  if (!names) return cel::fail(names.error().summary(), names.error().diagnostic().hint);
  std::vector<Value> hosts;
  for (const std::string& name : *names) {
    if (!call.budget.allocate(1024)) return cel::cost_exceeded();
    hosts.push_back(describe(from, from.inventory.hosts.at(name)));
  }
  return Value::list(std::move(hosts));
}

Value read_project_file(cel::Call& call) {
  const Lookup& from = lookup(call);
  const Result<std::string> path = project_file(from.folder, call.text(0), "the path");
  const Result<std::string> text = path ? from.folder.read(*path, kMaxFile) : Result<std::string>(path.error());
  if (!text) return cel::fail(text.error().summary(), text.error().diagnostic().hint);
  if (!valid_utf8(*text)) return cel::fail("the file is not text in UTF-8", "use `source` for bytes that are no text");
  if (!call.budget.allocate(text->size())) return cel::cost_exceeded();
  return Value::string(*text);
}

// For the head of a file. It says nothing that changes from run to run.
Value managed_note(cel::Call& call) {
  return Value::string("Managed by plumb, project " + lookup(call).project.name +
                       ". Changes made here are overwritten.");
}

Type description() {
  const Type text(Kind::kString);
  return cel::make_record("host", {{"name", text, false},
                                   {"address", text, false},
                                   {"groups", Type::list(text), false},
                                   {"inputs", Type::map(text, Type()), false},
                                   {"facts", Type::map(text, Type()), true}});
}

void add(cel::Environment& environment, const char* name, Type result, cel::Implementation implementation) {
  cel::Overload overload;
  overload.parameters = {Type(Kind::kString)};
  overload.result = std::move(result);
  overload.implementation = implementation;
  overload.kinds = {std::uint32_t{1} << static_cast<unsigned>(cel::Kind::kString)};
  environment.add_overload(name, std::move(overload));
}

}  // namespace

void add_host_functions(cel::Environment& environment) {
  add(environment, "host", description(), find_host);
  add(environment, "hosts", Type::list(description()), find_hosts);
  add(environment, "file", Type(Kind::kString), read_project_file);
  cel::Overload note;
  note.result = Type(Kind::kString);
  note.implementation = managed_note;
  environment.add_overload("managedNote", std::move(note));
}

}  // namespace plumb::config
