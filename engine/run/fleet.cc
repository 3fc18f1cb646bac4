#include "engine/run/fleet.h"

#include <algorithm>
#include <utility>

#include "engine/base/pool.h"
#include "engine/config/layers.h"
#include "engine/config/module_names.h"
#include "engine/config/told_facts.h"
#include "engine/run/fleet_member.h"
#include "engine/run/host_settings.h"
#include "engine/run/outputs.h"
#include "providers/sdk/sealed_values.h"
#include "providers/sdk/via.h"

namespace plumb::run {
namespace {

// Connections that stay open between planning and applying; the hosts past that are connected to again.
constexpr std::size_t kMaxParked = 256;
// In graphs that are different, some KiB each; where there are more, each graph is made again when the turn of its host
// comes.
constexpr std::size_t kMaxNodes = std::size_t{1} << 14;
// Of a sensitive content: one that is larger is not looked for in what hosts say.
constexpr std::size_t kLargestHidden = std::size_t{64} << 10;

std::shared_ptr<const GraphSecrets> secrets_of(const ir::HostGraph& graph, const ir::Contents& contents,
                                               const Registry& kinds) {
  GraphSecrets secrets;
  for (const ir::Node& node : graph.nodes) {
    for (const Sealed& value : sealed_values(node.desired)) {
      const Json whole = contents.secret(value.encode());
      if (!whole.is_string()) secrets.texts.add(whole);
      if (const Result<std::string> bytes = contents.bytes(value.encode(), kLargestHidden))
        secrets.texts.add_text(*bytes);
    }
    const Provider* provider = node.desired.sensitive.empty() ? nullptr : kinds.provider(node.desired.address.kind);
    if (provider == nullptr) continue;
    if (is_by_controller(*kinds.find(node.desired.address.kind), node.desired)) {
      for (const Sealed& value : sealed_values(node.desired)) {
        if (Json whole = contents.secret(value.encode()); !whole.is_null())
          secrets.on_controller.emplace(value.encode(), std::move(whole));
      }
      continue;
    }
    for (const std::string& name : provider->observed_with(node.desired)) {
      if (!node.desired.sensitive.contains(name)) continue;
      const std::string sealed = node.desired.text(name);
      if (Json value = contents.secret(sealed); !value.is_null())
        secrets.observed_with.emplace(sealed, std::move(value));
    }
  }
  return std::make_shared<const GraphSecrets>(std::move(secrets));
}

ir::CompilerInput stoppable(ir::CompilerInput input, const Control& control, host::Deadline deadline) {
  input.stopped = [&control, deadline] { return control.level() != StopLevel::kNone || deadline.passed(); };
  return input;
}

}  // namespace

HiddenTexts sensitive_inputs(const config::Project& project, const config::Host& host) {
  HiddenTexts texts;
  for (const auto& [name, input] : project.root.inputs) {
    if (!input.sensitive) continue;
    if (const config::Located* value = config::input_value(project, host, name)) texts.add(value->value);
  }
  return texts;
}

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::kPlan:
      return "plan";
    case Phase::kObserve:
      return "observe";
    case Phase::kApply:
      return "apply";
    case Phase::kRun:
      return "run";
    case Phase::kCollect:
      return "get";
    case Phase::kSurvey:
      return "adopt";
  }
  return "";
}

Fleet::Fleet(ir::CompilerInput input, host::Transport& transport, FleetOptions options, Control& control,
             RunObserver observer)
    : project_(input.project),
      inventory_(input.inventory),
      providers_(input.providers),
      options_(std::move(options)),
      control_(control),
      observer_(std::move(observer)),
      compiler_(stoppable(input, control, options_.run_deadline)),
      first_contents_(compiler_.shared_contents()),
      context_{transport, control, project_.name, std::move(input.key)} {
  context_.kinds = &providers_;
  context_.store = options_.store;
  context_.must_seal = options_.must_seal;
}

Fleet::~Fleet() = default;

