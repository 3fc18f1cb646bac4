// Profiles: what they are read from, what they make of a plan, and the files that show it to others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/memory_files.h"
#include "engine/base/sample_facts.h"
#include "engine/compliance/evidence.h"
#include "engine/plan/action_json.h"

namespace plumb::compliance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::chrono::sys_days kToday = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

plan::Action action_of(const Json& given) {
  Json whole = {{"after", Json::object()},     {"because", Json::object()},
                {"before", Json::object()},    {"desired", Json::object()},
                {"fidelity", "exact"},         {"op", "update"},
                {"operations", Json::array()}, {"requires", Json::array()},
                {"source", "plumb.yaml:7:5"},  {"undo", "no"}};
  whole.update(given);
  Result<plan::Action> action = plan::action_from_json(whole);
  EXPECT_TRUE(action) << action.error().summary();
  return std::move(*action);
}

Json update_of(const std::string& address, const Json& before, const Json& after) {
  return {{"address", address}, {"before", before}, {"after", after}, {"op", "update"}};
}

class ComplianceTest : public ::testing::Test {
 protected:
  std::optional<Profile> read(const std::string& text, const std::string& also = "") {
    files_.add("/p/compliance/house.yaml", "plumb: v1\nprofile: house\n" + text);
    if (!also.empty()) files_.add("/p/also.yaml", "plumb: v1\n" + also);
    Diagnostics found;
    std::optional<Profile> profile = read_profile(Folder(files_, "/p"), "compliance/house.yaml", found, sources_);
    for (const Diagnostic& one : found.items()) told_.push_back(one.summary);
    return profile;
  }

  // "web1 3.1 not compliant: why"
  std::vector<std::string> lines(const Profile& profile, const std::string& only = "") {
    plan::Plan plan;
    for (const auto& [host, actions] : actions_) {
      plan::Actions all;
      for (const Json& one : actions) all.push_back(action_of(one));
      plan.hosts[host].actions = plan::ActionList(std::move(all));
      plan.hosts[host].held_back = held_;
    }
    plan.unplanned = unplanned_;
    assessment_ = assess({profile, only, hosts_, plan, judgement_,
                          [&](const std::string&) {
                            std::vector<Address> all;
                            for (const std::string& one : addresses_) all.push_back(*Address::parse(one));
                            return all;
                          },
                          [&](const std::string&) { return &facts_; }, kToday, sources_});
    std::vector<std::string> texts;
    for (const auto& [host, verdicts] : assessment_.hosts) {
      for (std::size_t i = 0; i < verdicts.size(); ++i)
        texts.push_back(host + " " + assessment_.controls[i]->id + " " + std::string(name(verdicts[i].state)) +
                        (verdicts[i].why.empty() ? "" : ": " + verdicts[i].why));
    }
    return texts;
  }

  MemoryFiles files_;
  lang::SourceMap sources_;
  std::vector<std::string> told_;
  std::set<std::string> hosts_ = {"web1"};
  std::map<std::string, std::vector<Json>> actions_ = {{"web1", {}}};
  std::map<std::string, std::string> unplanned_;
  std::vector<plan::HeldBack> held_;
  std::vector<std::string> addresses_ = {"base/file:/etc/motd", "sysctl:net.ipv4.ip_forward"};
  Json facts_ = sample_facts();
  policy::Judgement judgement_;
  Assessment assessment_;
};

TEST_F(ComplianceTest, WhatNeedsNoChangeIsCompliantInWhateverModuleItStands) {
  const auto profile = read(
      "controls:\n"
      "  - {id: 1.1, title: A, resources: [\"file:/etc/motd\"]}\n"
      "  - {id: 1.2, title: B, resources: [\"base/file:/etc/*\", \"sysctl:*\"]}\n"
      "  - {id: 1.3, title: C, resources: [\"file:/etc/issue\"]}\n");
  ASSERT_TRUE(profile);
  EXPECT_THAT(lines(*profile), ElementsAre("web1 1.1 compliant", "web1 1.2 compliant",
                                           "web1 1.3 not compliant: no resource file:/etc/issue"));
  EXPECT_FALSE(assessment_.passes());
  EXPECT_THAT(lines(*profile, "1.[12]"), ElementsAre("web1 1.1 compliant", "web1 1.2 compliant"));
  EXPECT_TRUE(assessment_.passes());
}

TEST_F(ComplianceTest, ADifferenceIsToldInALine) {
  const auto profile = read("controls: [{id: 1.1, title: A, resources: [\"file:*\"]}]\n");
  ASSERT_TRUE(profile);
  actions_["web1"] = {update_of("base/file:/etc/motd", {{"mode", "0666"}}, {{"mode", "0644"}, {"owner", "root"}})};
  EXPECT_THAT(lines(*profile),
              ElementsAre("web1 1.1 not compliant: base/file:/etc/motd: update: mode 0666 → 0644, owner"));
}

