// An open archive of any of the formats that are known, as entries.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/unique_fd.h"
#include "engine/exec/interpreter/tar_reader.h"
#include "engine/exec/local_system.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {

class ArchiveSource {
 public:
  // `file` is open for reading, `name` is what people call it. `raw`: an empty folder that nobody else may enter, for
  // what can be taken out of an archive only by its own program.
  static Result<ArchiveSource> open(LocalSystem& system, UniqueFd file, std::string name, UniqueFd raw);

  // All of it, from its beginning; may be called again.
  Result<> read(const ArchiveVisitor& visitor);
  const std::string& digest() const { return digest_; }

 private:
  ArchiveSource(LocalSystem& system, UniqueFd file, std::string name, UniqueFd raw)
      : system_(&system), file_(std::move(file)), name_(std::move(name)), raw_(std::move(raw)) {}

  Result<> look();
  Result<> unzip();
  Result<> read_tar(const ArchiveVisitor& visitor);
  Result<> read_raw(const ArchiveVisitor& visitor);

  LocalSystem* system_;
  UniqueFd file_;
  std::string name_;
  UniqueFd raw_;
  std::string digest_;
  std::string unpacker_;  // the program, "" for none
  bool zip_ = false;
};

}  // namespace plumb::exec