Fleet::Member& Fleet::add(const std::string& host) {
  members_.push_back(std::make_unique<Member>(
      host, std::make_unique<Session>(host, host_settings(inventory_.hosts.at(host), options_), context_)));
  members_.back()->result.name = host;
  members_.back()->session->hide(sensitive_inputs(project_, inventory_.hosts.at(host)));
  return *members_.back();
}

void Fleet::join(const std::set<std::string>& hosts) {
  for (const std::string& host : hosts) add(host);
}

bool Fleet::compile(const std::set<std::string>& hosts, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  if (options_.plans) inputs_ = std::make_unique<PlanInputs>(compiler_.input(), hosts);
  compiler_.check(hosts, diagnostics);
  std::size_t let_go = 0;
  for (const std::string& host : hosts) {
    Member& member = add(host);
    Diagnostics own;
    Beside reaching = reach_beside(member);
    std::shared_ptr<const ir::HostGraph> graph = compile_host(host, nullptr, own);
    reaching.wait();
    told_.add(std::move(own), diagnostics);
    if (const std::optional<std::string> why = over()) {
      diagnostics.add(Diagnostic(Code::kInterrupted, *why + " while the configuration was compiled"));
      return false;
    }
    if (graph != nullptr && !compiler_.needs_facts()) take_graph(member, std::move(graph));
    while (!holds_graphs_ && let_go < members_.size()) let_go_of_graph(*members_[let_go++]);
  }
  return diagnostics.error_count() == errors;
}

std::optional<std::string> Fleet::over() const {
  if (control_.level() != StopLevel::kNone) return "interrupted";
  if (options_.run_deadline.passed()) return "the time for the run was over";
  return std::nullopt;
}

host::Deadline Fleet::host_deadline() const {
  if (options_.host_timeout.count() == 0) return options_.run_deadline;
  return earlier(host::Deadline::after(options_.host_timeout), options_.run_deadline);
}

Result<> Fleet::reach(Member& member) {
  std::optional<Reached> reached = std::exchange(member.reached, std::nullopt);
  if (!reached && member.session->connected()) return {};
  const Stopwatch watch;
  PLUMB_TRY(reached ? std::move(reached->result) : member.session->connect());
  if (options_.all_facts) PLUMB_TRY(member.session->ask_facts(config::asked_facts()));
  const std::int64_t before = reached ? reached->milliseconds : 0;
  tell({.kind = RunEvent::Kind::kReached, .host = member.name, .milliseconds = before + watch.milliseconds()});
  return {};
}

// The executor of this machine starts while its resources are compiled. Others are not contacted before all of the
// configuration is known to be right, and nobody is asked to let it become another user.
Beside Fleet::reach_beside(Member& member) const {
  const host::HostSettings& settings = member.session->settings();
  if (!options_.plans || settings.kind != host::ConnectionKind::kLocal || !settings.become.method.empty()) return {};
  member.session->set_deadline(host_deadline());
  return Beside([&member] {
    const Stopwatch watch;
    Result<> result = member.session->connect();
    member.reached = {std::move(result), watch.milliseconds()};
  });
}

// Where graphs are not held, neither are their contents, as far as the plan will have them.
std::shared_ptr<const ir::HostGraph> Fleet::compile_host(const std::string& host, const ir::Told& told,
                                                         Diagnostics& diagnostics) {
  if (!holds_graphs_) {
    compiler_.forget_graphs();
    compiler_.part_contents();
  }
  return compiler_.compile(host, told, diagnostics);
}

// Gives a host the graph that was just compiled, and notes where there come to be too many of them.
void Fleet::take_graph(Member& member, std::shared_ptr<const ir::HostGraph> graph) {
  member.contents = compiler_.shared_contents();
  member.has_own_contents = !holds_graphs_;
  if (compiler_.graph_count() > graphs_) nodes_ += graph->nodes.size();
  graphs_ = compiler_.graph_count();
  if (options_.keep_graphs != KeepGraphs::kAll && nodes_ > kMaxNodes) holds_graphs_ = false;
  if (secrets_of_.lock() != graph) {
    secrets_of_ = graph;
    secrets_ = secrets_of(*graph, *member.contents, providers_);
  }
  member.session->set_secrets(secrets_);
  member.session->set_graph(std::move(graph));
}

