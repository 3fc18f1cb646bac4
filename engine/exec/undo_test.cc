// Taking back what operations did, from every state that may have been there before.
#include "engine/exec/undo.h"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/exec/confirm.h"
#include "engine/exec/record.h"
#include "engine/exec/testing/client.h"
#include "engine/exec/watchdog.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class UndoTest : public ::testing::Test {
 protected:
  UndoTest()
      : system_(must(RootFiles::at(root_.path()))),
        blobs_(system_.files()),
        state_(must(StateFolder::of(system_.files(), "edge"))),
        folder_(state_) {}

  std::string blob(const std::string& bytes) {
    (void)blobs_.add({digest(bytes), bytes, true, false, {}});
    return digest(bytes);
  }
  // Type, mode and content or target of everything below /etc, in order.
  std::vector<std::string> tree() const {
    namespace fs = std::filesystem;
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(root_.at("/etc"))) {
      const std::string path = entry.path().string().substr(root_.path().size());
      const auto status = entry.symlink_status();
      std::string line = path + " " + std::to_string(static_cast<unsigned>(status.permissions()));
      if (fs::is_symlink(status)) line += " -> " + fs::read_symlink(entry.path()).string();
      if (fs::is_regular_file(status)) line += " " + root_.read(path);
      out.push_back(line);
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  UndoList list_of(const std::vector<Operation>& operations) {
    UndoList list;
    list.run = "run-1";
    list.steps = {{"file:/etc/x", Op::kUpdate, must(inverse(operations, system_, folder_)), Json{{"mode", "0600"}}}};
    return list;
  }
  void run(const std::vector<Operation>& operations) {
    Interpreter interpreter(system_, managers_, blobs_, Secrets(), state_.token());
    std::string output;
    for (const Operation& operation : operations) {
      const Result<> done = interpreter.run(operation, {}, output);
      ASSERT_TRUE(done.has_value()) << done.error().summary();
    }
  }
  // Does the operations, undoes them, and compares.
  void there_and_back(const std::vector<Operation>& operations) {
    const std::vector<std::string> before = tree();
    ASSERT_TRUE(folder_.save(list_of(operations)).has_value());
    run(operations);
    EXPECT_NE(tree(), before);
    ASSERT_TRUE(folder_.take());
    ASSERT_TRUE(undo(folder_, system_, managers_, Secrets()).has_value());
    EXPECT_EQ(tree(), before);
    EXPECT_FALSE(folder_.is_waiting() || folder_.is_being_undone());
    EXPECT_FALSE(root_.has(state_.path() + "/undo"));
    const HostRecord record = load_record(state_);
    ASSERT_EQ(record.unreported.size(), 1U);
    EXPECT_EQ(record.unreported[0].outcome, JournalOutcome::kUndone) << record.unreported[0].text;
    EXPECT_EQ(record.resources.at("file:/etc/x"), (Json{{"mode", "0600"}}));
  }

  ScratchRoot root_;
  LocalSystem system_;
  Managers managers_;
  BlobStore blobs_;
  StateFolder state_;
  UndoFolder folder_;
};

TEST_F(UndoTest, AFileThatWasNotThere) {
  there_and_back({WriteFile{"/etc/x", blob("new"), {{}, {}, "0640"}, false, false, ""}});
}

TEST_F(UndoTest, AFileWithAnotherContentAndMode) {
  root_.write("/etc/x", "old");
  ::chmod(root_.at("/etc/x").c_str(), 0600);
  there_and_back({WriteFile{"/etc/x", blob("new"), {{}, {}, "0644"}, false, false, ""}});
}

TEST_F(UndoTest, AFileThatOnlyGotAnotherMode) {
  root_.write("/etc/x", "old");
  there_and_back({SetAttributes{"/etc/x", {{}, {}, "0600"}, false}});
}

TEST_F(UndoTest, AFileThatWasRemoved) {
  root_.write("/etc/x", "old");
  there_and_back({Remove{"/etc/x", false, false}});
}

TEST_F(UndoTest, AFileThatBecameALink) {
  root_.write("/etc/x", "old");
  there_and_back({MakeLink{"/etc/x", "passwd", false, true}});
}

TEST_F(UndoTest, ALinkThatBecameAFile) {
  std::filesystem::create_symlink("passwd", root_.at("/etc/x"));
  there_and_back({Remove{"/etc/x", false, false}, WriteFile{"/etc/x", blob("new"), {}, false, false, ""}});
}

