// What lay at each path when an apply looked at it, so that what it changes is what it saw: whoever may write to a
// folder can put another entry in the place of one while nobody looks. Of one process and one run.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/exec/root_files.h"

namespace plumb::exec {

class SeenEntries {
 public:
  // Whether from now on it is noted what is seen; false before. Gives what held until now.
  bool set_noting(bool noting) { return std::exchange(noting_, noting); }
  // The entry at a path, or with `follow` the one that a link there leads to.
  void note(const std::string& path, bool follow, const struct stat& info);
  void note_nothing(const std::string& path);
  bool saw_nothing(const std::string& path) const;
  // An error where an entry was seen at this path and it is not this one; nothing where none was seen.
  Result<> check(const std::string& path, bool follow, const struct stat& info) const;
  // This run has put one entry in the place of another.
  void replaced(const struct stat& old, const struct stat& now);
  // Something else ran that may have changed whatever it liked.
  void forget();

 private:
  struct Seen {
    EntryId id;
    bool link;
    std::vector<EntryId> before = {};  // of an entry with several names, of which one may have stayed what it was

    bool may_be(const EntryId& other) const {
      return id == other || std::find(before.begin(), before.end(), other) != before.end();
    }
  };
  // What a path, and what lies behind it where it is a link, was seen as.
  struct Path {
    std::optional<Seen> itself;
    std::optional<Seen> behind;
    bool nothing = false;
    std::optional<Seen>& seen(bool follow) { return follow ? behind : itself; }
  };
  using Paths = std::unordered_map<std::string, Path>;
  struct Name {
    Paths::pointer path;
    bool follow;
  };
  void note(Paths::reference path, bool follow, const struct stat& info);

  bool noting_ = false;
  Paths paths_;
  std::unordered_multimap<ino_t, Name> names_;  // by inode, on whatever device; also of what was noted anew since
};

}  // namespace plumb::exec
