#include "engine/exec/transactions.h"

#include <algorithm>
#include <string>

namespace plumb::exec {
namespace {

bool is_member(const wire::Action& action) {
  return !action.triggered && action.confirm_within == 0 && changes_packages(action.operations);
}

bool only_removes(const wire::Action& action) {
  const auto* const transaction =
      action.operations.empty() ? nullptr : std::get_if<PackageTransaction>(&action.operations.front());
  return transaction != nullptr && transaction->install.empty() && !transaction->remove.empty();
}

bool contains(const std::vector<std::size_t>& indexes, std::size_t index) {
  return std::find(indexes.begin(), indexes.end(), index) != indexes.end();
}

bool runs_something(const wire::Action& action) {
  const auto runs = [](const Operation& operation) { return std::holds_alternative<Run>(operation); };
  return action.op == Op::kRun || std::any_of(action.operations.begin(), action.operations.end(), runs);
}

const PackageRequest* request_for(const PackageTransaction& transaction, const std::string& name) {
  const auto found = std::find_if(transaction.install.begin(), transaction.install.end(),
                                  [&](const PackageRequest& one) { return one.name == name; });
  return found == transaction.install.end() ? nullptr : &*found;
}

bool removes(const PackageTransaction& transaction, const std::string& name) {
  return std::find(transaction.remove.begin(), transaction.remove.end(), name) != transaction.remove.end();
}

// The two do not want the same package differently.
bool agree(const PackageTransaction& one, const PackageTransaction& other) {
  return std::all_of(other.install.begin(), other.install.end(), [&](const PackageRequest& request) {
    const PackageRequest* before = request_for(one, request.name);
    return !removes(one, request.name) && (before == nullptr || *before == request);
  });
}

}  // namespace

bool changes_packages(const std::vector<Operation>& operations) {
  return operations.size() == 1 && std::holds_alternative<PackageTransaction>(operations.front());
}

std::map<std::size_t, std::vector<std::size_t>> transactions(std::span<const wire::Action> actions) {
  std::map<std::size_t, std::vector<std::size_t>> found;
  std::vector<std::size_t> waiting;
  const auto close = [&] {
    if (!waiting.empty()) found[waiting.back()] = waiting;
    waiting.clear();
  };
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const wire::Action& action = actions[i];
    const bool joins = is_member(action);
    const bool depends = std::any_of(waiting.begin(), waiting.end(), [&](std::size_t one) {
      // What is to go may take the other along, so no order holds between them.
      const bool both_go = joins && only_removes(action) && only_removes(actions[one]);
      return (contains(action.needs, one) && !both_go) || contains(actions[one].triggers, i);
    });
    if (depends || (!joins && runs_something(action))) close();
    if (joins) waiting.push_back(i);
  }
  close();
  return found;
}

bool merge(PackageTransaction& into, const PackageTransaction& more) {
  const bool alike =
      into.manager == more.manager && into.allow_downgrade == more.allow_downgrade && into.refresh == more.refresh;
  if (!alike || !agree(into, more) || !agree(more, into)) return false;
  for (const PackageRequest& request : more.install) {
    if (request_for(into, request.name) == nullptr) into.install.push_back(request);
  }
  for (const std::string& name : more.remove) {
    if (!removes(into, name)) into.remove.push_back(name);
  }
  for (const std::string& name : more.manual) {
    if (std::find(into.manual.begin(), into.manual.end(), name) == into.manual.end()) into.manual.push_back(name);
  }
  return true;
}

}  // namespace plumb::exec
