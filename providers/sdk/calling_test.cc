#include "providers/sdk/calling.h"

#include <gtest/gtest.h>

#include "providers/sdk/fake_system.h"

namespace plumb {
namespace {

class Calling : public ::testing::Test {
 protected:
  void with_curl(ProcessResult result) {
    system_.add_program("curl");
    system_.script("curl *", std::move(result));
  }
  static Call call() {
    Call call;
    call.url = "https://api.example.com/v1";
    return call;
  }

  FakeSystem system_;
};

TEST_F(Calling, WhatIsSecretIsNoArgument) {
  with_curl({0, "HTTP/1.1 201 Created\r\n\r\nmade", "", false});
  Call call = Calling::call();
  call.method = "POST";
  call.headers = {{"Authorization", "Bearer s3cret"}};
  call.body = "{\"a\": \"b\\c\"}\nline";
  call.username = "u";
  call.password = "p\"q";
  const Result<CallAnswer> answer = call_server(system_, call, true);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "made");
  ASSERT_EQ(system_.requests().size(), 1U);
  const ProcessRequest& request = system_.requests()[0];
  for (const std::string& word : request.argv) {
    EXPECT_EQ(word.find("s3cret"), std::string::npos);
    EXPECT_EQ(word.find("p\"q"), std::string::npos);
  }
  EXPECT_TRUE(request.changes_nothing);
  EXPECT_EQ(request.stdin_text,
            "url = \"https://api.example.com/v1\"\n"
            "request = \"POST\"\n"
            "header = \"Authorization: Bearer s3cret\"\n"
            "data-raw = \"{\\\"a\\\": \\\"b\\\\c\\\"}\\nline\"\n"
            "user = \"u:p\\\"q\"\n");
}

TEST_F(Calling, WgetServesWhereThereIsNoCurl) {
  system_.add_program("wget");
  system_.script("wget *", {8, "HTTP/1.1 404 Not Found\nA: b\n\nnothing", "", false});
  Call call = Calling::call();
  call.headers = {{"X-Token", "s3cret"}};
  const Result<CallAnswer> answer = call_server(system_, call, false);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "nothing");
  EXPECT_EQ(system_.requests()[0].stdin_text, "netrc = off\nrobots = off\nmethod = GET\nheader = X-Token: s3cret\n");
  call.body = "two\nlines";
  EXPECT_EQ(call_server(system_, call, false).error().code(), Code::kOperation);
}

TEST_F(Calling, WithoutAProgramOrAnAnswerItIsSaid) {
  EXPECT_EQ(call_server(system_, call(), true).error().code(), Code::kProgramMissing);
  with_curl({7, "", "curl: (7) Failed to connect\n", false});
  const Result<CallAnswer> answer = call_server(system_, call(), true);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), Code::kProgramFailed);
  EXPECT_EQ(answer.error().summary(), "https://api.example.com/v1 did not answer: curl: (7) Failed to connect");
}

TEST_F(Calling, WhatWouldBecomeASettingOfItsOwnIsRefused) {
  system_.add_program("curl");
  Call call = Calling::call();
  call.headers = {{"A", "b\noutput = /etc/passwd"}};
  EXPECT_EQ(call_server(system_, call, true).error().code(), Code::kOperation);
  EXPECT_TRUE(system_.ran().empty());
}

TEST(CallAnswers, TheLastHeadCounts) {
  EXPECT_EQ(read_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nHTTP/1.1 3", false).body,
            "HTTP/1.1 3");
  EXPECT_EQ(read_answer("HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 503\r\n\r\nx", true).status, 503);
  EXPECT_EQ(read_answer("HTTP/1.1 200 OK\r\n\r\nHTTP/2 503\r\n\r\nx", false).status, 200);
  for (const char* broken : {"", "x", "HTTP/1.1", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\n"})
    EXPECT_EQ(read_answer(broken, false).status, 0) << broken;
}

TEST(CallAnswers, AreJudgedByStatusAndText) {
  Call call;
  call.status = {200, 204};
  call.contains = "ready";
  EXPECT_EQ(why_not(call, {204, "ready"}), "");
  EXPECT_EQ(why_not(call, {500, "ready"}), "it answered 500");
  EXPECT_EQ(why_not(call, {200, "no"}), "it answered 200, without the text that is asked for");
}

}  // namespace
}  // namespace plumb
