// A run whose intent is written into the history beside its caller. Whoever writes of it waits for that first.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/pool.h"
#include "engine/history/history.h"

namespace plumb::run {

// Thread-safe.
class RunBegun : public history::RunWriter {
 public:
  using Begin = std::function<Result<std::unique_ptr<history::RunWriter>>()>;

  RunBegun(std::string run, const Begin& begin) : run_(std::move(run)), beside_([this, begin] { writer_ = begin(); }) {}

  const std::string& run() const override { return run_; }
  Result<> ready() override;
  Result<> actions(std::string_view host, std::span<const history::ActionEntry> entries) override;
  Result<> host(const history::HostEntry& entry) override;
  Result<> keep(std::string_view digest, std::string_view bytes) override;
  Result<> finish(const history::RunEnd& end) override;

 private:
  const std::string run_;
  std::mutex mutex_;
  Result<std::unique_ptr<history::RunWriter>> writer_ = nullptr;
  Beside beside_;  // guarded by mutex_; writes writer_, which never changes once it has ended
};

}  // namespace plumb::run
