#include "engine/report/junit.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

TEST(Junit, OneSuiteAFileWithItsFailures) {
  using std::chrono::microseconds;
  const std::vector<TestResult> results = {
      {"tests/a.yaml", "one <two>", microseconds(1500), true, "", ""},
      {"tests/a.yaml", "other", microseconds(500), false, "\"x\" & y", "line\nline\x01"},
      {"tests/b.yaml", "third", microseconds(0), true, "", ""},
  };
  EXPECT_EQ(junit_xml(results), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" time="0.002000">
  <testsuite name="tests/a.yaml" tests="2" failures="1" errors="0" time="0.002000">
    <testcase classname="tests/a.yaml" name="one &lt;two&gt;" time="0.001500"/>
    <testcase classname="tests/a.yaml" name="other" time="0.000500">
      <failure message="&quot;x&quot; &amp; y">line&#10;line�</failure>
    </testcase>
  </testsuite>
  <testsuite name="tests/b.yaml" tests="1" failures="0" errors="0" time="0.000000">
    <testcase classname="tests/b.yaml" name="third" time="0.000000"/>
  </testsuite>
</testsuites>
)");
}

TEST(Junit, WhatIsSkippedIsNoFailure) {
  const std::vector<TestResult> results = {{.file = "web1", .name = "update file:/a", .passed = true},
                                           {.file = "web1", .name = "run command:b", .message = "no", .skipped = true}};
  EXPECT_EQ(junit_xml(results), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="0" errors="0" time="0.000000">
  <testsuite name="web1" tests="2" failures="0" errors="0" skipped="1" time="0.000000">
    <testcase classname="web1" name="update file:/a" time="0.000000"/>
    <testcase classname="web1" name="run command:b" time="0.000000">
      <skipped message="no"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(Junit, ACommandThatFailedIsACaseWithWhatWasFound) {
  Diagnostic warning(Code::kUsage, "mind this");
  warning.severity = Severity::kWarning;
  Diagnostic error(Code::kUnknownKey, "unknown key `contnet`");
  error.hint = "did you mean `content`?";
  TestResult failed = command_failed("plumb apply", 3, {warning, error}, {});
  EXPECT_FALSE(failed.passed || failed.skipped);
  EXPECT_EQ(failed.message, "PL1007: unknown key `contnet`");
  for (const char* wanted : {"mind this", "error[PL1007]: unknown key", "did you mean `content`?"})
    EXPECT_NE(failed.details.find(wanted), std::string::npos) << failed.details;
  error.summary = std::string(1 << 20, 'x');
  EXPECT_LE(command_failed("plumb apply", 3, {error}, {}).details.size(), std::size_t{65} << 10);
  EXPECT_EQ(command_failed("plumb apply", 130, {}, {}).message, "it ended with exit code 130");
}

TEST(Junit, NothingToTell) {
  EXPECT_EQ(junit_xml({}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"0\" failures=\"0\" errors=\"0\" "
            "time=\"0.000000\">\n</testsuites>\n");
}

}  // namespace
}  // namespace plumb::report
