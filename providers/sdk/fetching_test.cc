#include "providers/sdk/fetching.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace plumb {
namespace {

Fetch secret_fetch() {
  Fetch fetch;
  fetch.path = "/srv/x";
  fetch.url = "https://example.com/x";
  fetch.headers = {{"X-Token", "s3cret\"\\"}};
  fetch.username = "deploy";
  fetch.password = "s3cret";
  fetch.proxy = "http://proxy:3128";
  fetch.ca_file = "/ca.pem";
  fetch.any_certificate = true;
  fetch.timeout_seconds = 9;
  return fetch;
}

TEST(Fetching, NothingSecretIsAnArgument) {  // G08, H10
  for (const FetchProgram& program : fetch_programs()) {
    const ProcessRequest request = program.call(secret_fetch(), 7);
    for (const std::string& word : request.argv) EXPECT_EQ(word.find("s3cret"), std::string::npos) << word;
    EXPECT_NE(request.stdin_text.find("s3cret"), std::string::npos);
    EXPECT_TRUE(request.env.empty());
  }
}

TEST(Fetching, WhatCurlIsTold) {
  const ProcessRequest request = fetch_programs()[0].call(secret_fetch(), 7);
  EXPECT_EQ(request.stdin_text,
            "url = \"https://example.com/x\"\nheader = \"X-Token: s3cret\\\"\\\\\"\nuser = \"deploy:s3cret\"\n"
            "proxy = \"http://proxy:3128\"\ncacert = \"/ca.pem\"\ninsecure\n");
  const auto follows = [&](const char* option, const char* value) {
    const auto found = std::find(request.argv.begin(), request.argv.end(), option);
    return found != request.argv.end() && found + 1 != request.argv.end() && *(found + 1) == value;
  };
  EXPECT_TRUE(follows("--proto-redir", "=https")) << "what began safe stays so";
  EXPECT_TRUE(follows("--continue-at", "7"));
  EXPECT_TRUE(follows("--max-time", "9"));
  EXPECT_NE(std::find(request.argv.begin(), request.argv.end(), "--globoff"), request.argv.end())
      << "brackets in a URL stand for themselves";
}

TEST(Fetching, WhatWgetIsTold) {
  const ProcessRequest request = fetch_programs()[1].call(secret_fetch(), 7);
  EXPECT_EQ(request.argv.back(), "https://example.com/x");
  EXPECT_NE(std::find(request.argv.begin(), request.argv.end(), "--start-pos=7"), request.argv.end());
  for (const char* line :
       {"header = X-Token: s3cret\"\\\n", "user = deploy\npassword = s3cret\n", "https_proxy = http://proxy:3128\n",
        "ca_certificate = /ca.pem\n", "check_certificate = off\n"})
    EXPECT_NE(request.stdin_text.find(line), std::string::npos) << line;
}

TEST(Fetching, WhatTheyEndWith) {
  const Fetch fetch;
  const FetchProgram& curl = fetch_programs()[0];
  EXPECT_EQ(curl.judge(fetch, 0), FetchEnd::kAll);
  EXPECT_EQ(curl.judge(fetch, 18), FetchEnd::kCut);
  EXPECT_EQ(curl.judge(fetch, 33), FetchEnd::kNotFrom);
  EXPECT_EQ(curl.judge(fetch, 22), FetchEnd::kFailed);
  EXPECT_EQ(curl.judge(fetch, 28), FetchEnd::kCut) << "nothing came for a minute";
  EXPECT_EQ(curl.judge(secret_fetch(), 28), FetchEnd::kFailed) << "its time is up";
  const FetchProgram& wget = fetch_programs()[1];
  EXPECT_EQ(wget.judge(fetch, 0), FetchEnd::kAll);
  EXPECT_EQ(wget.judge(fetch, 4), FetchEnd::kCut);
  EXPECT_EQ(wget.judge(fetch, 8), FetchEnd::kFailed);
}

TEST(Fetching, ALineBreakWouldBeAnotherSetting) {
  EXPECT_EQ(problem_of(secret_fetch()), "");
  for (std::string Fetch::*member : {&Fetch::url, &Fetch::username, &Fetch::password, &Fetch::proxy, &Fetch::ca_file}) {
    Fetch fetch = secret_fetch();
    fetch.*member += "\noutput = /etc/passwd";
    EXPECT_NE(problem_of(fetch), "");
  }
  Fetch fetch = secret_fetch();
  fetch.headers["X: Y"] = "z";
  EXPECT_EQ(problem_of(fetch), "`X: Y` is no header");
  fetch = secret_fetch();
  fetch.headers["X"] = "a\nb";
  EXPECT_NE(problem_of(fetch), "");
}

}  // namespace
}  // namespace plumb
