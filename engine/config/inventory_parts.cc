#include "engine/config/inventory_parts.h"

#include <algorithm>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/nearest.h"
#include "engine/config/input.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/config/words.h"
#include "engine/inventory/host_names.h"

namespace plumb::config {
namespace {

using inventory::Found;
using inventory::kAll;
using inventory::kMostHosts;
using inventory::Said;
using lang::Entry;
using lang::Node;

Node map_of(std::vector<Entry> entries, const SourceSpan& span) {
  Node map;
  map.kind = Node::Kind::kMap;
  map.span = span;
  map.entries = std::move(entries);
  return map;
}

// YAML as Ansible reads it has more words for true and false.
void settle_boolean(Node& value) {
  if (!value.is_plain()) return;
  const std::string word = lowered(value.text);
  if (word == "true" || word == "yes" || word == "on") value.text = "true";
  if (word == "false" || word == "no" || word == "off") value.text = "false";
}

bool is_template(const Node& node) {
  return node.text.find("{{") != std::string::npos || node.text.find("{%") != std::string::npos ||
         std::any_of(node.items.begin(), node.items.end(), is_template) ||
         std::any_of(node.entries.begin(), node.entries.end(), [](const Entry& one) { return is_template(one.value); });
}

// The settings of one group or host; null where it has none.
const Json& of_one(const Json& settings, const char* kind, const std::string& name) {
  static const Json none;
  const auto found = settings[kind].find(name);
  return found == settings[kind].end() ? none : *found;
}

// Steps of `nginx.port` into what the variables hold. Null where there is nothing.
const Node* find_variable(const std::vector<Entry>& variables, std::string_view path) {
  const std::size_t dot = std::min(path.find('.'), path.size());
  const Entry* entry = inventory::find(variables, path.substr(0, dot));
  const Node* node = entry == nullptr ? nullptr : &entry->value;
  for (path.remove_prefix(std::min(dot + 1, path.size())); node != nullptr && !path.empty();) {
    const std::size_t end = std::min(path.find('.'), path.size());
    entry = node->find(path.substr(0, end));
    node = entry == nullptr ? nullptr : &entry->value;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return node;
}

}  // namespace

PartsReader::PartsReader(const Project& project, Diagnostics& diagnostics, lang::SourceMap& sources)
    : project_(project), diagnostics_(diagnostics), sources_(sources) {
  for (const auto& [name, input] : project.root.inputs) input_names_.push_back(name);
}

void PartsReader::add_own(Node& root, const std::string& name, bool last) {
  if (!root.is_map()) {
    const SourceSpan place = root.is_null() ? SourceSpan{name, 1, 1, 1, 1} : root.span;
    diagnostics_.add(Diagnostic(Code::kWrongType, name + (root.is_null() ? " is empty" : " must be a map"))
                         .at(place, "expected `plumb: v1`"));
    return;
  }
  if (const Entry* version = root.find("plumb");
      version != nullptr && version->value.is_scalar() && version->value.text != "v1") {
    diagnostics_.add(Diagnostic(Code::kUnsupportedVersion, "a format version that this program does not know")
                         .at(version->value.span, "expected v1"));
    return;
  }
  parts_.documents.push_back(name);
  const SourceSpan where = root.entries.empty() ? root.span : root.entries.front().key_span;
  const std::size_t before = diagnostics_.error_count();
  const std::optional<Json> typed =
      validate(root, builtin_schema("inventory"), "the inventory", where, {}, diagnostics_);
  const bool usable = typed.has_value() && diagnostics_.error_count() == before;
  if (const Entry* sources = root.find("sources"); sources != nullptr && !last) {
    diagnostics_.add(Diagnostic(Code::kUnknownKey, "a source cannot name sources").at(sources->key_span, "not here"));
  }
  if (const Entry* groups = root.find("groups")) add_own_groups(groups->value, usable ? &(*typed)["groups"] : nullptr);
  if (const Entry* defaults = root.find("defaults"); defaults != nullptr) {
    Part part = part_of(*defaults, usable ? (*typed)["defaults"] : Json());
    if (!usable) {
      // It was told what is wrong.
    } else if (last) {
      parts_.defaults = std::move(part);
    } else {
      parts_.all_high.emplace(part.document, std::move(part));
    }
  }
  if (const Entry* hosts = root.find("hosts")) {
    for (const Entry& entry : hosts->value.entries) add_own_host(entry, usable ? (*typed)["hosts"][entry.key] : Json());
  }
}

void PartsReader::add_own_groups(const Node& groups, const Json* typed) {
  for (const Entry& entry : groups.entries) {
    if (entry.key == kAll) {
      diagnostics_.add(Diagnostic(Code::kBadValue, "`all` is every host and cannot be declared")
                           .at(entry.key_span, "choose another name")
                           .with_hint("settings for every host go under `defaults`"));
    }
    const auto [place, added] = parts_.groups.try_emplace(entry.key);
    GroupParts& group = place->second;
    if (added) group.links.span = entry.key_span;
    if (const Entry* children = entry.value.find("children")) {
      for (const Node& child : children->value.items) {
        if (child.is_scalar()) group.links.children.try_emplace(child.text, child.span);
      }
    }
    const Json own = typed == nullptr ? Json() : (*typed)[entry.key];
    if (entry.value.find("priority") != nullptr && own.is_object()) group.links.priority = own["priority"].get<int>();
    group.high.push_back(part_of(entry, own));
  }
}

// Everything but the name is the same for all hosts of a range, and is read once.
void PartsReader::add_own_host(const Entry& entry, const Json& typed) {
  Part part = part_of(entry, typed);
  if (const Entry* groups = entry.value.find("groups")) {
    for (const Node& item : groups->value.items) {
      if (item.is_scalar()) part.groups.try_emplace(item.text, item.span);
    }
  }
  Result<std::vector<std::string>> names = inventory::expand_hosts(entry.key);
  if (!names) {
    Diagnostic diagnostic = names.error().diagnostic();
    diagnostic.span = entry.key_span;
    if (diagnostic.code == Code::kBadHostRange)
      diagnostic.hint = "ranges are written web[01:20], rack[a:f] or node[0:10:2]";
    diagnostics_.add(std::move(diagnostic));
    return;
  }
  const Part& kept = parts_.host_parts.emplace_back(std::move(part));
  for (const std::string& name : *names) {
    if (!check_host_name(name, entry.key_span, entry.key)) return;
    std::vector<const Part*>& all = parts_.hosts[name];
    if (!all.empty() && all.back()->document == kept.document) {
      diagnostics_.add(Diagnostic(Code::kDuplicateHost, "the host `" + name + "` stands twice in the inventory")
                           .at(entry.key_span, "a second time here")
                           .with_related(all.back()->span, "first here"));
      return;
    }
    all.push_back(&kept);
    if (parts_.hosts.size() <= kMostHosts) continue;
    diagnostics_.add(Diagnostic(Code::kTooManyHosts, "the inventory has more than 100,000 hosts")
                         .at(entry.key_span, "too many with these"));
    return;
  }
}

bool PartsReader::check_host_name(const std::string& name, const SourceSpan& span, const std::string& written) {
  if (inventory::is_host_name(name) && name != kAll) return true;
  std::string hint;
  if (name.find(':') != std::string::npos)
    hint = "give the address and port under the host's name: `address:`, `port:`";
  if (name.find('@') != std::string::npos) hint = "give the account under the host's name: `user:`";
  if (name.find('*') != std::string::npos) hint = "name each host, or use a range such as web[01:20]";
  diagnostics_.add(Diagnostic(Code::kBadValue, "`" + written + "` is not a host's name")
                       .at(span, "expected letters, digits, `-`, `_` and `.`")
                       .with_hint(std::move(hint)));
  return false;
}

Part PartsReader::part_of(const Entry& entry, const Json& typed) {
  Part part;
  part.span = entry.key_span;
  part.document = parts_.documents.size() - 1;
  if (const Entry* inputs = entry.value.find("inputs")) part.inputs = read_inputs(inputs->value);
  if (!typed.is_object()) return part;
  for (const Entry& one : entry.value.entries) {
    if (one.key == "inputs" || one.key == "groups" || one.key == "children" || one.key == "priority") continue;
    if (!typed.contains(one.key)) continue;
    part.settings[one.key] = typed[one.key];
    part.places.emplace(one.key, one.value.span);
  }
  return part;
}

std::map<std::string, Located> PartsReader::read_inputs(const Node& inputs) {
  std::map<std::string, Located> values;
  if (!inputs.is_map()) hide_unclear(project_.root.inputs, inputs, sources_);
  for (const Entry& entry : inputs.entries) {
    if (project_.root.inputs.contains(entry.key)) {
      read_input(entry, values);
      continue;
    }
    hide_unclear(project_.root.inputs, entry.value, sources_);
    const std::string near = nearest(entry.key, input_names_);
    diagnostics_.add(Diagnostic(Code::kUnknownInput, "the project declares no input `" + entry.key + "`")
                         .at(entry.key_span, near.empty() ? "not declared" : "did you mean `" + near + "`?")
                         .with_hint(near.empty() ? "declare it under `inputs` in plumb.yaml" : ""));
  }
  return values;
}

void PartsReader::read_input(const Entry& entry, std::map<std::string, Located>& values) {
  const Input& input = project_.root.inputs.at(entry.key);
  if (is_hidden(input, entry.value)) sources_.hide(entry.value.span);
  if (auto value = read_input_value(entry, input, diagnostics_)) values.insert_or_assign(entry.key, std::move(*value));
}

void PartsReader::add_found(Found&& found, const std::string& name, const Node& written, const Json& typed) {
  parts_.documents.push_back(name);
  renamed_ = typed.value("inputs", std::map<std::string, std::string>());
  for (const auto& [input, unused] : renamed_) {
    if (project_.root.inputs.contains(input)) continue;
    const std::string near = nearest(input, input_names_);
    diagnostics_.add(Diagnostic(Code::kUnknownInput, "the project declares no input `" + input + "`")
                         .at(written.find("inputs")->value.find(input)->key_span,
                             near.empty() ? "not declared" : "did you mean `" + near + "`?"));
  }
  const Json settings = typed_settings(found);
  const std::size_t document = parts_.documents.size() - 1;
  for (auto& [group, one] : found.groups) {
    Part low = part_of(one.said, one.links.span, of_one(settings, "groups", group));
    Part high = part_of(one.beside, one.links.span, of_one(settings, "beside", group));
    if (group == kAll) {
      parts_.all_low.emplace(document, std::move(low));
      parts_.all_high.emplace(document, std::move(high));
      continue;
    }
    const auto [place, added] = parts_.groups.try_emplace(group);
    GroupParts& parts = place->second;
    if (added) parts.links.span = one.links.span;
    parts.links.children.insert(one.links.children.begin(), one.links.children.end());
    if (one.links.priority != 1) parts.links.priority = one.links.priority;
    parts.low.push_back(std::move(low));
    parts.high.push_back(std::move(high));
  }
  for (auto& [host, one] : found.hosts) {
    if (!check_host_name(host, one.span, host)) continue;
    Part part = part_of(one.said, one.span, of_one(settings, "hosts", host));
    for (const std::string& group : one.groups) part.groups.emplace(group, one.span);
    parts_.hosts[host].push_back(&parts_.host_parts.emplace_back(std::move(part)));
  }
  renamed_.clear();
  if (parts_.hosts.size() > kMostHosts) {
    diagnostics_.add(Diagnostic(Code::kTooManyHosts, "the inventory has more than 100,000 hosts")
                         .at(written.span, "too many with these"));
  }
}

void PartsReader::add_groups_of_source(const Node& written) {
  const Entry* groups = written.find("groups");
  if (groups == nullptr || parts_.documents.empty()) return;
  const std::size_t document = parts_.documents.size() - 1;
  for (const Node& item : groups->value.items) {
    if (!item.is_scalar()) continue;
    const std::string name = inventory::group_name(item.text);
    const auto [place, added] = parts_.groups.try_emplace(name);
    if (added) place->second.links.span = item.span;
    for (Part& part : parts_.host_parts) {
      if (part.document == document) part.groups.try_emplace(name, item.span);
    }
  }
}

// All settings of a source in one go: a schema costs more to get ready than to check by.
Json PartsReader::typed_settings(const Found& found) {
  const Json& root = builtin_schema("inventory");
  static const Json schema = Json::parse(R"({"type": "object", "properties": {
      "groups": {"type": "object", "additionalProperties": {"$ref": "#/definitions/group"}},
      "beside": {"type": "object", "additionalProperties": {"$ref": "#/definitions/group"}},
      "hosts": {"type": "object", "additionalProperties": {"$ref": "#/definitions/host"}}}})");
  std::vector<Entry> groups;
  std::vector<Entry> beside;
  std::vector<Entry> hosts;
  const auto add = [](std::vector<Entry>& to, const std::string& name, const Said& said, const SourceSpan& span) {
    if (!said.settings.empty()) to.push_back({name, span, map_of(said.settings, span)});
  };
  for (const auto& [name, group] : found.groups) {
    add(groups, name, group.said, group.links.span);
    add(beside, name, group.beside, group.links.span);
  }
  for (const auto& [name, host] : found.hosts) add(hosts, name, host.said, host.span);
  std::vector<Entry> all(3);
  const auto put = [&all](std::size_t at, const char* key, std::vector<Entry> entries) {
    all[at].key = key;
    all[at].value = map_of(std::move(entries), {});
  };
  put(0, "groups", std::move(groups));
  put(1, "beside", std::move(beside));
  put(2, "hosts", std::move(hosts));
  ValidateOptions options;
  options.root = &root;
  const std::size_t before = diagnostics_.error_count();
  std::optional<Json> typed = validate(map_of(std::move(all), {}), schema, "the source", {}, options, diagnostics_);
  // Values are checked even so, that all is told in one go.
  if (diagnostics_.error_count() == before && typed) return std::move(*typed);
  return {{"groups", Json::object()}, {"beside", Json::object()}, {"hosts", Json::object()}};
}

