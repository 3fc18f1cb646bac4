#include "engine/exec/blobs.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "engine/exec/accounts.h"
#include "engine/exec/state_folder.h"
#include "engine/exec/system/disk.h"

namespace plumb::exec {
namespace {

constexpr std::string_view kSpool = ".spool-";
constexpr std::size_t kBlobPiece = std::size_t{256} << 10;

}  // namespace

BlobStore::~BlobStore() {
  if (folder_.empty()) return;
  if (const Result<Place> place = files_.place(folder_)) {
    ::unlinkat(place->folder.get(), place->name.c_str(), AT_REMOVEDIR);
  }
}

// The file is unlinked as soon as it is open: whatever ends the executor also ends the file.
Result<> BlobStore::spill(Stored& stored, const std::string& digest) {
  if (folder_.empty()) {
    const std::string common = StateFolder::common_path(files_);
    PLUMB_TRY(make_folders(files_, common, 0755));
    const std::string folder = common + "/" + std::string(kSpool) + std::to_string(::getpid());
    PLUMB_TRY(make_folders(files_, folder, 0700));
    folder_ = folder;
  }
  const std::string path = folder_ + "/" + digest.substr(digest.find(':') + 1);
  stored.file = files_.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!stored.file) return os_error("create", path);
  PLUMB_TRY_ASSIGN(const Place place, files_.place(path));
  ::unlinkat(place.folder.get(), place.name.c_str(), 0);
  PLUMB_TRY(write_all(stored.file.get(), stored.bytes, path));
  held_ -= stored.bytes.size();
  stored.bytes = {};
  return {};
}

Result<> BlobStore::add(const wire::Blob& chunk) {
  if (!is_digest(chunk.digest) && !is_keyed_digest(chunk.digest)) {
    return fail(Code::kProtocol, "a content without a digest");
  }
  if (open_.empty()) {
    open_ = chunk.digest;
    coming_ = {};
    hash_ = {};
    coming_.secret = chunk.secret || is_keyed_digest(chunk.digest);
  } else if (open_ != chunk.digest) {
    return fail(Code::kProtocol, "the contents " + open_ + " and " + chunk.digest + " are mixed");
  }
  hash_.add(chunk.bytes);
  coming_.size += chunk.bytes.size();
  if (coming_.file) {
    PLUMB_TRY(write_all(coming_.file.get(), chunk.bytes, folder_));
  } else {
    held_ += chunk.bytes.size();
    coming_.bytes += chunk.bytes;
    if (held_ > memory_) {
      if (coming_.secret) {
        return fail(Code::kOperation, "sensitive contents of more than " + std::to_string(memory_ >> 20) +
                                          " MiB are not taken, since they are kept in memory alone");
      }
      PLUMB_TRY(spill(coming_, open_));
    }
  }
  if (!chunk.last) return {};
  const std::string digest = std::exchange(open_, {});
  if (is_digest(digest) && hash_.finish() != digest) {
    return fail(Code::kProtocol, "a content is not what its digest " + digest + " says");
  }
  stored_.insert_or_assign(digest, std::move(coming_));
  return {};
}

Result<> BlobStore::check(const std::string& key) const {
  for (const auto& [digest, stored] : stored_) {
    if (is_keyed_digest(digest) && keyed_digest(key, stored.bytes) != digest) {
      return fail(Code::kProtocol, "a sensitive content is not what its digest says");
    }
  }
  return {};
}

Result<> BlobStore::add_file(const std::string& digest, UniqueFd file, const std::string& path) {
  Sha256 hash;
  Stored stored;
  const auto piece = std::make_unique_for_overwrite<char[]>(kBlobPiece);
  while (true) {
    const ssize_t count = ::pread(file.get(), piece.get(), kBlobPiece, static_cast<off_t>(stored.size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error("read", path);
    if (count == 0) break;
    hash.add({piece.get(), static_cast<std::size_t>(count)});
    stored.size += static_cast<std::uint64_t>(count);
  }
  if (hash.finish() != digest) return fail(Code::kOperation, path + " does not hold what was kept there");
  stored.file = std::move(file);
  stored_.insert_or_assign(digest, std::move(stored));
  return {};
}

void BlobStore::fetch_large(const std::vector<wire::LargeContent>& contents, std::string key, Fetch fetch) {
  large_.clear();
  for (const wire::LargeContent& content : contents) large_.emplace(content.digest, content);
  key_ = std::move(key);
  fetch_ = std::move(fetch);
}

Result<std::uint64_t> BlobStore::size(const std::string& wanted) const {
  if (const auto found = stored_.find(wanted); found != stored_.end()) return found->second.size;
  if (const auto found = large_.find(wanted); found != large_.end()) return found->second.size;
  static const std::string kEmpty = digest("");
  if (wanted == kEmpty) return 0;
  return fail(Code::kProtocol, "the content " + wanted + " was not sent");
}

void BlobStore::each_secret(const std::function<void(std::string_view bytes)>& take) const {
  for (const auto& [digest, stored] : stored_) {
    if (stored.secret) take(stored.bytes);
  }
}

Result<std::optional<std::string>> BlobStore::take(const std::string& digest) {
  const auto found = stored_.find(digest);
  if (found == stored_.end()) return std::optional<std::string>();
  const Stored stored = std::move(found->second);
  stored_.erase(found);
  if (!stored.file) {
    held_ -= std::min(held_, stored.bytes.size());
    return std::optional<std::string>(stored.bytes);
  }
  if (::lseek(stored.file.get(), 0, SEEK_SET) != 0) return os_error("read", "a content");
  PLUMB_TRY_ASSIGN(std::string bytes, read_all(stored.file.get(), static_cast<std::size_t>(stored.size), "a content"));
  return std::optional<std::string>(std::move(bytes));
}

Result<> BlobStore::write(const std::string& digest, int file, const std::string& path) const {
  if (const auto found = stored_.find(digest); found != stored_.end()) {
    const Stored& stored = found->second;
    if (!stored.file) return write_all(file, stored.bytes, path);
    if (copy_bytes(stored.file.get(), file, static_cast<off_t>(stored.size)) != 0) return os_error("write", path);
    return {};
  }
  if (const auto found = large_.find(digest); found != large_.end()) return write_fetched(found->second, file, path);
  PLUMB_TRY(size(digest));
  return {};
}

Result<> BlobStore::write_fetched(const wire::LargeContent& content, int file, const std::string& path) const {
  // A disk that has not the room says so before the bytes are on their way.
  if (reserve(file, static_cast<off_t>(content.size)) != 0) return os_error("write", path);
  DigestCheck check(content.digest, key_);
  std::uint64_t size = 0;
  PLUMB_TRY(fetch_(content, [&](std::string_view bytes) -> Result<> {
    size += bytes.size();
    if (size > content.size) return fail(Code::kProtocol, "more came of a content than its size says");
    check.add(bytes);
    return write_all(file, bytes, path);
  }));
  if (check.holds()) return {};
  return fail(Code::kProtocol, "what came for " + path + " is not what its digest " + content.digest + " says");
}

void remove_left_over_spools(const RootFiles& files) {
  const std::string common = StateFolder::common_path(files);
  UniqueFd fd = files.open(common, O_RDONLY | O_DIRECTORY);
  if (!fd) return;
  const int folder = fd.get();
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd.release()), ::closedir);
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (!name.starts_with(kSpool)) continue;
    const auto pid = parse_id(name.substr(kSpool.size()));
    const bool alive = pid && (::kill(static_cast<pid_t>(*pid), 0) == 0 || errno == EPERM);
    if (!alive) ::unlinkat(folder, name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace plumb::exec
