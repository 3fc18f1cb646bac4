// --output jsonl: what happens, as one JSON object a line on standard output, each written whole as it happens.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "engine/base/json.h"

namespace plumb::cmd {

// From any thread.
class EventStream {
 public:
  // `lost` is called once, when nobody reads any more; the run goes on without its reader.
  EventStream(std::string run, std::function<void()> lost) : run_(std::move(run)), lost_(std::move(lost)) {}

  void write(Json event);
  const std::string& run() const { return run_; }

 private:
  std::string run_;
  std::function<void()> lost_;
  std::mutex mutex_;
  bool broken_ = false;
};

}  // namespace plumb::cmd
