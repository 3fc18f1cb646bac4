// Contents by digest. Small ones were sent by the controller and stay in memory up to a bound; beyond it those that are
// not secret lie in a folder that only the executor's user can read and that goes when the executor does. Large ones
// are fetched when an action writes them, and are never here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/byte_sink.h"
#include "engine/base/digest_check.h"
#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/exec/root_files.h"
#include "engine/wire/messages.h"

namespace plumb::exec {

class BlobStore {
 public:
  static constexpr std::size_t kMemory = std::size_t{32} << 20;

  explicit BlobStore(const RootFiles& files, std::size_t memory = kMemory) : files_(files), memory_(memory) {}
  ~BlobStore();
  BlobStore(const BlobStore&) = delete;
  BlobStore& operator=(const BlobStore&) = delete;

  // Chunks of one content come one after the other. A content that is not what its digest says is refused.
  Result<> add(const wire::Blob& chunk);
  // Keyed digests can only be checked once the key is known.
  Result<> check(const std::string& key) const;
  // A content that an open file holds; refused where it holds another one.
  Result<> add_file(const std::string& digest, UniqueFd file, const std::string& path);

  // Has these contents fetched as they are written. `fetch` gives a content's bytes from its beginning and waits for
  // them.
  using Fetch = std::function<Result<>(const wire::LargeContent& content, const ByteSink& take)>;
  void fetch_large(const std::vector<wire::LargeContent>& contents, std::string key, Fetch fetch);
  void fetch_nothing() { large_.clear(); }

  // The whole of a small one, which is here no longer then; nothing where it is not.
  Result<std::optional<std::string>> take(const std::string& digest);
  // Errors: kProtocol where no content has this digest.
  Result<std::uint64_t> size(const std::string& digest) const;
  // The sensitive ones that are here.
  void each_secret(const std::function<void(std::string_view bytes)>& take) const;
  // Writes all of it to an open file, which is `path` for people. What was fetched is checked before it ends.
  Result<> write(const std::string& digest, int file, const std::string& path) const;

 private:
  struct Stored {
    std::string bytes;
    UniqueFd file;
    std::uint64_t size = 0;
    bool secret = false;
  };
  Result<> spill(Stored& stored, const std::string& digest);
  Result<> write_fetched(const wire::LargeContent& content, int file, const std::string& path) const;

  const RootFiles& files_;
  std::size_t memory_;
  std::size_t held_ = 0;
  std::string folder_;  // "" until one is needed
  std::string open_;    // digest of the content whose chunks are coming
  Stored coming_;
  Sha256 hash_;
  std::map<std::string, Stored> stored_;
  std::map<std::string, wire::LargeContent> large_;
  std::string key_;
  Fetch fetch_;
};

// Folders of executors that were killed; called by one that holds the host lock.
void remove_left_over_spools(const RootFiles& files);

}  // namespace plumb::exec
