// Writes the events of one run.
//
// A commit costs some ten microseconds, so each outcome gets its own. Of short actions the event `started` is
// worth nothing once the outcome is there: it waits for the next outcome, or for a thread that writes it
// after 50 ms.
#include "engine/history/run_writer.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "engine/base/packed.h"
#include "engine/history/history.h"
#include "engine/history/kept.h"
#include "engine/history/store.h"
#include "engine/history/writes.h"

namespace plumb::history {
namespace {

constexpr std::chrono::milliseconds kStartedMayWait{50};

}  // namespace

SqliteRunWriter::SqliteRunWriter(std::shared_ptr<Store> store, std::string id, std::int64_t number)
    : store_(std::move(store)), id_(std::move(id)), number_(number) {}

SqliteRunWriter::~SqliteRunWriter() {
  stop_flusher();
  const std::lock_guard lock(store_->mutex);
  if (!actions_.empty()) static_cast<void>(write());
}

Result<> SqliteRunWriter::actions(std::string_view host, std::span<const ActionEntry> entries) {
  const std::lock_guard lock(store_->mutex);
  PLUMB_TRY(check_open());
  for (const ActionEntry& entry : entries) {
    ActionRecord& record = actions_.emplace_back(ActionRecord{std::string(host), entry});
    record.action.text = clean(record.action.text);
  }
  const bool may_wait = std::all_of(entries.begin(), entries.end(), [](const ActionEntry& outcome) {
    return outcome.outcome == ActionOutcome::kStarted;
  });
  if (!may_wait || failed_) return write();
  if (!std::exchange(flushes_, true)) flusher_ = Beside([this] { flush_late(); });
  // Where there is no thread for it, nothing waits.
  if (!flusher_.begun()) return write();
  if (idle_) wake_.notify_one();
  return {};
}

Result<> SqliteRunWriter::host(const HostEntry& entry) {
  const std::lock_guard lock(store_->mutex);
  PLUMB_TRY(check_open());
  hosts_.push_back(entry);
  hosts_.back().text = clean(entry.text);
  return write();
}

Result<> SqliteRunWriter::keep(std::string_view digest, std::string_view bytes) {
  const std::string packed = pack(bytes);
  const std::lock_guard lock(store_->mutex);
  PLUMB_TRY(check_open());
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(store_->database, Transaction::Kind::kWrite));
  PLUMB_TRY(keep_content(store_->database, number_, digest, static_cast<std::int64_t>(bytes.size()), packed));
  return transaction.commit();
}

Result<> SqliteRunWriter::finish(const RunEnd& end) {
  const std::lock_guard lock(store_->mutex);
  PLUMB_TRY(check_open());
  end_ = end;
  PLUMB_TRY(write());
  finished_ = true;
  return {};
}

Result<> SqliteRunWriter::check_open() const {
  if (finished_) return fail(Code::kInternal, "run " + id_ + " was written to after its end");
  return {};
}

Result<> SqliteRunWriter::write() {
  failed_ = true;
  Database& database = store_->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  for (const ActionRecord& record : actions_) PLUMB_TRY(insert_action(database, number_, record));
  for (const HostEntry& outcome : hosts_) PLUMB_TRY(insert_host(database, number_, outcome));
  if (end_) PLUMB_TRY(end_run(database, number_, *end_));
  PLUMB_TRY(transaction.commit());
  failed_ = false;
  actions_.clear();
  hosts_.clear();
  end_.reset();
  return {};
}

void SqliteRunWriter::stop_flusher() {
  {
    const std::lock_guard lock(store_->mutex);
    stopped_ = true;
  }
  wake_.notify_one();
  flusher_.wait();
}

void SqliteRunWriter::flush_late() {
  std::unique_lock lock(store_->mutex);
  while (!stopped_) {
    idle_ = true;
    wake_.wait(lock, [this] { return stopped_ || (!actions_.empty() && !failed_); });
    idle_ = false;
    wake_.wait_for(lock, kStartedMayWait, [this] { return stopped_; });
    // A failure is told to the next caller, whose write takes these events along.
    if (!actions_.empty()) static_cast<void>(write());
  }
}

}  // namespace plumb::history
