// The events of one run on their way to the database. Private to this folder.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/pool.h"
#include "engine/base/result.h"
#include "engine/history/history.h"
#include "engine/history/store.h"

namespace plumb::history {

class SqliteRunWriter final : public RunWriter {
 public:
  SqliteRunWriter(std::shared_ptr<Store> store, std::string id, std::int64_t number);
  SqliteRunWriter(const SqliteRunWriter&) = delete;
  SqliteRunWriter& operator=(const SqliteRunWriter&) = delete;
  ~SqliteRunWriter() override;

  const std::string& run() const override { return id_; }
  Result<> actions(std::string_view host, std::span<const ActionEntry> entries) override;
  Result<> host(const HostEntry& entry) override;
  Result<> keep(std::string_view digest, std::string_view bytes) override;
  Result<> finish(const RunEnd& end) override;

 private:
  Result<> check_open() const;
  Result<> write();  // all that waits, in one transaction; what could not be written goes on waiting
  void flush_late();
  void stop_flusher();

  const std::shared_ptr<Store> store_;
  const std::string id_;
  const std::int64_t number_;

  // Below: guarded by the store's mutex.
  std::vector<ActionRecord> actions_;
  std::vector<HostEntry> hosts_;
  std::optional<RunEnd> end_;
  bool failed_ = false;  // the last write did
  bool finished_ = false;
  bool idle_ = false;  // the flusher waits for work

  bool stopped_ = false;  // the flusher is to end

  std::condition_variable wake_;
  bool flushes_ = false;  // from the first event that waits
  Beside flusher_;
};

}  // namespace plumb::history
