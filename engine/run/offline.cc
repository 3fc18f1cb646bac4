#include "engine/run/offline.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "engine/base/digest.h"
#include "engine/base/packed.h"
#include "engine/base/pool.h"
#include "engine/base/shell_word.h"
#include "engine/config/told_facts.h"
#include "engine/run/around.h"
#include "engine/run/host_readings.h"
#include "engine/run/plan_builder.h"
#include "engine/run/sensitive_paths.h"

namespace plumb::run {
namespace {

// A compiler keeps every graph it made, for hosts that are equal. Past so many different ones it starts anew, so that
// a fleet of different hosts does not lie in memory at once.
constexpr std::size_t kMostGraphs = 256;
// After so many in a row that no earlier host had, the fleet's hosts seem to be all different. None is kept then, so
// that the last graph becomes the next one in its place, but from time to time it is tried again.
constexpr int kMostMisses = 8;
constexpr int kMissesToTryAgain = 64;

class FleetCompiler {
 public:
  explicit FleetCompiler(const ir::CompilerInput& input) : compiler_(input) {}

  // For one host. What it gave for earlier ones may be gone then.
  ir::Compiler& get() {
    misses_ = compiler_.graph_count() > graphs_ ? misses_ + 1 : 0;
    if (misses_ >= kMostMisses || compiler_.graph_count() >= kMostGraphs) {
      compiler_.forget_graphs();
      compiler_.part_contents();
    }
    if (misses_ >= kMissesToTryAgain) misses_ = 0;
    graphs_ = compiler_.graph_count();
    return compiler_;
  }

 private:
  ir::Compiler compiler_;
  std::size_t graphs_ = 0;
  int misses_ = 0;
};

std::string options_of(const plan::Scope& scope) {
  std::string text;
  const auto add = [&text](const char* option, const std::set<std::string>& tags) {
    const char* before = option;
    for (const std::string& tag : tags) {
      text += before + tag;
      before = ",";
    }
  };
  add(" --tags ", scope.tags);
  add(" --skip-tags ", scope.skip_tags);
  for (const std::string& address : scope.addresses) text += " --address " + shell_word(address);
  if (!scope.start_at.empty()) text += " --start-at " + shell_word(scope.start_at);
  return text;
}

class OfflinePlanner {
 public:
  OfflinePlanner(const ir::CompilerInput& input, const std::set<std::string>& hosts, SnapshotReader& snapshot,
                 const OfflineOptions& options)
      : input_(input),
        hosts_(hosts),
        snapshot_(snapshot),
        scope_(options.scope),
        control_(options.control),
        builder_(input, scope_, std::make_unique<PlanInputs>(input, hosts)) {}

  // One thread's share: line after line until there is none.
  void work() {
    FleetCompiler compiler(input_);
    HostReader reader;
    while (std::optional<std::string> line = next_line()) {
      Result<HostSnapshot> host = reader.read(*line);
      if (!host) return stop(host.error());
      if (hosts_.contains(host->host)) plan(compiler.get(), std::move(*host));
    }
  }

  Result<FleetPlan> finish() {
    if (problem_) return *problem_;
    for (const std::string& host : hosts_) {
      if (result_.hosts.contains(host)) continue;
      Diagnostics found;
      found.add(Diagnostic(Code::kNotInSnapshot, "the snapshot does not hold this host")
                    .on(host)
                    .with_hint("take a new one with `plumb observe -o FILE`"));
      keep(host, std::move(found));
    }
    result_.diagnostics = builder_.diagnostics();
    result_.contents = builder_.holders();
    result_.plan = builder_.finish();
    for (const auto& [host, problem] : builder_.waiting_in_vain()) fail_with(result_.hosts[host], Error(problem));
    return std::move(result_);
  }

