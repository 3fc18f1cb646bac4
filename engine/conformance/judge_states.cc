// What can be judged of differences, without a host.
#include <algorithm>
#include <memory>

#include "engine/config/validate.h"
#include "engine/conformance/judges.h"
#include "engine/conformance/removal.h"

namespace plumb::conformance {
namespace {

Json document(const Change& change) {
  Json operations = Json::array();
  for (const Operation& operation : change.operations) operations.push_back(to_json(operation));
  return {{"op", name(change.op)},    {"before", change.before},           {"after", change.after},
          {"operations", operations}, {"fidelity", name(change.fidelity)}, {"note", change.note}};
}

Change change_of(const Provider& provider, const State& state) {
  return state.trigger ? provider.triggered(state.desired, state.observed, *state.trigger)
                       : provider.diff(state.desired, state.observed);
}

void judge_schema(const Kind& kind, std::span<const State> states, Report& report) {
  const Json& properties = kind.schema.json().at("properties");
  const auto known = [&](const std::string& name) {
    report.take(kind.name, Check::kSchema, properties.contains(name) ? "" : "the schema has no attribute " + name);
  };
  known(kind.schema.json().value("x-identity", ""));
  for (const Trigger& trigger : kind.triggers) known(trigger.attribute);
  for (const std::string& guard : kind.guards) known(guard);
  for (const std::string& once : kind.given_once) known(once);
  for (const State& state : states) {
    for (const Json& attributes : {state.desired.attributes, change_of(*kind.provider, state).after}) {
      const std::string other = mistyped(kind, attributes);
      report.take(kind.name, Check::kSchema, other.empty() ? "" : state.name + ": `" + other + "` is of another type");
    }
  }
}

void judge_pure(const Bench& bench, const Kind& kind, std::span<const State> states, Report& report) {
  std::vector<Json> first;
  for (const State& state : states) first.push_back(document(change_of(*kind.provider, state)));
  const std::shared_ptr<void> elsewhere = bench.elsewhere ? bench.elsewhere() : nullptr;
  for (std::size_t i = states.size(); i-- > 0;) {
    const State& state = states[i];
    const bool same = document(change_of(*kind.provider, state)) == first[i];
    report.take(kind.name, Check::kPure, same ? "" : state.name + " is otherwise when asked again");
  }
}

Observed afterwards(const Observed& before, const Change& change) {
  Observed later = before;
  later.exists = change.op != Op::kDelete;
  if (!later.exists) later.attributes = Json::object();
  later.attributes.update(change.after);
  return later;
}

// Of what went, an attribute that would come back as something else.
std::string comes_back_otherwise(const Change& there, const Change& back) {
  for (const auto& [name, value] : back.after.items()) {
    const auto was = there.before.find(name);
    if (was != there.before.end() && *was != value) return "`" + name + "` comes back as " + value.dump();
  }
  return "";
}

void judge_change(const Kind& kind, const State& state, Report& report) {
  if (state.trigger) return;
  const Provider& provider = *kind.provider;
  const Change change = provider.diff(state.desired, state.observed);
  if (change.empty() || change.op == Op::kRun) return;
  const Observed later = afterwards(state.observed, change);
  const Change more = provider.diff(state.desired, later);
  report.take(kind.name, Check::kConverges,
              more.empty() ? "" : state.name + " asks for more once it is done: " + document(more).dump());
  const std::optional<Desired> back = provider.restore(state.desired, state.observed);
  // What is observed of a part of a file is said of what is asked for, and of nothing else; that is judged on hosts.
  if (!back || provider.editor() != nullptr) return;
  const Change undone = provider.diff(*back, later);
  if (undone.empty()) return;
  const std::string other = comes_back_otherwise(change, undone);
  report.take(kind.name, Check::kRestore, other.empty() ? "" : state.name + ": " + other);
}

// What has to be said of it, and that it is to go.
Json gone_as(const Removal& removal, const Json& schema, const Json& attributes) {
  Json gone = {{removal.attribute, removal.value}};
  const Json required = schema.value("required", Json::array());
  for (const auto& [name, value] : attributes.items()) {
    const bool needed = std::find(required.begin(), required.end(), name) != required.end();
    if (needed || name == schema.value("x-identity", "")) gone[name] = value;
  }
  return gone;
}

void judge_deletion(const Kind& kind, std::span<const State> states, Report& report) {
  const std::optional<Removal> removal = removal_of(kind);
  if (!removal) return report.does_not_apply(kind.name, Check::kDeletion);
  const Provider& provider = *kind.provider;
  const Json& schema = kind.schema.json();
  for (const State& state : states) {
    if (state.trigger || provider.is_unwanted(state.desired)) continue;
    Desired gone = state.desired;
    gone.attributes = gone_as(*removal, schema, state.desired.attributes);
    if (!config::satisfies(gone.attributes, schema, schema)) {
      gone.attributes = state.desired.attributes;
      gone.attributes[removal->attribute] = removal->value;
    }
    if (!provider.is_unwanted(gone)) continue;
    const Change change = provider.diff(gone, provider.as_declared_before(state.desired, gone));
    const Change more = provider.diff(gone, provider.as_declared(gone));
    std::string fault;
    if (change.empty()) fault = " is not planned to go";
    if (!more.empty()) fault = " does not stay away: " + document(more).dump();
    report.take(kind.name, Check::kDeletion, fault.empty() ? "" : state.name + fault);
  }
}

}  // namespace

void judge_states(const Bench& bench, const Kind& kind, std::span<const State> states, Report& report) {
  judge_schema(kind, states, report);
  judge_pure(bench, kind, states, report);
  for (const State& state : states) judge_change(kind, state, report);
  judge_deletion(kind, states, report);
}

}  // namespace plumb::conformance
