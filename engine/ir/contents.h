// Contents: the bytes behind the digests of a compiled project, and the secrets behind its keyed digests.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::ir {

// Added to by one thread, read by many at the same time.
class Contents {
 public:
  // What a file of the project may hold at the most.
  static constexpr std::size_t kMaxContent = std::size_t{256} << 20;

  // Each returns the digest under which the content is known from then on. Texts of templates are one host's, and may
  // be forgotten; all else is often the same on every host, and is not much.
  std::string add_text(std::string text);
  Result<std::string> add_file(const std::filesystem::path& path);
  std::string add_secret_text(const std::string& key, std::string text);
  std::string add_secret_value(const std::string& key, Json value);
  std::string add_template_text(std::string text);
  std::string add_secret_template_text(const std::string& key, std::string text);

  // Not while others read.
  void forget_template_texts() { template_texts_.clear(); }

  bool holds(const std::string& digest) const { return find(digest) != nullptr; }
  // Of a content; reads the file again where it came from one, and refuses one that changed since.
  Result<std::string> bytes(const std::string& digest) const;
  // Of a secret attribute; null where there is none.
  Json secret(const std::string& digest) const;

 private:
  struct Entry {
    std::string text;
    std::filesystem::path file;  // empty: `text` holds the bytes
    Json value;                  // of a secret
  };
  using Entries = std::unordered_map<std::string, Entry>;  // looked into, never walked
  void add(Entries& to, const std::string& digest, Entry&& entry);
  // Stays where it is and as it is.
  const Entry* find(const std::string& digest) const;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  Entries entries_;
  Entries template_texts_;
  // For who adds.
  std::map<std::filesystem::path, std::string> file_digests_;
};

}  // namespace plumb::ir
