// Applies of a small project to hosts that a test scripts.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/history/sqlite_history.h"
#include "engine/run/apply.h"
#include "engine/run/testing/broken_history.h"
#include "engine/run/testing/scripted_hosts.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::run {

class ApplyTest : public ::testing::Test {
 protected:
  ApplyTest() { write("", "h[1:3]"); }

  // Each host is to have three files.
  void write(const std::string& rollout, const std::string& hosts) {
    folder_.write("plumb.yaml", "plumb: v1\nproject: edge\n" + rollout +
                                    "resources:\n"
                                    "  - note: /etc/one\n    text: \"1\\n\"\n"
                                    "  - note: /etc/two\n    text: \"2\\n\"\n"
                                    "  - note: /etc/three\n    text: \"3\\n\"\n");
    folder_.write("hosts.yaml", "plumb: v1\nhosts:\n  " + hosts + ":\n");
  }

  std::unique_ptr<Workspace> workspace() { return workspace(folder_.path()); }
  std::unique_ptr<Workspace> workspace(const Folder& folder) {
    Diagnostics found;
    WorkspaceRequest request;
    request.folder = folder;
    request.limit = limit_;
    auto workspace = Workspace::load(request, kinds_, history_, found, sources_);
    for (const Diagnostic& one : found.items()) ADD_FAILURE() << one.summary;
    return workspace;
  }

  RunContext context() {
    FleetOptions options;
    options.forks = 1;  // so that hosts come one after the other, by name
    return {broken_ ? static_cast<history::RunStore&>(*broken_) : history_,
            hosts_,
            control_,
            options,
            [this](const RunEvent& event) {
              if (on_event_) on_event_(event);
            },
            [this](const Diagnostics& found) {
              for (const Diagnostic& one : found.items()) told_ += code_name(one.code) + " " + one.summary + "\n";
            }};
  }

  ApplyResult apply(ApplyRequest request, const std::string& run) {
    request.run = run;
    request.operator_name = "ada@desk";
    const auto loaded = workspace();
    return run::apply(*loaded, std::move(request), context());
  }
  ApplyResult apply(const std::string& run) {
    ApplyRequest request;
    request.what = PlanRequest();
    return apply(std::move(request), run);
  }
  ApplyResult resume(const std::string& earlier, const std::string& run) {
    Diagnostics found;
    Result<SavedPlan> saved = plan_to_resume(history_, kinds_, earlier, found);
    if (!saved) {
      ADD_FAILURE() << saved.error().summary();
      return {};
    }
    context().tell(found);
    ApplyRequest request;
    request.what = std::move(*saved);
    return apply(std::move(request), run);
  }

  history::RunRecord recorded(const std::string& run) {
    Result<history::RunRecord> record = history_.run(run);
    EXPECT_TRUE(record.has_value()) << record.error().summary();
    return record ? *record : history::RunRecord();
  }
  std::map<std::string, std::optional<HostState>> states(const std::string& run) {
    std::map<std::string, std::optional<HostState>> states;
    for (const history::HostEntry& host : recorded(run).hosts) states[host.name] = host.state;
    return states;
  }
  static std::map<std::string, HostOutcome> outcomes(const ApplyResult& result) {
    std::map<std::string, HostOutcome> outcomes;
    for (const auto& [name, host] : result.hosts) outcomes[name] = host.outcome;
    return outcomes;
  }

  const Registry kinds_ = ::plumb::testing::made_up_kinds();
  ::plumb::testing::ScratchFolder folder_;
  history::SqliteHistory history_{folder_.path() / ".plumb" / "history.db"};
  std::optional<testing::BrokenHistory> broken_;  // in its place
  testing::ScriptedHosts hosts_;
  Control control_;
  lang::SourceMap sources_;
  std::function<void(const RunEvent&)> on_event_;
  std::string told_;
  std::string limit_;  // of --limit
};

using States = std::map<std::string, std::optional<HostState>>;
using Outcomes = std::map<std::string, HostOutcome>;

}  // namespace plumb::run
