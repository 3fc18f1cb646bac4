// Operations on a scratch root.
#include "engine/exec/interpreter/interpreter.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class InterpreterTest : public ::testing::Test {
 protected:
  InterpreterTest() : system_(must(RootFiles::at(root_.path()))), blobs_(system_.files()) { ::umask(022); }

  std::string blob(const std::string& bytes) {
    EXPECT_TRUE(blobs_.add({digest(bytes), bytes, true, false, {}}).has_value());
    return digest(bytes);
  }
  Result<> run(const Operation& operation) {
    Interpreter interpreter(system_, managers_, blobs_, {}, "00000000");
    Result<> done = interpreter.run(operation, {}, output_);
    EXPECT_TRUE(interpreter.folders().sync().has_value());
    return done;
  }
  void expect_ok(const Operation& operation) {
    const Result<> done = run(operation);
    EXPECT_TRUE(done.has_value()) << done.error().summary();
  }
  Code code_of(const Operation& operation) {
    const Result<> done = run(operation);
    return done ? Code{} : done.error().code();
  }
  struct stat info(const std::string& path) const {
    struct stat out {};
    EXPECT_EQ(::lstat(root_.at(path).c_str(), &out), 0) << path;
    return out;
  }
  unsigned mode(const std::string& path) const { return info(path).st_mode & 07777; }
  std::vector<std::string> names(const std::string& path) { return *system_.list(path); }

  ScratchRoot root_;
  const Managers managers_;
  LocalSystem system_;
  BlobStore blobs_;
  std::string output_;
};

TEST_F(InterpreterTest, WriteFileMakesAndReplaces) {
  expect_ok(WriteFile{"/etc/motd", blob("one"), {}, false, false, ""});
  EXPECT_EQ(root_.read("/etc/motd"), "one");
  EXPECT_EQ(mode("/etc/motd"), 0644U);
  ASSERT_EQ(::chmod(root_.at("/etc/motd").c_str(), 0640), 0);
  expect_ok(WriteFile{"/etc/motd", blob("two"), {}, false, true, ""});
  EXPECT_EQ(root_.read("/etc/motd"), "two");
  EXPECT_EQ(mode("/etc/motd"), 0640U) << "a mode that is not given stays";
  EXPECT_EQ(root_.read(root_.backup_of("/etc/motd")), "one");
  expect_ok(WriteFile{"/etc/motd", blob(""), {{}, {}, "4711"}, false, false, ""});
  EXPECT_EQ(root_.read("/etc/motd"), "");
  EXPECT_EQ(mode("/etc/motd"), 04711U);
}

TEST_F(InterpreterTest, WriteFileKeepsOwnerAndAttributes) {
  if (::geteuid() != 0) GTEST_SKIP() << "changing owners needs root";
  root_.write("/etc/f", "old");
  ASSERT_EQ(::chown(root_.at("/etc/f").c_str(), 1234, 2345), 0);
  const bool has_xattr = ::setxattr(root_.at("/etc/f").c_str(), "user.note", "kept", 4, 0) == 0;
  expect_ok(WriteFile{"/etc/f", blob("new"), {}, false, false, ""});
  EXPECT_EQ(info("/etc/f").st_uid, 1234U);
  EXPECT_EQ(info("/etc/f").st_gid, 2345U);
  char value[8] = {};
  if (has_xattr) {
    EXPECT_EQ(::getxattr(root_.at("/etc/f").c_str(), "user.note", value, sizeof value), 4);
  }
  expect_ok(WriteFile{"/etc/f", blob("new"), {"nobody", "nogroup", "0600"}, false, false, ""});
  EXPECT_EQ(info("/etc/f").st_uid, 65534U);
  EXPECT_EQ(code_of(WriteFile{"/etc/f", blob("x"), {"ghost", {}, {}}, false, false, ""}), Code::kUnknownAccount);
  EXPECT_EQ(root_.read("/etc/f"), "new");
  EXPECT_EQ(names("/etc").size(), 3U) << "no temporary file stays";
}

