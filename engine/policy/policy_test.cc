// Rules over plans: what fires, where it is told, what is waived, and what cannot be judged.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/memory_files.h"
#include "engine/base/sample_facts.h"
#include "engine/plan/action_json.h"
#include "engine/policy/bundle.h"
#include "engine/policy/judge.h"
#include "engine/policy/told.h"
#include "engine/testing/kinds.h"

namespace plumb::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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

plan::HostPlan host_of(const std::vector<Json>& actions) {
  plan::Actions all;
  for (const Json& one : actions) all.push_back(action_of(one));
  plan::HostPlan host;
  host.actions = plan::ActionList(std::move(all));
  return host;
}

class PolicyTest : public ::testing::Test {
 protected:
  Policy read(const std::string& text) {
    MemoryFiles files;
    files.add("/p/policy/rules.yaml", "plumb: v1\n" + text);
    Diagnostics found;
    std::optional<Policy> policy =
        read_policy(Folder(files, "/p"), {{"policy", {"plumb.yaml", 3, 10, 3, 16}}}, found, sources_);
    for (const Diagnostic& one : found.items()) told_ += one.summary + " | " + one.label + "\n";
    return policy ? std::move(*policy) : Policy();
  }

  Judgement judged(const Policy& policy, const plan::Plan& plan) {
    return judge(policy, {plan,
                          [&](const std::string& host) {
                            asked_.push_back(host);
                            return notes_[host];
                          },
                          kToday, sources_, &kinds_});
  }

  static std::vector<std::string> lines(const Judgement& judgement) {
    std::vector<std::string> texts;
    for (const Finding& one : judgement.findings) {
      std::string hosts;
      for (const std::string& host : one.hosts) hosts += " " + host;
      texts.push_back(std::string(name(one.effect)) + " " + one.rule + ": " + one.message + hosts +
                      (one.waived ? " (waived)" : ""));
    }
    return texts;
  }

  lang::SourceMap sources_;
  Registry kinds_;
  std::map<std::string, HostNotes> notes_;
  std::vector<std::string> asked_;
  std::string told_;
};

