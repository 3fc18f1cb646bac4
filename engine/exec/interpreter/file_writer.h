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
#include "engine/exec/interpreter/staged_file.h"
#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

class FileWriter {
 public:
  // `token` begins the names of temporary files, so that a later run knows its own.
  FileWriter(LocalSystem& system, const BlobStore& blobs, std::string token);

  // Writes the new file, gives it its owner, mode and attributes, and validates it.
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

 private:
  template <class Write>
  Result<StagedFile> stage_new(const Write& operation, const Fill& fill, StagingFolder& folder, std::string& output);
  // Where the new file goes and what is there; then an empty file beside it.
  Result<StagedFile> look(const std::string& path, bool follow, StagingFolder& folder);
  // `judged`: a program will be given its name, and may go by how that ends.
  Result<> open(StagedFile& staged, mode_t mode, bool judged);
  Result<> commit_in_place(StagedFile& staged, FolderSync& folders);
  Result<> validate(const StagedFile& staged, const std::string& command, std::string& output);

  LocalSystem& system_;
  const BlobStore& blobs_;
  std::string token_;
  mode_t mask_;
  unsigned counter_ = 0;
};

// Removes the temporary files with this token that a killed run left in a folder.
void remove_left_over_temporaries(const RootFiles& files, const std::string& folder, const std::string& token);

}  // namespace plumb::exec
