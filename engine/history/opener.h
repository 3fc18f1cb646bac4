// The file of a history, opened as far as it is needed. Private to this folder.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include "engine/history/sqlite_history.h"
#include "engine/history/store.h"

namespace plumb::history {

// Thread-safe. What it gives is shared with the writers, which may live on in the threads of hosts.
class SqliteHistory::Opener {
 public:
  explicit Opener(std::filesystem::path file) : file_(std::move(file)) {}

  Result<std::shared_ptr<Store>> for_reading() {
    const std::lock_guard lock(mutex_);
    if (store_ == nullptr) {
      PLUMB_TRY_ASSIGN(store_, open_store_read_only(file_));
    }
    return store_;
  }

  Result<std::shared_ptr<Store>> for_writing() {
    const std::lock_guard lock(mutex_);
    if (!writable_) {
      PLUMB_TRY_ASSIGN(store_, open_store(file_));
      writable_ = true;
    }
    return store_;
  }

 private:
  const std::filesystem::path file_;
  std::mutex mutex_;
  std::shared_ptr<Store> store_;  // guarded by mutex_; null before it is first needed
  bool writable_ = false;         // guarded by mutex_
};

}  // namespace plumb::history
