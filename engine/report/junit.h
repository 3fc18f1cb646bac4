// JUnit's XML, as CI systems read it, of test cases and of what else passes or fails one by one.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lang/source.h"

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

// What else is not told by any case: that a command did not end well. A case that failed, with the first error that was
// found as its message and with all that was found as the terminal has it, up to a bound.
TestResult command_failed(const std::string& command, int exit_code, const std::vector<Diagnostic>& findings,
                          const lang::SourceMap& sources);

// One suite for each run of results with the same `file`, in the order given.
std::string junit_xml(const std::vector<TestResult>& results);

}  // namespace plumb::report
