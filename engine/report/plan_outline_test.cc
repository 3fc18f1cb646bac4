#include "engine/report/plan_outline.h"

#include <gmock/gmock.h>

#include "engine/base/digest.h"

namespace plumb::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

plan::Action outlined(const std::string& address, Op op, Fidelity fidelity = Fidelity::kExact) {
  plan::Action made;
  made.desired.address = *Address::parse(address);
  made.op = op;
  made.fidelity = fidelity;
  return made;
}

class PlanOutline : public testing::Test {
 protected:
  void give(const std::string& host, const plan::Actions& actions) {
    plan_.hosts[host].actions = plan::ActionList(actions);
  }
  // 412 hosts with three different changes: one of them on some hosts, another in its own way on each.
  void give_fleet() {
    for (int i = 1; i <= 412; ++i) {
      const std::string host = "web" + std::to_string(1000 + i);
      plan::Action own = outlined("file:/etc/hostid", Op::kUpdate);
      own.note = std::to_string(i) + " of 412";
      plan::Actions actions = {outlined("file:/etc/motd", Op::kCreate), own};
      if (i <= 3) actions.push_back(outlined("package:telnet", Op::kDelete));
      give(host, actions);
    }
  }

  plan::Plan plan_;
};

TEST_F(PlanOutline, EachAddressIsOneLineWhateverTheHostsHave) {
  give_fleet();
  EXPECT_EQ(plan_outline(plan_, {}),
            "  - package:telnet    web[1001:1003]\n"
            "  + file:/etc/motd    web[1001:1412]\n"
            "  ~ file:/etc/hostid  web[1001:1412]  in 412 versions\n");
}

TEST_F(PlanOutline, TheFirstScreenOfALongPlanTellsEveryChange) {
  give_fleet();
  EXPECT_THAT(review_text(plan_, {}), StartsWith("Plan: 412 to create, 412 to update, 3 to delete on 412 hosts. "
                                                 "0 resources unchanged.\n"
                                                 "\n"
                                                 "Look at these first\n"
                                                 "  removes  package:telnet  on web[1001:1003]\n"
                                                 "\n"
                                                 "In short\n"
                                                 "  - package:telnet    web[1001:1003]\n"
                                                 "  + file:/etc/motd    web[1001:1412]\n"
                                                 "  ~ file:/etc/hostid  web[1001:1412]  in 412 versions\n"
                                                 "\n"));
}

// A content that holds the host's name changes in the same way on each of them.
TEST_F(PlanOutline, WhatReadsTheSameIsToldOnce) {
  for (int i = 1; i <= 3; ++i) {
    const std::string host = "web" + std::to_string(i);
    plan::Action own = outlined("file:/etc/app.yaml", Op::kUpdate);
    const std::string before = "name: " + host + "\nport: 80\n";
    const std::string after = "name: " + host + "\nport: 8080\n";
    for (const std::string& text : {before, after}) plan_.blobs[digest(text)] = text;
    own.before["content"] = digest(before);
    own.after["content"] = digest(after);
    give(host, {own});
  }
  EXPECT_EQ(plan_text(plan_, {}),
            "web[1:3]  in 3 versions\n"
            "  ~ file:/etc/app.yaml\n"
            "      content  sha256:… → sha256:…\n"
            "        ~ port: 80 → 8080\n\n");
  PlanTextOptions full;
  full.full = true;
  EXPECT_THAT(plan_text(plan_, full), HasSubstr("web2\n"));
}

TEST_F(PlanOutline, WhereThereAreManyChangesTheirKindsAreCounted) {
  plan::Actions actions;
  for (int i = 0; i < 60; ++i) actions.push_back(outlined("file:/etc/app" + std::to_string(i), Op::kCreate));
  for (int i = 0; i < 40; ++i) actions.push_back(outlined("user:u" + std::to_string(i), Op::kUpdate));
  give("web1", actions);
  give("web2", {outlined("file:/etc/app1", Op::kCreate)});
  EXPECT_THAT(review_text(plan_, {}), StartsWith("Plan: 61 to create, 40 to update on 2 hosts. 0 resources unchanged.\n"
                                                 "\n"
                                                 "In short\n"
                                                 "  + file    60  on web1, web2\n"
                                                 "  ~ user    40  on web1\n"
                                                 "\n"));
}