TEST_F(InterpreterTest, WriteFileInSetgidFolderTakesItsGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "changing owners needs root";
  std::filesystem::create_directory(root_.at("/etc/shared"));
  ASSERT_EQ(::chown(root_.at("/etc/shared").c_str(), 0, 4321), 0);
  ASSERT_EQ(::chmod(root_.at("/etc/shared").c_str(), 02775), 0);
  expect_ok(WriteFile{"/etc/shared/f", blob("x"), {}, false, false, ""});
  EXPECT_EQ(info("/etc/shared/f").st_gid, 4321U);
}

TEST_F(InterpreterTest, WriteFileMindsLinks) {
  root_.write("/etc/real", "old");
  std::filesystem::create_symlink("real", root_.at("/etc/link"));
  EXPECT_EQ(code_of(WriteFile{"/etc/link", blob("new"), {}, false, false, ""}), Code::kSymlinkRefused);
  expect_ok(WriteFile{"/etc/link", blob("new"), {}, true, false, ""});
  EXPECT_EQ(root_.read("/etc/real"), "new");
  EXPECT_TRUE(S_ISLNK(info("/etc/link").st_mode));
  // An absolute link of an image stays inside the image.
  std::filesystem::create_symlink("/tmp", root_.at("/out"));
  expect_ok(WriteFile{"/out/inside", blob("new"), {}, false, false, ""});
  EXPECT_EQ(root_.read("/tmp/inside"), "new");
  std::filesystem::create_symlink("../../../../../../tmp", root_.at("/up"));
  expect_ok(WriteFile{"/up/inside2", blob("new"), {}, false, false, ""});
  EXPECT_TRUE(root_.has("/tmp/inside2"));
}

TEST_F(InterpreterTest, WriteFileRefusesWhatIsNoFile) {
  std::filesystem::create_directory(root_.at("/etc/d"));
  EXPECT_EQ(code_of(WriteFile{"/etc/d", blob("x"), {}, false, false, ""}), Code::kOperation);
  EXPECT_EQ(code_of(WriteFile{"/none/f", blob("x"), {}, false, false, ""}), Code::kOperation);
  EXPECT_EQ(code_of(WriteFile{"relative", blob("x"), {}, false, false, ""}), Code::kOperation);
  EXPECT_EQ(code_of(WriteFile{"/etc/../etc/f", blob("x"), {}, false, false, ""}), Code::kOperation);
  EXPECT_EQ(code_of(WriteFile{"/etc/f", digest("never sent"), {}, false, false, ""}), Code::kProtocol);
}

TEST_F(InterpreterTest, ValidationSeesTheNewFileBeforeItIsInPlace) {
  if (::geteuid() != 0) GTEST_SKIP() << "programs of the host are only run below /";
  LocalSystem host(must(RootFiles::at("/")));
  Interpreter interpreter(host, managers_, blobs_, {}, "00000000");
  root_.write("/etc/f", "old");
  const std::string path = root_.at("/etc/f");
  const auto write = [&](const std::string& content, const std::string& validate) {
    return interpreter.run(WriteFile{path, blob(content), {}, false, false, validate}, {}, output_);
  };
  const Result<> refused = write("bad", "grep -q good %s || { echo no good in %s; exit 3; }");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Code::kValidateFailed);
  EXPECT_THAT(refused.error().summary(), HasSubstr("no good in " + path));
  EXPECT_EQ(root_.read("/etc/f"), "old");
  EXPECT_EQ(names("/etc").size(), 3U);
  EXPECT_TRUE(write("good", "grep -q good %s").has_value());
  EXPECT_EQ(root_.read("/etc/f"), "good");
  // What it puts in the place of what was planned goes nowhere.
  for (const char* command : {"echo evil >> %s", "ln -sf /etc/passwd %s", "rm %s"}) {
    const Result<> changed = write("better", command);
    ASSERT_FALSE(changed.has_value()) << command;
    EXPECT_EQ(changed.error().code(), Code::kValidateFailed);
    EXPECT_EQ(root_.read("/etc/f"), "good");
  }
}

