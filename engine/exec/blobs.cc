#include "engine/exec/blobs.h"

#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "engine/exec/accounts.h"
#include "engine/exec/state_folder.h"

namespace plumb::exec {
namespace {

constexpr std::string_view kSpool = ".spool-";

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

Result<Content> BlobStore::find(const std::string& wanted) const {
  const auto found = stored_.find(wanted);
  if (found != stored_.end()) return Content{found->second.bytes, found->second.file.get(), found->second.size};
  static const std::string kEmpty = digest("");
  if (wanted == kEmpty) return Content{};
  return fail(Code::kProtocol, "the content " + wanted + " was not sent");
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
