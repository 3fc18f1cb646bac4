#include "engine/secrets/sealed_files.h"

#include <algorithm>
#include <system_error>

#include "engine/base/file.h"
#include "engine/seal/age.h"

namespace plumb::secrets {
namespace {

constexpr std::string_view kPurpose = "plumb: files of secrets";
constexpr std::size_t kLargestFile = std::size_t{256} << 10;
constexpr std::size_t kMostFiles = 10'000;

Result<seal::Identity> identity_of(const std::string& key) {
  if (!key.empty()) return seal::identity_made_of(key, kPurpose);
  return fail(Code::kNoProjectKey, "what the project's key seals cannot be opened without that key")
      .hint("`plumb init` makes a key; where the project shares one, `plumb project-key accept` opens it");
}

Result<std::string> seal_to_keys(const std::vector<std::string>& keys, std::string_view text) {
  std::vector<keys::PublicKey> recipients;
  for (const std::string& key : keys) {
    PLUMB_TRY_ASSIGN(const seal::Identity identity, identity_of(key));
    recipients.push_back(identity.key);
  }
  return seal::seal_to(recipients, text);
}

// Whether write_file() calls a file so until it is whole: what was cut off leaves it, and it holds nothing.
bool is_half_written(const std::string& name) {
  constexpr std::string_view kMark = ".plumb-";
  constexpr std::size_t kDigits = 12;
  if (name.size() < kMark.size() + kDigits) return false;
  const std::string_view end = std::string_view(name).substr(name.size() - kMark.size() - kDigits);
  return end.starts_with(kMark) && end.find_first_not_of("0123456789abcdef", kMark.size()) == std::string_view::npos;
}

}  // namespace

Result<std::string> seal_text(const std::string& key, std::string_view text) {
  return seal_to_keys({key}, text);
}

Result<std::string> open_sealed(const std::string& key, std::string_view sealed) {
  PLUMB_TRY_ASSIGN(const seal::Identity identity, identity_of(key));
  Result<std::string> text = seal::open_with({&identity, 1}, sealed);
  if (text || text.error().code() != Code::kKeySealed) return text;
  return fail(Code::kSecretStore, "the project's key does not open it: " + text.error().summary())
      .hint(
          "it was sealed with another project's key, or before the key was rotated; `plumb project-key accept` takes "
          "the one that the project shares");
}

Result<Resealing> Resealing::begin(const std::vector<std::filesystem::path>& folders, const std::string& old_key,
                                   const std::string& new_key) {
  Resealing all;
  all.old_key_ = old_key;
  all.new_key_ = new_key;
  for (const std::filesystem::path& folder : folders) {
    std::error_code problem;
    for (std::filesystem::recursive_directory_iterator at(folder, problem), end; !problem && at != end;
         at.increment(problem)) {
      if (at->is_regular_file(problem) && !is_half_written(at->path().filename().string()))
        all.files_.push_back(at->path());
      if (all.files_.size() > kMostFiles)
        return fail(Code::kSecretStore, folder.string() + " holds too many files to seal them anew");
    }
    if (problem && problem != std::errc::no_such_file_or_directory)
      return fail(Code::kFileUnreadable, folder.string() + ": " + problem.message());
  }
  std::sort(all.files_.begin(), all.files_.end());
  all.files_.erase(std::unique(all.files_.begin(), all.files_.end()), all.files_.end());
  for (const std::filesystem::path& file : all.files_) {
    PLUMB_TRY_ASSIGN(const std::string sealed, read_file(file, kLargestFile));
    Result<std::string> text = open_sealed(old_key, sealed);
    if (!text) return std::move(text.error()).during("opening " + file.string());
    all.texts_.push_back(std::move(*text));
  }
  return all;
}

Result<> Resealing::seal_to_both() const {
  return write({old_key_, new_key_});
}

Result<> Resealing::seal_to_new() const {
  return write({new_key_});
}

Result<> Resealing::write(const std::vector<std::string>& keys) const {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    PLUMB_TRY_ASSIGN(const std::string sealed, seal_to_keys(keys, texts_[i]));
    PLUMB_TRY(write_file(files_[i], sealed));
  }
  return {};
}

}  // namespace plumb::secrets
