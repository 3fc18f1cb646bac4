// Folders, links, removal and attributes.
#pragma once

#include <optional>
#include <string>

#include "engine/exec/interpreter/file_writer.h"
#include "engine/exec/interpreter/folders.h"
#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

// A new folder gets its name once it has its owner and mode: whenever it is cut off, it is there as it is asked for, or
// not at all.
Result<> make_directory(LocalSystem& system, FileWriter& writer, const MakeDirectory& operation, FolderSync& folders);
Result<> make_link(LocalSystem& system, FileWriter& writer, const MakeLink& operation, FolderSync& folders);
// Nothing there is success. A tree is looked through before its first entry goes: a mount or too many entries stop it.
Result<> remove(LocalSystem& system, FileWriter& writer, const Remove& operation, FolderSync& folders);
Result<> set_attributes(LocalSystem& system, const SetAttributes& operation);

// Gives the entry at an own path the list of an Ownership, where that is one; beside this mode.
Result<> give_access_list(LocalSystem& system, const std::string& own_path, const Ownership& ownership, mode_t mode,
                          const std::string& path);

// Removes a whole tree as remove() does; with `id`, only if it is that one.
Result<> remove_tree(const Place& place, const std::string& path, const std::optional<EntryId>& id = std::nullopt);

// A new folder that nobody but its owner may enter, and no other: whoever may write to the folder above could put
// another one in its place. EEXIST where there is an entry already.
HeldEntry make_closed_folder(const Place& place);

}  // namespace plumb::exec
