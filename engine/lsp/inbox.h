// Messages that came and were not taken yet, between the thread that reads and the one that answers.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>

#include "engine/lsp/frame.h"

namespace plumb::lsp {

class Inbox {
 public:
  struct Entry {
    Result<Json> message;
    bool cancelled = false;  // a request that the editor took back since
  };

  // Bytes as they come; from one thread.
  void add(std::string_view bytes);
  // Nothing more will come.
  void close();

  bool waiting() const;
  // Waits for one; nothing after the last. Requests to cancel stay inside.
  std::optional<Entry> take();

 private:
  FrameReader reader_;  // of the thread that adds
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Entry> entries_;  // guarded by mutex_
  bool closed_ = false;        // guarded by mutex_
};

}  // namespace plumb::lsp