Part PartsReader::part_of(Said& said, const SourceSpan& span, const Json& typed) {
  Part part;
  part.span = span;
  part.document = parts_.documents.size() - 1;
  for (const Entry& one : said.settings) {
    if (!typed.contains(one.key)) continue;
    part.settings[one.key] = typed[one.key];
    part.places.emplace(one.key, one.value.span);
  }
  part.inputs = take_inputs(said.variables);
  return part;
}

std::map<std::string, Located> PartsReader::take_inputs(std::vector<Entry>& variables) {
  std::map<std::string, Located> values;
  for (Entry& variable : variables) {
    const auto input = project_.root.inputs.find(variable.key);
    const bool taken = input != project_.root.inputs.end() && !renamed_.contains(variable.key);
    if (!taken) {
      parts_.left_alone[parts_.documents.back()].insert(variable.key);
    } else if (is_variable_of_input(variable, input->second)) {
      read_input(variable, values);
    }
  }
  if (!renamed_.empty()) take_renamed(variables, values);
  return values;
}

void PartsReader::take_renamed(const std::vector<Entry>& variables, std::map<std::string, Located>& values) {
  for (const auto& [name, path] : renamed_) {
    const auto input = project_.root.inputs.find(name);
    const Node* value = find_variable(variables, path);
    if (input == project_.root.inputs.end() || value == nullptr) continue;
    parts_.left_alone[parts_.documents.back()].erase(path.substr(0, path.find('.')));
    Entry entry{name, value->span, *value};
    if (is_variable_of_input(entry, input->second)) read_input(entry, values);
  }
}

bool PartsReader::is_variable_of_input(Entry& variable, const Input& input) {
  const std::set<std::string> types = types_of(input.schema);
  if (types.contains("boolean") && !types.contains("string")) settle_boolean(variable.value);
  if (!is_template(variable.value)) return true;
  if (input.sensitive) sources_.hide(variable.value.span);
  diagnostics_.add(Diagnostic(Code::kInventorySource, "`" + input.name + "` is a template of Jinja")
                       .at(variable.value.span, "plumb reads values as they stand")
                       .with_hint("write the value itself"));
  return false;
}

}  // namespace plumb::config
