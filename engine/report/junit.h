// JUnit's XML, as CI systems read it, of test cases and of what else passes or fails one by one.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace plumb::report {

struct TestResult {
  std::string file = {};  // the suite: a file of cases, or a host
  std::string name = {};
  std::chrono::microseconds time{0};
  bool passed = false;
  std::string message = {};  // the first finding
  std::string details = {};  // all of them, as on the terminal
  bool skipped = false;      // neither passed nor failed; `message` says why
};

// One suite for each run of results with the same `file`, in the order given.
std::string junit_xml(const std::vector<TestResult>& results);

}  // namespace plumb::report
