// Extended attributes and access lists of files.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "engine/base/result.h"
#include "engine/exec/root_files.h"
#include "providers/sdk/operation.h"
#include "providers/sdk/system.h"

namespace plumb::exec {

// Gives an open file the extended attributes, access lists and labels of another, as far as the file system takes them;
// an access list that it does not take is an error. `name` is for that; `with_lists`: with those. Not what was meant
// for the old bytes alone: capabilities of a program, signatures.
Result<> copy_attributes(int from, int to, const std::string& name, bool with_lists);

// One of an access list that a mode does not tell of.
struct AccessEntry {
  bool inherited = false;  // by what is made in this folder
  bool group = false;
  id_t id = 0;
  unsigned permissions = 0;  // as in a mode, without what the list's mask takes away
};

struct RightsBeyondMode {
  std::vector<AccessEntry> entries;
  bool capabilities = false;
  std::string label = {};                            // of SELinux; "" for none
  std::map<std::string, std::string> extended = {};  // attributes of the namespaces user and trusted, in bytes
  bool is_cut = false;                               // it has more of these than are read
};

// A path that leads to an open file and nowhere else; see HeldEntry::own_path().
std::string own_path_of(int file);

// Of what an own_path() leads to. Nothing where the system has no such path.
RightsBeyondMode rights_beyond_mode(const std::string& own_path);

// What `mode` is where its access list is gone: beside one, the group's bits of a mode are the most that the list
// gives, which may be more than the group has.
mode_t mode_without_list(const std::string& own_path, mode_t mode);

// Gives an entry these lists, in the place of those that it has, beside a mode that says what its owner, its group and
// others may. 0; -1 with errno, also where the system has no such path.
int set_access_lists(const std::string& own_path, std::vector<AccessEntry> entries, mode_t mode);

// Takes away access lists, those for new entries too; the group's bits are the group's own afterwards. 0, also where
// the system has no such path; -1 with errno.
int clear_access_lists(const std::string& own_path);

// Gives an entry the label of an Ownership and its extended attributes, and takes away those that it is not to have.
// `path` is for messages.
Result<> give_attributes(const std::string& own_path, const Ownership& ownership, const std::string& path);

Limits limits_of(const HeldEntry& entry);
// Whether it lies in a file system of some program's making, which may keep neither owners nor modes and does not say
// so.
bool may_keep_no_modes(const HeldEntry& entry);

// Gives a new file or folder that lies under another name for now the label that the system gives one of this name
// there. Nothing where the system has no labels, or none of its own for the name.
enum class Labelled { kFile, kFolder };
void label_as_named(const std::string& own_path, int folder, const std::string& name, Labelled what);

// When a file or what is known of it last changed, in nanoseconds; nobody can set that time.
std::int64_t changed_at(const struct stat& info);

}  // namespace plumb::exec
