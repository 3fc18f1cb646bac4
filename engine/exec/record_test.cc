// What is owed and what is unreported, however a run ends.
#include "engine/exec/record.h"

#include <chrono>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/sealed.h"
#include "engine/exec/lock.h"
#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

constexpr const char* kFile = "file:/etc/x";
constexpr const char* kService = "service:x";

class RecordTest : public ::testing::Test {
 protected:
  RecordTest() : files_(must(RootFiles::at(root_.path()))), folder_(must(StateFolder::of(files_, "edge"))) {}

  static Intent intent(const std::string& run, const std::string& address, std::vector<Triggered> triggers = {}) {
    return {run, "plan", address, Op::kUpdate, std::move(triggers), {"/etc"}};
  }
  static Outcome outcome(const std::string& run, const std::string& address, JournalOutcome what, bool touched = true,
                         Op op = Op::kUpdate, bool discharges = true) {
    return {run, "plan", address, op, what, touched, discharges, Json{{"mode", "0644"}}, false, ""};
  }
  // A run that writes these entries and is then killed.
  void killed(std::vector<JournalEntry> entries) {
    RunLog log(folder_);
    ASSERT_TRUE(log.write(entries).has_value());
  }
  std::string journal() const { return folder_.path() + "/journal.jsonl"; }

  ScratchRoot root_;
  RootFiles files_;
  StateFolder folder_;
};

TEST_F(RecordTest, ATriggerIsOwedFromTheIntentOn) {
  killed({intent("r1", kFile, {{kService, Op::kRestart}})});
  const HostRecord record = load_record(folder_);
  ASSERT_EQ(record.owed.list().size(), 1U);
  EXPECT_EQ(record.owed.list()[0].address, kService);
  EXPECT_EQ(record.owed.list()[0].run, "r1");
  EXPECT_EQ(record.owed.list()[0].because, std::vector<std::string>{kFile});
  ASSERT_EQ(record.unreported.size(), 1U);
  EXPECT_EQ(record.unreported[0].outcome, JournalOutcome::kUnknown);
  EXPECT_TRUE(record.temporaries.contains("/etc"));
}

TEST_F(RecordTest, SuccessOfTheTriggeredActionSettlesIt) {
  killed({intent("r1", kFile, {{kService, Op::kRestart}}), outcome("r1", kFile, JournalOutcome::kChanged)});
  EXPECT_TRUE(load_record(folder_).owes(kService));
  killed({intent("r2", kService), outcome("r2", kService, JournalOutcome::kFailed, true, Op::kRestart)});
  EXPECT_TRUE(load_record(folder_).owes(kService)) << "a failed restart is still owed";
  killed({intent("r3", kService), outcome("r3", kService, JournalOutcome::kChanged, true, Op::kRestart)});
  EXPECT_FALSE(load_record(folder_).owes(kService));
}

TEST_F(RecordTest, WhatWasUndoneIsAsBeforeAndItsPlanNotApplied) {
  killed({intent("r1", kFile), outcome("r1", kFile, JournalOutcome::kChanged)});
  {
    RunLog log(folder_);
    log.record().applied = {{"plan-0", "r0", "then"}, {"plan", "r1", "now"}};
    ASSERT_TRUE(log.save().has_value());
  }
  Outcome undone = outcome("r1", kFile, JournalOutcome::kUndone);
  undone.resource = std::nullopt;
  undone.forget = true;
  killed({undone});
  const HostRecord record = load_record(folder_);
  EXPECT_FALSE(record.resources.contains(kFile));
  ASSERT_EQ(record.applied.size(), 1U);
  EXPECT_EQ(record.applied[0].run, "r0");
  ASSERT_EQ(record.unreported.size(), 1U);
  EXPECT_EQ(record.unreported[0].outcome, JournalOutcome::kUndone);
}

TEST_F(RecordTest, WhatCameToNothingOwesNothing) {
  killed({intent("r1", kFile, {{kService, Op::kRestart}}), outcome("r1", kFile, JournalOutcome::kFailed, false)});
  EXPECT_FALSE(load_record(folder_).owes(kService));
  killed({intent("r2", kFile, {{kService, Op::kRestart}}), outcome("r2", kFile, JournalOutcome::kFailed, true)});
  EXPECT_TRUE(load_record(folder_).owes(kService));
  // Another one that came to nothing does not take away what the first one left.
  killed({intent("r3", "file:/etc/y", {{kService, Op::kRestart}}),
          outcome("r3", "file:/etc/y", JournalOutcome::kNone, false)});
  EXPECT_TRUE(load_record(folder_).owes(kService));
  killed({intent("r4", kFile, {{kService, Op::kRestart}}), outcome("r4", kFile, JournalOutcome::kFailed, false)});
  EXPECT_TRUE(load_record(folder_).owes(kService));
}

