// The line to the controller while a run lasts.
#pragma once

#include <span>

#include "engine/base/byte_sink.h"
#include "engine/base/result.h"
#include "engine/wire/messages.h"

namespace plumb::exec {

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

}  // namespace plumb::exec
