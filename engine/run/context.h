// What a request is carried out with.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/history/history.h"
#include "engine/run/control.h"
#include "engine/run/fleet.h"
#include "engine/run/workspace.h"

namespace plumb::run {

// All of it outlives the request. Store and transport may serve many requests at a time, of many projects.
struct RunContext {
  history::RunStore& store;
  host::Transport& transport;
  Control& control;  // stops the request
  FleetOptions fleet;
  // What happens, and what is found: those of one call belong together. Both may be empty; calls come one at a time.
  RunObserver observer;
  std::function<void(const Diagnostics&)> findings;

  void tell(const RunEvent& event) const {
    if (observer) observer(event);
  }
  void tell(const Diagnostics& found) const {
    if (findings && !found.empty()) findings(found);
  }
  void tell(const Error& error) const;
};

// Asks the workspace's stores of secrets; false where the context was told what is wrong.
bool read_secrets(Workspace& workspace, const RunContext& context);

// What a fleet is for.
struct FleetUse {
  KeepGraphs keep_graphs = KeepGraphs::kWhileNeeded;
  bool plans = false;  // it is planned as soon as it is compiled
};

// A fleet of these hosts of a workspace, whose key has been looked for.
std::unique_ptr<Fleet> make_fleet(const Workspace& workspace, const RunContext& context, FleetUse use = {});
// The same with the hosts compiled, once the stores of secrets were asked; null where the context was told what is
// wrong.
std::unique_ptr<Fleet> compile_fleet(Workspace& workspace, const std::set<std::string>& hosts,
                                     const RunContext& context, FleetUse use = {});

// A fleet with the graph of each host, for as long as it lives.
struct CompiledFleet {
  std::unique_ptr<Fleet> fleet;  // null where the context was told what is wrong
  // Where graphs read facts: how asking each host for them ended. Those that did not answer have no graph.
  HostResults asked;
};
CompiledFleet compile_graphs(Workspace& workspace, const std::set<std::string>& hosts, const RunContext& context);

// Remembers what the hosts of a fleet told of themselves; an error where the history does not take it.
Result<> keep_facts(const Fleet& fleet, const RunContext& context);

// What the hosts' journals told of earlier runs goes into the history, and the context is told of it. An error as
// above.
Result<> keep_late_reports(const Fleet& fleet, const RunContext& context);

// A warning where the history took nothing: what only looks at hosts is none the worse for it, be it in a folder that
// cannot be written.
void tell_unkept(const Result<>& kept, const RunContext& context);

}  // namespace plumb::run