TEST_F(RecordTest, AReloadDoesNotSettleARestart) {
  killed({intent("r1", kFile, {{kService, Op::kRestart}, {kService, Op::kReload}}),
          outcome("r1", kFile, JournalOutcome::kChanged)});
  killed({intent("r2", kService), outcome("r2", kService, JournalOutcome::kChanged, true, Op::kReload)});
  const HostRecord record = load_record(folder_);
  ASSERT_EQ(record.owed.list().size(), 1U);
  EXPECT_EQ(record.owed.list()[0].op, Op::kRestart);
}

TEST_F(RecordTest, AProbeIsOwedUntilItPassed) {
  killed({intent("r1", kService, {{kService, Op::kVerify}}), outcome("r1", kService, JournalOutcome::kChanged)});
  EXPECT_TRUE(load_record(folder_).owes(kService, true)) << "what was changed is not what was seen to work";
  EXPECT_FALSE(load_record(folder_).owes(kService));
  killed({intent("r2", kService), outcome("r2", kService, JournalOutcome::kFailed, false, Op::kVerify)});
  EXPECT_TRUE(load_record(folder_).owes(kService, true));
  killed({intent("r3", kService), outcome("r3", kService, JournalOutcome::kChanged, true, Op::kRestart)});
  EXPECT_TRUE(load_record(folder_).owes(kService, true));
  killed({intent("r4", kService), outcome("r4", kService, JournalOutcome::kVerified, false, Op::kVerify)});
  EXPECT_FALSE(load_record(folder_).owes(kService, true));
}

TEST_F(RecordTest, AProbeChangesNothing) {
  killed({intent("r1", kService), outcome("r1", kService, JournalOutcome::kVerified, false, Op::kVerify)});
  EXPECT_EQ(load_record(folder_).serial, 0);
  EXPECT_EQ(load_record(folder_).unreported.at(0).outcome, JournalOutcome::kVerified);
}

TEST_F(RecordTest, WhatIsKnownByAnotherNameStaysWhatItIs) {
  HostRecord record;
  record.resources = {{"file:/a", {{"mode", "0600"}}}, {"file:/b", {{"mode", "0644"}}}, {"file:/c", Json::object()}};
  record.prevented = {"file:/a"};
  record.owed.add(kService, Op::kRestart, "r1", "file:/a");
  record.owed.add("file:/b", Op::kVerify, "r1", "file:/b");
  // One gets the name that another one had.
  move(record, {{"file:/a", "file:/b"}, {"file:/b", "web/file:/b"}, {"file:/none", "file:/c"}});
  EXPECT_EQ(record.resources.at("file:/b"), (Json{{"mode", "0600"}}));
  EXPECT_EQ(record.resources.at("web/file:/b"), (Json{{"mode", "0644"}}));
  EXPECT_EQ(record.resources.size(), 3U);
  EXPECT_EQ(record.prevented, std::set<std::string>{"file:/b"});
  EXPECT_EQ(record.owed.list()[0].because, std::vector<std::string>{"file:/b"});
  EXPECT_EQ(record.owed.list()[1].address, "web/file:/b");
  const std::optional<HostRecord> again = record_from_json(to_json(record));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->prevented, record.prevented);
}

TEST_F(RecordTest, SavingFoldsTheJournalOnce) {
  {
    RunLog log(folder_);
    const std::vector<JournalEntry> entries = {intent("r1", kFile, {{kService, Op::kRestart}}),
                                               outcome("r1", kFile, JournalOutcome::kChanged)};
    ASSERT_TRUE(log.write(entries).has_value());
    const std::string kept = root_.read(journal());
    ASSERT_TRUE(log.save().has_value());
    EXPECT_FALSE(root_.has(journal()));
    root_.write(journal(), kept);  // as if the machine had stopped before the journal was removed
  }
  HostRecord record = load_record(folder_);
  EXPECT_EQ(record.serial, 1);
  EXPECT_EQ(record.resources.at(kFile), (Json{{"mode", "0644"}}));
  ASSERT_EQ(record.unreported.size(), 1U);
  {
    RunLog log(folder_);
    ASSERT_TRUE(log.settle({"r1"}).has_value());
  }
  record = load_record(folder_);
  EXPECT_TRUE(record.unreported.empty());
  EXPECT_TRUE(record.owes(kService)) << "settling a run is not doing what it owes";
  EXPECT_EQ(record.serial, 1);
  killed({intent("r2", kFile), outcome("r2", kFile, JournalOutcome::kChanged), intent("r2", kService),
          outcome("r2", kService, JournalOutcome::kChanged)});
  EXPECT_EQ(load_record(folder_).serial, 2);
}

TEST_F(RecordTest, ATornTailIsCutOff) {
  killed({intent("r1", kFile), outcome("r1", kFile, JournalOutcome::kChanged)});
  const std::string whole = root_.read(journal());
  for (const std::string& tail :
       {std::string("0123"), journal_line(R"({"entry":"intent"})").substr(0, 30), std::string(40, '\0')}) {
    root_.write(journal(), whole + tail);
    const HostRecord record = load_record(folder_);
    ASSERT_EQ(record.unreported.size(), 1U);
    EXPECT_EQ(record.unreported[0].outcome, JournalOutcome::kChanged);
    killed({intent("r2", "file:/etc/y")});
    EXPECT_EQ(load_record(folder_).unreported.size(), 2U) << "the journal goes on after its last whole line";
  }
  std::string flipped = whole;
  flipped[flipped.size() / 2] ^= 1;
  root_.write(journal(), flipped);
  EXPECT_LE(load_record(folder_).unreported.size(), 1U);
}