 private:
  std::optional<std::string> next_line() {
    const std::lock_guard lock(mutex_);
    if (control_ != nullptr && control_->level() != StopLevel::kNone && !problem_)
      problem_ = fail(Code::kInterrupted, "interrupted while the hosts were planned");
    if (problem_) return std::nullopt;
    Result<std::optional<std::string>> line = snapshot_.next();
    if (line) return std::move(*line);
    problem_ = line.error();
    return std::nullopt;
  }

  void stop(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!problem_) problem_ = error;
  }

  // Those that the configuration wants by now, as they were told then.
  bool take_readings(ir::Compiler& compiler, const HostSnapshot& snapshot, HostReadings& readings, Diagnostics& found) {
    const auto find = [&](const ir::Readings& known, Diagnostics& diagnostics) {
      return compiler.wanted(snapshot.host, {&snapshot.facts, &known}, nullptr, diagnostics);
    };
    const auto ask = [&](const std::vector<ir::WantedReading>& wanted) -> Result<std::vector<Result<ToldReading>>> {
      std::vector<Result<ToldReading>> told;
      for (const ir::WantedReading& one : wanted) {
        const auto known = snapshot.readings.find(one.name);
        if (known == snapshot.readings.end() || known->second.source != to_json(one.source))
          return not_in_snapshot(one);
        told.emplace_back(known->second.told);
      }
      return told;
    };
    const Result<bool> taken = run::take_readings(snapshot.host, find, ask, input_.key, readings, found);
    if (!taken) found.add(Diagnostic(taken.error().diagnostic()).on(snapshot.host));
    return taken && *taken;
  }

  static bool has_facts(const ir::Compiler& compiler, const HostSnapshot& snapshot, Diagnostics& found) {
    const std::string missing = config::missing_fact(snapshot.facts, compiler.asked_facts());
    if (missing.empty()) return true;
    found.add(Diagnostic(Code::kNotInSnapshot, "the snapshot does not hold the fact `" + missing + "`")
                  .on(snapshot.host)
                  .with_hint("take a new one with `plumb observe -o FILE`"));
    return false;
  }

  static Error not_in_snapshot(const ir::WantedReading& wanted) {
    if (wanted.source.sensitive)
      return fail(Code::kNotInSnapshot, "the reading `" + wanted.name + "` is sensitive, and so in no snapshot")
          .at(wanted.reading->value.span);
    return fail(Code::kNotInSnapshot, "the snapshot does not hold the reading `" + wanted.name + "`")
        .hint("take a new one with `plumb observe -o FILE`")
        .at(wanted.reading->value.span);
  }

  void plan(ir::Compiler& compiler, HostSnapshot snapshot) {
    const ComputeTurn turn;
    Diagnostics found;
    const std::string host = snapshot.host;
    const std::string facts = digest(canonical(config::standing_facts(snapshot.facts)));
    const bool image = config::is_image(snapshot.facts);
    const Json step_facts = input_.project.root.around.empty() ? Json() : snapshot.facts;
    std::optional<simulate::Simulation> simulation;
    HostReadings readings;
    const bool read = has_facts(compiler, snapshot, found) && take_readings(compiler, snapshot, readings, found);
    if (read) add_used_facts(compiler.used_facts(host, found), snapshot.facts, readings);
    const auto graph = read ? compiler.compile(host, {&snapshot.facts, &readings.values}, found) : nullptr;
    if (graph != nullptr) {
      simulate::Observation observation = observation_of(std::move(snapshot), *graph, &input_.providers);
      simulate::make_moves(*graph, input_.providers, observation);
      Diagnostics shown;
      check_copies(*graph, observation, readings.in_clear, input_.providers, host, shown);
      const bool hidden = !shown.has_errors();
      found.extend(std::move(shown));
      if (hidden) {
        simulation = simulate::simulate_host(
            {*graph, input_.providers, observation, host, scope_, simulate::texts_in(compiler.contents())}, found);
      }
      if (simulation && !room_.take(simulation->host.actions.size())) simulation->host.actions.pack();
    }
    if (simulation) {
      simulation->host.facts = facts;
      simulation->host.image = image;
      simulation->host.readings = simulate::stood_on(readings.used_by_plan(), *graph, simulation->host);
      if (!plan_around(compiler, host, {&step_facts, &readings.values}, simulation->host, found)) simulation.reset();
    }
    const std::lock_guard lock(mutex_);
    if (simulation) {
      builder_.add(host, std::move(*simulation), compiler.shared_contents());
      HostResult& result = result_.hosts[host];
      result.name = host;
      result.diagnostics = std::move(found);
    } else {
      keep(host, std::move(found));
    }
  }

