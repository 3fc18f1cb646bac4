// A project with one resource, planned for and applied to the host of a bench.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "engine/conformance/subject.h"
#include "engine/history/sqlite_history.h"
#include "engine/lang/source.h"
#include "engine/run/apply.h"
#include "engine/run/workspace.h"

namespace plumb::conformance {

// How a request ended.
struct Ended {
  bool done = false;
  bool changes = false;       // the plan has something to do
  std::string faulty = {};    // errors that no user should see so: without a place, internal ones; "" for none
  std::string told = {};      // all that was said, for messages
  std::string document = {};  // the plan
  std::string actions = {};   // a line each, for messages
  std::vector<plan::Action> planned = {};
  std::set<int> error_lines = {};  // of plumb.yaml, that errors point to
  std::size_t cannot_undo = 0;     // how often it was said that something is not taken back
};

class Attempts {
 public:
  explicit Attempts(const Bench& bench);

  // From now on it is about this resource, or about one with a sensitive input `s` of this value.
  void declare(const std::string& kind, const Resource& resource, bool image);
  void declare_with_secret(const std::string& kind, const Resource& resource, bool image, const std::string& value);
  // The line of the resource in plumb.yaml; its attributes stand below it, in the order of their names.
  int resource_line() const { return resource_line_; }
  void reach_by(host::Transport& transport) { transport_ = &transport; }

  // What configuration alone says.
  Ended validate();
  // It is kept for apply_planned().
  Ended plan();
  Ended apply_planned();
  Ended apply();
  // Of the last apply_planned().
  Ended undo();

  // Where the history lies, with what belongs to it.
  std::filesystem::path history_folder() const { return folder_; }
  // What events, plans and findings told of the last request, as text and as documents.
  const std::string& all_told() const { return all_told_; }

 private:
  void write(const std::string& kind, const Resource& resource, const std::string& head);
  bool load(Ended& ended);
  Ended apply(run::ApplyRequest request);
  std::string next_run();
  run::RunContext context();
  void judge(Ended& ended);
  void take(const plan::Plan& plan, Ended& ended);

  const Bench& bench_;
  std::filesystem::path folder_;
  history::SqliteHistory history_;
  host::Transport* transport_;
  bool image_ = false;
  int resource_line_ = 0;
  std::vector<std::string> assignments_;
  std::unique_ptr<lang::SourceMap> sources_;
  std::unique_ptr<run::Workspace> workspace_;
  run::Control control_;
  Diagnostics found_;
  std::string all_told_;
  std::optional<run::SavedPlan> saved_;
  std::string last_run_;
  std::size_t runs_ = 0;
};

}  // namespace plumb::conformance
