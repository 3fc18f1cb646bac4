#include "engine/exec/strict_host.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/program.h"
#include "engine/exec/asked_before.h"
#include "engine/exec/permission.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"
#include "engine/trust/sign.h"

namespace plumb::exec {
namespace {

using testing::ScratchFolder;

// A folder with what root would have laid, by whoever runs the tests.
class StrictHostTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
    std::filesystem::create_directory(folder_ / "plumb");
    for (const char* name : {"ana", "ben"}) {
      ASSERT_EQ(run_program({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder_ / name},
                            folder_.path(), Code::kInternal)
                    .value()
                    .exit_code,
                0);
    }
    charter_ = {.host = "web1",
                .projects = {"web"},
                .approvals = 2,
                .signers = {signer("ana"), signer("ben")},
                .revoked = {},
                .replaces = ""};
    write(places_.charter, trust::statement_of(charter_));
    write(folder_ / "plumb-exec", "the executor");
    std::filesystem::create_symlink(folder_ / "plumb-exec", places_.executor);
  }

  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  }
  std::string signer(const std::string& who) const {
    const std::string text = read_file(folder_ / (who + ".pub"), 4096).value();
    return who + "@example.com " + text.substr(0, text.rfind(' '));
  }
  std::string signed_by(const std::string& who, const std::string& statement, std::string_view name_space) const {
    return trust::sign(statement, name_space, folder_ / who, 2).value();
  }
  std::string refused() const {
    const Result<StrictHost> host = StrictHost::at(places_);
    if (host) return "it is taken";
    EXPECT_EQ(host.error().code(), Code::kCharter);
    return host.error().summary();
  }
  std::string refused(const wire::Replacement& replacement) const {
    const Result<std::string> replaced = StrictHost::at(places_).value().replace(replacement);
    if (replaced) return "it is replaced";
    EXPECT_EQ(replaced.error().code(), Code::kNotCovered) << replaced.error().summary();
    return replaced.error().summary();
  }

  ScratchFolder folder_;
  StrictPlaces places_{folder_ / "plumb/charter.json", folder_ / "exe", ::geteuid()};
  trust::Charter charter_;
};

TEST_F(StrictHostTest, TakesWhatNobodyElseCanWrite) {
  const Result<StrictHost> host = StrictHost::at(places_);
  ASSERT_TRUE(host) << host.error().summary();
  EXPECT_EQ(host->charter(), charter_);
  for (const std::string& path :
       {places_.charter, std::string(folder_ / "plumb"), std::string(folder_ / "plumb-exec")}) {
    struct stat before {};
    ASSERT_EQ(::stat(path.c_str(), &before), 0);
    for (const mode_t open : {0020U, 0002U}) {
      ASSERT_EQ(::chmod(path.c_str(), (before.st_mode & 07777) | open), 0);
      EXPECT_EQ(refused(), path + " can be written by others than root");
    }
    ASSERT_EQ(::chmod(path.c_str(), before.st_mode & 07777), 0);
  }
  places_.owner = ::geteuid() + 1;
  EXPECT_NE(refused().find("can be written by others than root"), std::string::npos);
}

TEST_F(StrictHostTest, FollowsNoLinkAndReadsNoFolder) {
  std::filesystem::rename(places_.charter, folder_ / "other");
  EXPECT_EQ(refused(), places_.charter + ": No such file or directory");
  std::filesystem::create_symlink(folder_ / "other", places_.charter);
  EXPECT_EQ(refused(), places_.charter + " is no regular file");
  std::filesystem::remove(places_.charter);
  std::filesystem::create_directory(places_.charter);
  EXPECT_EQ(refused(), places_.charter + " is no regular file");
  std::filesystem::remove(places_.charter);
  std::filesystem::rename(folder_ / "plumb", folder_ / "moved");
  std::filesystem::create_symlink(folder_ / "moved", folder_ / "plumb");
  EXPECT_EQ(refused(), std::string(folder_ / "plumb") + " is no folder");
}

