#include "engine/report/junit.h"

#include <algorithm>
#include <cstdio>

#include "engine/base/markup.h"
#include "engine/base/outside_text.h"
#include "engine/report/diagnostics.h"

namespace plumb::report {
namespace {

// XML 1.0 has no place for control characters, escaped or not; in an attribute the end of a line would become a blank.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : markup_text(outside_text(text, kWhole))) {
    if (c == '\n') {
      out += "&#10;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string seconds(std::chrono::microseconds time) {
  char text[32];
  (void)std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(time.count() / 1'000'000),
                      static_cast<long long>(time.count() % 1'000'000));
  return text;
}

struct Suite {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::chrono::microseconds time{0};
};

std::string counts_xml(std::size_t tests, std::size_t failures) {
  return "tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures) + "\" errors=\"0\"";
}

std::string suite_xml(const std::vector<TestResult>& results, const Suite& suite) {
  const std::string file = escaped(results[suite.begin].file);
  std::string xml = "  <testsuite name=\"" + file + "\" " + counts_xml(suite.end - suite.begin, suite.failures) +
                    (suite.skipped > 0 ? " skipped=\"" + std::to_string(suite.skipped) + "\"" : "") + " time=\"" +
                    seconds(suite.time) + "\">\n";
  for (std::size_t i = suite.begin; i < suite.end; ++i) {
    const TestResult& one = results[i];
    xml += "    <testcase classname=\"" + file + "\" name=\"" + escaped(one.name) + "\" time=\"" + seconds(one.time) +
           (one.passed ? "\"/>\n" : "\">\n");
    if (one.passed) continue;
    if (one.skipped) {
      xml += "      <skipped message=\"" + escaped(one.message) + "\"/>\n    </testcase>\n";
      continue;
    }
    xml += "      <failure message=\"" + escaped(one.message) + "\">" + escaped(one.details) +
           "</failure>\n    </testcase>\n";
  }
  return xml + "  </testsuite>\n";
}

}  // namespace

TestResult command_failed(const std::string& command, int exit_code, const std::vector<Diagnostic>& findings,
                          const lang::SourceMap& sources) {
  constexpr std::size_t kMostDetails = std::size_t{64} << 10;
  TestResult result{.file = command, .name = "run"};
  const auto error = std::find_if(findings.begin(), findings.end(),
                                  [](const Diagnostic& one) { return one.severity == Severity::kError; });
  result.message = error == findings.end() ? "it ended with exit code " + std::to_string(exit_code)
                                           : std::string(code_name(error->code)) + ": " + error->summary;
  if (!findings.empty()) result.details = outside_text(render(findings, sources, false), kMostDetails);
  return result;
}

std::string junit_xml(const std::vector<TestResult>& results) {
  std::vector<Suite> suites;
  Suite all;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i == 0 || results[i].file != results[i - 1].file) suites.push_back({.begin = i, .end = i});
    Suite& suite = suites.back();
    suite.end = i + 1;
    suite.time += results[i].time;
    all.time += results[i].time;
    if (results[i].passed) continue;
    ++(results[i].skipped ? suite.skipped : suite.failures);
    if (!results[i].skipped) ++all.failures;
  }
  // JUnit counts what is skipped in suites alone.
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " +
                    counts_xml(results.size(), all.failures) + " time=\"" + seconds(all.time) + "\">\n";
  for (const Suite& suite : suites) xml += suite_xml(results, suite);
  return xml + "</testsuites>\n";
}

}  // namespace plumb::report
