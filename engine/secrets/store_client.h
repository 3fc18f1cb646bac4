// Asks stores of secrets what they keep, and gives those that take it something new to keep.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "engine/base/result.h"
#include "engine/config/secret_stores.h"
#include "engine/secrets/surroundings.h"
#include "engine/secrets/vault.h"

namespace plumb::secrets {

// For one thread; it asks several questions at once itself. What was asked for once is not asked for again: fields of
// one thing cost one question.
class StoreClient {
 public:
  // `stores` outlive it.
  StoreClient(const config::SecretStores& stores, Folder project, Environment environment, std::string key, int stop);

  // As Surroundings has it; where nothing is said $VAULT_ADDR and $BAO_ADDR say. Said before anything is asked.
  void restrict_vaults(Surroundings::Vaults vaults) { around_.restrict_vaults(std::move(vaults)); }
  // Asks for what these refer to, up to eight things at a time. What came of it read() tells.
  void ask(std::span<const config::SecretReference> references);

  // At most 1 MiB. Without a field all that is kept there, less one line break at the end; with one, that member of
  // the JSON or YAML that is kept there. Errors: kSecretStore, also where no store has that name; kNoSuchSecret;
  // kInterrupted. None of them holds anything that a store told as an answer.
  Result<std::string> read(const config::SecretReference& reference);

  // In the place of what is there, or of nothing; what else is kept in the same place stays. It is read again to see
  // that it is kept. Errors: kSecretGenerate for a store that takes nothing, or does not give back what it was given;
  // those of reading; kWriteFailed.
  Result<> write(const config::SecretReference& reference, const std::string& value);

 private:
  using Place = std::tuple<std::string, std::string, int>;  // store, path, version

  Result<const config::SecretStore*> store_of(const config::SecretReference& reference) const;
  Result<std::string> whole(const config::SecretStore& store, const config::SecretReference& reference) const;
  Result<> give(const config::SecretStore& store, const config::SecretReference& reference,
                const std::string& value) const;

  const config::SecretStores& stores_;
  Surroundings around_;
  std::map<std::string, std::unique_ptr<Vault>> vaults_;  // by store; each has a login of its own
  std::map<Place, Result<std::string>> told_;
};

}  // namespace plumb::secrets
