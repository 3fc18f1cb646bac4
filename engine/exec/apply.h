// Applying a plan's actions on one host: look again, refuse before the first change what is not as the plan saw it,
// then act in order, and after each action look once more.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "engine/exec/blobs.h"
#include "engine/exec/line.h"
#include "engine/exec/local_system.h"
#include "engine/exec/record.h"
#include "engine/wire/messages.h"
#include "providers/outside/outside_provider.h"
#include "providers/sdk/kind.h"

namespace plumb::exec {

struct ApplyTools {
  const Registry& registry;
  LocalSystem& system;
  BlobStore& blobs;
  const StateFolder& folder;
  RunLog& log;
  Line& line;
  // What they match is left alone, whatever the request asks for.
  const std::vector<wire::ItemLock>& locks;
  // Takes the restart that an action asks for, to be made once all is on record and the conversation has ended; null
  // where nobody would make it.
  std::optional<Reboot>* restart = nullptr;
  // Has that done whose provider runs on the controller; null where nobody would.
  outside::Elsewhere* elsewhere = nullptr;
  // Actions, by index, that ran when this plan was begun before, and that nothing would keep from running once more;
  // and where that is noted of further ones. Of a strict host: others run them again.
  std::set<std::size_t> ran = {};
  std::function<void(std::size_t)> note_ran = {};
};

// The caller holds the host lock. Events are sent as they happen; the answer is returned. What was done is in the
// journal by then, on disk; the record is up to date in memory, and the caller saves it.
wire::Done apply(const ApplyTools& tools, const wire::Apply& request);

}  // namespace plumb::exec