TEST_F(StrictHostTest, ACharterThatIsNoneHoldsEverythingUp) {
  write(places_.charter, trust::statement_of(charter_) + "\n");
  EXPECT_NE(refused().find("is not written as plumb writes it"), std::string::npos) << refused();
}

TEST_F(StrictHostTest, AnotherCharterTakesItsPlaceOnceAllHaveSigned) {
  trust::Charter next = charter_;
  next.approvals = 1;
  next.replaces = digest(trust::statement_of(charter_));
  const std::string statement = trust::statement_of(next);
  const std::string ana = signed_by("ana", statement, trust::kCharterNamespace);
  const std::string ben = signed_by("ben", statement, trust::kCharterNamespace);
  EXPECT_NE(refused({statement, {ana, ana}, ""}).find("asks for 2 persons behind this change, and there is 1"),
            std::string::npos);
  EXPECT_NE(refused({statement, {ana, signed_by("ben", statement, trust::kExecutorNamespace)}, ""})
                .find("it was signed as `executor@plumbline`"),
            std::string::npos);
  EXPECT_EQ(read_file(places_.charter, 4096).value(), trust::statement_of(charter_));
  EXPECT_EQ(StrictHost::at(places_).value().replace({statement, {ana, ben}, ""}).value(), digest(statement));
  EXPECT_EQ(StrictHost::at(places_).value().charter(), next);
  // Not again, nor back.
  EXPECT_NE(refused({statement, {ana, ben}, ""}).find("takes the place of another one"), std::string::npos);
}

TEST_F(StrictHostTest, AConnectionThatIsOlderThanTheCharterIsGoodForNothing) {
  const StrictHost before = StrictHost::at(places_).value();
  trust::Charter other = charter_;
  other.approvals = 1;
  write(places_.charter, trust::statement_of(other));
  const std::string why = "the charter or the executor of this host is another one since this connection began";
  EXPECT_EQ(before.covered({}).error().summary(), why);
  EXPECT_EQ(before.replace({}).error().summary(), why);
}

TEST_F(StrictHostTest, ACharterOfAnotherHostTakesNoPlace) {
  trust::Charter next = charter_;
  next.host = "web2";
  next.replaces = digest(trust::statement_of(charter_));
  const std::string statement = trust::statement_of(next);
  EXPECT_EQ(refused({statement,
                     {signed_by("ana", statement, trust::kCharterNamespace),
                      signed_by("ben", statement, trust::kCharterNamespace)},
                     ""}),
            "the charter that was sent is of the host web2");
}

TEST_F(StrictHostTest, AnotherExecutorTakesItsPlaceOnceAllHaveSigned) {
  const std::string statement =
      trust::statement_of(trust::ExecutorChange{digest("a newer one"), digest("the executor")});
  const std::vector<std::string> both = {signed_by("ana", statement, trust::kExecutorNamespace),
                                         signed_by("ben", statement, trust::kExecutorNamespace)};
  EXPECT_EQ(refused({statement, both, "an evil one"}), "the executor that was sent is not the one of the statement");
  EXPECT_NE(refused({statement, {both[0]}, "a newer one"}).find("and there is 1"), std::string::npos);
  EXPECT_EQ(StrictHost::at(places_).value().replace({statement, both, "a newer one"}).value(), digest("a newer one"));
  EXPECT_EQ(read_file(folder_ / "plumb-exec", 4096).value(), "a newer one");
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "plumb-exec").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0755U);
  EXPECT_NE(refused({statement, both, "a newer one"}).find("is about another executor"), std::string::npos);
}

