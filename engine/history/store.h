// The open database of a history and the mutex that guards it. Private to this folder.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

class Store {
 public:
  explicit Store(Database opened) : database(std::move(opened)) {}

  std::mutex mutex;
  Database database;
};

// Opened, known to be a history, and at the newest schema version.
Result<std::shared_ptr<Store>> open_store(const std::filesystem::path& file);
Result<std::shared_ptr<Store>> open_store_read_only(const std::filesystem::path& file);

// Text that is valid UTF-8: what is not becomes U+FFFD. Programs print what they like, and records are JSON.
std::string clean(std::string_view text);

}  // namespace plumb::history
