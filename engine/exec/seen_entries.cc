#include "engine/exec/seen_entries.h"

#include <vector>

namespace plumb::exec {

void SeenEntries::note(const std::string& path, bool follow, const struct stat& info) {
  if (noting_) note(*paths_.try_emplace(path).first, follow, info);
}

void SeenEntries::note(Paths::reference path, bool follow, const struct stat& info) {
  path.second.seen(follow) = Seen{EntryId(info), S_ISLNK(info.st_mode)};
  path.second.nothing = false;
  names_.emplace(info.st_ino, Name{&path, follow});
}

void SeenEntries::note_nothing(const std::string& path) {
  if (noting_) paths_[path] = {.itself = {}, .behind = {}, .nothing = true};
}

bool SeenEntries::saw_nothing(const std::string& path) const {
  const auto found = paths_.find(path);
  return found != paths_.end() && found->second.nothing;
}

Result<> SeenEntries::check(const std::string& path, bool follow, const struct stat& info) const {
  const auto found = paths_.find(path);
  if (found == paths_.end()) return {};
  const std::optional<Seen>& itself = found->second.itself;
  // An entry that is no link is looked at without following it.
  if (follow && !found->second.behind && itself && itself->link) return {};
  const std::optional<Seen>& seen = follow && found->second.behind ? found->second.behind : itself;
  if (!seen || seen->may_be(EntryId(info))) return {};
  return fail(Code::kStale, path + " is not what was looked at any more: something else has taken its place")
      .hint("apply again");
}

// Under every name that it was seen by. Of an entry that has several in folders nobody knows which of them leads to the
// new one.
void SeenEntries::replaced(const struct stat& old, const struct stat& now) {
  if (!noting_) return;
  const auto [first, last] = names_.equal_range(old.st_ino);
  const std::vector<std::pair<ino_t, Name>> names(first, last);
  names_.erase(first, last);
  for (const auto& [inode, name] : names) {
    std::optional<Seen>& seen = name.path->second.seen(name.follow);
    if (!seen) continue;
    if (seen->may_be(EntryId(old))) {
      std::vector<EntryId> before = std::move(seen->before);
      const bool several = old.st_nlink > 1 || !before.empty();
      if (several) before.push_back(seen->id);
      note(*name.path, name.follow, now);
      seen->before = std::move(before);
      if (several) names_.emplace(inode, name);
    } else if (seen->id.inode == inode) {
      names_.emplace(inode, name);  // on another device
    }
  }
}

void SeenEntries::forget() {
  names_.clear();
  paths_.clear();
}

}  // namespace plumb::exec
