#include "engine/report/events.h"

#include "engine/report/diagnostics.h"
#include "engine/report/run_text.h"

namespace plumb::report {
namespace {

// Output of programs is cut into lines of a size that readers take.
constexpr std::size_t kMostText = std::size_t{16} << 10;

Json wave_json(const plan::Wave& wave) {
  return {{"stage", wave.stage}, {"canary", wave.canary}, {"hosts", wave.hosts}};
}

Json action_event(const run::RunEvent& event) {
  const wire::Event& what = *event.event;
  Json json = {{"event", "action"},
               {"address", event.action->desired.address.str()},
               {"op", plumb::name(event.action->op)},
               {"state", wire::name(what.kind)}};
  const bool begins = what.kind == wire::EventKind::kStarted || what.kind == wire::EventKind::kOutput;
  if (!begins) json["milliseconds"] = what.milliseconds;
  if (!what.text.empty()) json["text"] = what.text.substr(0, kMostText);
  if (what.problem) {
    json["problem"] = {{"code", code_name(what.problem->code)}, {"summary", what.problem->summary}};
    json["source"] = event.action->source;
  }
  return json;
}

Json host_json(const run::HostResult& result) {
  Json json = {{"state", name(result.state)}, {"milliseconds", result.milliseconds}};
  if (const Diagnostic* problem = first_error(result)) {
    json["problem"] = {{"code", code_name(problem->code)}, {"summary", problem->summary}};
  }
  return json;
}

}  // namespace

Json begin_event(const std::string& command) {
  return {{"event", "begin"}, {"format", kEventsFormat}, {"command", command}, {"engine", PLUMB_VERSION}};
}

Json phase_event(const run::RunEvent::PhaseBegin& begin) {
  return {{"event", "phase"},
          {"phase", name(begin.phase)},
          {"hosts", begin.hosts},
          {"actions", begin.plan == nullptr ? 0 : plan::action_count(*begin.plan)}};
}

Json run_event(const run::RunEvent& event) {
  using Kind = run::RunEvent::Kind;
  Json json;
  switch (event.kind) {
    case Kind::kPhase:
      return phase_event(event.phase);
    case Kind::kPhaseOver:
      return nullptr;
    case Kind::kPause:
      json = {{"event", "pause"}, {"milliseconds", event.milliseconds}, {"next", wave_json(*event.wave)}};
      break;
    case Kind::kWave:
      json = wave_json(*event.wave);
      json["event"] = "wave";
      break;
    case Kind::kContacting:
      json = {{"event", "contacting"}};
      break;
    case Kind::kReached:
      json = {{"event", "reached"}, {"milliseconds", event.milliseconds}};
      break;
    case Kind::kApplying:
      json = {{"event", "applying"}};
      break;
    case Kind::kAction:
      json = action_event(event);
      break;
    case Kind::kConfirming:
      json = {{"event", "confirming"}, {"milliseconds", event.milliseconds}};
      break;
    case Kind::kRestarting:
      json = {{"event", "restarting"}, {"milliseconds", event.milliseconds}};
      break;
    case Kind::kPrinted:
      json = {
          {"event", "printed"}, {"stream", event.printed->errors ? "errors" : "output"}, {"text", event.printed->text}};
      break;
    case Kind::kEnded:
      json = {{"event", "ended"}, {"exit_code", event.ended->exit_code}};
      break;
    case Kind::kPlanned:
      json = host_json(*event.result);
      json["event"] = "planned";
      break;
    case Kind::kHostDone:
      json = host_json(*event.result);
      json["event"] = "host";
      json["outcome"] = name(event.result->outcome);
      json["changed"] = event.result->changed;
      json["satisfied"] = event.result->satisfied;
      json["failed"] = event.result->failed;
      json["skipped"] = event.result->skipped;
      json["owed"] = event.result->owed;
      break;
  }
  if (!event.host.empty()) json["host"] = event.host;
  return json;
}

Json diagnostic_event(const Diagnostic& diagnostic) {
  Json json = to_json(diagnostic);
  json["event"] = "diagnostic";
  return json;
}

namespace {

void steps_events(const std::string& host, const plan::Around& around, const std::function<void(Json)>& sink) {
  for (const auto* all : {&around.before, &around.after}) {
    for (const plan::Steps& steps : *all) {
      const std::shared_ptr<const plan::Actions> actions = steps.actions.get();
      for (const plan::Action& action : *actions) {
        sink({{"event", "step"},
              {"host", host},
              {"when", all == &around.before ? "before" : "after"},
              {"on", steps.host},
              {"address", action.desired.address.str()},
              {"op", plumb::name(action.op)},
              {"source", action.source}});
      }
    }
  }
}

}  // namespace

void plan_events(const plan::Plan& plan, const std::string& id, const std::function<void(Json)>& sink) {
  for (const auto& [host, host_plan] : plan.hosts) {
    const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
    for (const plan::Action& action : *actions) {
      sink({{"event", "change"},
            {"host", host},
            {"address", action.desired.address.str()},
            {"op", plumb::name(action.op)},
            {"fidelity", name(action.fidelity)},
            {"because", action.because},
            {"source", action.source}});
    }
    steps_events(host, host_plan.around, sink);
    for (const std::string& address : host_plan.orphans)
      sink({{"event", "orphan"}, {"host", host}, {"address", address}});
    for (const plan::HeldBack& held : host_plan.held_back) {
      sink({{"event", "held_back"},
            {"host", host},
            {"address", held.address},
            {"op", plumb::name(held.op)},
            {"lock", held.lock},
            {"needs", held.needs},
            {"reading", held.reading}});
    }
  }
  Json unplanned = Json::array();
  for (const auto& [host, code] : plan.unplanned) unplanned.push_back({{"host", host}, {"code", code}});
  sink({{"event", "plan"},
        {"plan", id},
        {"hosts", plan.hosts.size()},
        {"actions", plan::action_count(plan)},
        {"unplanned", std::move(unplanned)}});
}

Json summary_event(const Summary& summary) {
  std::map<HostState, int> states;
  Json counts = {{"ok", 0}, {"failed", 0}, {"unreachable", 0}, {"no_answer", 0}, {"not_started", 0}};
  Json failed = Json::array();
  int changed = 0;
  for (const auto& [host, result] : summary.hosts) {
    ++states[result.state];
    changed += result.changed;
    if (result.state == HostState::kOk || result.state == HostState::kNotStarted) continue;
    Json one = {{"host", host}, {"state", name(result.state)}, {"outcome", name(result.outcome)}};
    if (const Diagnostic* problem = first_error(result)) {
      one["problem"] = {{"code", code_name(problem->code)}, {"summary", problem->summary}};
    }
    failed.push_back(std::move(one));
  }
  counts["ok"] = states[HostState::kOk];
  counts["failed"] = states[HostState::kFailed];
  counts["unreachable"] = states[HostState::kUnreachable];
  counts["no_answer"] = states[HostState::kNoAnswer];
  counts["not_started"] = states[HostState::kNotStarted];
  Json json = {{"event", "summary"},
               {"exit_code", summary.exit_code},
               {"hosts", std::move(counts)},
               {"changed", changed},
               {"failed", std::move(failed)}};
  if (!summary.resume.empty()) json["resume"] = summary.resume;
  return json;
}

std::string event_line(Json event, const std::string& run, const std::string& time) {
  event["run"] = run;
  event["time"] = time;
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace plumb::report
