// Which commit a project stands on, for the history.
#pragma once

#include <string>

#include "engine/base/files.h"

namespace plumb::run {

// "4f3a… (main)": the commit that is checked out in the git work tree of the folder, and its branch. Read from git's
// own files, in a fraction of the time that git takes to start; so it does not say whether files were changed since,
// which the plan's digests do. "" where the folder is in no work tree, or git keeps its references otherwise than in
// files.
std::string checkout_of(const Folder& folder);

}  // namespace plumb::run
