// A folder of the project that a host is to have as it is.
#pragma once

#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/result.h"

namespace plumb::config {

struct SourceEntry {
  std::string path;  // below the folder, "css/main.css"
  EntryType type = EntryType::kFile;
  bool executable = false;  // of a file
  std::string target;       // of a link, as it stands in it
};

// All that is below `folder` of the project and is not excluded (see is_excluded()), each folder before what is in it,
// never through a link. Errors: kFileUnreadable; kSourceMissing where there are more than 20,000 entries, they lie
// deeper than 64 folders, or one is no file, folder or link, or has a name that is no UTF-8.
Result<std::vector<SourceEntry>> read_source_folder(const Folder& project, const std::string& folder,
                                                    const std::vector<std::string>& exclude);

}  // namespace plumb::config
