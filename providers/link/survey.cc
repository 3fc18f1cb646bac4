// Symbolic links that somebody made below /etc.
#include "engine/base/host_text.h"
#include "providers/link/link.h"
#include "providers/sdk/local_entries.h"

namespace plumb::providers::link {

void survey(const SurveyedHost& host, Survey& found) {
  Survey unsaid;
  for (const LocalEntry& entry : local_entries(host, unsaid)) {
    if (entry.gone || entry.info.type != FileType::kLink) continue;
    found.add(entry.path, {{"target", text_of_bytes(entry.info.link_target)}}).yields = true;
  }
}

}  // namespace plumb::providers::link
