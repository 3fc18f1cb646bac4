// Findings as pipelines read them.
#include <gmock/gmock.h>

#include "engine/report/annotations.h"
#include "engine/report/sarif.h"

namespace plumb::report {
namespace {

using testing::HasSubstr;

std::vector<Diagnostic> two_findings() {
  return {Diagnostic(Code::kUnknownKey, "unknown key `contnet` for file")
              .at({"plumb.yaml", 14, 5, 14, 12}, "did you mean `content`?")
              .with_hint("`plumb schema file` lists them")
              .with_related({"modules/my site/module.yaml", 2, 1, 3, 4}, "declared here"),
          Diagnostic(Code::kNoHostMatches, "no host matches").as(Severity::kWarning)};
}

TEST(Sarif, HasRulesRegionsAndHints) {
  const FindingPlaces places{.folder = "./infra", .inventory = "", .project_file = "plumb.yaml"};
  const Json log = sarif(two_findings(), places);
  EXPECT_EQ(log["version"], "2.1.0");
  const Json& run = log["runs"][0];
  const Json& rules = run["tool"]["driver"]["rules"];
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0]["id"], "PL1007");
  EXPECT_EQ(rules[0]["shortDescription"]["text"], "a key that the schema does not know");
  EXPECT_THAT(rules[0]["help"]["markdown"], HasSubstr("`plumb explain PL1007`"));
  ASSERT_EQ(run["results"].size(), 2U);
  const Json& first = run["results"][0];
  EXPECT_EQ(first["ruleId"], "PL1007");
  EXPECT_EQ(first["ruleIndex"], 0);
  EXPECT_EQ(first["level"], "error");
  EXPECT_EQ(first["message"]["text"],
            "unknown key `contnet` for file\ndid you mean `content`?\nhint: `plumb schema file` lists them");
  EXPECT_EQ(first["message"]["markdown"],
            "unknown key &#96;contnet&#96; for file\n\ndid you mean &#96;content&#96;?\n\n"
            "**Hint:** &#96;plumb schema file&#96; lists them");
  const Json& place = first["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "infra/plumb.yaml");
  EXPECT_EQ(place["region"], Json({{"startLine", 14}, {"startColumn", 5}, {"endLine", 14}, {"endColumn", 12}}));
  const Json& related = first["relatedLocations"][0];
  EXPECT_EQ(related["physicalLocation"]["artifactLocation"]["uri"], "infra/modules/my%20site/module.yaml");
  EXPECT_EQ(related["message"]["text"], "declared here");
  // Whoever shows it needs a file.
  const Json& second = run["results"][1];
  EXPECT_EQ(second["level"], "warning");
  EXPECT_EQ(second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "infra/plumb.yaml");
  EXPECT_FALSE(second["locations"][0]["physicalLocation"].contains("region"));
  EXPECT_EQ(run["invocations"][0]["exitCode"], 3);
}

TEST(Sarif, OfNothingIsARunWithoutResults) {
  const Json log = sarif({}, {});
  EXPECT_EQ(log["runs"][0]["results"], Json::array());
  EXPECT_EQ(log["runs"][0]["invocations"][0]["exitCode"], 0);
}

TEST(Sarif, KnowsAFindingWhoseLineMoved) {
  std::vector<Diagnostic> before = two_findings();
  std::vector<Diagnostic> after = two_findings();
  after[0].span->line = after[0].span->end_line = 90;
  const auto print = [](const std::vector<Diagnostic>& findings) {
    std::vector<std::string> all;
    const Json log = sarif(findings, {});
    for (const Json& result : log["runs"][0]["results"])
      all.push_back(result["partialFingerprints"]["plumbFinding/v1"]);
    return all;
  };
  EXPECT_EQ(print(before), print(after));
  // Equal ones are told apart.
  after = {before[0], before[0]};
  after[1].span->line = 15;
  EXPECT_NE(print(after)[0], print(after)[1]);
}

TEST(GithubAnnotations, ArePlacedAndEscaped) {
  std::vector<Diagnostic> findings = two_findings();
  findings[0].span->file = "a,b:c.yaml";
  findings[1].summary = "100 %\n::error file=x::forged \x1b[31m";
  findings.push_back(Diagnostic(Code::kUnknownKey, "several lines").at({"b.yaml", 2, 3, 5, 1}).as(Severity::kNote));
  EXPECT_EQ(github_annotations(findings, {}),
            "::error file=a%2Cb%3Ac.yaml,line=14,col=5,endColumn=11,title=PL1007%3A a key that the schema does not "
            "know::unknown key `contnet` for file%0Adid you mean `content`?%0Ahint: `plumb schema file` lists them\n"
            "::warning file=plumb.yaml,title=PL1205%3A a host pattern that matches nothing::100 %25%0A::error "
            "file=x::forged \n"
            "::notice file=b.yaml,line=2,endLine=5,title=PL1007%3A a key that the schema does not know::several "
            "lines\n");
}

TEST(GithubAnnotations, OfSeveralHostsAreOne) {
  std::vector<Diagnostic> findings;
  for (const char* host : {"web1", "web2"}) {
    findings.push_back(
        Diagnostic(Code::kUnknownKey, std::string("the same on ") + host).at({"a.yaml", 1, 1, 1, 2}).on(host));
  }
  EXPECT_EQ(github_annotations(findings, {}),
            "::error file=a.yaml,line=1,col=1,endColumn=1,title=PL1007%3A a key that the schema does not know::"
            "the same on <host>%0Aon web1, web2\n");
}

TEST(GitlabCodeQuality, HasWhatGitLabAsksFor) {
  const FindingPlaces places{.folder = "", .inventory = "../hosts.yaml", .project_file = "plumb.cue"};
  std::vector<Diagnostic> findings = two_findings();
  findings.push_back(Diagnostic(Code::kUnknownKey, "x").at({"../hosts.yaml", 7, 1, 9, 1}));
  const Json report = gitlab_code_quality(findings, places);
  ASSERT_EQ(report.size(), 3U);
  EXPECT_EQ(report[0]["check_name"], "PL1007");
  EXPECT_EQ(report[0]["severity"], "critical");
  EXPECT_EQ(report[0]["location"], Json({{"path", "plumb.yaml"}, {"lines", {{"begin", 14}, {"end", 14}}}}));
  EXPECT_EQ(report[0]["fingerprint"].get<std::string>().size(), 64U);
  EXPECT_EQ(report[1]["location"], Json({{"path", "plumb.cue"}, {"lines", {{"begin", 1}, {"end", 1}}}}));
  EXPECT_EQ(report[1]["severity"], "minor");
  EXPECT_EQ(report[2]["location"], Json({{"path", "../hosts.yaml"}, {"lines", {{"begin", 7}, {"end", 9}}}}));
}

}  // namespace
}  // namespace plumb::report
