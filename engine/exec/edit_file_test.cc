// EditFile on a scratch root, and chains of edits of one file in an apply, with a kind made for the purpose.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "engine/exec/apply.h"
#include "engine/exec/interpreter/interpreter.h"
#include "engine/exec/observe.h"
#include "engine/exec/testing/client.h"
#include "engine/wire/codec.h"
#include "providers/sdk/edit_provider.h"

namespace plumb::exec {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using wire::EventKind;

Edit line(std::string text, std::string match = {}) {
  LineEdit edit;
  edit.text = std::move(text);
  edit.match = std::move(match);
  return edit;
}

EditFile edits(std::string path, std::vector<Edit> list) {
  EditFile operation;
  operation.path = std::move(path);
  operation.edits = std::move(list);
  return operation;
}

class MarkProvider : public EditProvider {
 protected:
  Edit edit(const Desired& desired) const override { return line(desired.text("text"), desired.text("match")); }
};

class NoLine : public Line {
 public:
  void send(std::span<const wire::Message> messages) override {
    for (const wire::Message& message : messages) {
      if (const auto* event = std::get_if<wire::Event>(&message)) events.push_back(*event);
    }
  }
  bool wants_stop() override { return false; }
  void show_life() override {}
  Result<> fetch(const wire::LargeContent&, const ByteSink&) override {
    return fail(Code::kOperation, "nothing to fetch");
  }

  std::vector<wire::Event> events;
};

class EditFileTest : public ::testing::Test {
 protected:
  EditFileTest() : system_(must(RootFiles::at(root_.path()))), blobs_(system_.files()) {
    ::umask(022);
    registry_.add(
        {.name = "mark", .provider = std::make_shared<MarkProvider>(), .operations = OperationSet::of<EditFile>()});
  }

  Result<> run(const EditFile& operation) {
    Interpreter interpreter(system_, registry_.managers(), blobs_, Secrets(secrets_), "00000000");
    std::set<Sealed> marked;
    for (const auto& [name, value] : secrets_) marked.insert(*Sealed::decode(name));
    Result<> done = interpreter.run(operation, marked, output_);
    EXPECT_TRUE(interpreter.folders().sync().has_value());
    return done;
  }
  std::string problem(const EditFile& operation) {
    const Result<> done = run(operation);
    return done ? "none" : done.error().summary();
  }
  struct stat info(const std::string& path) const {
    struct stat out {};
    EXPECT_EQ(::lstat(root_.at(path).c_str(), &out), 0) << path;
    return out;
  }

  Desired mark(const std::string& text, const std::string& match = {}, const std::string& validate = {}) {
    Desired desired{{"", "mark", text}, {{"path", path_}, {"text", text}}, {}};
    if (!match.empty()) desired.attributes["match"] = match;
    if (!validate.empty()) desired.attributes["validate"] = validate;
    return desired;
  }
  // As a plan would have it from the state of now.
  wire::Apply plan(const std::vector<Desired>& all) {
    wire::Apply request;
    request.project = "edge";
    request.run = "r1";
    request.plan = "p";
    std::vector<const Desired*> batch;
    for (const Desired& one : all) batch.push_back(&one);
    const MarkProvider provider;
    const auto found = observe_resources(registry_, *on_, batch, {}, {}, nullptr);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Change change = provider.diff(all[i], *found[i]);
      if (change.empty()) continue;
      wire::Action action;
      action.desired = all[i];
      action.op = change.op;
      action.before = change.before;
      action.after = change.after;
      action.operations = change.operations;
      request.actions.push_back(std::move(action));
    }
    return request;
  }
  wire::Done apply(const wire::Apply& request) {
    StateFolder folder = must(StateFolder::of(system_.files(), "edge"));
    RunLog log(folder);
    line_.events.clear();
    return exec::apply({registry_, *on_, blobs_, folder, log, line_, {}}, request);
  }
  std::vector<EventKind> kinds() const {
    std::vector<EventKind> out;
    for (const wire::Event& event : line_.events) out.push_back(event.kind);
    return out;
  }

  ScratchRoot root_;
  LocalSystem system_;
  BlobStore blobs_;
  Registry registry_;
  NoLine line_;
  std::map<std::string, Json> secrets_;
  std::string output_;
  // Of marks: programs that validate run on a host, not in an image.
  LocalSystem host_{must(RootFiles::at("/"))};
  LocalSystem* on_ = &system_;
  std::string path_ = "/etc/conf";
};

