// Files that the project's key seals: in age's format, to a key of ssh that is made of the project's key, the same one
// each time. So whoever has that key opens them, and they are safe in git. docs/formats/project-key.md describes them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace plumb::secrets {

// At most 64 KiB of text. Errors: kNoProjectKey where there is no key, kKeySealed.
Result<std::string> seal_text(const std::string& key, std::string_view text);
Result<std::string> open_sealed(const std::string& key, std::string_view sealed);

// Files below these folders are sealed to another key, in two steps, between which the project's key is put in place:
// whenever it stops, each can be opened with the key that is there. Nothing is written before all were opened.
class Resealing {
 public:
  // Errors: kSecretStore for a file that the old key does not open, kFileUnreadable, kNoProjectKey.
  static Result<Resealing> begin(const std::vector<std::filesystem::path>& folders, const std::string& old_key,
                                 const std::string& new_key);

  const std::vector<std::filesystem::path>& files() const { return files_; }
  Result<> seal_to_both() const;
  Result<> seal_to_new() const;

 private:
  Result<> write(const std::vector<std::string>& keys) const;

  std::vector<std::filesystem::path> files_;
  std::vector<std::string> texts_;
  std::string old_key_;
  std::string new_key_;
};

}  // namespace plumb::secrets
