#include "providers/outside/differing.h"

#include <algorithm>

#include "engine/base/sealed.h"
#include "providers/sdk/operation.h"

namespace plumb::outside {
namespace {

CallProvider call_for(const Package& package, const Words& words, const Desired& desired, const Change& change) {
  CallProvider call;
  call.provider = package.name;
  call.package = package.digest;
  call.kind = desired.address.kind;
  call.verb = name(change.op);
  call.address = desired.address.str();
  call.identity = desired.text(words.identity());
  call.desired = desired.attributes;
  for (const auto& [attribute, value] : change.before.items()) {
    if (!desired.sensitive.contains(attribute) && !is_sealed(value)) call.before[attribute] = value;
  }
  for (const auto& [attribute, unused] : change.after.items()) {
    if (words.find(attribute) != nullptr) call.changes.push_back(attribute);
  }
  call.user = desired.text(kRunsAs);
  call.on_controller = package.on_controller;
  return call;
}

void finish(const Package& package, const Words& words, const Desired& desired, Change& change) {
  change.fidelity = Fidelity::kBounded;
  change.note = "done by " + package.str() + (package.on_controller ? " on the controller" : "");
  change.operations.emplace_back(call_for(package, words, desired, change));
}

Change removal(const Package& package, const Words& words, const Desired& desired, const Observed& observed) {
  Change change;
  if (!observed.exists) return change;
  change.op = Op::kDelete;
  change.before = observed.attributes;
  finish(package, words, desired, change);
  return change;
}

}  // namespace

Change difference(const Package& package, const Words& words, const Desired& desired, const Observed& observed) {
  if (wants_absent(desired)) return removal(package, words, desired, observed);
  Change change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  for (const auto& [attribute, wanted] : desired.attributes.items()) {
    if (wanted.is_null()) continue;
    const AttributeWords* known = words.find(attribute);
    const bool given_once = !observed.exists && known != nullptr && known->once;
    if (!given_once && !words.is_compared(attribute, wanted)) continue;
    const Json& found = observed.attribute(attribute);
    if (observed.exists && words.is_equal(attribute, found, wanted)) continue;
    if (observed.exists && !found.is_null()) change.before[attribute] = found;
    change.after[attribute] = wanted;
    if (observed.exists && known->replaces) change.op = Op::kReplace;
  }
  if (observed.exists && change.after.empty()) return {};
  if (!observed.exists && !change.after.contains("state")) change.after["state"] = "present";
  finish(package, words, desired, change);
  return change;
}

Change called_for(const Package& package, const Words& words, const Desired& desired, const Observed& observed, Op op) {
  Change change;
  if (!observed.exists || wants_absent(desired) || (op != Op::kRestart && op != Op::kReload)) return change;
  change.op = op;
  finish(package, words, desired, change);
  return change;
}

std::optional<Desired> as_before(const Words& words, const Desired& desired, const Observed& before) {
  const auto names_it = [&words](const std::string& attribute) {
    const AttributeWords* known = words.find(attribute);
    return attribute == words.identity() || attribute == kRunsAs || (known != nullptr && known->parameter) ||
           std::find(words.keys().begin(), words.keys().end(), attribute) != words.keys().end();
  };
  Desired again = desired;
  again.attributes = Json::object();
  for (const auto& [attribute, value] : desired.attributes.items()) {
    if (names_it(attribute)) again.attributes[attribute] = value;
  }
  if (!before.exists) {
    if (!words.can_be_absent()) return std::nullopt;
    again.attributes["state"] = "absent";
  }
  for (const auto& [attribute, value] : before.attributes.items()) {
    if (before.exists && words.is_compared(attribute, value) && !is_sealed(value)) again.attributes[attribute] = value;
  }
  // Of what cannot be read again nothing is kept. Where it was not changed it is not asked for, so that it stays.
  for (const auto& [attribute, wanted] : desired.attributes.items()) {
    const AttributeWords* known = words.find(attribute);
    const bool unreadable = desired.sensitive.contains(attribute) || (known != nullptr && known->judged);
    if (!before.exists || !unreadable || names_it(attribute) || !words.is_compared(attribute, wanted)) continue;
    if (before.attribute(attribute) != wanted) return std::nullopt;
    if (words.is_required(attribute)) again.attributes[attribute] = wanted;
  }
  std::erase_if(again.sensitive, [&again](const std::string& attribute) { return !again.has(attribute); });
  return again;
}

}  // namespace plumb::outside
