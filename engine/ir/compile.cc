#include "engine/ir/compile.h"

#include <algorithm>
#include <tuple>

#include "engine/base/digest.h"
#include "engine/base/glob.h"
#include "engine/base/nearest.h"
#include "engine/config/schema.h"
#include "engine/ir/link.h"

namespace plumb::ir {
namespace {

std::string text_member(const Json& schema, const char* member) {
  return schema.value(member, std::string());
}

}  // namespace

bool holds_secrets(const config::Project& project) {
  return std::any_of(project.resources.begin(), project.resources.end(), [](const config::Resource& resource) {
    return std::any_of(resource.sensitive.begin(), resource.sensitive.end(),
                       [&](const std::string& attribute) { return resource.attributes.contains(attribute); });
  });
}

Compiler::Compiler(const config::Project& project, const config::Inventory& inventory, const Registry& providers,
                   std::string key)
    : project_(project), inventory_(inventory), providers_(providers), key_(std::move(key)) {}

void Compiler::select(Diagnostics& diagnostics) {
  selected_ = true;
  std::map<std::string, std::set<std::string>> matches;  // by pattern text
  for (const auto& [host, unused] : inventory_.hosts) selections_[host];
  for (std::size_t i = 0; i < project_.resources.size(); ++i) {
    const config::Resource& resource = project_.resources[i];
    if (!resource.on) {
      for (auto& [host, selection] : selections_) selection.resources.push_back(i);
      continue;
    }
    auto known = matches.find(resource.on->text);
    if (known == matches.end()) {
      Result<std::set<std::string>> hosts = config::match_hosts(inventory_, resource.on->text);
      if (!hosts) {
        Diagnostic problem = hosts.error().diagnostic();
        problem.span = resource.on->span;
        diagnostics.add(std::move(problem));
        hosts = std::set<std::string>{};
      }
      known = matches.emplace(resource.on->text, std::move(*hosts)).first;
    }
    for (const std::string& host : known->second) selections_[host].resources.push_back(i);
  }
  check_patterns(project_, diagnostics);
}

std::shared_ptr<const HostGraph> Compiler::compile(const std::string& host, Diagnostics& diagnostics) {
  if (!selected_) select(diagnostics);
  const Selection& selection = selections_[host];
  if (const auto known = graphs_.find(selection); known != graphs_.end()) return known->second;
  std::shared_ptr<const HostGraph> graph = build(selection, diagnostics);
  graphs_.emplace(selection, graph);
  return graph;
}

std::shared_ptr<const HostGraph> Compiler::build(const Selection& selection, Diagnostics& diagnostics) {
  std::vector<Node> nodes;
  std::vector<const config::Resource*> resources;
  std::map<Address, std::size_t> first;
  bool complete = true;
  for (const std::size_t index : selection.resources) {
    const config::Resource& resource = project_.resources[index];
    const auto [seen, added] = first.try_emplace(resource.address, index);
    if (!added) {
      diagnostics.add(
          Diagnostic(Code::kDuplicateAddress, "`" + resource.address.str() + "` is declared twice")
              .at(resource.span, "the second one")
              .with_related(project_.resources[seen->second].span, "the first one")
              .with_hint("remove one of them, keep them on different hosts with `on`, or give one an `id`"));
      complete = false;
      continue;
    }
    auto lowered = lowered_.find(index);
    if (lowered == lowered_.end()) lowered = lowered_.emplace(index, lower(resource, diagnostics)).first;
    if (!lowered->second) {
      complete = false;
      continue;
    }
    nodes.push_back(*lowered->second);
    resources.push_back(&resource);
  }
  if (!complete) return nullptr;
  return link(std::move(nodes), resources, providers_, diagnostics);
}

std::optional<Node> Compiler::lower(const config::Resource& resource, Diagnostics& diagnostics) {
  Node node;
  node.span = resource.span;
  node.ignore = resource.ignore;
  node.prevent_destroy = resource.prevent_destroy;
  node.desired.address = resource.address;
  const Json& properties = config::builtin_schema("resources/" + resource.address.kind).at("properties");
  for (const auto& [attribute, located] : resource.attributes) {
    const Json& schema = properties.at(attribute);
    const std::string format = text_member(schema, "x-format");
    const bool secret = resource.sensitive.contains(attribute);
    std::string target = attribute;
    Json value = located.value;
    if (format == "content" && value.is_string()) {
      value = secret ? contents_.add_secret_text(key_, value.get<std::string>())
                     : contents_.add_text(value.get<std::string>());
    } else if (format == "source" && value.is_string()) {
      target = text_member(schema, "x-content-of");
      const std::filesystem::path path = project_.folder / value.get<std::string>();
      Result<std::string> name = contents_.add_file(path);
      if (name && (secret || resource.sensitive.contains(target))) {
        if (Result<std::string> bytes = contents_.bytes(*name)) name = contents_.add_secret_text(key_, *bytes);
      }
      if (!name) {
        diagnostics.add(Diagnostic(Code::kSourceMissing, name.error().summary()).at(located.span));
        return std::nullopt;
      }
      value = *name;
    } else if (secret && !value.is_null()) {
      value = contents_.add_secret_value(key_, value);
    }
    if (secret || resource.sensitive.contains(target)) node.desired.sensitive.insert(target);
    node.attribute_spans[target] = located.span;
    if (!value.is_null()) node.desired.attributes[target] = std::move(value);
  }
  return node;
}

}  // namespace plumb::ir