TEST_F(ComplianceTest, WhatAHostTellsCommandsNoTerminal) {
  const auto profile = read("controls: [{id: 1.1, title: A, resources: [\"file:*\"]}]\n");
  ASSERT_TRUE(profile);
  actions_["web1"] = {update_of("base/file:/etc/motd", {{"mode", "\x1b[2J"}}, {{"mode", "0644"}})};
  EXPECT_THAT(lines(*profile),
              ElementsAre("web1 1.1 not compliant: base/file:/etc/motd: update: mode \\x1b[2J → 0644"));
}

TEST_F(ComplianceTest, WhatIsHeldBackOrNotLookedAtIsNotCompliant) {
  const auto profile = read(
      "controls:\n"
      "  - {id: 1.1, title: A, resources: [\"file:*\"]}\n"
      "  - {id: 1.2, title: B, resources: [\"sysctl:*\"]}\n");
  ASSERT_TRUE(profile);
  held_ = {{"base/file:/etc/motd", Op::kUpdate, "file:/etc/*", "", ""},
           {"sysctl:net.ipv4.ip_forward", Op::kNone, "", "", ""}};
  EXPECT_THAT(lines(*profile),
              ElementsAre("web1 1.1 not compliant: base/file:/etc/motd: update, held back by the lock on file:/etc/*",
                          "web1 1.2 not compliant: sysctl:net.ipv4.ip_forward: could not be looked at"));
}

TEST_F(ComplianceTest, FactsSayWhatAppliesAndWhatHolds) {
  facts_["container"] = "podman";
  const auto profile = read(
      "controls:\n"
      "  - {id: 1.1, title: A, applies: facts.container == 'none', resources: [\"sysctl:*\"]}\n"
      "  - {id: 1.2, title: B, holds: facts.container == 'podman'}\n"
      "  - {id: 1.3, title: C, holds: facts.container == 'none'}\n");
  ASSERT_TRUE(profile);
  EXPECT_THAT(lines(*profile),
              ElementsAre("web1 1.1 not applicable: it does not apply to the host", "web1 1.2 compliant",
                          "web1 1.3 not compliant: what it asks of facts does not hold"));
  EXPECT_THAT(profile->facts(), ElementsAre("container"));
}

TEST_F(ComplianceTest, AWaiverCountsUntilItsDay) {
  const char* const controls =
      "controls: [{id: 1.1, title: A, resources: [\"file:/etc/issue\"]}]\n"
      "waivers: [{control: 1.*, hosts: \"web*\", reason: it is new, until: ";
  const auto profile = read(controls + std::string("2026-06-16}]\n"));
  ASSERT_TRUE(profile);
  EXPECT_THAT(lines(*profile),
              ElementsAre("web1 1.1 waived: no resource file:/etc/issue; waived until 2026-06-16: it is new"));
  EXPECT_TRUE(assessment_.passes());
  const auto late = read(controls + std::string("2026-06-15}]\n"));
  ASSERT_TRUE(late);
  EXPECT_THAT(lines(*late), ElementsAre("web1 1.1 not compliant: no resource file:/etc/issue"));
  ASSERT_EQ(assessment_.findings.items().size(), 1U);
  EXPECT_EQ(assessment_.findings.items()[0].summary, "a waiver of `1.*` ended on 2026-06-15");
}

TEST_F(ComplianceTest, RulesOfThePolicyCountOnTheirHosts) {
  const auto profile = read("controls: [{id: 1.1, title: A, rules: [no-telnet]}]\n");
  ASSERT_TRUE(profile);
  hosts_ = {"web1", "web2"};
  actions_["web2"] = {};
  policy::Finding finding;
  finding.rule = "no-telnet";
  finding.message = "telnetd speaks in clear";
  finding.hosts = {"web2"};
  judgement_.findings = {finding};
  EXPECT_THAT(lines(*profile),
              ElementsAre("web1 1.1 compliant", "web2 1.1 not compliant: no-telnet: telnetd speaks in clear"));
  judgement_.failures.add(Diagnostic(Code::kPolicyFailed, "no"));
  EXPECT_THAT(lines(*profile), ElementsAre("web1 1.1 unknown: the policy could not judge the plan",
                                           "web2 1.1 unknown: the policy could not judge the plan"));
  Diagnostics found;
  check_rules(*profile, {}, found);
  ASSERT_EQ(found.items().size(), 1U);
  EXPECT_EQ(found.items()[0].code, Code::kProfile);
}

