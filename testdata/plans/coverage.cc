#include "testdata/plans/coverage.h"

#include "engine/base/joined.h"

namespace plumb::testing {
namespace {

using Set = std::set<std::string>;

Set all_ops() {
  Set names;
  for (const Op op :
       {Op::kCreate, Op::kUpdate, Op::kReplace, Op::kDelete, Op::kRun, Op::kRestart, Op::kReload, Op::kVerify})
    names.emplace(name(op));
  return names;
}

Set all_fidelities() {
  Set names;
  for (const Fidelity fidelity : {Fidelity::kExact, Fidelity::kBounded, Fidelity::kOpaque})
    names.emplace(name(fidelity));
  return names;
}

const Set kReasons = {"config", "drift", "both", "first", "pending"};

struct Column {
  const char* title;
  Set Coverage::*member;
  Set all;  // what must be covered; empty: whatever there is
};

std::vector<Column> columns() {
  return {{"op", &Coverage::ops, all_ops()},
          {"reason", &Coverage::reasons, kReasons},
          {"fidelity", &Coverage::fidelities, all_fidelities()},
          {"operation", &Coverage::operations, {}}};
}

}  // namespace

Coverage coverage_of(const plan::Plan& plan) {
  Coverage found;
  for (const auto& [name_of_host, host] : plan.hosts) {
    const std::shared_ptr<const plan::Actions> actions = host.actions.get();
    for (const plan::Action& action : *actions) {
      found.ops.emplace(name(action.op));
      found.fidelities.emplace(name(action.fidelity));
      for (const auto& [attribute, reason] : action.because) found.reasons.insert(reason);
      if (action.pending) found.reasons.emplace("pending");
      for (const Operation& operation : action.operations) found.operations.insert(to_json(operation).begin().key());
    }
  }
  return found;
}

std::string coverage_table(const std::map<std::string, Coverage>& cases) {
  std::string out = "# What the cases of plans cover\n\nWritten by `make golden` from the plans of " +
                    std::to_string(cases.size()) + " cases.\n\n| | | cases |\n|---|---|---|\n";
  for (const Column& column : columns()) {
    std::map<std::string, int> counts;
    for (const std::string& name : column.all) counts[name] = 0;
    for (const auto& [unused, coverage] : cases) {
      for (const std::string& name : coverage.*column.member) ++counts[name];
    }
    for (const auto& [name, count] : counts)
      out += std::string("| ") + column.title + " | " + name + " | " + std::to_string(count) + " |\n";
  }
  out += "\n| case |";
  std::string rule = "\n|---|";
  for (const Column& column : columns()) {
    out += std::string(" ") + column.title + " |";
    rule += "---|";
  }
  out += rule + "\n";
  for (const auto& [name, coverage] : cases) {
    out += "| " + name + " |";
    for (const Column& column : columns()) out += " " + joined(coverage.*column.member) + " |";
    out += "\n";
  }
  return out;
}

std::vector<std::string> uncovered(const std::map<std::string, Coverage>& cases) {
  std::vector<std::string> missing;
  for (const Column& column : columns()) {
    Set left = column.all;
    for (const auto& [unused, coverage] : cases) {
      for (const std::string& name : coverage.*column.member) left.erase(name);
    }
    for (const std::string& name : left) missing.push_back(std::string(column.title) + " " + name);
  }
  return missing;
}

}  // namespace plumb::testing
