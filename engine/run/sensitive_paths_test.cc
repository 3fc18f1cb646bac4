#include "engine/run/sensitive_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/sealed.h"
#include "engine/testing/kinds.h"
#include "providers/sdk/edit_provider.h"

namespace plumb::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One line of a file.
class Seam : public EditProvider {
 public:
  Edit edit(const Desired& desired) const override {
    LineEdit line;
    line.text = desired.text("text");
    return line;
  }
};

// A copy of what lies at `of`.
class Twin : public Seam {
 public:
  std::vector<std::string> looked_at(const Desired& desired, const Observed&) const override {
    return {desired.text("of")};
  }
};

class SensitivePathsTest : public ::testing::Test {
 protected:
  SensitivePathsTest() {
    kinds_.add(edit_kind<Seam>("seam"));
    kinds_.add(edit_kind<Twin>("twin"));
  }

  static Desired resource(const std::string& address, Json attributes) {
    return {*Address::parse(address), std::move(attributes), {}};
  }
  std::set<std::string> shown(const Desired& desired, const std::set<std::string>& declared = {}) const {
    return shown_of(recorded_secrets(recorded_, kinds_, declared), *kinds_.find(desired.address.kind), desired);
  }
  std::string refused(const ir::HostGraph& graph, const std::vector<PublicReading>& readings) const {
    simulate::Observation observation;
    observation.recorded = recorded_;
    Diagnostics found;
    check_copies(graph, observation, readings, kinds_, "web1", found);
    std::string all;
    for (const Diagnostic& one : found.items()) {
      EXPECT_EQ(one.code, Code::kSecretShown);
      EXPECT_THAT(one.hint, HasSubstr("sensitive"));
      all += one.summary + "\n";
    }
    return all;
  }

  const std::string sealed_ = Sealed::of("key", "secret").encode();
  Registry kinds_ = plumb::testing::made_up_kinds();
  std::map<std::string, Json> recorded_ = {
      {"note:/etc/token", {{"at", "/etc/token"}, {"text", sealed_}}},
      {"note:/etc/motd", {{"at", "/etc/motd"}, {"text", "hello"}}},
      {"seam:/etc/lines#a", {{"path", "/etc/lines"}, {"text", sealed_}}},
  };
};

TEST_F(SensitivePathsTest, WhatIsFoundInSuchAFileIsSensitiveUnderAnyAddress) {
  EXPECT_THAT(shown(resource("seam:/etc/token#x", {{"path", "/etc/token"}, {"text", "x"}})), ElementsAre("text"));
  EXPECT_THAT(shown(resource("note:/etc/lines", {{"at", "/etc/lines"}})), ElementsAre("text"));
  EXPECT_THAT(shown(resource("seam:/etc/motd#x", {{"path", "/etc/motd"}, {"text", "x"}})), IsEmpty());
}

TEST_F(SensitivePathsTest, WhatTheConfigurationDeclaresItselfSealsNothingBeside) {
  const Desired beside = resource("seam:/etc/lines#b", {{"path", "/etc/lines"}, {"text", "x"}});
  EXPECT_THAT(shown(beside), ElementsAre("text"));
  EXPECT_THAT(shown(beside, {"seam:/etc/lines#a"}), IsEmpty());
}

TEST_F(SensitivePathsTest, PublicReadingsOfSuchFilesAreRefused) {
  const ir::HostGraph graph;
  EXPECT_EQ(refused(graph, {{"motd", {"/etc/motd"}}, {"size", {"wc", "-c", "/etc/motd"}}}), "");
  EXPECT_EQ(refused(graph, {{"token", {"/etc/token"}}}),
            "the reading `token` tells what is in /etc/token, in which the host's record knows `note:/etc/token` as "
            "sensitive\n");
  EXPECT_THAT(refused(graph, {{"line", {"cat", "/etc/lines"}}}), HasSubstr("the reading `line`"));
}

TEST_F(SensitivePathsTest, CopiesOfSuchFilesAreRefused) {
  ir::HostGraph graph;
  graph.nodes.emplace_back().desired = resource("note:/etc/new", {{"at", "/etc/new"}, {"text", sealed_}});
  graph.nodes[0].desired.sensitive = {"text"};
  graph.nodes.emplace_back().desired = resource("twin:/etc/a", {{"path", "/etc/a"}, {"of", "/etc/motd"}});
  EXPECT_EQ(refused(graph, {}), "");
  graph.nodes[1].desired.attributes["of"] = "/etc/new";
  EXPECT_EQ(refused(graph, {}), "`twin:/etc/a` copies /etc/new, which is sensitive\n");
  graph.nodes[1].desired.attributes["of"] = "/etc/token";
  EXPECT_THAT(refused(graph, {}), HasSubstr("the host's record knows `note:/etc/token`"));
}

TEST_F(SensitivePathsTest, WhatAHostWritesIntoItsRecordBreaksNothing) {
  recorded_ = {{"note:/a", {{"at", Json::array({sealed_})}, {"text", sealed_}}},
               {"unheard:of", {{"text", sealed_}}},
               {"note:/b", Json::array({sealed_})}};
  EXPECT_THAT(recorded_secrets(recorded_, kinds_, {}), IsEmpty());
}

}  // namespace
}  // namespace plumb::run