TEST_F(RecordTest, ADamagedRecordIsToldAndRebuilt) {
  root_.write(folder_.path() + "/record.json", "{\"plumb\": ");
  EXPECT_TRUE(load_record(folder_).damaged);
  killed({intent("r1", kFile), outcome("r1", kFile, JournalOutcome::kChanged)});
  EXPECT_TRUE(load_record(folder_).damaged);
  EXPECT_EQ(load_record(folder_).unreported.size(), 1U);
  RunLog log(folder_);
  ASSERT_TRUE(log.save().has_value());
  EXPECT_FALSE(load_record(folder_).damaged);
  EXPECT_TRUE(load_record(folder_).resources.contains(kFile));
}

// An older plumb on the controller, say.
TEST_F(RecordTest, ARecordOfANewerVersionIsRefusedAndLeftAsItIs) {
  const std::string newer = R"({"journal":0,"plumb":"record/v9","serial":4})";
  root_.write(folder_.path() + "/record.json", newer);
  const Result<> known = expect_known_record(folder_);
  ASSERT_FALSE(known.has_value());
  EXPECT_EQ(known.error().code(), Code::kDamagedRecord);
  EXPECT_THAT(known.error().summary(), ::testing::HasSubstr("record/v9"));
  EXPECT_THAT(known.error().diagnostic().hint, ::testing::HasSubstr("newer plumb"));
  RunLog log(folder_);
  const std::vector<JournalEntry> entries = {intent("r1", kFile)};
  EXPECT_FALSE(log.write(entries).has_value()) << "an action would begin";
  EXPECT_FALSE(log.save().has_value());
  EXPECT_EQ(root_.read(folder_.path() + "/record.json"), newer);
  EXPECT_TRUE(expect_known_record(must(StateFolder::of(files_, "other"))).has_value()) << "where there is none";
}

TEST_F(RecordTest, SavingNothingWritesNothing) {
  RunLog log(folder_);
  ASSERT_TRUE(log.save().has_value());
  EXPECT_FALSE(root_.has("/var/lib/plumb"));
}

TEST_F(RecordTest, ProjectsCannotLeaveTheirFolder) {
  for (const char* name : {"", "..", "../x", "a/b", ".hidden", "a b"}) {
    EXPECT_FALSE(StateFolder::of(files_, name).has_value()) << name;
  }
}

TEST_F(RecordTest, WhoLooksOnIsInNobodysWayForLong) {
  std::optional<Result<HostLock>> looking = HostLock::look_on(files_);
  ASSERT_TRUE(looking->has_value());
  EXPECT_TRUE(HostLock::look_on(files_).has_value());
  EXPECT_FALSE(HostLock::take(files_, "edge", "run-7").has_value());
  // On a busy machine the other one may be held up for longer than anybody waits for it.
  bool taken = false;
  for (int i = 0; i < 50 && !taken; ++i) {
    if (!looking) looking = HostLock::look_on(files_);
    std::thread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      looking.reset();
    });
    taken = HostLock::take(files_, "edge", "run-8").has_value();
    other.join();
  }
  EXPECT_TRUE(taken);
}

TEST_F(RecordTest, TheLockNamesItsHolder) {
  const auto lock = HostLock::take(files_, "edge", "run-7");
  ASSERT_TRUE(lock.has_value());
  const auto second = HostLock::take(files_, "edge", "run-8");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), Code::kHostLocked);
  EXPECT_NE(second.error().summary().find("run-7"), std::string::npos);
  const auto looking = HostLock::look_on(files_);
  ASSERT_FALSE(looking.has_value());
  EXPECT_EQ(looking.error().summary(), second.error().summary());
}

// What another key sealed can be compared with nothing, and stays sealed.
TEST_F(RecordTest, WhatAnotherKeySealedIsLost) {
  const std::string old_seal = Sealed::of("old", "secret").encode();
  HostRecord record;
  record.resources[kFile] = {{"content", old_seal}, {"mode", "0600"}};
  see_with_key(record, "");
  EXPECT_EQ(record.sealed_by, "") << "without a key nothing is known";
  see_with_key(record, "old");
  EXPECT_EQ(record.sealed_by, key_id("old"));
  EXPECT_EQ(record.resources[kFile]["content"], old_seal) << "an older record is taken for this key's";
  see_with_key(record, "new");
  EXPECT_EQ(record.sealed_by, key_id("new"));
  EXPECT_TRUE(is_lost_seal(record.resources[kFile]["content"]));
  EXPECT_EQ(record.resources[kFile]["mode"], "0600");
  const auto again = record_from_json(to_json(record));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->sealed_by, record.sealed_by);
}

}  // namespace
}  // namespace plumb::exec