TEST_F(ComplianceTest, OfAHostWithoutAPlanNothingIsSaid) {
  const auto profile = read("controls: [{id: 1.1, title: A, resources: [\"file:*\"]}]\n");
  ASSERT_TRUE(profile);
  actions_.clear();
  unplanned_ = {{"web1", "PL4001"}};
  EXPECT_THAT(lines(*profile), ElementsAre("web1 1.1 unknown: the host could not be looked at (PL4001)"));
  EXPECT_FALSE(assessment_.passes());
}

TEST_F(ComplianceTest, AProfileHasWhatItExtends) {
  const auto profile = read("extends: [also.yaml]\nwaivers: [{control: 7.1, reason: later, until: 2027-01-01}]\n",
                            "profile: also\ntitle: T\nversion: V\ncontrols: [{id: 7.1, title: A, resources: [a:b]}]\n");
  ASSERT_TRUE(profile) << (told_.empty() ? "" : told_.front());
  EXPECT_EQ(profile->name, "house");
  EXPECT_EQ(profile->version, "V");
  ASSERT_EQ(profile->controls.size(), 1U);
  ASSERT_EQ(profile->files.size(), 2U);
  EXPECT_EQ(profile->files[1].name, "also.yaml");
}

TEST_F(ComplianceTest, WhatIsWrongWithAProfileIsTold) {
  EXPECT_FALSE(
      read("extends: [../outside.yaml]\n"
           "controls:\n"
           "  - {id: 1.1, title: A}\n"
           "  - {id: 1.2, title: A, resources: [a:b]}\n"
           "  - {id: 1.2, title: A, resources: [a:b]}\n"
           "  - {id: 1.3, title: A, holds: facts.nothing == 1}\n"));
  ASSERT_EQ(told_.size(), 4U);
  EXPECT_THAT(told_[0], HasSubstr("must lie in the project folder"));
  EXPECT_EQ(told_[1], "nothing can meet the control `1.1`");
  EXPECT_EQ(told_[2], "two controls have the number `1.2`");
  told_.clear();
  EXPECT_FALSE(
      read("controls: [{id: 1.1, title: A, resources: [a:b]}]\n"
           "waivers: [{control: 9.9, reason: no, until: 2027-01-01}]\n"));
  EXPECT_THAT(told_, ElementsAre("a waiver of a control that is not there: `9.9`"));
  told_.clear();
  EXPECT_FALSE(read("title: A\n"));
  EXPECT_THAT(told_, ElementsAre("`house` holds no control"));
}

TEST_F(ComplianceTest, EvidenceNamesTheDigestsOfAllItsFiles) {
  const auto profile = read("controls: [{id: 1.1, title: A, resources: [\"file:*\"]}]\n");
  ASSERT_TRUE(profile);
  (void)lines(*profile);
  const Json report = report_json(*profile, assessment_, {"1.0", "shop", "2026-06-15T10:00:00Z", "sha256:aa"});
  EXPECT_EQ(report["hosts"]["web1"]["1.1"]["state"], "compliant");
  EXPECT_EQ(report["passes"], true);
  const auto files = evidence(*profile, report, "the plan", "");
  std::vector<std::string> names;
  for (const auto& [file, bytes] : files) names.push_back(file);
  EXPECT_THAT(names, ElementsAre("SHA256SUMS", "plan.json", "profile/compliance/house.yaml", "report.json"));
  EXPECT_THAT(files.at("SHA256SUMS"), HasSubstr(digest("the plan").substr(7) + "  plan.json\n"));
  EXPECT_EQ(files.at("report.json"), canonical(report));
  EXPECT_FALSE(report.contains("applied"));
}

TEST_F(ComplianceTest, EvidenceHoldsPlansThatWereAppliedWithWhatStoodBehindThem) {
  const auto profile = read("controls: [{id: 1.1, title: A, resources: [\"file:*\"]}]\n");
  ASSERT_TRUE(profile);
  (void)lines(*profile);
  const Json report = report_json(
      *profile, assessment_,
      {"1.0", "shop", "2026-06-15T10:00:00Z", "sha256:aa", {{"sha256:0123456789abcdef", {"web1", "web2"}}}});
  EXPECT_EQ(report["applied"], Json::parse(R"([{"plan": "sha256:0123456789abcdef", "hosts": ["web1", "web2"],
                                               "files": "applied/0123456789ab/"}])"));
  const std::string place = place_of_applied("sha256:0123456789abcdef");
  const auto files = evidence(*profile, report, "the plan", "", {{place + "plan.json", "the other plan"}});
  EXPECT_THAT(files.at("SHA256SUMS"), HasSubstr(digest("the other plan").substr(7) + "  " + place + "plan.json\n"));
}

}  // namespace
}  // namespace plumb::compliance
