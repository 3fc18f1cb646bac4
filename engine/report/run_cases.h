// A run as test cases: a suite a host, a case an action.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/report/junit.h"
#include "engine/run/fleet.h"

namespace plumb::report {

class RunCases {
 public:
  // Keeps what is told of actions.
  void take(const run::RunEvent& event);

  // In the order of the hosts' names and of their plans. Passed: changed, verified, or found as asked for. Skipped: not
  // begun, or failed where the project lets it. A host that did not end well although none of its actions failed, and
  // one without actions, has a case `host` of its own.
  std::vector<TestResult> results(const plan::Plan& plan, const run::HostResults& hosts) const;

 private:
  struct Kept {
    wire::EventKind kind = wire::EventKind::kStarted;
    std::string message;
    std::string hint;
    std::string output;  // the end of it
    std::int64_t milliseconds = 0;
  };
  using Key = std::pair<std::string, Op>;  // address, op

  static TestResult result_of(const std::string& host, const plan::Action& action, const Kept* kept,
                              const run::HostResult* end);

  std::map<std::string, std::map<Key, Kept>> by_host_;
};

}  // namespace plumb::report
