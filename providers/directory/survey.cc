// Folders that somebody made below /etc.
#include "providers/directory/directory.h"
#include "providers/sdk/local_entries.h"

namespace plumb::providers::directory {

void survey(const SurveyedHost& host, Survey& found) {
  Survey unsaid;  // of what cannot be read the files say it
  for (const LocalEntry& entry : local_entries(host, unsaid)) {
    if (entry.gone || entry.info.type != FileType::kDirectory) continue;
    found.add(entry.path, ownership_of(entry.info, "0755", host.system)).yields = true;
  }
}

}  // namespace plumb::providers::directory