TEST_F(EditFileTest, KeepsOwnerModeAttributesAndLineEnds) {
  root_.write("/etc/conf", "a\r\nb");
  ASSERT_EQ(::chmod(root_.at("/etc/conf").c_str(), 0640), 0);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(root_.at("/etc/conf").c_str(), 1234, 2345), 0);
  }
  const bool has_attribute = ::setxattr(root_.at("/etc/conf").c_str(), "user.note", "kept", 4, 0) == 0;
  EditFile operation = edits("/etc/conf", {line("x", "^a"), line("c")});
  operation.backup = true;
  ASSERT_TRUE(run(operation));
  EXPECT_EQ(root_.read("/etc/conf"), "x\r\nb\r\nc");
  EXPECT_EQ(info("/etc/conf").st_mode & 07777, 0640U);
  if (::geteuid() == 0) {
    EXPECT_EQ(info("/etc/conf").st_uid, 1234U);
    EXPECT_EQ(info("/etc/conf").st_gid, 2345U);
  }
  char value[8] = {};
  if (has_attribute) {
    EXPECT_EQ(::getxattr(root_.at("/etc/conf").c_str(), "user.note", value, sizeof value), 4);
  }
  EXPECT_EQ(root_.read(root_.backup_of("/etc/conf")), "a\r\nb");
}

TEST_F(EditFileTest, WritesNothingWhereAllHold) {
  root_.write("/etc/conf", "a\n");
  const ino_t before = info("/etc/conf").st_ino;
  ASSERT_TRUE(run(edits("/etc/conf", {line("a")})));
  EXPECT_EQ(info("/etc/conf").st_ino, before);
}

TEST_F(EditFileTest, RefusesWhatItCannotEdit) {
  EXPECT_THAT(problem(edits("/etc/none", {line("a")})), HasSubstr("/etc/none does not exist"));
  EditFile fresh = edits("/etc/none", {line("a")});
  fresh.create = true;
  ASSERT_TRUE(run(fresh));
  EXPECT_EQ(root_.read("/etc/none"), "a\n");
  EXPECT_EQ(info("/etc/none").st_mode & 07777, 0644U);
  EditFile kept = edits("/etc/kept", {line("a")});
  kept.create = true;
  kept.mode = "0600";
  ASSERT_TRUE(run(kept));
  EXPECT_EQ(info("/etc/kept").st_mode & 07777, 0600U);
  EXPECT_THAT(problem(edits("/etc", {line("a")})), HasSubstr("it is a folder"));
  std::filesystem::create_symlink("none", root_.at("/etc/link"));
  EXPECT_THAT(problem(edits("/etc/link", {line("b")})), HasSubstr("is a symbolic link"));
  EditFile linked = edits("/etc/link", {line("b")});
  linked.follow = true;
  ASSERT_TRUE(run(linked));
  EXPECT_EQ(root_.read("/etc/none"), "a\nb\n");
}

TEST_F(EditFileTest, AFileThatIsMadeIsSomebodys) {
  if (::geteuid() != 0) GTEST_SKIP() << "files are given away";
  EditFile crontab = edits("/etc/crontab", {line("a")});
  crontab.create = true;
  crontab.mode = "0600";
  crontab.owner = "1500";
  crontab.group = "105";
  ASSERT_TRUE(run(crontab));
  EXPECT_EQ(info("/etc/crontab").st_uid, 1500U);
  EXPECT_EQ(info("/etc/crontab").st_gid, 105U);
  EXPECT_EQ(info("/etc/crontab").st_mode & 07777, 0600U);
  // One that is there keeps whose it is.
  crontab.owner = "1600";
  crontab.edits.push_back(line("b"));
  ASSERT_TRUE(run(crontab));
  EXPECT_EQ(info("/etc/crontab").st_uid, 1500U);
}

TEST_F(EditFileTest, ASensitiveLineIsPutInAtTheEnd) {
  const std::string name = keyed_digest(std::string(64, 'a'), "pw");
  secrets_[name] = "pw";
  root_.write("/etc/conf", "a\n");
  ASSERT_TRUE(run(edits("/etc/conf", {line(name)})));
  EXPECT_EQ(root_.read("/etc/conf"), "a\npw\n");
}

TEST_F(EditFileTest, WhatAnotherWritesMeanwhileStays) {
  root_.write("/etc/conf", "a=1\n");
  Interpreter interpreter(system_, registry_.managers(), blobs_, {}, "00000000");
  const EditFile operation = edits("/etc/conf", {line("a=2", "^a=")});
  StagingFolder folder;
  std::optional<StagedFile> staged = must(interpreter.writer().stage({&operation, 1}, folder, output_));
  ASSERT_TRUE(staged.has_value());
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // longer than a tick of the kernel's clock
  root_.write("/etc/conf", "a=3\n");                           // into the same file, and of the same size
  const Result<> done = interpreter.writer().commit(*staged, interpreter.folders());
  ASSERT_FALSE(done.has_value());
  EXPECT_THAT(done.error().summary(), HasSubstr("was changed by another while it was edited"));
  EXPECT_EQ(root_.read("/etc/conf"), "a=3\n");
}