TEST_F(InterpreterTest, FoldersAndTheirParents) {
  expect_ok(MakeDirectory{"/srv/a/b", {{}, {}, "0750"}, true});
  EXPECT_EQ(mode("/srv/a"), 0755U);
  EXPECT_EQ(mode("/srv/a/b"), 0750U);
  expect_ok(MakeDirectory{"/srv/a/b", {{}, {}, "2755"}, false});
  EXPECT_EQ(mode("/srv/a/b"), 02755U);
  EXPECT_EQ(code_of(MakeDirectory{"/none/b", {}, false}), Code::kOperation);
  EXPECT_EQ(code_of(MakeDirectory{"/srv/ghosts", {"ghost", {}, {}}, false}), Code::kUnknownAccount);
  EXPECT_FALSE(root_.has("/srv/ghosts")) << "a step that failed leaves nothing behind";
  root_.write("/srv/file", "x");
  EXPECT_EQ(code_of(MakeDirectory{"/srv/file", {}, false}), Code::kOperation);
}

TEST_F(InterpreterTest, AFolderIsThereWithItsModeOrNotAtAll) {
  // As runs that were killed left them: made and closed, and with something in it.
  std::filesystem::create_directories(root_.at("/srv/.plumb-0a1b2c3d-1-0"));
  ASSERT_EQ(::chmod(root_.at("/srv/.plumb-0a1b2c3d-1-0").c_str(), 0), 0);
  root_.write("/srv/.plumb-0a1b2c3d-1-1/below/x", "x");
  root_.write("/srv/.plumb-0a1b2c3d-1-2", "x");
  root_.write("/srv/.plumb-others-1-0", "x");
  remove_left_over_temporaries(system_.files(), "/srv", "0a1b2c3d");
  EXPECT_EQ(system_.list("/srv").value(), std::vector<std::string>{".plumb-others-1-0"});
  // Nothing takes the place of what is there, whatever that is.
  ASSERT_EQ(::symlink("/nowhere", root_.at("/srv/link").c_str()), 0);
  EXPECT_EQ(code_of(MakeDirectory{"/srv/link", {}, false}), Code::kOperation);
  EXPECT_EQ(system_.list("/srv").value(), (std::vector<std::string>{".plumb-others-1-0", "link"}));
}

TEST_F(InterpreterTest, Links) {
  root_.write("/etc/real", "x");
  expect_ok(MakeLink{"/etc/l", "real", false, false});
  EXPECT_EQ(system_.files().read_link("/etc/l"), "real");
  expect_ok(MakeLink{"/etc/l", "real", false, false});
  EXPECT_EQ(code_of(MakeLink{"/etc/l", "other", false, false}), Code::kOperation);
  expect_ok(MakeLink{"/etc/l", "other", false, true});
  EXPECT_EQ(system_.files().read_link("/etc/l"), "other");
  expect_ok(MakeLink{"/etc/hard", "/etc/real", true, false});
  EXPECT_EQ(info("/etc/hard").st_ino, info("/etc/real").st_ino);
  expect_ok(MakeLink{"/etc/hard", "/etc/real", true, true});
  std::filesystem::create_directory(root_.at("/etc/empty"));
  expect_ok(MakeLink{"/etc/empty", "real", false, true});
  std::filesystem::create_directories(root_.at("/etc/full/x"));
  EXPECT_EQ(code_of(MakeLink{"/etc/full", "real", false, true}), Code::kOperation);
  for (const std::string& name : names("/etc")) EXPECT_FALSE(name.starts_with(".plumb-")) << name;
}

TEST_F(InterpreterTest, TheNameOfABackupTellsNothingOfWhatIsInIt) {
  root_.write("/etc/token", "guess me");
  expect_ok(WriteFile{"/etc/token", blob("two"), {}, false, true, ""});
  const std::string kept = root_.backup_of("/etc/token");
  EXPECT_THAT(kept, ::testing::MatchesRegex("/etc/token\\.plumb-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}"));
  EXPECT_THAT(kept, Not(HasSubstr(digest("guess me").substr(7, 8))));
  EXPECT_EQ(root_.read(kept), "guess me");
}

