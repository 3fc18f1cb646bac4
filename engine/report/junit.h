// JUnit's XML, as CI systems read it, of test cases.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace plumb::report {

struct TestResult {
  std::string file;
  std::string name;
  std::chrono::microseconds time{0};
  bool passed = false;
  std::string message;  // the first finding
  std::string details;  // all of them, as on the terminal
};

// One suite a file, in the order given.
std::string junit_xml(const std::vector<TestResult>& results);

}  // namespace plumb::report