TEST_F(UndoTest, WhatALinkLedTo) {
  root_.write("/etc/real", "old");
  std::filesystem::create_symlink("real", root_.at("/etc/x"));
  there_and_back({WriteFile{"/etc/x", blob("new"), {}, true, false, ""}});
}

TEST_F(UndoTest, ALinkThatLedElsewhere) {
  std::filesystem::create_symlink("passwd", root_.at("/etc/x"));
  there_and_back({MakeLink{"/etc/x", "group", false, true}});
}

TEST_F(UndoTest, FoldersThatWereNotThereAndWhatIsInThem) {
  there_and_back({MakeDirectory{"/etc/a/b/x", {{}, {}, "0700"}, true},
                  WriteFile{"/etc/a/b/x/file", blob("new"), {}, false, false, ""}});
}

TEST_F(UndoTest, AnEmptyFolderThatWasRemoved) {
  std::filesystem::create_directories(root_.at("/etc/x"));
  ::chmod(root_.at("/etc/x").c_str(), 0710);
  there_and_back({Remove{"/etc/x", false, false}});
}

TEST_F(UndoTest, ServicesGetTheOppositeInReverse) {
  const std::vector<Operation> operations = {ServiceAction{"systemd", "x.service", "unmask"},
                                             ServiceAction{"systemd", "x.service", "enable"},
                                             ServiceAction{"systemd", "x.service", "start"}};
  EXPECT_THAT(must(inverse(operations, system_, folder_)),
              ElementsAre(Operation(ServiceAction{"systemd", "x.service", "stop"}),
                          Operation(ServiceAction{"systemd", "x.service", "disable"}),
                          Operation(ServiceAction{"systemd", "x.service", "mask"})));
  const std::vector<Operation> apart = {ServiceAction{"systemd", "x.service", "disable"},
                                        ServiceAction{"systemd", "x.socket", "enable"}};
  EXPECT_THAT(must(inverse(apart, system_, folder_)),
              ElementsAre(Operation(ServiceAction{"systemd", "x.service", "enable"})))
      << "which takes the other along again";
}

TEST_F(UndoTest, RulesOfAFirewallAreTurnedRound) {
  const std::vector<Operation> operations = {
      ChangeFirewall{"ufw", "add", {"new"}}, ChangeFirewall{"ufw", "remove", {"old"}},
      ChangeFirewall{"ufw", "set", {}, {}, {}, false, {{"incoming", "deny"}}, {{"incoming", "allow"}}},
      ChangeFirewall{"nftables", "load"}};
  EXPECT_THAT(
      must(inverse(operations, system_, folder_)),
      ElementsAre(
          Operation(ChangeFirewall{"nftables", "load"}),
          Operation(ChangeFirewall{"ufw", "set", {}, {}, {}, false, {{"incoming", "allow"}}, {{"incoming", "deny"}}}),
          Operation(ChangeFirewall{"ufw", "add", {"old"}}), Operation(ChangeFirewall{"ufw", "remove", {"new"}})));
  EXPECT_FALSE(inverse({ChangeFirewall{"ufw", "set", {}, {}, {}, false, {{"incoming", "deny"}}, {}}}, system_, folder_)
                   .has_value())
      << "nobody knows what it was";
}

TEST_F(UndoTest, WhatAHostCannotUndoIsRefused) {
  EXPECT_FALSE(inverse({Remove{"/etc", true, false}}, system_, folder_).has_value());
  EXPECT_FALSE(inverse({plumb::Run{}}, system_, folder_).has_value());
}

