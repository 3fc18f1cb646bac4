#include "engine/secrets/made_secrets.h"

#include "engine/config/layers.h"
#include "engine/secrets/generate.h"

namespace plumb::secrets {
namespace {

Diagnostic nothing_fits(const config::Input& input) {
  return Diagnostic(Code::kSecretGenerate, "no generated value fits the input `" + input.name + "`")
      .at(input.span, "its `pattern`, `enum` or lengths refuse what its `generate` makes")
      .with_hint("let the pattern take the characters of the set, or choose another set");
}

}  // namespace

std::vector<SecretUse> secret_uses(const config::Project& project, const config::Inventory& inventory,
                                   const std::set<std::string>& hosts) {
  std::vector<SecretUse> uses;
  for (const auto& [name, input] : project.root.inputs) {
    if (!input.sensitive) continue;
    std::map<std::string, SecretUse> of_input;
    for (const std::string& host : hosts) {
      const config::Located* place = config::open_reference(project, inventory.hosts.at(host), name);
      if (place == nullptr) continue;
      const std::string& text = place->value.get_ref<const std::string&>();
      const Result<config::SecretReference> reference = config::parse_secret_reference(text);
      if (!reference) continue;
      of_input.try_emplace(text, SecretUse{name, place, *reference, {}}).first->second.hosts.insert(host);
    }
    for (auto& [text, use] : of_input) uses.push_back(std::move(use));
  }
  return uses;
}

std::vector<SecretUse> read_secrets(const ir::CompilerInput& input, const std::set<std::string>& hosts,
                                    Diagnostics& diagnostics) {
  std::vector<SecretUse> uses = secret_uses(input.project, input.inventory, hosts);
  if (uses.empty()) return uses;
  std::map<std::string, std::set<std::string>> asked;
  for (const SecretUse& use : uses) asked[use.input].insert(use.hosts.begin(), use.hosts.end());
  const std::map<std::string, ir::InputReaders> readers = ir::Compiler(input).readers_of(asked, diagnostics);
  std::erase_if(uses, [&](SecretUse& use) {
    const auto of_input = readers.find(use.input);
    if (of_input == readers.end()) return true;
    std::erase_if(use.hosts, [&](const std::string& host) { return !of_input->second.hosts.contains(host); });
    return use.hosts.empty();
  });
  return uses;
}

std::string why_not_made(const config::Project& project, const SecretUse& use) {
  if (!project.root.inputs.at(use.input).generate) return "the input `" + use.input + "` has no `generate`";
  const auto store = project.secrets.find(use.reference.store);
  if (store == project.secrets.end()) return "the project has no store of secrets `" + use.reference.store + "`";
  const std::string why = config::why_not_written(store->second, use.reference);
  return why.empty() ? why : "the store `" + use.reference.store + "` " + why;
}

std::vector<SecretUse> unmade(const config::Project& project, const std::vector<SecretUse>& uses, StoreClient& client) {
  std::vector<SecretUse> made;
  std::vector<config::SecretReference> references;
  for (const SecretUse& use : uses) {
    if (!why_not_made(project, use).empty()) continue;
    made.push_back(use);
    references.push_back(use.reference);
  }
  client.ask(references);
  std::erase_if(made, [&](const SecretUse& use) {
    const Result<std::string> there = client.read(use.reference);
    return there || there.error().code() != Code::kNoSuchSecret;
  });
  return made;
}

Result<> make_secret(const config::Project& project, const SecretUse& use, StoreClient& client) {
  if (const std::string why = why_not_made(project, use); !why.empty())
    return fail(Code::kSecretGenerate, "no value is made for `" + use.reference.str() + "`: " + why);
  const config::Input& input = project.root.inputs.at(use.input);
  // A pattern may want a digit, which most of them have.
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    const std::string value = new_value(*input.generate);
    Diagnostics unfit;
    if (config::read_secret(input, *use.place, value, unfit)) return client.write(use.reference, value);
  }
  return Error(nothing_fits(input));
}

std::optional<config::Located> stand_in_value(const config::Input& input, const config::Located& place,
                                              Diagnostics& diagnostics) {
  for (std::size_t first = 0; first < input.generate->characters.size(); ++first) {
    Diagnostics unfit;
    if (auto value = config::read_secret(input, place, stand_in(*input.generate, first), unfit)) return value;
  }
  diagnostics.add(nothing_fits(input));
  return std::nullopt;
}

}  // namespace plumb::secrets
