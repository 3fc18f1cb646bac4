#include "engine/strict/wire_actions.h"

#include <algorithm>
#include <map>
#include <string>

#include "engine/base/in_order.h"
#include "engine/base/sealed.h"

namespace plumb::strict {
namespace {

wire::Action to_wire(const plan::Action& action) {
  wire::Action result;
  result.desired = action.desired;
  result.op = action.op;
  result.before = action.before;
  result.after = action.after;
  result.operations = std::vector<Operation>(action.operations);
  // A command's guard asks about the moment when its turn comes.
  result.explained = !action.unknown_until.empty() || action.op == Op::kRun;
  result.triggered = action.triggered;
  result.owed = action.pending;
  result.hide_output = !action.desired.sensitive.empty();
  result.confirm_within = action.confirm_within;
  result.manner = action.manner;
  if (!action.when.empty()) result.when = action.when;
  for (const plan::AlsoDeclared& one : action.also) result.also.push_back(one.address);
  for (const plan::Due& due : action.owes) result.owes.push_back({due.address, due.op});
  return result;
}

}  // namespace

std::vector<wire::Action> wire_actions(const plan::Actions& actions) {
  std::vector<wire::Action> result;
  std::map<std::string, std::vector<std::size_t>> by_address;
  const auto earlier = [&by_address](const std::vector<std::string>& addresses) {
    std::vector<std::size_t> indexes;
    for (const std::string& address : addresses) {
      const auto found = by_address.find(address);
      if (found != by_address.end()) indexes.insert(indexes.end(), found->second.begin(), found->second.end());
    }
    return indexes;
  };
  for (std::size_t i = 0; i < actions.size(); ++i) {
    wire::Action action = to_wire(actions[i]);
    action.needs = earlier(actions[i].needs);
    put_in_order(action.needs);
    action.rescues = earlier(actions[i].rescues);
    for (const std::size_t trigger : earlier(actions[i].triggered_by)) {
      if (result[trigger].op != Op::kVerify) result[trigger].triggers.push_back(i);
    }
    by_address[actions[i].desired.address.str()].push_back(i);
    result.push_back(std::move(action));
  }
  return result;
}

bool has_sensitive(const plan::Action& action) {
  return !action.desired.sensitive.empty() || std::any_of(action.before.begin(), action.before.end(), is_sealed);
}

}  // namespace plumb::strict