TEST_F(InterpreterTest, RemoveStaysInsideItsTree) {
  root_.write("/keep/me", "x");
  root_.write("/gone/a/b", "x");
  std::filesystem::create_symlink("/keep", root_.at("/gone/a/link"));
  EXPECT_EQ(code_of(Remove{"/gone", false, false}), Code::kOperation) << "not empty";
  expect_ok(Remove{"/gone", true, false});
  EXPECT_FALSE(root_.has("/gone"));
  EXPECT_EQ(root_.read("/keep/me"), "x");
  std::filesystem::create_symlink("/keep", root_.at("/l"));
  expect_ok(Remove{"/l", true, false});
  EXPECT_TRUE(root_.has("/keep/me"));
  expect_ok(Remove{"/keep/me/x", true, false});
  expect_ok(Remove{"/keep/me", false, true});
  EXPECT_EQ(root_.read(root_.backup_of("/keep/me")), "x");
  EXPECT_EQ(code_of(Remove{"/", true, false}), Code::kOperation);
}

TEST_F(InterpreterTest, Attributes) {
  root_.write("/etc/f", "x");
  expect_ok(SetAttributes{"/etc/f", {{}, {}, "0600"}, false});
  EXPECT_EQ(mode("/etc/f"), 0600U);
  std::filesystem::create_symlink("f", root_.at("/etc/l"));
  EXPECT_EQ(code_of(SetAttributes{"/etc/l", {{}, {}, "0644"}, false}), Code::kSymlinkRefused);
  expect_ok(SetAttributes{"/etc/l", {{}, {}, "0644"}, true});
  EXPECT_EQ(mode("/etc/f"), 0644U);
  EXPECT_EQ(code_of(SetAttributes{"/etc/none", {{}, {}, "0644"}, false}), Code::kOperation);
  if (::geteuid() != 0) GTEST_SKIP() << "changing owners needs root";
  expect_ok(SetAttributes{"/etc/f", {{}, {}, "4755"}, false});
  expect_ok(SetAttributes{"/etc/f", {"1234", {}, {}}, false});
  EXPECT_EQ(mode("/etc/f"), 0755U) << "setuid does not outlast a change of owner";
}

TEST_F(InterpreterTest, SecretsArePutInAndTakenOut) {
  const std::string secret = "correct horse";
  const Sealed sealed = Sealed::of("key", secret);
  const Secrets secrets(std::map<std::string, Json>{{sealed.encode(), secret}});
  const EditDatabase edit{"user", "modify", "u", {{"comment", sealed.encode()}}};
  const auto revealed = secrets.reveal(edit, {sealed});
  ASSERT_TRUE(revealed.has_value());
  EXPECT_EQ(std::get<EditDatabase>(*revealed).set["comment"], secret);
  EXPECT_EQ(secrets.hide("it said " + secret + "!"), "it said (sensitive)!");
  const auto missing = Secrets().reveal(edit, {sealed});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), Code::kSecretUnresolved);
}

TEST_F(InterpreterTest, OnlyMarkedValuesAreRevealed) {
  const Sealed sealed = Sealed::of("key", "correct horse");
  const Sealed other = Sealed::of("key", "battery staple");
  const std::string looks_sealed = "hmac-sha256:" + std::string(64, 'a');
  const Secrets secrets(std::map<std::string, Json>{
      {sealed.encode(), "correct horse"}, {other.encode(), "battery staple"}, {"hmac-sha256:short", "nothing"}});
  plumb::Run run;
  run.argv = {looks_sealed};
  run.env = {{"A", looks_sealed}, {"B", other.encode()}};
  run.stdin_text = sealed.encode();
  const auto revealed = secrets.reveal(run, {sealed});
  ASSERT_TRUE(revealed.has_value());
  const auto& shown = std::get<plumb::Run>(*revealed);
  EXPECT_EQ(shown.argv, run.argv);
  EXPECT_EQ(shown.env, run.env) << "neither a text that looks so nor a value of another resource";
  EXPECT_EQ(shown.stdin_text, "correct horse");
  EXPECT_EQ(std::get<plumb::Run>(secrets.reveal(run, {}).value()), run);
  run.sealed_env = other.encode();
  EXPECT_EQ(secrets.reveal(run, {}).error().code(), Code::kSecretUnresolved);
}

