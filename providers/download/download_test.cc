#include "providers/download/download.h"

#include "engine/base/digest.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::download {
namespace {

class Download : public ProviderTest<DownloadProvider> {
 protected:
  Download() {
    system.make_directory("/srv");
    system.add_program("curl");
  }
  Desired want(Json attributes) {
    attributes.emplace("path", "/srv/tool");
    if (!attributes.contains("state")) attributes.emplace("url", "https://example.com/tool");
    return wanted("download", "path", std::move(attributes));
  }
};

TEST_F(Download, AFileWithTheDigestIsNotFetched) {  // H03
  system.make_file("/srv/tool", "tool\n");
  EXPECT_TRUE(look(want({{"digest", digest("tool\n")}})).change.empty());
  const Seen seen = look(want({{"digest", digest("other\n")}}));
  EXPECT_EQ(seen.change.before, (Json{{"digest", digest("tool\n")}}));
  EXPECT_EQ(seen.change.after, (Json{{"digest", digest("other\n")}}));
  EXPECT_EQ(seen.change.fidelity, Fidelity::kExact);
}

TEST_F(Download, LongerDigestsAProgramWorksOut) {  // H02
  system.make_file("/srv/tool", "tool\n");
  const std::string digits(128, 'a');
  system.script("sha512sum -- /srv/tool", {0, digits + "  /srv/tool\n", "", false});
  EXPECT_TRUE(look(want({{"digest", "sha512:" + digits}})).change.empty());
  EXPECT_TRUE(system.requests().back().changes_nothing);
  EXPECT_FALSE(look(want({{"digest", "sha512:" + std::string(128, 'b')}})).change.empty());
  system.script("sha512sum -- /srv/tool", {1, "", "no", false});
  EXPECT_EQ(look(want({{"digest", "sha512:" + digits}})).problem->code, Code::kCannotObserve);
}

TEST_F(Download, WithoutADigestItComesOnce) {  // H01
  const Seen seen = look(want({}));
  EXPECT_EQ(seen.change.op, Op::kCreate);
  EXPECT_EQ(seen.change.fidelity, Fidelity::kBounded);
  system.make_file("/srv/tool", "whatever");
  EXPECT_TRUE(look(want({})).change.empty());
}

TEST_F(Download, WhatIsTooOldComesAgain) {  // H13
  system.make_file("/srv/tool", "x");
  system.script("find -L /srv/tool -prune -mmin +60", {0, "", "", false});
  EXPECT_TRUE(look(want({{"max_age", 3600}})).change.empty());
  system.script("find -L /srv/tool -prune -mmin +60", {0, "/srv/tool\n", "", false});
  EXPECT_EQ(look(want({{"max_age", 3600}})).change.after, (Json{{"outdated", false}}));
}

TEST_F(Download, AttributesOfAFileThatIsThereChangeAlone) {  // H07
  system.make_file("/srv/tool", "tool\n", 0644);
  const Desired desired = want({{"digest", digest("tool\n")}, {"mode", "0755"}});
  EXPECT_TRUE(std::holds_alternative<SetAttributes>(look(desired).change.operations.at(0)));
  converge(desired);
  converge(want({{"state", "absent"}}));
}

TEST_F(Download, SomethingElseInItsPlaceIsRefused) {
  system.make_directory("/srv/tool/x");
  EXPECT_EQ(obstacle(want({})), "/srv/tool is there and is no regular file");
  EXPECT_EQ(obstacle(want({{"state", "absent"}})), "/srv/tool is a directory, which a download does not remove");
  system.remove("/srv/tool/x");
  system.remove("/srv/tool");
  system.make_link("/srv/tool", "/etc/passwd");
  EXPECT_EQ(coded_obstacle(want({})), "PL4105 /srv/tool is a symbolic link to /etc/passwd");
  EXPECT_EQ(obstacle(want({{"follow", true}})), "none");
}

TEST_F(Download, WhatItNeedsIsMissing) {
  const Seen seen = look(wanted("download", "path", {{"path", "/opt/x/y"}, {"url", "http://h/y"}, {"owner", "web"}}));
  ASSERT_EQ(seen.observed->missing.size(), 2U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "user:web");
  EXPECT_EQ(seen.observed->missing[1].what.str(), "directory:/opt/x");
}

TEST(DownloadPrograms, WithoutAnyCurlIsMissing) {
  FakeSystem system;
  system.make_directory("/srv");
  Desired desired;
  desired.address = {"", "download", "/srv/tool"};
  desired.attributes = {{"path", "/srv/tool"}, {"url", "http://h/t"}};
  const DownloadProvider provider;
  Seen seen = see(provider, desired, system);
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "package:curl");
  system.add_program("wget");
  EXPECT_TRUE(see(provider, desired, system).observed->missing.empty());
  system.set_image(true);
  EXPECT_EQ(see(provider, desired, system).observed->obstacle->summary,
            "programs of an image are not run, so nothing can be fetched into it");
}

TEST_F(Download, UndoTakesANewFileAway) {
  const Desired desired = want({{"digest", digest("tool\n")}, {"mode", "0755"}});
  const std::optional<Desired> gone = provider.restore(desired, Observed());
  ASSERT_TRUE(gone);
  EXPECT_TRUE(wants_absent(*gone));
  system.make_file("/srv/tool", "tool\n", 0600);
  const std::optional<Desired> dressed = provider.restore(desired, *look(desired).observed);
  ASSERT_TRUE(dressed);
  EXPECT_EQ(dressed->text("mode"), "0600");
  system.make_file("/srv/tool", "old\n");
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed)) << "nobody keeps what lay there";
}

}  // namespace
}  // namespace plumb::providers::download
