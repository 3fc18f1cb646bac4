#include "engine/wire/transactions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

namespace plumb::wire {
namespace {

bool is_member(const Action& action) {
  // What may fail, or is tried again, fails for itself.
  const bool alone =
      action.manner.may_fail || action.manner.tries > 1 || !action.rescues.empty() || !action.when.empty();
  return !action.triggered && action.confirm_within == 0 && !alone && changes_packages(action.operations);
}

// Both have the same time and the same variables.
bool can_go_together(const Action& one, const Action& other) {
  return one.manner == other.manner && one.desired.env == other.desired.env;
}

bool only_removes(const Action& action) {
  const auto* const transaction =
      action.operations.empty() ? nullptr : std::get_if<PackageTransaction>(&action.operations.front());
  return transaction != nullptr && transaction->install.empty() && !transaction->remove.empty();
}

bool contains(const std::vector<std::size_t>& indexes, std::size_t index) {
  return std::find(indexes.begin(), indexes.end(), index) != indexes.end();
}

bool runs_something(const Action& action) {
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

void add_new(std::vector<std::string>& into, const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (std::find(into.begin(), into.end(), name) == into.end()) into.push_back(name);
  }
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

std::map<std::size_t, std::vector<std::size_t>> transactions(std::span<const Action> actions) {
  std::map<std::size_t, std::vector<std::size_t>> found;
  std::vector<std::size_t> waiting;
  const auto close = [&] {
    if (!waiting.empty()) found[waiting.back()] = waiting;
    waiting.clear();
  };
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const Action& action = actions[i];
    const bool joins = is_member(action);
    const bool depends = std::any_of(waiting.begin(), waiting.end(), [&](std::size_t one) {
      // What is to go may take the other along, so no order holds between them.
      const bool both_go = joins && only_removes(action) && only_removes(actions[one]);
      return (contains(action.needs, one) && !both_go) || contains(action.rescues, one) ||
             contains(actions[one].triggers, i);
    });
    const bool apart = joins ? !waiting.empty() && !can_go_together(actions[waiting.front()], action)
                             : runs_something(action) || changes_packages(action.operations);
    if (depends || apart) close();
    if (joins) waiting.push_back(i);
  }
  close();
  return found;
}

std::vector<std::vector<std::size_t>> transactions_in_order(std::span<const Action> actions) {
  std::map<std::size_t, std::vector<std::size_t>> by_last = transactions(actions);
  std::vector<bool> joined(actions.size(), false);
  for (const auto& [last, members] : by_last) {
    for (const std::size_t member : members) joined[member] = true;
  }
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const bool certain = actions[i].rescues.empty() && actions[i].when.empty();
    if (!joined[i] && certain && changes_packages(actions[i].operations)) by_last[i] = {i};
  }
  std::vector<std::vector<std::size_t>> in_order;
  for (const auto& [last, members] : by_last) {
    std::optional<PackageTransaction> whole;
    for (const std::size_t member : members) {
      const auto& one = std::get<PackageTransaction>(actions[member].operations.front());
      if (!whole || !merge(*whole, one)) {
        whole = one;
        in_order.emplace_back();
      }
      in_order.back().push_back(member);
    }
  }
  return in_order;
}

bool merge(PackageTransaction& into, const PackageTransaction& more) {
  const bool alike = into.manager == more.manager && into.user == more.user &&
                     into.allow_downgrade == more.allow_downgrade && into.refresh == more.refresh &&
                     into.without_recommends == more.without_recommends && into.conffiles == more.conffiles;
  const bool one_at_a_time = !into.upgrade.empty() || !more.upgrade.empty();
  if (!alike || one_at_a_time || !agree(into, more) || !agree(more, into)) return false;
  for (const PackageRequest& request : more.install) {
    if (request_for(into, request.name) == nullptr) into.install.push_back(request);
  }
  add_new(into.remove, more.remove);
  add_new(into.manual, more.manual);
  add_new(into.purge, more.purge);
  add_new(into.release, more.release);
  add_new(into.hold, more.hold);
  return true;
}

}  // namespace plumb::wire