TEST_F(InterpreterTest, ASensitiveRunIsAListOrAText) {
  const Json list = {"/bin/echo", "correct horse"};
  const Sealed as_list = Sealed::of("key", canonical(list));
  const Sealed as_text = Sealed::of("key", "echo correct horse");
  const Secrets secrets(
      std::map<std::string, Json>{{as_list.encode(), list}, {as_text.encode(), "echo correct horse"}});
  plumb::Run run;
  run.argv = {as_list.encode()};
  const auto listed = secrets.reveal(run, {as_list});
  ASSERT_TRUE(listed.has_value()) << listed.error().summary();
  EXPECT_EQ(std::get<plumb::Run>(*listed).argv, list.get<std::vector<std::string>>());
  EXPECT_EQ(std::get<plumb::Run>(*listed).script, "");
  run.argv = {as_text.encode()};
  const auto text = secrets.reveal(run, {as_text});
  ASSERT_TRUE(text.has_value()) << text.error().summary();
  EXPECT_EQ(std::get<plumb::Run>(*text).script, "echo correct horse");
  EXPECT_TRUE(std::get<plumb::Run>(*text).argv.empty());
}

class HostProgramTest : public ::testing::Test {
 protected:
  HostProgramTest()
      : system_(must(RootFiles::at("/"))),
        blobs_(system_.files()),
        interpreter_(system_, managers_, blobs_, {}, "00000000") {}
  Result<> run(plumb::Run operation) { return interpreter_.run(operation, {}, output_); }

  const Managers managers_;
  LocalSystem system_;
  BlobStore blobs_;
  Interpreter interpreter_;
  std::string output_;
};

TEST_F(HostProgramTest, RunsWithACleanEnvironment) {
  ::setenv("LEAK", "yes", 1);
  plumb::Run operation;
  operation.script = "echo LEAK=$LEAK LANG=$LANG MORE=$MORE; pwd; cat";
  operation.env = {{"MORE", "more"}};
  operation.cwd = "/usr";
  operation.stdin_text = "input";
  ASSERT_TRUE(run(operation).has_value());
  EXPECT_EQ(output_, "LEAK= LANG=C.UTF-8 MORE=more\n/usr\ninput");
}

TEST_F(HostProgramTest, APathThatIsGivenFindsTheProgram) {
  const ScratchRoot folder;
  folder.write("/tmp/only-here", "#!/bin/sh\necho found\n");
  ::chmod(folder.at("/tmp/only-here").c_str(), 0755);
  plumb::Run operation;
  operation.argv = {"only-here"};
  EXPECT_FALSE(run(operation).has_value());
  operation.env = {{"PATH", "relative:" + folder.at("/tmp")}};
  EXPECT_TRUE(run(operation).has_value());
  operation.argv.clear();
  operation.script = "only-here";
  EXPECT_TRUE(run(operation).has_value()) << "sh is not looked for in it";
  EXPECT_EQ(output_, "found\nfound\n");
}

TEST_F(HostProgramTest, TheCallerIsCalledWhileItRuns) {
  int calls = 0;
  system_.set_while_busy([&calls] { ++calls; });
  plumb::Run operation;
  operation.script = "exec >&- 2>&-; sleep 2.5";
  ASSERT_TRUE(run(operation).has_value());
  EXPECT_GE(calls, 2);
}

TEST_F(HostProgramTest, WhatIsSensitiveIsTakenOutBeforeItIsCut) {
  HiddenTexts hidden;
  hidden.add("correct-horse-battery");
  system_.set_hidden(std::move(hidden));
  plumb::Run operation;
  // Longer than what is kept, so that it begins in the middle of one.
  operation.script =
      "yes correct-horse-battery | head -c 1000013 | tr -d '\\n'; echo; echo correct-horse-battery >&2; exit 1";
  const auto failed = run(operation);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().summary(), HasSubstr("exit code 1: (sensitive)"));
  for (const char* part : {"horse", "battery", "corre"}) EXPECT_THAT(output_, ::testing::Not(HasSubstr(part)));
}

