#include "engine/secrets/open_references.h"

#include "engine/base/nearest.h"
#include "engine/config/layers.h"

namespace plumb::secrets {
namespace {

// By input, the hosts for which it refers to a secret that nobody asked for yet.
std::map<std::string, std::set<std::string>> referring(const config::Project& project,
                                                       const config::Inventory& inventory,
                                                       const std::set<std::string>& hosts) {
  std::map<std::string, std::set<std::string>> found;
  for (const auto& [name, input] : project.root.inputs) {
    if (!input.sensitive) continue;
    for (const std::string& host : hosts) {
      if (config::open_reference(project, inventory.hosts.at(host), name) != nullptr) found[name].insert(host);
    }
  }
  return found;
}

const std::string& text_of(const config::Located& reference) {
  return reference.value.get_ref<const std::string&>();
}

// A reference that is to become a value.
struct Wanted {
  std::string input;
  const config::Located* place;
  Result<config::SecretReference> reference;
};

Diagnostic at_reference(const Error& error, const config::Located& reference) {
  return Diagnostic(error.diagnostic()).at(reference.span);
}

}  // namespace

void check_references(const config::Project& project, const config::Inventory& inventory, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : project.secrets) names.push_back(name);
  std::set<std::string> told;
  for (const auto& [name, input] : project.root.inputs) {
    if (!input.sensitive) continue;
    for (const auto& [host, settings] : inventory.hosts) {
      const config::Located* reference = config::open_reference(project, settings, name);
      if (reference == nullptr) continue;
      const std::string& text = text_of(*reference);
      const Result<config::SecretReference> parsed = config::parse_secret_reference(text);
      if (!parsed || project.secrets.contains(parsed->store) || !told.insert(text).second) continue;
      const std::string near = nearest(parsed->store, names);
      diagnostics.add(Diagnostic(Code::kSecretStore, "the project has no store of secrets `" + parsed->store + "`")
                          .at(reference->span, near.empty() ? "not declared" : "did you mean `" + near + "`?")
                          .with_hint(near.empty() ? "declare it under `secrets` in plumb.yaml" : ""));
    }
  }
}

void open_references(const ir::CompilerInput& input, const std::set<std::string>& hosts, StoreReader& reader,
                     config::Project& project, Diagnostics& diagnostics) {
  const auto wanted = referring(project, input.inventory, hosts);
  if (wanted.empty()) return;
  std::vector<Wanted> all;
  std::vector<config::SecretReference> references;
  for (const auto& [name, readers] : ir::Compiler(input).readers_of(wanted, diagnostics)) {
    std::set<std::string> seen;
    for (const std::string& host : readers.hosts) {
      const config::Located* place = config::open_reference(project, input.inventory.hosts.at(host), name);
      if (place == nullptr || !seen.insert(text_of(*place)).second) continue;
      Wanted& one = all.emplace_back(Wanted{name, place, config::parse_secret_reference(text_of(*place))});
      if (one.reference) references.push_back(*one.reference);
    }
  }
  reader.ask(references);
  std::map<std::string, std::map<std::string, config::Located>> values;
  for (const Wanted& one : all) {
    const Result<std::string> secret =
        one.reference ? reader.read(*one.reference) : Result<std::string>(one.reference.error());
    if (!secret) {
      diagnostics.add(at_reference(secret.error(), *one.place));
      if (secret.error().code() == Code::kInterrupted) return;
      continue;
    }
    if (auto value = config::read_secret(project.root.inputs.at(one.input), *one.place, *secret, diagnostics))
      values[one.input].emplace(text_of(*one.place), std::move(*value));
  }
  for (auto& [name, of_input] : values) project.secret_values[name].merge(of_input);
}

}  // namespace plumb::secrets
