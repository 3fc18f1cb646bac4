#include "engine/run/shared_key.h"

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/base/sealed.h"
#include "engine/host/ssh/keys.h"
#include "engine/run/project_key.h"
#include "engine/seal/age.h"

namespace plumb::run {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::string_view kIdLine = "# project key ";

using Problem = host::ssh::KeyFile::Problem;

std::string id_in(std::string_view text) {
  const std::size_t begin = text.starts_with(kIdLine) ? kIdLine.size() : text.size();
  const std::string id(text.substr(begin, text.substr(begin).find('\n')));
  return is_digest(id) ? id : std::string();
}

// Looks for a private key that opens the sealed file.
class Opening {
 public:
  Opening(std::string sealed, const AskPassphrase& ask) : sealed_(std::move(sealed)), ask_(ask) {}

  // Nothing where this key is not there or not meant; an error, where it was `named`.
  Result<std::optional<std::string>> with(const std::string& path, bool named) {
    host::ssh::KeyFile file = host::ssh::load_key_file(path, {}, nullptr);
    if (file.problem == Problem::kMissing) return unusable(named, path + ": there is no such file");
    std::optional<keys::PublicKey> key;
    if (!file.public_base64.empty()) {
      Result<keys::PublicKey> read = public_key(file.public_base64);
      if (!read && named) return std::move(read.error()).during("reading " + path);
      if (!read) return std::optional<std::string>{};
      PLUMB_TRY_ASSIGN(const bool meant, seal::is_sealed_to(sealed_, *read));
      if (!meant) return unusable(named, path + " is not among the keys that it is sealed to");
      key = std::move(*read);
    }
    if (file.problem == Problem::kEncrypted) {
      PLUMB_TRY_ASSIGN(const std::string passphrase, ask_(path));
      file = host::ssh::load_key_file(path, {}, passphrase.c_str());
      if (file.problem == Problem::kEncrypted || (file.problem == Problem::kUnusable && key))
        return fail(Code::kKeySealed, "that is not the passphrase of " + path);
    }
    if (file.key == nullptr) {
      return unusable(named, path + " is no private key that can be read",
                      "an agent or a security token signs and cannot open what is sealed: name a key that is a file");
    }
    if (!key) {
      PLUMB_TRY_ASSIGN(key, public_key(file.public_base64));
    }
    // libssh 0.10 cannot write an RSA key that it read from OpenSSH's own container.
    std::string exported = host::ssh::exported(file.key.get());
    if (exported.empty()) {
      PLUMB_TRY_ASSIGN(exported, read_file(path, kMostBytes));
    }
    PLUMB_TRY_ASSIGN(const seal::Identity identity, seal::read_identity(*key, exported));
    PLUMB_TRY_ASSIGN(std::string text, seal::open_with({&identity, 1}, sealed_));
    return std::optional<std::string>(std::move(text));
  }

 private:
  static Result<keys::PublicKey> public_key(const std::string& encoded) {
    PLUMB_TRY_ASSIGN(const std::string blob, base64_decode(encoded));
    return seal::public_key_of_blob(blob);
  }

  static Result<std::optional<std::string>> unusable(bool named, const std::string& why, const std::string& hint = {}) {
    if (named) return fail(Code::kKeySealed, why).hint(hint);
    return std::optional<std::string>{};
  }

  const std::string sealed_;
  const AskPassphrase& ask_;
};

Error nobodys(const SharedKey& shared, const std::vector<std::string>& tried) {
  const std::string files = joined(tried);
  std::string names;
  for (const keys::PublicKey& key : shared.recipients)
    append_item(names, key.comment.empty() ? key.fingerprint() : key.comment);
  return fail(Code::kKeySealed, "no private key here opens " + std::string(kSealedKey) + "; looked for: " + files)
      .hint(
          "name another one with --identity; or have somebody who has the project's key run `plumb project-key share "
          "YOUR_KEY.pub`. It is sealed to: " +
          (names.empty() ? "nobody" : names));
}

}  // namespace

Result<std::optional<SharedKey>> read_shared_key(const std::filesystem::path& project_folder) {
  std::error_code ignored;
  const std::filesystem::path list = project_folder / kRecipients;
  if (!std::filesystem::exists(project_folder / kSealedKey, ignored) && !std::filesystem::exists(list, ignored))
    return std::optional<SharedKey>{};
  PLUMB_TRY_ASSIGN(const std::string text, read_file(list, kMostBytes));
  Result<std::vector<keys::PublicKey>> keys = seal::read_public_keys(text);
  if (!keys) return std::move(keys.error()).during("reading " + list.string());
  return std::optional(SharedKey{id_in(text), std::move(*keys)});
}

Result<> share_key(const std::filesystem::path& project_folder, const std::string& key,
                   const std::vector<keys::PublicKey>& recipients) {
  PLUMB_TRY_ASSIGN(const std::string sealed, seal::seal_to(recipients, key + "\n"));
  std::string list = std::string(kIdLine) + key_id(key) +
                     "\n# Who can open project-key.age; to take a key away, remove its line and run "
                     "`plumb project-key rotate`.\n";
  for (const keys::PublicKey& one : recipients) list += one.line() + "\n";
  // The list is what says that a key is shared, and can be read by itself: who is cut off in between shares it once
  // more.
  PLUMB_TRY(write_file(project_folder / kRecipients, list));
  return write_file(project_folder / kSealedKey, sealed);
}

Result<std::string> open_shared_key(const std::filesystem::path& project_folder, const std::string& identity,
                                    const AskPassphrase& ask) {
  PLUMB_TRY_ASSIGN(const std::optional<SharedKey> shared, read_shared_key(project_folder));
  if (!shared) {
    return fail(Code::kKeySealed, "the project shares no key: there is no " + std::string(kSealedKey))
        .hint("whoever has the project's key shares it with `plumb project-key share YOUR_KEY.pub`");
  }
  PLUMB_TRY_ASSIGN(std::string sealed, read_file(project_folder / kSealedKey, kMostBytes));
  Opening opening(std::move(sealed), ask);
  const std::string usual = host::ssh::self().home + "/.ssh/";
  const std::vector<std::string> files =
      identity.empty() ? std::vector{usual + "id_ed25519", usual + "id_rsa"} : std::vector{identity};
  for (const std::string& path : files) {
    PLUMB_TRY_ASSIGN(std::optional<std::string> text, opening.with(path, !identity.empty()));
    if (!text) continue;
    if (text->ends_with('\n')) text->pop_back();
    if (!is_project_key(*text)) return fail(Code::kKeySealed, std::string(kSealedKey) + " does not hold a project key");
    return std::move(*text);
  }
  return nobodys(*shared, files);
}

Result<> check_shared_key(const std::filesystem::path& project_folder, const std::optional<std::string>& key) {
  PLUMB_TRY_ASSIGN(const std::optional<SharedKey> shared, read_shared_key(project_folder));
  if (!shared) return {};
  if (!key) {
    return fail(Code::kNoProjectKey,
                "this folder does not have the key that the project shares in " + std::string(kSealedKey))
        .hint("`plumb project-key accept` opens it with your ssh key");
  }
  if (shared->id.empty() || shared->id == key_id(*key)) return {};
  return fail(Code::kOtherProjectKey, project_key_path(project_folder).string() +
                                          " is another key than the one that the project shares in " + kSealedKey)
      .hint(
          "it was rotated, or this folder made its own: `plumb project-key accept` takes the shared one; `plumb "
          "project-key share` shares this one in its place");
}

}  // namespace plumb::run