// For a graph that has served. The compiler may make the next one of it.
void Fleet::let_go_of_graph(Member& member) {
  if (holds_graphs_) return;
  const std::lock_guard lock(compiler_mutex_);
  member.session->set_graph(nullptr);
  if (member.has_own_contents && member.contents != nullptr) member.contents->forget_planned_texts();
}

// What the graph of a host reads of it beyond what every host tells; false after it was told why that cannot be had.
bool Fleet::read(Member& member, const config::Reads* question) {
  const std::set<std::string> wanted_facts =
      question == nullptr ? compiler_.asked_facts() : config::asked_facts_of(*question);
  if (Result<> asked = member.session->ask_facts(wanted_facts); !asked) {
    fail_with(member.result, asked.error());
    return false;
  }
  const auto find = [&](const ir::Readings& known, Diagnostics& diagnostics) {
    const std::lock_guard lock(compiler_mutex_);
    return compiler_.wanted(member.name, {&member.session->facts(), &known}, question, diagnostics);
  };
  const auto ask = [&](const std::vector<ir::WantedReading>& wanted) {
    std::vector<Json> sources;
    for (const ir::WantedReading& one : wanted) sources.push_back(to_json(one.source));
    return member.session->read(sources);
  };
  const Result<bool> taken =
      take_readings(member.name, find, ask, context_.key, member.readings, member.result.diagnostics);
  if (!taken) {
    fail_with(member.result, taken.error());
  } else if (!*taken) {
    member.result.state = HostState::kFailed;
  }
  for (const std::string& name : member.readings.sensitive)
    member.session->hide_also(member.readings.values.at(name).value);
  if (question == nullptr && member.session->knows_facts() && !wanted_facts.empty()) {
    const std::lock_guard lock(compiler_mutex_);
    Diagnostics told_later;
    add_used_facts(compiler_.used_facts(member.name, told_later), member.session->facts(), member.readings);
  }
  return taken && *taken;
}

// Sees to the graph of a host, which may have to be asked for its facts first. False after it was told why not.
bool Fleet::prepare(Member& member) {
  if (member.session->has_graph()) return true;
  const bool needs_facts = compiler_.needs_facts();
  if (Result<> connected = needs_facts ? reach(member) : Result<>(); !connected) {
    fail_with(member.result, connected.error());
    return false;
  }
  if (needs_facts && !read(member, nullptr)) {
    member.session->disconnect();
    return false;
  }
  const std::lock_guard lock(compiler_mutex_);
  Diagnostics found;
  const ir::Told told = needs_facts ? ir::Told(&member.session->facts(), &member.readings.values) : ir::Told();
  std::shared_ptr<const ir::HostGraph> graph = compile_host(member.name, told, found);
  for (const Diagnostic& problem : found.items()) {
    if (problem.severity == Severity::kError || !told_.was_told(problem)) member.result.diagnostics.add(problem);
  }
  if (graph == nullptr) {
    member.result.state = HostState::kFailed;
    member.session->disconnect();
    return false;
  }
  take_graph(member, std::move(graph));
  return true;
}

void Fleet::tell(const RunEvent& event) {
  if (!observer_) return;
  const std::lock_guard lock(observer_mutex_);
  observer_(event);
}

Fleet::Member* Fleet::find(const std::string& host) const {
  const auto found = std::lower_bound(members_.begin(), members_.end(), host,
                                      [](const auto& member, const std::string& name) { return member->name < name; });
  return found != members_.end() && (*found)->name == host ? found->get() : nullptr;
}

const ir::HostGraph* Fleet::graph(const std::string& host) const {
  const Member* member = find(host);
  return member == nullptr || !member->session->has_graph() ? nullptr : &member->session->graph();
}

