// Contents that the controller sent, by digest. They stay in memory up to a bound; larger ones that are not secret lie
// in a folder that only the executor's user can read and that goes when the executor does.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/exec/root_files.h"
#include "engine/wire/messages.h"

namespace plumb::exec {

struct Content {
  std::string_view bytes;  // of a content in memory
  int file = -1;           // of one that is not; read from its beginning with pread
  std::uint64_t size = 0;
};

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
  Result<Content> find(const std::string& digest) const;

 private:
  struct Stored {
    std::string bytes;
    UniqueFd file;
    std::uint64_t size = 0;
    bool secret = false;
  };
  Result<> spill(Stored& stored, const std::string& digest);

  const RootFiles& files_;
  std::size_t memory_;
  std::size_t held_ = 0;
  std::string folder_;  // "" until one is needed
  std::string open_;    // digest of the content whose chunks are coming
  Stored coming_;
  Sha256 hash_;
  std::map<std::string, Stored> stored_;
};

// Folders of executors that were killed; called by one that holds the host lock.
void remove_left_over_spools(const RootFiles& files);

}  // namespace plumb::exec