TEST_F(HostProgramTest, ExitCodesCount) {
  plumb::Run operation;
  operation.script = "echo why >&2; exit 4";
  const auto failed = run(operation);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code(), Code::kProgramFailed);
  EXPECT_THAT(failed.error().summary(), HasSubstr("exit code 4: why"));
  operation.expect = {0, 4};
  EXPECT_TRUE(run(operation).has_value());
  operation.script.clear();
  operation.argv = {"no-such-program"};
  EXPECT_EQ(run(operation).error().code(), Code::kProgramMissing);
  operation.argv = {"true"};
  operation.cwd = "/no/such/folder";
  EXPECT_EQ(run(operation).error().code(), Code::kOperation);
}

TEST_F(HostProgramTest, TimeIsUp) {
  plumb::Run operation;
  operation.script = "trap '' TERM; sleep 30 & sleep 30";
  operation.timeout_seconds = 1;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run(operation).error().code(), Code::kProgramTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

// The program ends at once and leaves one that does not heed TERM, with nothing of the program's open.
TEST_F(HostProgramTest, TimeIsUpForWhomItLeavesBehindToo) {
  const ScratchRoot folder;
  ProcessRequest request;
  request.argv = {"sh", "-c", "(trap '' TERM; while :; do echo >> beats; sleep 0.02; done) > log 2>&1 & wait"};
  request.cwd = folder.path();
  request.timeout = std::chrono::seconds(1);
  request.may_be_late = true;
  const auto ended = system_.run(request);
  ASSERT_TRUE(ended.has_value());
  EXPECT_TRUE(ended->timed_out);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const std::string beats = folder.read("/beats");
  EXPECT_FALSE(beats.empty());
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(folder.read("/beats"), beats) << "it still runs";
}

TEST_F(HostProgramTest, NobodyIsWaitedForWhereTermIsHeeded) {
  ProcessRequest request;
  request.argv = {"sleep", "30"};
  request.timeout = std::chrono::seconds(1);
  request.may_be_late = true;
  // The quickest of a few: the others tell what else the machine has to do.
  auto took = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 5 && took >= std::chrono::seconds(3); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(system_.run(request)->timed_out);
    took = std::min(took, std::chrono::steady_clock::now() - begin);
  }
  EXPECT_LT(took, std::chrono::seconds(3)) << "that is when KILL comes";
}

TEST_F(HostProgramTest, LargeOutputIsBoundedAndNothingWaitsForADaemon) {
  ProcessRequest request;
  request.argv = {"sh", "-c", "yes | head -c 5000000; yes e | head -c 5000000 >&2; sleep 20 & echo end"};
  request.output_limit = 1000;
  const auto begin = std::chrono::steady_clock::now();
  const auto first = system_.run(request);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->output.size(), 1000U);
  EXPECT_EQ(first->errors.size(), 1000U);
  EXPECT_TRUE(system_.run_keeping_end(request)->output.ends_with("end\n"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  request.argv = {"cat"};
  request.stdin_text = std::string(3'000'000, 'x');
  request.output_limit = std::size_t{4} << 20;
  EXPECT_EQ(system_.run(request)->output.size(), 3'000'000U);
}

TEST_F(HostProgramTest, NothingWaitsForADaemonThatGoesOnTalking) {
  ProcessRequest request;
  request.argv = {"sh", "-c", "(while sleep 0.01; do echo on; done) & echo end"};
  const auto begin = std::chrono::steady_clock::now();
  const auto done = system_.run(request);
  ASSERT_TRUE(done.has_value());
  EXPECT_THAT(done->output, HasSubstr("end\n"));
  EXPECT_EQ(done->exit_code, 0);
  EXPECT_FALSE(done->timed_out);
  request.argv = {"sh", "-c", "yes & yes >&2 &"};
  EXPECT_TRUE(system_.run(request).has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(HostProgramTest, AnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
  plumb::Run operation;
  operation.script = "id -un; echo $HOME";
  operation.user = "nobody";
  ASSERT_TRUE(run(operation).has_value());
  EXPECT_EQ(output_, "nobody\n/nonexistent\n");
  operation.user = "no-such-user";
  EXPECT_EQ(run(operation).error().code(), Code::kUnknownAccount);
}

}  // namespace
}  // namespace plumb::exec
