#include "engine/secrets/file_store.h"

#include "engine/base/file.h"
#include "engine/secrets/fields.h"
#include "engine/secrets/sealed_files.h"

namespace plumb::secrets {
namespace {

using config::FileStore;
using config::SecretReference;

// What a file of age begins with, bare and in armour.
constexpr std::string_view kAgeHead = "age-encryption.org/";
constexpr std::string_view kAgeArmour = "-----BEGIN AGE ENCRYPTED FILE-----";

Result<std::string> head_of(const Files& files, const std::filesystem::path& path) {
  PLUMB_TRY_ASSIGN(const std::unique_ptr<FileStream> stream, files.open(path));
  std::string head(kAgeArmour.size(), '\0');
  PLUMB_TRY_ASSIGN(const std::size_t size, stream->read(head.data(), head.size()));
  head.resize(size);
  return head;
}

Result<std::string> as_it_is(const std::filesystem::path& path, const SecretReference& reference,
                             const Surroundings& around) {
  Result<std::string> text = around.files().read(path, kLargestSecret);
  if (!text) return fail(Code::kSecretStore, called(reference) + ": " + text.error().summary());
  return text;
}

Result<std::string> by_age(const FileStore& store, const std::filesystem::path& path, const SecretReference& reference,
                           const Surroundings& around) {
  // age would say what stands in it, which is a secret that somebody forgot to encrypt.
  const Result<std::string> head = head_of(around.files(), path);
  if (!head || !(head->starts_with(kAgeHead) || head->starts_with(kAgeArmour)))
    return fail(Code::kSecretStore, called(reference) + " is no file that age encrypted");
  std::vector<std::string> arguments = {"age", "--decrypt"};
  if (!store.identity.empty()) {
    arguments.emplace_back("--identity");
    arguments.push_back(around.place(store.identity).string());
  }
  arguments.push_back(path.string());
  return around.run({std::move(arguments), called(reference)});
}

Result<std::string> by_sops(const std::filesystem::path& path, const SecretReference& reference,
                            const Surroundings& around) {
  std::vector<std::string> arguments = {"sops", "--decrypt"};
  if (!reference.field.empty()) arguments.insert(arguments.end(), {"--output-type", "json"});
  arguments.push_back(path.string());
  return around.run({std::move(arguments), called(reference)});
}

Result<std::filesystem::path> folder_of(const FileStore& store, const SecretReference& reference,
                                        const Surroundings& around) {
  const bool of_unit = store.form == FileStore::Form::kCredential && store.folder.empty();
  if (!of_unit) return around.place(store.folder);
  const std::optional<std::string> folder = around.variable("CREDENTIALS_DIRECTORY");
  if (folder && folder->starts_with('/')) return std::filesystem::path(*folder);
  return fail(Code::kSecretStore, called(reference) + ": no unit that gives credentials runs plumb")
      .hint(
          "a unit of systemd gives them with LoadCredential= or SetCredentialEncrypted=; `folder` of the store names "
          "encrypted files instead");
}

}  // namespace

Result<std::string> read_file_store(const FileStore& store, const SecretReference& reference,
                                    const Surroundings& around) {
  PLUMB_TRY_ASSIGN(const std::filesystem::path folder, folder_of(store, reference, around));
  const std::filesystem::path path = folder / reference.path;
  const std::optional<FileStatus> status = around.files().status(path);
  if (!status || status->type != EntryType::kFile)
    return fail(Code::kNoSuchSecret,
                called(reference) + (status ? ": no regular file is " : ": there is no file ") + path.string());
  switch (store.form) {
    case FileStore::Form::kPlain:
      break;
    case FileStore::Form::kAge:
      return by_age(store, path, reference, around);
    case FileStore::Form::kSops:
      return by_sops(path, reference, around);
    case FileStore::Form::kCredential:
      if (store.folder.empty()) break;
      return around.run({{"systemd-creds", "decrypt", "--newline=no", path.string(), "-"}, called(reference)});
    case FileStore::Form::kSealed: {
      PLUMB_TRY_ASSIGN(const std::string sealed, as_it_is(path, reference, around));
      Result<std::string> text = open_sealed(around.key(), sealed);
      if (!text) return std::move(text.error()).during("opening " + called(reference));
      return text;
    }
  }
  return as_it_is(path, reference, around);
}

Result<> write_sealed(const FileStore& store, const SecretReference& reference, const std::string& value,
                      const Surroundings& around) {
  const std::filesystem::path path = around.place(store.folder) / reference.path;
  std::string text = value;
  if (!reference.field.empty()) {
    Json fields = Json::object();
    if (around.files().status(path)) {
      PLUMB_TRY_ASSIGN(const std::string before, read_file_store(store, reference, around));
      Result<Json> read = parse_json(before, Code::kSecretStore, {.bytes = kLargestSecret});
      if (!read || !read->is_object())
        return fail(Code::kSecretStore, called(reference) + " is kept as one text, which has no fields");
      fields = std::move(*read);
    }
    if (!set_field(fields, reference.field, value))
      return fail(Code::kSecretStore,
                  called(reference) + " has something else in the place of `" + reference.field + "`, which is no map");
    text = canonical(fields);
  }
  PLUMB_TRY_ASSIGN(const std::string sealed, seal_text(around.key(), text));
  std::error_code problem;
  std::filesystem::create_directories(path.parent_path(), problem);
  if (problem)
    return fail(Code::kWriteFailed, "cannot create " + path.parent_path().string() + ": " + problem.message());
  return write_file(path, sealed);
}

}  // namespace plumb::secrets
