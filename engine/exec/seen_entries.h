// What lay at each path when an apply looked at it, so that what it changes is what it saw: whoever may write to a
// folder can put another entry in the place of one while nobody looks. Of one process and one run.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/exec/root_files.h"

namespace plumb::exec {

class SeenEntries {
 public:
  // Whether from now on it is noted what is seen; false before. Gives what held until now.
  bool set_noting(bool noting) { return std::exchange(noting_, noting); }
  // The entry at a path, or with `follow` the one that a link there leads to.
  void note(const std::string& path, bool follow, const struct stat& info);
  void note_nothing(const std::string& path);
  bool saw_nothing(const std::string& path) const { return nothing_.contains(path); }
  // An error where an entry was seen at this path and it is not this one; nothing where none was seen.
  Result<> check(const std::string& path, bool follow, const struct stat& info) const;
  // This run has put one entry in the place of another.
  void replaced(const struct stat& old, const struct stat& now);
  // Something else ran that may have changed whatever it liked.
  void forget();

 private:
  using Key = std::pair<std::string, bool>;
  struct Seen {
    EntryId id;
    bool link;
  };
  bool noting_ = false;
  std::map<Key, Seen> seen_;
  std::set<std::string> nothing_;
  std::multimap<EntryId, Key> keys_;  // also of what was noted anew since
};

}  // namespace plumb::exec