TEST_F(EditFileTest, ALineThatIsNoTextIsPlannedAndChanged) {
  root_.write("/etc/conf", "x\xe9\ncaf\xe9\n");
  EXPECT_EQ(apply(plan({mark("cafe", "^caf.$")})).outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(root_.read("/etc/conf"), "x\xe9\ncafe\n");
  // The sign for what could not be read is another text than what stands there.
  EXPECT_EQ(apply(plan({mark("x\ufffd", "^x")})).outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(root_.read("/etc/conf"), "x\ufffd\ncafe\n");
  EXPECT_TRUE(plan({mark("x\ufffd", "^x")}).actions.empty());
}

TEST_F(EditFileTest, NeighboursAreOneWriteAndOneValidation) {
  root_.write("/etc/conf", "a=1\nb=1\n");
  on_ = &host_;
  path_ = root_.at("/etc/conf");
  const std::string validate = "grep -q c=1 %s && echo checked";
  const auto all = {mark("a=2", "^a="), mark("b=2", "^b=", validate), mark("c=1", {}, validate)};
  const wire::Apply request = plan(all);
  ASSERT_EQ(request.actions.size(), 3U);
  const ino_t before = info("/etc/conf").st_ino;
  const wire::Done done = apply(request);
  EXPECT_EQ(done.changed, 3);
  EXPECT_EQ(root_.read("/etc/conf"), "a=2\nb=2\nc=1\n");
  EXPECT_NE(info("/etc/conf").st_ino, before);
  std::string said;
  for (const wire::Event& event : line_.events) {
    if (event.kind == EventKind::kOutput) said += event.text;
  }
  EXPECT_EQ(said, "checked\n") << "the whole of it, once";
  EXPECT_TRUE(plan(all).actions.empty());
}

TEST_F(EditFileTest, OfAFileWithTwoNamesEachIsEdited) {
  root_.write("/etc/conf", "a=1\n");
  std::filesystem::create_hard_link(root_.at("/etc/conf"), root_.at("/etc/same"));
  Desired other = mark("a=3", "^a=");
  other.attributes["path"] = "/etc/same";
  const wire::Done done = apply(plan({mark("a=2", "^a="), other}));
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(root_.read("/etc/conf"), "a=2\n");
  EXPECT_EQ(root_.read("/etc/same"), "a=3\n");
}

TEST_F(EditFileTest, AFileIsOneByWhateverPathItIsReached) {
  root_.write("/etc/conf", "a=1\n");
  std::filesystem::create_symlink("etc", root_.at("/folder"));
  std::filesystem::create_symlink("conf", root_.at("/etc/link"));
  std::vector<Desired> all = {mark("a=2", "^a=")};
  path_ = "/folder/conf";
  all.push_back(mark("b=1"));
  path_ = "/etc/link";
  all.push_back(mark("c=1"));
  all.back().attributes["follow"] = true;
  const wire::Done done = apply(plan(all));
  EXPECT_EQ(done.changed, 3);
  EXPECT_EQ(root_.read("/etc/conf"), "a=2\nb=1\nc=1\n");
  EXPECT_TRUE(plan(all).actions.empty());
}

TEST_F(EditFileTest, WhatFailsInOneFileLeavesTheChainOfAnother) {
  root_.write("/etc/conf", "a\n");
  wire::Apply request = plan({mark("b"), mark("c")});
  ASSERT_EQ(request.actions.size(), 2U);
  request.keep_going = true;
  std::vector<Operation>& first = request.actions[0].operations;
  first.insert(first.begin(), edits("/etc/a-file-that-is-not-there", {line("x")}));
  const wire::Done done = apply(request);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(root_.read("/etc/conf"), "a\nc\n");
  const Result<std::vector<std::string>> left = system_.list("/etc");
  ASSERT_TRUE(left.has_value());
  for (const std::string& name : *left) EXPECT_FALSE(name.starts_with(".plumb-")) << name;
}

TEST_F(EditFileTest, AChainThatDoesNotPassItsValidationLeavesTheFile) {
  root_.write("/etc/conf", "a=1\n");
  on_ = &host_;
  path_ = root_.at("/etc/conf");
  const wire::Done done = apply(plan({mark("a=2", "^a="), mark("b=1", {}, "grep -q never %s")}));
  EXPECT_EQ(done.changed, 0);
  EXPECT_EQ(root_.read("/etc/conf"), "a=1\n");
  EXPECT_THAT(kinds(), Not(Contains(EventKind::kChanged)));
  EXPECT_THAT(kinds(), Contains(EventKind::kFailed));
}

TEST_F(EditFileTest, LinesThatMovedSinceThePlanAreStale) {
  root_.write("/etc/conf", "a=1\nb=1\n");
  const wire::Apply request = plan({mark("a=2", "^a="), mark("b=2", "^b=")});
  root_.write("/etc/conf", "a=1\nb=3\nother\n");
  apply(request);
  EXPECT_THAT(kinds(), ElementsAre(EventKind::kStale));
  EXPECT_EQ(root_.read("/etc/conf"), "a=1\nb=3\nother\n");
  root_.write("/etc/conf", "a=1\nb=1\nother\n");
  EXPECT_EQ(apply(request).changed, 2) << "what else is in the file is no part of the plan";
  EXPECT_EQ(root_.read("/etc/conf"), "a=2\nb=2\nother\n");
}

}  // namespace
}  // namespace plumb::exec
