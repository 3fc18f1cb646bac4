// Files, folders and links that somebody put on a host or changed there, where its configuration lies.
#pragma once

#include <string>
#include <vector>

#include "providers/sdk/survey.h"

namespace plumb {

struct LocalEntry {
  std::string path;
  FileInfo info;      // of a link with its target
  std::string bytes;  // of a file
  bool gone = false;  // a package brought it, and somebody took it away
};

// Those below /etc, and the programs in /usr/local/bin and /usr/local/sbin; in order, a folder before what is in it.
// Not those that hosts make by themselves. What is too large or cannot be read is left out. Nothing where nobody tells
// what packages brought.
std::vector<LocalEntry> local_entries(const SurveyedHost& host, Survey& survey);

// Whose it is and who may what, where that is not as what root makes has it. Nothing where an owner has no name.
Json ownership_of(const FileInfo& info, std::string_view usual_mode, System& system);

}  // namespace plumb
