// A new file that lies beside its place, until a rename or its bytes put it there.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <sys/stat.h>

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

// The mode of what is nobody else's while it is written.
inline constexpr mode_t kOwnersAlone = 0600;

// The folder of the last file that was staged. One for each group of files that are staged together: they share the
// descriptor, and what comes between two groups may move or cover a folder.
struct StagingFolder {
  std::string path;
  std::shared_ptr<const UniqueFd> fd;
};

// One that never gets to its place is removed with this object.
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

  // Whether `found`, which is in its place now, is what it is to replace: the very file that was there and, where it
  // came of that one, as it was.
  Result<> check_old(const struct stat& found) const;
};

// Nobody but the one who edits it may have touched it since: neither its bytes nor its owner or mode, which the new
// file has from it.
bool is_untouched(const struct stat& before, const struct stat& after);
Error changed_by_another(const std::string& path);

}  // namespace plumb::exec
