// Stores that are files below a folder: as they are, or as a program or the project's key opens them.
#pragma once

#include <string>

#include "engine/config/secret_stores.h"
#include "engine/secrets/surroundings.h"

namespace plumb::secrets {

// All that stands there. Errors: kNoSuchSecret, kSecretStore, kInterrupted.
Result<std::string> read_file_store(const config::FileStore& store, const config::SecretReference& reference,
                                    const Surroundings& around);

// Into a file that the project's key seals: all of it, or the reference's field. Errors: kSecretStore, kWriteFailed.
Result<> write_sealed(const config::FileStore& store, const config::SecretReference& reference,
                      const std::string& value, const Surroundings& around);

}  // namespace plumb::secrets
