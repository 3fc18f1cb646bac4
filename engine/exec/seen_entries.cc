#include "engine/exec/seen_entries.h"

#include <vector>

namespace plumb::exec {

void SeenEntries::note(const std::string& path, bool follow, const struct stat& info) {
  if (!noting_) return;
  const Seen seen{EntryId(info), S_ISLNK(info.st_mode)};
  seen_.insert_or_assign({path, follow}, seen);
  keys_.emplace(seen.id, Key{path, follow});
  nothing_.erase(path);
}

void SeenEntries::note_nothing(const std::string& path) {
  if (!noting_) return;
  seen_.erase({path, false});
  seen_.erase({path, true});
  nothing_.insert(path);
}

Result<> SeenEntries::check(const std::string& path, bool follow, const struct stat& info) const {
  auto seen = seen_.find({path, follow});
  // An entry that is no link is looked at without following it.
  if (seen == seen_.end() && follow) {
    seen = seen_.find({path, false});
    if (seen != seen_.end() && seen->second.link) return {};
  }
  if (seen == seen_.end()) return {};
  if (seen->second.id == EntryId(info)) return {};
  return fail(Code::kStale, path + " is not what was looked at any more: something else has taken its place")
      .hint("apply again");
}

// Under every name that it was seen by.
void SeenEntries::replaced(const struct stat& old, const struct stat& now) {
  const auto [first, last] = keys_.equal_range(EntryId(old));
  std::vector<Key> keys;
  for (auto one = first; one != last; ++one) {
    const auto seen = seen_.find(one->second);
    if (seen != seen_.end() && seen->second.id == EntryId(old)) keys.push_back(one->second);
  }
  keys_.erase(first, last);
  for (const Key& key : keys) note(key.first, key.second, now);
}

void SeenEntries::forget() {
  seen_.clear();
  nothing_.clear();
  keys_.clear();
}

}  // namespace plumb::exec
