// The key-value engine of HashiCorp Vault or OpenBao, by its HTTP interface.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "engine/base/json.h"
#include "engine/config/secret_stores.h"
#include "engine/secrets/curl.h"

namespace plumb::secrets {

// Any thread may ask. It logs in once, with the first question.
class Vault {
 public:
  // Both outlive it.
  Vault(const config::VaultStore& store, const Surroundings& around) : store_(store), around_(around) {}

  // All fields of what is kept there, as JSON. Errors: kNoSuchSecret, also for a version that was deleted;
  // kSecretStore, kInterrupted.
  Result<std::string> read(const config::SecretReference& reference);

  // Sets the reference's field and leaves the others as they are. Errors: kSecretStore, also where somebody else wrote
  // in between; kInterrupted.
  Result<> write(const config::SecretReference& reference, const std::string& value);

 private:
  // What is kept in one place: null where nothing is. `version` counts what was deleted, too.
  struct Kept {
    Json fields;
    int version = 0;
    bool deleted = false;
  };
  Result<Kept> look(const config::SecretReference& reference);
  Result<WebAnswer> ask(const std::string& method, const std::string& path, const std::string& query, const Json& body,
                        const config::SecretReference& reference);
  Result<WebAnswer> send(const std::string& method, const std::string& path, const Json& body, const std::string& token,
                         const config::SecretReference& reference);
  Result<std::string> address(const config::SecretReference& reference) const;
  // Whether a token of this machine may go there. The project's word is not enough.
  Result<> expect_meant(const std::string& url, const config::SecretReference& reference) const;
  Result<std::string> token(const config::SecretReference& reference);
  Result<std::string> find_token(const config::SecretReference& reference);
  Result<std::string> log_in(const config::VaultStore::Role& role, const config::SecretReference& reference);
  Result<std::string> login_from(const config::LoginSource& source, const config::SecretReference& reference) const;
  std::string place_of(const config::SecretReference& reference) const;
  Error refused(const WebAnswer& answer, const std::string& right, const config::SecretReference& reference) const;

  const config::VaultStore& store_;
  const Surroundings& around_;
  std::mutex login_mutex_;
  std::optional<Result<std::string>> token_;
};

}  // namespace plumb::secrets
