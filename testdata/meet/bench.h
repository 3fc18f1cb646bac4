// What a trial of a case stands on: its project and the host that it is applied to, each a folder, and a history.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "engine/history/sqlite_history.h"
#include "engine/run/apply.h"
#include "providers/sdk/kind.h"
#include "testdata/meet/case.h"
#include "testdata/meet/image.h"
#include "testdata/meet/own_executor.h"

namespace plumb::meet {

class Bench {
 public:
  // `folder` exists and is empty. The executor is this program once more.
  explicit Bench(const std::filesystem::path& folder);

  // The case's project, and its image as it is at first.
  void set(const Case& one);
  void set_project(const Case& one, bool reversed = false);
  // Null after `found` was told why there is none.
  std::unique_ptr<run::Workspace> load(Diagnostics& found, lang::SourceMap& sources);
  // One run's, with an id of its own.
  run::ApplyRequest request();
  // What a request is carried out with; it tells `found` what it finds, and `observer`, if any, what happens.
  run::RunContext context(const Case& one, run::Control& control, Diagnostics& found, run::RunObserver observer);

  const std::filesystem::path& project() const { return project_; }
  const Image& image() const { return image_; }
  const Registry& kinds() const { return kinds_; }
  history::SqliteHistory& history() { return history_; }
  OwnExecutor& executor() { return executor_; }

 private:
  std::filesystem::path project_;
  Image image_;
  Registry kinds_;
  history::SqliteHistory history_;
  OwnExecutor executor_;
  std::uint64_t runs_ = 0;
};

}  // namespace plumb::meet