  void keep(const std::string& host, Diagnostics found) {
    builder_.add_unplanned(host, found);
    HostResult& result = result_.hosts[host];
    result.name = host;
    result.state = HostState::kFailed;
    result.diagnostics = std::move(found);
  }

  const ir::CompilerInput& input_;
  const std::set<std::string>& hosts_;
  SnapshotReader& snapshot_;
  const plan::Scope& scope_;
  const Control* control_;
  Room room_{plan::kMostUnpacked};
  std::mutex mutex_;  // of all that follows, and of snapshot_
  PlanBuilder builder_;
  FleetPlan result_;
  std::optional<Error> problem_;
};

}  // namespace

Result<FleetPlan> plan_offline(const ir::CompilerInput& input, const std::set<std::string>& hosts,
                               SnapshotReader& snapshot, const OfflineOptions& options) {
  if (snapshot.project() != input.project.name) {
    return fail(Code::kSnapshotUnreadable,
                "the snapshot is of the project `" + snapshot.project() + "`, not of `" + input.project.name + "`");
  }
  // What a plan leaves out lends nothing to the others, and that is seen on the host: each part is asked for by itself.
  const plan::Scope& taken = snapshot.scope();
  if (options_of(taken) != options_of(options.scope)) {
    const auto called = [](const std::string& text) { return text.empty() ? " no tags" : " `" + text.substr(1) + "`"; };
    return fail(Code::kNotInSnapshot, "the snapshot was taken with" + called(options_of(taken)) +
                                          ", and this plan is made with" + called(options_of(options.scope)) +
                                          ": what a plan leaves out is left out when the hosts are asked")
        .hint("take one with `plumb observe" + options_of(options.scope) + " -o FILE`");
  }
  ir::CompilerInput stoppable = input;
  if (options.control != nullptr)
    stoppable.stopped = [&control = *options.control] { return control.level() != StopLevel::kNone; };
  OfflinePlanner planner(stoppable, hosts, snapshot, options);
  for_each_parallel(options.threads, options.threads, [&](std::size_t) { planner.work(); });
  return planner.finish();
}

Diagnostics validate_offline(const ir::CompilerInput& input, const std::set<std::string>& hosts, std::size_t threads) {
  Diagnostics found;
  ir::Compiler(input).check(hosts, found);
  const std::vector<std::string> names(hosts.begin(), hosts.end());
  std::mutex mutex;
  Diagnostics told;
  std::atomic<std::size_t> next{0};
  // Several hosts at a time, so that neighbours, which are often equal, are compiled once.
  constexpr std::size_t kShare = 64;
  threads = std::min(threads, (names.size() + kShare - 1) / kShare);
  for_each_parallel(threads, threads, [&](std::size_t) {
    FleetCompiler compiler(input);
    for (std::size_t first = next.fetch_add(kShare); first < names.size(); first = next.fetch_add(kShare)) {
      if (input.stopped && input.stopped()) return;
      for (std::size_t i = first; i < std::min(first + kShare, names.size()); ++i) {
        const ComputeTurn turn;
        Diagnostics own;
        (void)compiler.get().compile(names[i], nullptr, own);
        if (own.empty()) continue;
        const std::lock_guard lock(mutex);
        told.extend(std::move(own));
      }
    }
  });
  ir::TellOnce once;
  for (Diagnostic& one : told.sorted()) once.add(std::move(one), found);
  return found;
}

}  // namespace plumb::run
