#include "providers/http/http.h"

#include <gtest/gtest.h>

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::http {
namespace {

class HttpKind : public ProviderTest<HttpProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["name"] = "it";
    if (!attributes.contains("url")) attributes["url"] = "https://api.example.com/nodes";
    return wanted("http", "name", std::move(attributes));
  }
  void answers(const std::string& text) {
    system.add_program("curl");
    system.script("curl *", {0, text, "", false});
  }
  // "calls: why" or "not: why"
  std::string verdict(const Desired& desired) {
    const Seen seen = look(desired);
    if (!seen.observed) return "error: " + seen.problem->summary;
    return (seen.change.empty() ? "not: " : "calls: ") + seen.observed->text("why");
  }
};

TEST_F(HttpKind, AnAnswerSaysThatItIsNotNeeded) {
  const Desired desired =
      want({{"method", "POST"}, {"body", "{}"}, {"unless", {{"url", "https://api.example.com/nodes/h1"}}}});
  answers("HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_EQ(verdict(desired), "calls: asked of https://api.example.com/nodes/h1, it answered 404");
  answers("HTTP/1.1 200 OK\r\n\r\n{}");
  EXPECT_EQ(verdict(desired), "not: https://api.example.com/nodes/h1 answers 200 (unless)");
  EXPECT_EQ(provider.why_passed_over(desired, *look(desired).observed),
            "https://api.example.com/nodes/h1 answers 200 (unless)");
}

TEST_F(HttpKind, TheQuestionIsAGetWithTheSameLogin) {
  answers("HTTP/1.1 200 OK\r\n\r\nstate: on");
  const Desired desired = want({{"method", "PUT"},
                                {"body", "on"},
                                {"headers", {{"X-Token", "s3cret"}}},
                                {"unless", {{"status", {200, 203}}, {"contains", "state: on"}}}});
  EXPECT_EQ(verdict(desired),
            "not: https://api.example.com/nodes answers 200 with the text that is asked for (unless)");
  const ProcessRequest& request = system.requests().back();
  EXPECT_TRUE(request.changes_nothing);
  EXPECT_EQ(request.stdin_text,
            "url = \"https://api.example.com/nodes\"\nrequest = \"GET\"\nheader = \"X-Token: s3cret\"\n");
}

TEST_F(HttpKind, WhatIsCalledStandsInThePlan) {
  answers("HTTP/1.1 500 No\r\n\r\n");
  const Change change = look(want({{"method", "POST"},
                                   {"body", "{\"name\": \"h1\"}"},
                                   {"status", {200, 201}},
                                   {"contains", "h1"},
                                   {"timeout", 5},
                                   {"unless", {{"status", 200}}}}))
                            .change;
  EXPECT_EQ(to_json(change), Json::parse(R"({"op":"run","before":{"guard":"run"},"after":{"guard":"skip"},
    "fidelity":"opaque","note":"asked of https://api.example.com/nodes, it answered 500","operations":[{"call":
    {"url":"https://api.example.com/nodes","method":"POST","body":"{\"name\": \"h1\"}","status":[200,201],
     "contains":"h1","timeout_seconds":5}}]})"));
}

TEST_F(HttpKind, SealedValuesGoThroughAsTheyAre) {  // G08
  answers("HTTP/1.1 404 No\r\n\r\n");
  const std::string sealed = "hmac-sha256:" + std::string(64, 'a');
  Desired desired = want(
      {{"headers", sealed}, {"body", sealed}, {"password", sealed}, {"username", "u"}, {"unless", {{"status", 200}}}});
  desired.sensitive = {"headers", "body", "password"};
  const Call call = std::get<Call>(provider.diff(desired, *look(desired).observed).operations.at(0));
  EXPECT_EQ(call.sealed_headers, sealed);
  EXPECT_EQ(call.body, sealed);
  EXPECT_EQ(call.password, sealed);
  EXPECT_EQ(provider.observed_with(desired), (std::vector<std::string>{"headers", "username", "password", "proxy"}));
  EXPECT_TRUE(provider.observed_with(want({{"run_on", {"file:*"}}})).empty());
}

TEST_F(HttpKind, AServerThatIsNotThereYet) {
  const Desired desired = want({{"unless", {{"status", 200}}}});
  const Seen seen = look(desired);
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "package", "curl"}, "url"}}));
  EXPECT_EQ(seen.change.op, Op::kRun);
  system.add_program("curl");
  system.script("curl *", {7, "", "curl: (7) refused", false});
  EXPECT_EQ(verdict(desired), "calls: https://api.example.com/nodes does not answer");
}

TEST_F(HttpKind, RunOnAloneCallsOnlyWhenTriggered) {
  system.add_program("curl");
  const Desired desired = want({{"run_on", {"file:/etc/x"}}});
  EXPECT_EQ(verdict(desired), "not: calls only when what it watches changes");
  EXPECT_TRUE(system.ran().empty());
  EXPECT_EQ(provider.triggered(desired, *look(desired).observed, Op::kRun).op, Op::kRun);
}

// As a step around a host's turn.
TEST_F(HttpKind, WhatNothingKeepsFromItIsCalledEachTime) {
  system.add_program("curl");
  const Desired desired = want({{"method", "POST"}});
  EXPECT_EQ(verdict(desired), "calls: ");
  EXPECT_TRUE(system.ran().empty()) << "nothing is asked";
  const Change change = look(desired).change;
  EXPECT_TRUE(change.before.empty() && change.after.empty());
  system.set_image(true);
  EXPECT_EQ(verdict(desired), "not: programs of an image are not run, so nothing is called");
}

TEST_F(HttpKind, FromTheControllerTheHostNeedsNoProgram) {
  const Desired desired = want({{"unless", {{"contains", "h1"}}}, {"via", "controller"}});
  EXPECT_TRUE(provider.infers(desired).empty());
  answers("HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_EQ(look(desired).change.note, "from the controller: asked of https://api.example.com/nodes, it answered 404");
}

TEST_F(HttpKind, NothingIsCalledForAnImage) {
  system.set_image(true);
  EXPECT_EQ(verdict(want({{"unless", {{"status", 200}}}})),
            "not: programs of an image are not run, so nothing is called");
  const Desired watches = want({{"run_on", {"file:*"}}});
  EXPECT_TRUE(provider.triggered(watches, *look(watches).observed, Op::kRun).empty());
}

}  // namespace
}  // namespace plumb::providers::http