// Nor does it matter that what comes names the host, or that its file does.
TEST_F(PlanOutline, AHostsOwnNameTellsNoTwoChangesApart) {
  const auto give_own = [&](const std::string& host, const std::string& first) {
    plan::Action own = outlined("file:/etc/sites/" + host + ".conf", Op::kCreate);
    const std::string text = "server_name " + host + ";\nlog " + first + ";\n";
    plan_.blobs[digest(text)] = text;
    own.after["content"] = digest(text);
    give(host, {own});
  };
  for (int i = 1; i <= 3; ++i) give_own("web" + std::to_string(i) + ".example.com", "web" + std::to_string(i));
  EXPECT_EQ(plan_text(plan_, {}),
            "web[1:3].example.com  in 3 versions\n"
            "  + file:/etc/sites/<host>.conf\n"
            "      content  sha256:…\n"
            "        +server_name <host>;\n"
            "        +log <hostname>;\n\n");
  // What says more than that of a host stands by itself, as does one change alone.
  give_own("web2.example.com", "all");
  EXPECT_THAT(plan_text(plan_, {}), HasSubstr("web2.example.com\n  + file:/etc/sites/web2.example.com.conf\n"));
  PlanTextOptions full;
  full.full = true;
  EXPECT_THAT(plan_text(plan_, full), HasSubstr("        +server_name web3.example.com;\n"));
}

// A host `web` may have a file of that name without being meant.
TEST_F(PlanOutline, ACommonWordIsNoName) {
  for (const std::string host : {"web", "db"}) give(host, {outlined("file:/srv/" + host, Op::kDelete)});
  EXPECT_EQ(plan_text(plan_, {}), "db\n  - file:/srv/db\n\nweb\n  - file:/srv/web\n\n");
}

// Nor is a number, which addresses begin with.
TEST_F(PlanOutline, ANumberIsNoName) {
  for (const std::string host : {"10.0.0.1", "10.0.0.2"}) {
    plan::Action own = outlined("file:/etc/app", Op::kCreate);
    own.note = "listens on " + host + " with 10 workers";
    give(host, {own});
  }
  EXPECT_THAT(plan_text(plan_, {}), HasSubstr("listens on <host> with 10 workers"));
}

TEST_F(PlanOutline, WhoWritesAStandInIsToldApart) {
  for (const std::string host : {"w1", "w2", "w3"}) {
    plan::Action own = outlined("file:/etc/app", Op::kCreate);
    own.note = "named " + (host == "w1" ? "<host>" : host);
    give(host, {own});
  }
  const std::string text = plan_text(plan_, {});
  EXPECT_THAT(text, HasSubstr("w1\n"));
  EXPECT_THAT(text, HasSubstr("w2, w3  in 2 versions\n"));
}

TEST_F(PlanOutline, ALongPlanSaysAtOnceWhichHostsHaveNone) {
  give_fleet();
  plan_.unplanned["web2001"] = "PL3001";
  EXPECT_THAT(review_text(plan_, {}), HasSubstr(" unchanged.\nNo plan for 1 host: web2001\n\nLook at these first\n"));
}

TEST_F(PlanOutline, RisksAreNamedWithTheirHosts) {
  give("web1", {outlined("service:nginx", Op::kRestart), outlined("command:migrate", Op::kRun, Fidelity::kOpaque)});
  give("web2", {outlined("service:nginx", Op::kRestart), outlined("file:/etc/gone", Op::kDelete)});
  EXPECT_EQ(risk_text(plan_, false),
            "Look at these first\n"
            "  removes             file:/etc/gone  on web2\n"
            "  restarts            service:nginx  on web1, web2\n"
            "  cannot be foreseen  command:migrate  on web1\n");
  plan_.hosts.clear();
  give("web1", {outlined("file:/etc/motd", Op::kCreate)});
  EXPECT_EQ(risk_text(plan_, false), "");
}

TEST_F(PlanOutline, ManyRisksAreCounted) {
  plan::Actions actions;
  for (int i = 1; i <= 8; ++i) actions.push_back(outlined("file:/etc/gone" + std::to_string(i), Op::kDelete));
  give("web1", actions);
  EXPECT_THAT(risk_text(plan_, false), HasSubstr("file:/etc/gone5  on web1\n           … and 3 more\n"));
}

TEST_F(PlanOutline, ALongPlanBeginsWithItsRisksAndAShortOneWithItsHosts) {
  give("web1", {outlined("file:/etc/gone", Op::kDelete)});
  EXPECT_THAT(review_text(plan_, {}), StartsWith("web1\n"));
  give_fleet();
  EXPECT_THAT(review_text(plan_, {}),
              HasSubstr("unchanged.\n\nLook at these first\n  removes  file:/etc/gone  on web1\n"));
}

TEST_F(PlanOutline, TheSummaryOf412HostsFitsOneScreen) {
  give_fleet();
  const std::string text = review_text(plan_, {.outline = true});
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 24) << text;
  EXPECT_THAT(text, HasSubstr("removes  package:telnet  on web[1001:1003]\n"));
  EXPECT_THAT(text, HasSubstr("on 412 hosts."));
}

}  // namespace
}  // namespace plumb::report