TEST_F(StrictHostTest, APlanIsBegunOfItsRecordAndGoesOnAfterwards) {
  const RootFiles files = RootFiles::at(folder_.path()).value();
  const StateFolder state = StateFolder::of(files, "web").value();
  EXPECT_EQ(begin_covered(state, "plan-1", 3, 4).error().code(), Code::kNotCovered);
  ASSERT_TRUE(begin_covered(state, "plan-1", 4, 4));
  // It has changed the record itself.
  EXPECT_TRUE(begin_covered(state, "plan-1", 4, 5).value().empty());
  // What ran and would run again is known to it.
  ASSERT_TRUE(note_ran(state, "plan-1", 4, {0, 2}));
  EXPECT_EQ(begin_covered(state, "plan-1", 4, 5).value(), (std::set<std::size_t>{0, 2}));
  EXPECT_FALSE(begin_covered(state, "plan-1", 3, 5));
  EXPECT_FALSE(begin_covered(state, "plan-2", 4, 5));
  EXPECT_TRUE(begin_covered(state, "plan-2", 5, 5).value().empty());
  EXPECT_FALSE(begin_covered(state, "plan-1", 4, 6));
}

TEST_F(StrictHostTest, WhatWasAskedOnceIsKnownAndNothingLikeIt) {
  const RootFiles files = RootFiles::at(folder_.path()).value();
  const StateFolder state = StateFolder::of(files, "web").value();
  ProcessRequest asked;
  asked.argv = {"/bin/test", "-e", "/a"};
  asked.changes_nothing = true;
  ProcessRequest changes = asked;
  changes.argv = {"/bin/rm", "/a"};
  changes.changes_nothing = false;
  {
    AskedBefore before(state);
    EXPECT_FALSE(before.contains(asked));
    before.add(asked);
    before.add(changes);
    ASSERT_TRUE(before.save());
  }
  const AskedBefore after(state);
  EXPECT_TRUE(after.contains(asked));
  EXPECT_FALSE(after.contains(changes));
  for (const auto& change : std::vector<std::function<void(ProcessRequest&)>>{
           [](ProcessRequest& one) { one.argv.back() = "/b"; },
           [](ProcessRequest& one) { one.env["LD_PRELOAD"] = "/x"; }, [](ProcessRequest& one) { one.user = "www"; },
           [](ProcessRequest& one) { one.cwd = "/tmp"; }, [](ProcessRequest& one) { one.stdin_text = "x"; }}) {
    ProcessRequest other = asked;
    change(other);
    EXPECT_FALSE(after.contains(other));
  }
}

TEST(StrictQuestions, WhatManagersAskInOneFormIsPermitted) {
  const ScratchFolder root;
  const RootFiles files = RootFiles::at(root.path().string()).value();
  const Registry kinds = testing::made_up_kinds();
  const Permitted permitted = asked_by(files, kinds.managers(), {});
  const auto is_permitted = [&](std::vector<std::string> argv) {
    ProcessRequest request;
    request.argv = std::move(argv);
    return permitted(request);
  };
  EXPECT_TRUE(is_permitted({"stores", "list"}));
  EXPECT_TRUE(is_permitted({"stores", "list", "--all", "--", "oak", "--delete"}));
  EXPECT_FALSE(is_permitted({"stores", "list", "--delete", "--", "oak"}));
  EXPECT_FALSE(is_permitted({"stores", "list", "oak"}));
  EXPECT_FALSE(is_permitted({"stores", "--all", "list"}));
  EXPECT_FALSE(is_permitted({"stores"}));
  EXPECT_FALSE(is_permitted({"/tmp/stores", "list"}));
  EXPECT_FALSE(is_permitted({}));
  for (const auto& change : std::vector<std::function<void(ProcessRequest&)>>{
           [](ProcessRequest& one) {
             one.env = {{"LD_PRELOAD", "/tmp/x.so"}};
           },
           [](ProcessRequest& one) { one.user = "www"; }, [](ProcessRequest& one) { one.stdin_text = "x"; }}) {
    ProcessRequest request;
    request.argv = {"stores", "list"};
    change(request);
    EXPECT_FALSE(permitted(request));
  }
}

}  // namespace
}  // namespace plumb::exec
