#include "engine/exec/interpreter/staged_file.h"

#include <utility>

#include <unistd.h>

#include "engine/exec/root_files.h"
#include "engine/exec/system/attributes.h"

namespace plumb::exec {

StagedFile::StagedFile(StagedFile&& other) noexcept {
  *this = std::move(other);
}

StagedFile& StagedFile::operator=(StagedFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  path = std::move(other.path);
  folder = std::move(other.folder);
  name = std::move(other.name);
  temporary = std::exchange(other.temporary, {});
  file = std::move(other.file);
  old = other.old;
  backup = other.backup;
  edited = other.edited;
  in_place = std::move(other.in_place);
  return *this;
}

void StagedFile::discard() {
  if (!temporary.empty()) ::unlinkat(folder->get(), temporary.c_str(), 0);
  temporary.clear();
}

Result<> StagedFile::check_old(const struct stat& found) const {
  if (edited && !is_untouched(*old, found)) return changed_by_another(path);
  if (EntryId(*old) == EntryId(found)) return {};
  return fail(Code::kStale, path + " was replaced by another while it was written").hint("apply again");
}

bool is_untouched(const struct stat& before, const struct stat& after) {
  return before.st_dev == after.st_dev && before.st_ino == after.st_ino && before.st_size == after.st_size &&
         changed_at(before) == changed_at(after);
}

Error changed_by_another(const std::string& path) {
  return fail(Code::kOperation, path + " was changed by another while it was edited").hint("apply again");
}

}  // namespace plumb::exec
