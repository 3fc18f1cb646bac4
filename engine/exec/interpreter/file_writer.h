// WriteFile and EditFile in steps, so that many files can share their waits: all new contents are written beside their
// targets, all are synced, then each is put in place by a rename. At any moment a path holds the whole old or the whole
// new file; but for one that is written in place, which was asked for: it holds a part of both while it is written.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <sys/stat.h>

#include "engine/exec/blobs.h"
#include "engine/exec/interpreter/folders.h"
#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

// The folder of the last file that was staged. One for each group of files that are staged together: they share the
// descriptor, and what comes between two groups may move or cover a folder.
struct StagingFolder {
  std::string path;
  std::shared_ptr<const UniqueFd> fd;
};

// A new file that is not in place yet; one that never gets there is removed with this object.
class StagedFile {
 public:
  StagedFile() = default;
  StagedFile(StagedFile&& other) noexcept;
  StagedFile& operator=(StagedFile&& other) noexcept;
  ~StagedFile() { discard(); }

  std::string path;  // where it goes, links resolved, as text
  std::shared_ptr<const UniqueFd> folder;
  std::string name;       // in that folder, in bytes
  std::string temporary;  // name in the same folder; "" once it is in place, or where the folder takes none
  UniqueFd file;
  std::optional<struct stat> old;
  bool backup = false;
  bool edited = false;  // it came of `old`, which must be the same still when it takes its place
  // Written over `old`, which gets this then.
  std::optional<Ownership> in_place;

  // What was written beside its place goes.
  void discard();
};

// A copy of a file that is kept: a second name of it, or a file of its own where the first is to be written over.
enum class Backup { kSameFile, kOtherFile };

class FileWriter {
 public:
  // `token` begins the names of temporary files, so that a later run knows its own.
  FileWriter(LocalSystem& system, const BlobStore& blobs, std::string token);

  // Writes, dresses (owner, mode, extended attributes) and validates the new file.
  // What a validation printed is added to `output`. The caller syncs it before it commits it.
  Result<StagedFile> stage(const WriteFile& operation, StagingFolder& folder, std::string& output);
  // The same of what `fill` writes to the new file.
  using Fill = std::function<Result<>(int file)>;
  Result<StagedFile> stage(const Fetch& operation, const Fill& fill, StagingFolder& folder, std::string& output);
  // The same for edits of one file, one after another: one new file, and each validation once. Nothing where all hold.
  Result<std::optional<StagedFile>> stage(std::span<const EditFile> chain, StagingFolder& folder, std::string& output);
  Result<> commit(StagedFile& staged, FolderSync& folders);

  // A name for a temporary entry beside a target.
  std::string temporary_name();

  // Keeps a file as NAME.plumb-<UTC time>-<random>, a name that tells nothing of what is in it.
  Result<> keep_backup(int folder, const std::string& path, FolderSync& folders, Backup how);

 private:
  template <class Write>
  Result<StagedFile> stage_new(const Write& operation, const Fill& fill, StagingFolder& folder, std::string& output);
  // Where the new file goes and what is there; then an empty file beside it.
  Result<StagedFile> look(const std::string& path, bool follow, StagingFolder& folder);
  // `judged`: a program will be given its name, and may go by how that ends.
  Result<> open(StagedFile& staged, mode_t mode, bool judged);
  // `fd`: the new file, or the old one where that is written in place.
  Result<> dress(const StagedFile& staged, int fd, const Ownership& ownership);
  Result<> withhold(int fd, const struct stat& now, const Ownership& wanted, const std::string& path);
  Result<> overwrite(StagedFile& staged, FolderSync& folders);
  Result<> validate(const StagedFile& staged, const std::string& command, std::string& output);

  LocalSystem& system_;
  const BlobStore& blobs_;
  std::string token_;
  mode_t mask_;
  unsigned counter_ = 0;
};

// Gives an open file the extended attributes, access lists and SELinux context of the file that it is to replace.
Result<> keep_attributes(int folder, const std::string& name, int to, bool with_lists = true);
// The permissions of a mode, without what gives a program the rights of its owner or group.
mode_t without_privileges(mode_t mode);
// Removes the temporary files with this token that a killed run left in a folder.
void remove_left_over_temporaries(const RootFiles& files, const std::string& folder, const std::string& token);

// Four octal digits.
Result<mode_t> parse_mode(const std::string& text);

}  // namespace plumb::exec