TEST_F(UndoTest, OldContentsAreForNobodyElseToRead) {
  root_.write("/etc/x", "old");
  (void)list_of({Remove{"/etc/x", false, false}});
  const std::string kept = root_.at(state_.path() + "/undo/" + digest("old").substr(7));
  struct stat info {};
  ASSERT_EQ(::stat(kept.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600U);
}

TEST_F(UndoTest, AListComesBackFromItsFile) {
  UndoList list = list_of({WriteFile{"/etc/x", blob("new"), {}, false, false, ""}});
  list.plan = "plan-1";
  list.within = 120;
  list.complete = true;
  list.again = {{"service:x", Op::kRestart, {ServiceAction{"systemd", "x.service", "restart"}}, {}}};
  list.again.front().sealed = {Sealed::of("key", "x")};
  ASSERT_TRUE(folder_.save(list).has_value());
  const std::optional<UndoList> back = folder_.waiting();
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(to_json(*back), to_json(list));
  EXPECT_EQ(back->again.front().sealed, list.again.front().sealed);
  EXPECT_FALSE(undo_from_json(Json{{"plumb", "undo/v2"}}).has_value());
}

TEST_F(UndoTest, WhatCannotBeUndoneIsToldAndTheRestIsUndone) {
  root_.write("/etc/y", "old");
  UndoList list = list_of({MakeDirectory{"/etc/x", {}, false}});
  list.steps.push_back({"file:/etc/y",
                        Op::kUpdate,
                        must(inverse({WriteFile{"/etc/y", blob("new"), {}, false, false, ""}}, system_, folder_)),
                        {}});
  ASSERT_TRUE(folder_.save(list).has_value());
  root_.write("/etc/x/stays", "somebody's");
  root_.write("/etc/y", "new");
  ASSERT_TRUE(folder_.take());
  ASSERT_TRUE(undo(folder_, system_, managers_, Secrets()).has_value());
  EXPECT_EQ(root_.read("/etc/y"), "old");
  EXPECT_EQ(root_.read("/etc/x/stays"), "somebody's");
  std::map<std::string, JournalOutcome> outcomes;
  for (const wire::Unreported& told : load_record(state_).unreported) outcomes[told.address] = told.outcome;
  EXPECT_EQ(outcomes["file:/etc/x"], JournalOutcome::kNotUndone);
  EXPECT_EQ(outcomes["file:/etc/y"], JournalOutcome::kUndone);
}

TEST_F(UndoTest, AListThatCannotBeReadLeavesTheOldContentsForAPerson) {
  root_.write("/etc/x", "old");
  ASSERT_TRUE(folder_.save(list_of({Remove{"/etc/x", false, false}})).has_value());
  std::filesystem::remove(root_.at("/etc/x"));
  const std::string undoing = state_.path() + "/undoing.json";
  const std::string kept = state_.path() + "/undo/" + digest("old").substr(7);
  ASSERT_TRUE(folder_.take());
  for (const char* damaged : {"{", "", R"({"plumb":"undo/v2"})"}) {
    root_.write(undoing, damaged);
    const Result<bool> taken = take_over_undo(folder_, system_, managers_);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().code(), Code::kDamagedRecord);
    EXPECT_THAT(taken.error().summary(), HasSubstr(undoing));
    EXPECT_THAT(taken.error().diagnostic().hint, HasSubstr(state_.path() + "/undo"));
    EXPECT_EQ(root_.read(kept), "old");
    const wire::Confirmation told = confirm(state_, {"edge", "run-1"});
    EXPECT_EQ(told.outcome, wire::ConfirmOutcome::kUndone);
    EXPECT_THAT(told.problems, ElementsAre(taken.error().summary()));
  }
  // What the hint says.
  std::filesystem::remove(root_.at(undoing));
  EXPECT_FALSE(must(take_over_undo(folder_, system_, managers_)));
}

TEST_F(UndoTest, AConfirmationAndTheWatchdogNeverBothGetIt) {
  for (int round = 0; round < 100; ++round) {
    ASSERT_TRUE(folder_.save(UndoList{}).has_value());
    bool confirmed = false;
    bool taken = false;
    std::thread other([&] { taken = folder_.take(); });
    confirmed = folder_.confirm();
    other.join();
    EXPECT_NE(confirmed, taken);
    folder_.clear();
  }
}

TEST_F(UndoTest, AListThatNobodyCaresForIsTakenOver) {
  root_.write("/etc/x", "old");
  ASSERT_TRUE(folder_.save(list_of({Remove{"/etc/x", false, false}})).has_value());
  std::filesystem::remove(root_.at("/etc/x"));
  {
    const auto alive = must(WatchdogLock::take(state_));
    ASSERT_TRUE(alive.has_value());
    const Result<bool> taken = take_over_undo(folder_, system_, managers_);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().code(), Code::kHostLocked);
    EXPECT_FALSE(root_.has("/etc/x"));
  }
  EXPECT_TRUE(must(take_over_undo(folder_, system_, managers_)));
  EXPECT_EQ(root_.read("/etc/x"), "old");
  EXPECT_FALSE(must(take_over_undo(folder_, system_, managers_)));
}

}  // namespace
}  // namespace plumb::exec
