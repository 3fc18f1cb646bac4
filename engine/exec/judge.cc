#include "engine/exec/judge.h"

#include <algorithm>
#include <set>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/base/sealed.h"
#include "providers/sdk/edited_files.h"

namespace plumb::exec {
namespace {

// The value of an attribute, for people.
std::string shown(const Desired& desired, const std::string& name, const Json& value) {
  if (value.is_null()) return "not set";
  const bool digested = is_sealed(value) || (value.is_string() && is_digest(value.get_ref<const std::string&>()));
  if (digested || desired.sensitive.contains(name) || is_beside_secrets(desired)) return "other bytes";
  constexpr std::size_t kLongestShown = 80;
  std::string text = canonical(value);
  if (text.size() > kLongestShown) {
    text.resize(kLongestShown - 3);
    text += "…";
  }
  return text;
}

Json value_in(const Json& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? Json() : *found;
}

// What a plan listed, or a part of it: a change that was begun and did not end left that.
bool is_left_of(const Json& before, const Json& now) {
  if (!before.is_array() || !now.is_array()) return false;
  const std::set<Json> listed(before.begin(), before.end());
  return std::all_of(now.begin(), now.end(), [&](const Json& item) { return listed.contains(item); });
}

// How the host differs from what the plan saw; "" where it does not.
std::string since_the_plan(const Kind& kind, const wire::Action& action, const Change& change,
                           const Observed& observed) {
  const bool existed = action.op != Op::kCreate;
  if (action.op == Op::kRun) return {};
  // A kind whose resources are not made but come with another one, as services do, updates also what is not there.
  if (observed.exists != existed && change.op != action.op) {
    return existed ? "it does not exist any more" : "it exists already";
  }
  std::string out;
  for (const auto& [name, before] : action.before.items()) {
    const Json now = value_in(observed.attributes, name);
    if (now == before) continue;
    const bool dwindles = std::find(kind.dwindling.begin(), kind.dwindling.end(), name) != kind.dwindling.end();
    if (dwindles && is_left_of(before, now)) continue;
    const std::string is = shown(action.desired, name, now);
    const std::string was = shown(action.desired, name, before);
    append_item(out, name + " is " + (is == was ? "another one" : is + ", the plan saw " + was));
  }
  return out;
}

// What was planned, without what was about a part of a listed whole that is gone or done by now.
std::vector<Operation> still_to_do(const Kind& kind, const wire::Action& action, const Change& now,
                                   const Observed& observed) {
  const bool dwindled = std::any_of(kind.dwindling.begin(), kind.dwindling.end(), [&](const std::string& name) {
    return action.before.contains(name) && value_in(observed.attributes, name) != action.before.at(name);
  });
  if (!dwindled) return action.operations;
  std::set<std::string> left;
  for (const Operation& operation : now.operations) {
    if (const std::string* path = path_of(operation)) left.insert(*path);
  }
  std::vector<Operation> operations;
  for (const Operation& operation : action.operations) {
    const std::string* path = path_of(operation);
    if (path == nullptr || left.contains(*path)) operations.push_back(operation);
  }
  return operations;
}

// Of what is made the plan tells all that is known beforehand. What it does not tell, such as the commit of a
// repository that git could not ask yet, was to come to light on the way here.
bool is_known_only_now(const Change& now, const wire::Action& action, const std::string& name) {
  return action.explained && action.op == Op::kCreate && now.op == Op::kCreate && !action.after.contains(name);
}

// What the plan was to make came with an earlier action: what nobody asked for by its name is as it would be had it
// been made. So a package that came along with another one is not taken away again with that one.
bool is_as_if_made(const Change& now, const wire::Action& action, const std::string& name) {
  return action.explained && action.op == Op::kCreate && now.op == Op::kUpdate && !action.desired.has(name);
}

// What would be changed now that the plan did not mean to change; "" where there is nothing.
std::string beyond_the_plan(const Change& now, const wire::Action& action) {
  std::string out;
  for (const auto& [name, after] : now.after.items()) {
    if (value_in(action.after, name) == after || is_known_only_now(now, action, name) ||
        is_as_if_made(now, action, name))
      continue;
    append_item(
        out, name + " is " + shown(action.desired, name, value_in(now.before, name)) + ", which the plan did not see");
  }
  return out;
}

bool is_milder(Op now, Op planned) {
  return now == planned || (now == Op::kUpdate && planned == Op::kCreate) ||
         (now == Op::kCreate && planned == Op::kUpdate);
}

Diagnostic stale(const wire::Action& action, const std::string& why) {
  return Diagnostic(Code::kStale, action.desired.address.str() + " is no longer as the plan saw it: " + why)
      .with_hint("make the plan anew");
}

Judgement refuse(const wire::Action& action, const std::string& why) {
  if (!action.explained) return {Verdict::kRefused, {}, stale(action, why)};
  return {Verdict::kRefused,
          {},
          Diagnostic(Code::kDiverged, action.desired.address.str() + " is outside what the plan allowed for: " + why)
              .with_hint("make the plan anew")};
}

}  // namespace

Judgement refused_without(const wire::Action& action, const Missing& missing) {
  return refuse(action, missing.what.str() + " is not there any more");
}

Diagnostic refused_as_gone(const wire::Action& action) {
  return stale(action, "it does not exist any more");
}

Diagnostic refused_as_hindered(const wire::Action& action, const Obstacle& obstacle) {
  return stale(action, obstacle.summary);
}

Diagnostic refused_without_user(const wire::Action& action, const std::string& user) {
  return stale(action, "the user `" + user + "` does not exist any more");
}

Judgement judge(const Kind& kind, const wire::Action& action, const Observed& observed) {
  const bool deletes = action.op == Op::kDelete;
  if (deletes && !observed.exists) return {Verdict::kSatisfied, {}, {}};
  const Change now = kind.provider->diff(action.desired, observed);
  if (!deletes && now.empty()) return {Verdict::kSatisfied, {}, {}};
  // Of one that left the configuration it may tell what keeps it from being there.
  const bool counts = !deletes || kind.provider->is_unwanted(action.desired);
  if (observed.obstacle && counts) return refuse(action, observed.obstacle->summary);
  const std::string moved = since_the_plan(kind, action, now, observed);
  // A resource that left the configuration is deleted although its last desired state asks for it.
  const std::string beyond = deletes ? std::string() : beyond_the_plan(now, action);
  // The plan could not know what there is to do, only that something may be.
  if (action.explained && action.operations.empty()) return {Verdict::kRun, now.operations, {}};
  bool knows_more = false;
  for (const auto& [name, after] : now.after.items()) knows_more = knows_more || is_known_only_now(now, action, name);
  if (moved.empty() && beyond.empty() && !knows_more) {
    // The way there may be another one after the earlier action.
    const bool anew = action.explained && now.op == action.op;
    return {Verdict::kRun, anew ? now.operations : still_to_do(kind, action, now, observed), {}};
  }
  if (action.explained && beyond.empty() && !deletes && is_milder(now.op, action.op)) {
    return {Verdict::kRun, now.operations, {}};
  }
  return refuse(action, moved.empty() ? beyond : moved);
}

bool is_unverifiable(const Kind& kind, const wire::Action& action) {
  if (action.op != Op::kRun) return false;
  return std::none_of(kind.guards.begin(), kind.guards.end(),
                      [&](const std::string& guard) { return action.desired.has(guard); });
}

std::optional<Diagnostic> divergence(const Kind& kind, const wire::Action& action, const Observed& observed) {
  const std::string address = action.desired.address.str();
  if (action.op == Op::kDelete) {
    if (!observed.exists) return std::nullopt;
    return Diagnostic(Code::kDiverged, address + " is still there after its removal");
  }
  const Change left = kind.provider->diff(action.desired, observed);
  if (left.empty()) return std::nullopt;
  std::string what;
  if (left.op == Op::kRun) {
    for (const std::string& guard : kind.guards) {
      if (action.desired.has(guard)) append_item(what, guard);
    }
    return Diagnostic(Code::kDiverged,
                      address + " ran, but its guard (" + what + ") says that it would have to run again")
        .with_hint("the guard must tell when the command has done its work");
  }
  for (const auto& [name, wanted] : left.after.items()) {
    // Kinds may tell of a whole thing that is made anew.
    if (value_in(observed.attributes, name) == wanted) continue;
    append_item(what, name + " is " + shown(action.desired, name, value_in(observed.attributes, name)) +
                          " instead of " + shown(action.desired, name, wanted));
  }
  if (what.empty()) what = observed.exists ? "it is there" : "it is not there";
  if (observed.obstacle) what += ": " + observed.obstacle->summary;
  return Diagnostic(Code::kDiverged, address + " is not as planned after the action: " + what);
}

}  // namespace plumb::exec