const Json* Fleet::facts(const std::string& host) const {
  const Member* member = find(host);
  return member == nullptr || member->session->facts().empty() ? nullptr : &member->session->facts();
}

const HostReadings& Fleet::readings(const std::string& host) const {
  static const HostReadings kNone;
  const Member* member = find(host);
  return member == nullptr ? kNone : member->readings;
}

Json Fleet::told_for_outputs(const std::string& host) const {
  Json told = Json::object();
  if (!outputs_read_readings(project_)) return told;
  const HostReadings& known = readings(host);
  for (const auto& [name, reading] : known.values) {
    if (known.told.contains(name)) told[name] = reading.value;
  }
  return told;
}

std::map<std::string, Json> Fleet::facts() const {
  std::map<std::string, Json> told;
  for (const auto& member : members_) {
    if (const Json& facts = member->session->facts(); !facts.empty()) told.emplace(member->name, facts);
  }
  return told;
}

std::size_t Fleet::count_in(const plan::Plan& plan) const {
  return static_cast<std::size_t>(std::count_if(
      members_.begin(), members_.end(), [&plan](const auto& member) { return plan.hosts.contains(member->name); }));
}

std::map<std::string, std::vector<wire::Unreported>> Fleet::unreported() const {
  std::map<std::string, std::vector<wire::Unreported>> result;
  for (const auto& member : members_) {
    if (!member->session->unreported().empty()) result[member->name] = member->session->unreported();
  }
  return result;
}

void Fleet::park(Member& member) {
  if (!member.session->connected()) return;
  if (++parked_ <= kMaxParked) return;
  --parked_;
  member.session->disconnect();
}

std::vector<Fleet::Member*> Fleet::everybody() const {
  std::vector<Member*> members;
  for (const auto& member : members_) members.push_back(member.get());
  return members;
}

void Fleet::turn_to(Member& member) {
  member.session->set_deadline(host_deadline());
  tell({.kind = RunEvent::Kind::kContacting, .host = member.name});
}

// Several at once, each from the first contact to the end of its connection.
HostResults Fleet::visit(const std::vector<Member*>& members, const std::function<Result<>(Member&)>& what) {
  for_each_parallel(members.size(), options_.forks, [&](std::size_t i) {
    Member& member = *members[i];
    const Stopwatch watch;
    turn_to(member);
    if (Result<> done = what(member); !done) fail_with(member.result, done.error());
    member.session->disconnect();
    member.result.milliseconds = watch.milliseconds();
    tell({.kind = RunEvent::Kind::kHostDone, .host = member.name, .result = &member.result});
  });
  HostResults results;
  for (const Member* member : members) results[member->name] = member->result;
  return results;
}

HostResults Fleet::contact(bool graphs) {
  return visit(everybody(), [&](Member& member) -> Result<> {
    PLUMB_TRY(reach(member));
    if (graphs) (void)prepare(member);
    return {};
  });
}

HostResults Fleet::ask(const config::Reads* question) {
  return visit(everybody(), [&](Member& member) -> Result<> {
    PLUMB_TRY(reach(member));
    if (question == nullptr) PLUMB_TRY(member.session->ask_facts(config::asked_facts()));
    (void)read(member, question);
    return {};
  });
}

HostResults Fleet::change_locks(const std::map<std::string, wire::ChangeLocks>& requests,
                                const std::function<void(const std::string& host, wire::Locks)>& sink) {
  std::vector<Member*> members;
  for (Member* member : everybody()) {
    if (!requests.contains(member->name)) continue;
    member->result = HostResult{};
    member->result.name = member->name;
    members.push_back(member);
  }
  std::mutex sink_mutex;
  return visit(members, [&](Member& member) -> Result<> {
    PLUMB_TRY(reach(member));
    PLUMB_TRY_ASSIGN(wire::Locks locks, member.session->change_locks(requests.at(member.name)));
    const std::lock_guard lock(sink_mutex);
    sink(member.name, std::move(locks));
    return {};
  });
}

}  // namespace plumb::run
