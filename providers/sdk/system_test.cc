// Programs that are asked and do not end.
#include "providers/sdk/system.h"

#include <gtest/gtest.h>

#include "providers/sdk/fake_system.h"

namespace plumb {
namespace {

TEST(System, AProgramThatHangsIsNamedAndWaitedForOnce) {
  FakeSystem system;
  system.script("brew *", {143, "half of it", "", true});
  ProcessRequest request;
  request.argv = {"brew", "info", "--json=v2"};
  request.timeout = std::chrono::seconds(300);
  const Result<ProcessResult> first = system.run(request);
  ASSERT_FALSE(first.has_value()) << "half an answer is none";
  EXPECT_EQ(first.error().code(), Code::kProgramTimeout);
  EXPECT_EQ(first.error().summary(), "`brew info --json=v2` did not end within 300 s");
  request.argv = {"brew", "list"};
  EXPECT_EQ(system.run(request).error().summary(), "`brew list` is not run, for it hung before");
  EXPECT_EQ(system.ran().size(), 1U);
  request.user = "other";
  EXPECT_EQ(system.run(request).error().summary(), "`brew list` did not end within 300 s");
  system.ask_anew();
  EXPECT_EQ(system.run(request).error().summary(), "`brew list` did not end within 300 s");
}

// One server that is dead says nothing of the others, nor of what lies on the host itself.
TEST(System, AProgramThatHangsAtOneServerIsAskedAboutOthers) {
  FakeSystem system;
  system.script("git *", {0, "told", "", false});
  system.script("git ls-remote *dead.example*", {143, "", "", true});
  const auto git = [&](const std::string& repository) {
    ProcessRequest request;
    request.argv = {"git", "ls-remote", "--", repository, "HEAD"};
    const Result<ProcessResult> result = system.run(request);
    return result ? result->output : result.error().summary();
  };
  EXPECT_EQ(git("https://dead.example/a.git"),
            "`git ls-remote -- https://dead.example/a.git HEAD` did not end within 60 s");
  EXPECT_EQ(git("https://dead.example/b.git"),
            "`git ls-remote -- https://dead.example/b.git HEAD` is not run, for it hung before");
  EXPECT_EQ(git("https://g.example/a.git"), "told");
  EXPECT_EQ(git("git@dead.example:a.git"), "`git ls-remote -- git@dead.example:a.git HEAD` did not end within 60 s");
  EXPECT_EQ(git("git@dead.example:b.git"),
            "`git ls-remote -- git@dead.example:b.git HEAD` is not run, for it hung before");
  EXPECT_EQ(git("git@g.example:a.git"), "told");
  EXPECT_EQ(git("/srv/git/a.git"), "told");
}

// What stands around it is nobody's concern.
TEST(System, AProgramThatAShellBeginsForItsSurroundingsIsNamedItself) {
  FakeSystem system;
  system.script("/bin/sh -c *", {143, "", "", true});
  ProcessRequest request;
  request.argv = {"/bin/sh", "-c", "exec env CACHE=\"$TMPDIR\" \"$0\" \"$@\"", "npm", "view", "leaf"};
  EXPECT_EQ(system.run(request).error().summary(), "`npm view leaf` did not end within 60 s");
  request.argv.back() = "other";
  EXPECT_EQ(system.run(request).error().summary(), "`npm view other` is not run, for it hung before");
}

// What a shell begins has nothing to do with what another one did.
TEST(System, AShellThatHangsSaysNothingOfOthers) {
  FakeSystem system;
  system.script("sh -c *", {143, "", "", true});
  ProcessRequest request;
  request.argv = {"sh", "-c", "one"};
  EXPECT_EQ(system.run(request).error().summary(), "`sh -c one` did not end within 60 s");
  request.argv = {"sh", "-c", "two"};
  EXPECT_EQ(system.run(request).error().summary(), "`sh -c two` did not end within 60 s");
  request.argv = {"sh", "-c", "one"};
  EXPECT_EQ(system.run(request).error().summary(), "`sh -c one` is not run, for it hung before");
}

TEST(System, WhoeverJudgesItselfGetsWhatWasPrinted) {
  FakeSystem system;
  system.script("probe", {143, "so far", "", true});
  ProcessRequest request;
  request.argv = {"probe"};
  request.may_be_late = true;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(system.run(request)->output, "so far");
}

}  // namespace
}  // namespace plumb
