// Applying a plan's actions on one host: look again, refuse before the first change what is not as the plan saw it,
// then act in order, and after each action look once more.
#pragma once

#include <span>

#include "engine/exec/blobs.h"
#include "engine/exec/local_system.h"
#include "engine/exec/record.h"
#include "engine/wire/messages.h"
#include "providers/sdk/kind.h"

namespace plumb::exec {

// The line to the controller while a run lasts.
class Line {
 public:
  virtual ~Line() = default;
  virtual void send(std::span<const wire::Message> messages) = 0;
  // A stop message came, or the line is gone. Does not wait.
  virtual bool wants_stop() = 0;
  // Called now and then while a program runs, for the controller to know that its executor has not stopped.
  virtual void show_life() = 0;
  // The bytes of one of the apply's large contents, in order. Waits for them. Errors: what the controller says of it,
  // that of `take`, kConnectionLost.
  virtual Result<> fetch(const wire::LargeContent& content, const ByteSink& take) = 0;
};

struct ApplyTools {
  const Registry& registry;
  LocalSystem& system;
  BlobStore& blobs;
  const StateFolder& folder;
  RunLog& log;
  Line& line;
  // What they match is left alone, whatever the request asks for.
  const std::vector<wire::ItemLock>& locks;
};

// The caller holds the host lock. Events are sent as they happen; the answer is returned. What was done is in the
// journal by then, on disk; the record is up to date in memory, and the caller saves it.
wire::Done apply(const ApplyTools& tools, const wire::Apply& request);

}  // namespace plumb::exec
