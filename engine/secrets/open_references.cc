#include "engine/secrets/open_references.h"

#include "engine/base/nearest.h"
#include "engine/config/layers.h"
#include "engine/secrets/made_secrets.h"

namespace plumb::secrets {
namespace {

const std::string& text_at(const config::Located& reference) {
  return reference.value.get_ref<const std::string&>();
}

Diagnostic not_opened(const Error& error, const SecretUse& use, const config::Input& input, bool is_made,
                      bool stood_in) {
  Diagnostic told = Diagnostic(error.diagnostic()).at(use.place->span);
  if (stood_in) {
    told.summary = "`" + input.name + "` is not made yet: " + told.summary;
    told.severity = Severity::kWarning;
  }
  if (is_made)
    return std::move(told)
        .with_related(input.span, "a value is generated for this input")
        .with_hint("`plumb secret make` makes it, and so does `plumb apply` where it makes the plan itself");
  if (error.code() == Code::kNoSuchSecret && input.generate)
    return std::move(told).with_hint("none is generated there: the store takes no new value for this reference");
  return told;
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
      const std::string& text = text_at(*reference);
      const Result<config::SecretReference> parsed = config::parse_secret_reference(text);
      if (!parsed || !told.insert(text).second) continue;
      if (const auto store = project.secrets.find(parsed->store); store != project.secrets.end()) {
        const std::string why = config::why_not_read(store->second, *parsed);
        if (why.empty()) continue;
        diagnostics.add(Diagnostic(Code::kSecretStore, "the store `" + parsed->store + "` " + why)
                            .at(reference->span)
                            .with_related(store->second.span, "declared here"));
        continue;
      }
      const std::string near = nearest(parsed->store, names);
      diagnostics.add(Diagnostic(Code::kSecretStore, "the project has no store of secrets `" + parsed->store + "`")
                          .at(reference->span, near.empty() ? "not declared" : "did you mean `" + near + "`?")
                          .with_hint(near.empty() ? "declare it under `secrets` in plumb.yaml" : ""));
    }
  }
}

std::vector<std::string> open_references(const ir::CompilerInput& input, const std::set<std::string>& hosts,
                                         StoreClient& client, StandIns stand_ins, config::Project& project,
                                         Diagnostics& diagnostics) {
  std::vector<std::string> unmade;
  const std::vector<SecretUse> uses = read_secrets(input, hosts, diagnostics);
  std::vector<config::SecretReference> references;
  for (const SecretUse& use : uses) references.push_back(use.reference);
  client.ask(references);
  std::map<std::string, std::map<std::string, config::Located>> values;
  for (const SecretUse& use : uses) {
    const config::Input& own = project.root.inputs.at(use.input);
    const Result<std::string> secret = client.read(use.reference);
    std::optional<config::Located> value;
    if (secret) {
      value = config::read_secret(own, *use.place, *secret, diagnostics);
    } else {
      const bool is_made = secret.error().code() == Code::kNoSuchSecret && why_not_made(project, use).empty();
      if (is_made && stand_ins == StandIns::kYes) value = stand_in_value(own, *use.place, diagnostics);
      diagnostics.add(not_opened(secret.error(), use, own, is_made, value.has_value()));
      if (secret.error().code() == Code::kInterrupted) return unmade;
      if (value) unmade.push_back(use.reference.str());
    }
    if (value) values[use.input].emplace(text_at(*use.place), std::move(*value));
  }
  for (auto& [name, of_input] : values) project.secret_values[name].merge(of_input);
  return unmade;
}

}  // namespace plumb::secrets
