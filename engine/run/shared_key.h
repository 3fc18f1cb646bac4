// The project's key as its folder shares it, for git: project-key.age holds it, sealed to keys of ssh, and
// project-key.recipients names those. docs/formats/project-key.md describes both.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/seal/ssh_key.h"

namespace plumb::run {

inline constexpr const char* kSealedKey = "project-key.age";
inline constexpr const char* kRecipients = "project-key.recipients";

struct SharedKey {
  std::string id;  // key_id() of it, as the list of recipients says; "" where it does not
  std::vector<keys::PublicKey> recipients;
};

// Nothing where the folder shares no key.
Result<std::optional<SharedKey>> read_shared_key(const std::filesystem::path& project_folder);

// Seals the key to them; both files are made anew.
Result<> share_key(const std::filesystem::path& project_folder, const std::string& key,
                   const std::vector<keys::PublicKey>& recipients);

// The passphrase of a private key's file. An error where nobody can be asked.
using AskPassphrase = std::function<Result<std::string>(const std::string& file)>;

// The shared key, opened with the private key in this file; "" for ~/.ssh/id_ed25519 or ~/.ssh/id_rsa, whichever opens
// it. A passphrase is asked for only of a key that opens it, or of one that does not say which it is. Errors:
// kKeySealed, and that of `ask`.
Result<std::string> open_shared_key(const std::filesystem::path& project_folder, const std::string& identity,
                                    const AskPassphrase& ask);

// Whether this folder's key is the one that the project shares, or the project shares none. Errors: kNoProjectKey where
// the folder has no key and the project shares one, kOtherProjectKey.
Result<> check_shared_key(const std::filesystem::path& project_folder, const std::optional<std::string>& key);

}  // namespace plumb::run