TEST_F(PolicyTest, ARuleFiresOnActionsAndSaysWhereTheyComeFrom) {
  const Policy policy = read(R"(
rules:
  - name: no-boats
    when: action.kind == 'boat' && action.op == 'create'
    deny: ${action.address} floats
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  plan.hosts["b"] = host_of({{{"address", "boat:one"}, {"op", "create"}}, {{"address", "car:two"}, {"op", "create"}}});
  plan.hosts["a"] = plan.hosts["b"];
  const Judgement judgement = judged(policy, plan);
  EXPECT_THAT(lines(judgement), ElementsAre("deny no-boats: boat:one floats a b"));
  EXPECT_TRUE(judgement.denies());
  const Diagnostics told = diagnostics_of(judgement);
  ASSERT_EQ(told.items().size(), 1U);
  const Diagnostic& one = told.items().front();
  EXPECT_EQ(one.code, Code::kPolicyDenied);
  EXPECT_EQ(one.summary, "`no-boats` forbids it: boat:one floats");
  EXPECT_EQ(one.span->str(), "plumb.yaml:7:5");
  EXPECT_EQ(one.label, "on a, b");
  ASSERT_EQ(one.related.size(), 1U);
  EXPECT_EQ(one.related.front().span.str(), "policy/rules.yaml:4:11");
}

TEST_F(PolicyTest, RulesOfThePlanAndOfHosts) {
  const Policy policy = read(R"(
rules:
  - {name: many, for: plan, when: plan.affected.delete > 1, deny: '${plan.affected.delete} of ${plan.hosts} hosts'}
  - {name: edge, for: host, when: "'edge' in host.groups && host.actions.delete > 0", warn: '${host.name} loses something'}
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  for (const char* host : {"a", "b", "c"}) plan.hosts[host] = host_of({{{"address", "boat:one"}, {"op", "delete"}}});
  plan.hosts["c"] = host_of({{{"address", "boat:one"}, {"op", "create"}}});
  notes_["a"].groups = {"edge"};
  EXPECT_THAT(lines(judged(policy, plan)), ElementsAre("deny many: 2 of 3 hosts", "warn edge: a loses something a"));
}

TEST_F(PolicyTest, WaiversLetPassUntilTheirDay) {
  const Policy policy = read(R"(
rules:
  - {name: no-boats, when: action.kind == 'boat', deny: '${action.address}'}
waivers:
  - {rule: no-boats, hosts: 'lab*', reason: the lab floats, until: 2026-06-16}
  - {rule: no-boats, address: 'boat:o*', hosts: web1, reason: until it sinks, until: 2026-06-15}
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  for (const char* host : {"lab1", "lab2", "web1", "web2"}) plan.hosts[host] = host_of({{{"address", "boat:one"}}});
  const Judgement judgement = judged(policy, plan);
  EXPECT_THAT(lines(judgement),
              ::testing::UnorderedElementsAre("deny no-boats: boat:one lab1 lab2 (waived)",
                                              "deny no-boats: boat:one web1", "deny no-boats: boat:one web2"));
  EXPECT_TRUE(judgement.denies());
  ASSERT_EQ(judgement.ended.size(), 1U);
  std::string told;
  const Diagnostics all = diagnostics_of(judgement);
  for (const Diagnostic& one : all.items()) {
    told += one.summary + "\n";
    for (const Related& more : one.related) told += more.note + "\n";
  }
  EXPECT_THAT(told, HasSubstr("is waived until 2026-06-16 (the lab floats)"));
  EXPECT_THAT(told, HasSubstr("a waiver of it, that ended on 2026-06-15"));
  plan.hosts.erase("web1");
  plan.hosts.erase("web2");
  EXPECT_FALSE(judged(policy, plan).denies());
}

TEST_F(PolicyTest, SensitiveValuesAreNotSeen) {
  const std::string sealed = "hmac-sha256:" + std::string(64, 'a');
  const Policy policy = read(R"(
rules:
  - name: sees
    when: "'key' in action.sensitive"
    warn: "${action.desired.key} ${action.after.key} ${action.operations[0].run.env.KEY} ${size(action.texts)}"
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  plan.hosts["a"] = host_of({{{"address", "boat:one"},
                              {"sensitive", {"key"}},
                              {"desired", {{"key", sealed}}},
                              {"after", {{"key", "what no plan should hold"}}},
                              {"operations", {{{"run", {{"argv", {"true"}}, {"env", {{"KEY", sealed}}}}}}}}}});
  const std::vector<std::string> found = lines(judged(policy, plan));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0], HasSubstr("(sensitive) (sensitive) (sensitive)"));
  const std::string seen = visible((*plan.hosts["a"].actions.get())[0]).dump();
  EXPECT_THAT(seen, Not(HasSubstr("aaaa")));
  EXPECT_THAT(seen, Not(HasSubstr("no plan should hold")));
}

TEST_F(PolicyTest, TextsAreWhatIsWrittenAndRun) {
  const Policy policy = read(R"y(
rules:
  - {name: text, when: "action.texts.exists(t, t.contains('floats'))", deny: yes}
)y");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  const std::string name = "sha256:" + std::string(64, 'b');
  plan.blobs[name] = "it floats\n";
  plan.hosts["blob"] =
      host_of({{{"address", "boat:one"}, {"operations", {{{"write_file", {{"path", "/x"}, {"content", name}}}}}}}});
  plan.hosts["run"] =
      host_of({{{"address", "boat:one"}, {"operations", {{{"run", {{"argv", {"echo", "it", "floats"}}}}}}}}});
  plan.hosts["other"] = host_of({{{"address", "boat:one"}, {"operations", {{{"run", {{"argv", {"true"}}}}}}}}});
  EXPECT_THAT(lines(judged(policy, plan)), ElementsAre("deny text: yes blob run"));
}

TEST_F(PolicyTest, TextsAreWhatIsAskedForToo) {
  const Policy policy = read(R"y(
rules:
  - {name: text, when: "action.texts.exists(t, t.contains('it floats'))", deny: yes}
)y");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  const std::string name = "sha256:" + std::string(64, 'b');
  plan.blobs[name] = "\xff it floats\n";
  // What is decided later has no operations yet.
  plan.hosts["content"] = host_of({{{"address", "boat:one"}, {"desired", {{"content", name}}}}});
  plan.hosts["guard"] = host_of({{{"address", "boat:one"}, {"desired", {{"unless", {"see", "it", "floats"}}}}}});
  plan.hosts["inner"] = host_of({{{"address", "boat:one"}, {"desired", {{"set", {{"a", {{"b", "it floats"}}}}}}}}});
  plan.hosts["secret"] =
      host_of({{{"address", "boat:one"}, {"sensitive", {"text"}}, {"desired", {{"text", "it floats"}}}}});
  plan.hosts["gone"] = host_of({{{"address", "boat:one"},
                                 {"op", "delete"},
                                 {"desired", {{"state", "absent"}, {"text", "it floats"}}},
                                 {"operations", {{{"run", {{"argv", {"true"}}}}}}}}});
  EXPECT_THAT(lines(judged(policy, plan)), ElementsAre("deny text: yes content guard inner"));
}

TEST_F(PolicyTest, WhatThePlanDoesNotHoldIsNamed) {
  const Policy policy = read(R"(
rules:
  - {name: unread, when: size(action.unread) > 0, warn: "${action.unread.join(' ')}"}
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  const std::string held = "sha256:" + std::string(64, 'b');
  const std::string other = "sha256:" + std::string(64, 'c');
  plan.blobs[held] = "it floats\n";
  plan.hosts["held"] = host_of({{{"address", "boat:one"}, {"desired", {{"content", held}, {"mode", "0644"}}}}});
  plan.hosts["large"] =
      host_of({{{"address", "boat:one"}, {"desired", {{"content", other}, {"tree", {held, other}}}}}});
  plan.hosts["secret"] = host_of({{{"address", "boat:one"}, {"sensitive", {"text"}}, {"desired", {{"text", "a"}}}}});
  EXPECT_THAT(lines(judged(policy, plan)), ElementsAre("warn unread: content tree large", "warn unread: text secret"));
}

TEST_F(PolicyTest, AnIdHidesNothing) {
  kinds_ = testing::made_up_kinds();
  const Policy policy = read(R"(
rules:
  - {name: no-passwd, when: action.kind == 'note' && action.identity == '/etc/passwd', deny: '${action.address}'}
waivers:
  - {rule: no-passwd, address: 'note:motd', reason: harmless, until: 2026-07-01}
  - {rule: no-passwd, address: 'web/note:/etc/passwd', reason: known, until: 2026-07-01}
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  plan.hosts["a"] = host_of({{{"address", "note:motd"}, {"desired", {{"at", "/etc/passwd"}}}}});
  plan.hosts["b"] = host_of({{{"address", "web/note:x"}, {"desired", {{"at", "/etc/passwd"}}}}});
  plan.hosts["c"] = host_of({{{"address", "note:/etc/passwd"}, {"desired", {{"at", "/etc/motd"}}}}});
  // No project may say so; the file of a plan could.
  // One resource of several modules is known by each of them.
  plan.hosts["e"] = host_of({{{"address", "app/note:y"},
                              {"also", {{{"address", "web/note:x"}, {"source", "web.yaml:3:5"}}}},
                              {"desired", {{"at", "/etc/passwd"}}}}});
  plan.hosts["d"] = host_of({{{"address", "note:/srv"}, {"desired", {{"at", "//etc/./ssh/..//passwd/"}}}}});
  EXPECT_THAT(lines(judged(policy, plan)),
              ElementsAre("deny no-passwd: app/note:y e (waived)", "deny no-passwd: note:/srv d",
                          "deny no-passwd: note:motd a", "deny no-passwd: web/note:x b (waived)"));
}

TEST_F(PolicyTest, WhatIsNeitherTrueNorFalseIsNotAllowed) {
  const Policy policy = read(R"(
rules:
  - {name: careless, when: action.desired.content, deny: written}
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  plan.hosts["a"] = host_of({{{"address", "boat:one"}, {"desired", {{"content", "x"}}}}});
  const Judgement judgement = judged(policy, plan);
  ASSERT_EQ(judgement.failures.items().size(), 1U);
  const Diagnostic& one = judgement.failures.items().front();
  EXPECT_EQ(one.code, Code::kPolicyFailed);
  EXPECT_EQ(one.summary, "`careless` could not judge `boat:one`: it is neither true nor false");
  EXPECT_EQ(one.span->str(), "policy/rules.yaml:4:28");
  EXPECT_TRUE(judgement.denies());
}

TEST_F(PolicyTest, PatternsThatAreNoneAreToldWhenTheyAreRead) {
  read(R"y(
rules:
  - {name: a, when: "action.kind == 'boat' && action.identity.matches('^(a')", deny: x}
  - {name: b, when: "action.texts.exists(t, matches(t, '[')) || regex.replace(action.kind, '(', '(') == ''", deny: x}
  - {name: c, when: "action.identity.matches('^a' + action.kind) && '('.matches('[(]') && action.kind.contains('(')", deny: x}
)y");
  EXPECT_THAT(told_, HasSubstr("`^(a` is no regular expression"));
  EXPECT_THAT(told_, HasSubstr("`[` is no regular expression"));
  EXPECT_THAT(told_, Not(HasSubstr("`^a`")));
  EXPECT_THAT(told_, Not(HasSubstr("`(`")));
}

TEST_F(PolicyTest, RulesThatWouldNotBeReadAreTold) {
  MemoryFiles files;
  files.add("/p/policy/rules.yaml", "plumb: v1\nrules:\n  - {name: a, deny: x}\n");
  files.add("/p/policy/more.yml", "plumb: v1\nrules:\n  - {name: b, deny: x}\n");
  Diagnostics found;
  EXPECT_FALSE(read_policy(Folder(files, "/p"), {{"policy", {"plumb.yaml", 3, 10, 3, 16}}}, found, sources_));
  ASSERT_EQ(found.items().size(), 1U);
  EXPECT_EQ(found.items().front().summary, "/p/policy/more.yml would not be read");
  EXPECT_EQ(found.items().front().hint, "its name has to end with .yaml");
}

TEST_F(PolicyTest, WhatCannotBeJudgedIsNotAllowed) {
  const Policy policy = read(R"(
rules:
  - {name: careless, when: action.desired.speed > 3, warn: fast}
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  plan.hosts["a"] = host_of({{{"address", "boat:one"}}});
  const Judgement judgement = judged(policy, plan);
  ASSERT_EQ(judgement.failures.items().size(), 1U);
  const Diagnostic& one = judgement.failures.items().front();
  EXPECT_EQ(one.code, Code::kPolicyFailed);
  EXPECT_THAT(one.summary, HasSubstr("`careless` could not judge `boat:one`"));
  EXPECT_EQ(one.span->file, "policy/rules.yaml");
  EXPECT_TRUE(judgement.denies());
}

TEST_F(PolicyTest, FactsThatAreNotKnownAreNoReasonToPass) {
  const Policy policy = read(R"(
rules:
  - {name: old, when: host.facts.os.version == '10', deny: "${host.name} is old"}
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  plan.hosts["a"] = plan.hosts["b"] = host_of({{{"address", "boat:one"}}});
  notes_["a"].facts = sample_facts();
  notes_["a"].facts["os"]["version"] = "10";
  notes_["b"].facts = sample_facts();
  EXPECT_THAT(lines(judged(policy, plan)), ElementsAre("deny old: a is old a"));
  notes_["b"].facts = nullptr;
  const Judgement judgement = judged(policy, plan);
  ASSERT_EQ(judgement.failures.items().size(), 1U);
  EXPECT_EQ(judgement.failures.items().front().host, "b");
  EXPECT_TRUE(judgement.denies());
}

TEST_F(PolicyTest, EqualListsAreLookedAtOnce) {
  // Each evaluated on its own, these would take minutes.
  std::string rules = "rules:\n";
  for (int i = 0; i < 10; ++i) {
    const std::string n = std::to_string(i);
    rules += "  - {name: one-" + n + ", when: \"action.identity == 'b" + n + "'\", warn: x}\n";
    rules += "  - {name: two-" + n + ", when: \"'edge' in host.groups && action.identity == 'b" + n + "'\", warn: x}\n";
  }
  const Policy policy = read(rules);
  ASSERT_EQ(told_, "");
  std::vector<Json> actions;
  for (int i = 0; i < 100; ++i) actions.push_back({{"address", "boat:b" + std::to_string(i)}});
  const plan::HostPlan host = host_of(actions);
  plan::Plan plan;
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = "h" + std::to_string(i);
    plan.hosts[name] = host;
    if (i % 2 == 0) notes_[name].groups = {"edge"};
  }
  const auto before = std::chrono::steady_clock::now();
  const Judgement judgement = judged(policy, plan);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  ASSERT_EQ(judgement.findings.size(), 20U);
  EXPECT_EQ(judgement.findings[0].hosts.size(), 10'000U);
  EXPECT_EQ(judgement.findings[1].hosts.size(), 5'000U);
}

TEST_F(PolicyTest, MoreThanCanBeListedIsStillDenied) {
  const Policy policy = read(R"(
rules:
  - {name: every, deny: "${action.address}"}
waivers:
  - {rule: every, address: 'boat:b?', reason: few, until: 2026-07-01}
)");
  ASSERT_EQ(told_, "");
  std::vector<Json> actions;
  for (int i = 0; i < 1500; ++i) actions.push_back({{"address", "boat:b" + std::to_string(i)}});
  plan::Plan plan;
  plan.hosts["a"] = host_of(actions);
  const Judgement judgement = judged(policy, plan);
  EXPECT_EQ(judgement.findings.size(), kMostFindings + 1);
  EXPECT_THAT(lines(judgement), ::testing::Contains("deny every: so do 500 more places, which are not listed"));
}

TEST_F(PolicyTest, MistakesInRulesAreTold) {
  read(R"(
rules:
  - {name: a, when: action.kindd == 'boat', deny: x}
  - {name: b, for: plan, when: action.kind == 'boat', deny: x}
  - {name: c, when: action.kind, deny: x}
  - {name: d}
  - {name: e, require: {approvals: 1}}
  - {name: f, require: {ticket: '('}, message: x}
  - {name: g, deny: '${action.nothing}'}
  - {name: g, deny: x}
waivers:
  - {rule: h, reason: x, until: 2026-02-30}
  - {rule: h, reason: x, until: 2026-02-28}
)");
  for (const char* said : {"kindd", "action", "nothing follows from the rule `d`", "`e` does not say why",
                           "`ticket` is no pattern", "`nothing`", "two rules are called `g`",
                           "there is no day 2026-02-30", "a waiver of a rule that is not there: `h`"}) {
    EXPECT_THAT(told_, HasSubstr(said));
  }
}

TEST_F(PolicyTest, RequirementsAreText) {
  const Policy policy = read(R"(
rules:
  - name: careful
    for: plan
    require: {approvals: 2, ticket: '^CHG-[0-9]+$', window: {days: [sat], from: "02:00", to: "05:00"}}
    message: it is large
)");
  ASSERT_EQ(told_, "");
  plan::Plan plan;
  plan.hosts["a"] = host_of({{{"address", "boat:one"}}});
  const Judgement judgement = judged(policy, plan);
  EXPECT_FALSE(judgement.denies());
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_EQ(text_of(judgement.findings[0].requirement),
            "2 approvals, a ticket that matches `^CHG-[0-9]+$` and a time in Sat from 02:00 to 05:00 UTC");
}

TEST_F(PolicyTest, BundlesAreKnownByWhatTheyHold) {
  const std::string rules = "rules:\n  - {name: a, deny: x}\n";
  const std::string first = read(rules).bundles.at(0).digest;
  EXPECT_EQ(read(rules).bundles.at(0).digest, first);
  EXPECT_NE(read(rules + "# more\n").bundles.at(0).digest, first);
}

TEST_F(PolicyTest, TheRulesThatComeWithPlumbAreGood) {
  Diagnostics found;
  const std::optional<Policy> policy = read_policy(Folder("."), {{"", {}}}, found, sources_);
  for (const Diagnostic& one : found.items()) ADD_FAILURE() << one.summary << " " << one.label;
  ASSERT_TRUE(policy);
  EXPECT_GT(policy->rules.size(), 25U);
  EXPECT_THAT(asked_, IsEmpty());
}

}  // namespace
}  // namespace plumb::policy
