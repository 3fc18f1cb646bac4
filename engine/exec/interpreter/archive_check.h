// What of an archive comes, and under which names; and whether any of it would get out of the folder that it is for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/exec/interpreter/tar_reader.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

class ArchiveCheck {
 public:
  // `operation` outlives this.
  explicit ArchiveCheck(const Unpack& operation) : operation_(operation) {}

  // The entry with the name that it has in the folder; nothing where it does not come.
  Result<std::optional<ArchiveEntry>> placed(const ArchiveEntry& entry) const;

  // Of the first reading: each entry, and the end. kOperation for names that lead elsewhere, links that lead out of the
  // folder, and what goes through a link of the archive's own.
  Result<> note(const ArchiveEntry& entry);
  Result<> finish() const;
  std::uint64_t bytes() const { return bytes_; }

 private:
  bool is_wanted(const std::string& name) const;

  const Unpack& operation_;
  std::set<std::string> links_;
  std::set<std::string> files_;
  std::vector<std::string> names_;
  std::uint64_t bytes_ = 0;
};

}  // namespace plumb::exec
