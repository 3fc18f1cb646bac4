// Contents: the bytes behind the digests of a compiled project, and the secrets behind its keyed digests.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::ir {

class Contents {
 public:
  // What a file of the project may hold at the most.
  static constexpr std::size_t kMaxContent = std::size_t{256} << 20;

  // Each returns the digest under which the content is known from then on.
  std::string add_text(std::string text);
  Result<std::string> add_file(const std::filesystem::path& path);
  std::string add_secret_text(const std::string& key, std::string text);
  std::string add_secret_value(const std::string& key, Json value);

  // Forgets all but what files hold.
  void forget_texts();

  bool holds(const std::string& digest) const { return entries_.contains(digest); }
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
  std::map<std::string, Entry> entries_;
  std::map<std::filesystem::path, std::string> file_digests_;
};

}  // namespace plumb::ir
