// Unpack, of archives that the test makes.
#include <algorithm>
#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/interpreter/interpreter.h"
#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One entry of a tar archive, as ustar has it.
std::string tar_entry(const std::string& name, char type, const std::string& bytes, const std::string& target = {},
                      const char* mode = "0000644") {
  std::string block(512, '\0');
  const auto put = [&](std::size_t at, const std::string& text) { block.replace(at, text.size(), text); };
  char size[16] = {};
  std::snprintf(size, sizeof size, "%011o", static_cast<unsigned>(bytes.size()));
  put(0, name);
  put(100, mode);
  put(124, size);
  put(136, "00000001750");
  put(148, std::string(8, ' '));
  block[156] = type;
  put(157, target);
  put(257, std::string("ustar\0"
                       "00",
                       8));
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(size, sizeof size, "%06o", sum);
  put(148, size);
  block[154] = '\0';
  return block + bytes + std::string((512 - bytes.size() % 512) % 512, '\0');
}
std::string tar_end() {
  return std::string(1024, '\0');
}
std::string pax(const std::string& key, const std::string& value) {
  std::string record = " " + key + "=" + value + "\n";
  std::size_t length = record.size() + 1;
  while (std::to_string(length).size() + record.size() != length) ++length;
  return tar_entry("pax", 'x', std::to_string(length) + record);
}

class UnpackTest : public ::testing::Test {
 protected:
  UnpackTest() : system_(must(RootFiles::at("/"))), blobs_(system_.files()) {
    ::umask(022);
    std::filesystem::create_directories(root_.at("/opt"));
  }

  Unpack want(const std::string& bytes) {
    root_.write("/archive", bytes);
    Unpack unpack;
    unpack.path = root_.at("/opt/app");
    unpack.archive = root_.at("/archive");
    unpack.mark = ".mark";
    unpack.says = "done\n";
    return unpack;
  }
  Result<> run(const Unpack& unpack) {
    Interpreter interpreter(system_, managers_, blobs_, {}, "00000000");
    std::string output;
    Result<> done = interpreter.run(unpack, {}, output);
    EXPECT_TRUE(interpreter.folders().sync().has_value());
    return done;
  }
  void expect_ok(const Unpack& unpack) {
    const Result<> done = run(unpack);
    EXPECT_TRUE(done.has_value()) << done.error().summary();
    expect_tidy();
  }
  // Nothing was made, and nothing stays of the try.
  std::string refusal(const Unpack& unpack) {
    const Result<> done = run(unpack);
    EXPECT_FALSE(root_.has("/opt/app"));
    expect_tidy();
    return done ? "" : done.error().summary();
  }
  void expect_tidy() {
    const std::vector<std::string> names = must(system_.list(root_.at("/opt")));
    for (const std::string& name : names) EXPECT_EQ(name, "app");
  }
  std::string packed(const std::string& program, const std::string& bytes) {
    root_.write("/plain", bytes);
    EXPECT_EQ(::system((program + " -c " + root_.at("/plain") + " > " + root_.at("/packed")).c_str()), 0);
    return root_.read("/packed");
  }
  struct stat info(const std::string& path) const {
    struct stat out {};
    EXPECT_EQ(::lstat(root_.at(path).c_str(), &out), 0) << path;
    return out;
  }

  ScratchRoot root_;
  const Managers managers_;
  LocalSystem system_;
  BlobStore blobs_;
};

TEST_F(UnpackTest, FilesFoldersAndLinksComeWithModesAndTimes) {
  expect_ok(want(tar_entry("./", '5', "") + tar_entry("./bin/", '5', "", "", "0000750") +
                 tar_entry("./bin/run", '0', "hello", "", "0004755") + tar_entry("link", '2', "", "bin/run") +
                 tar_entry("other", '1', "", "bin/run") + tar_entry("deep/in/it", '0', "x") + tar_end()));
  EXPECT_EQ(root_.read("/opt/app/bin/run"), "hello");
  EXPECT_EQ(info("/opt/app/bin/run").st_mode & 07777U, 0755U) << "no setuid";
  EXPECT_EQ(info("/opt/app/bin/run").st_mtime, 01750);
  EXPECT_EQ(info("/opt/app/bin").st_mode & 07777U, 0750U);
  EXPECT_EQ(std::filesystem::read_symlink(root_.at("/opt/app/link")), "bin/run");
  EXPECT_EQ(info("/opt/app/other").st_ino, info("/opt/app/bin/run").st_ino);
  EXPECT_EQ(root_.read("/opt/app/deep/in/it"), "x");
  EXPECT_EQ(root_.read("/opt/app/.mark"), "done\n");
  EXPECT_EQ(info("/opt/app").st_mode & 07777U, 0755U);
}

TEST_F(UnpackTest, OneThatOthersMayWriteToIsReadFromACopy) {
  const Unpack unpack = want(tar_entry("a", '0', "hello") + tar_end());
  std::filesystem::permissions(root_.at("/archive"), std::filesystem::perms::all);
  expect_ok(unpack);
  EXPECT_EQ(root_.read("/opt/app/a"), "hello");
}

TEST_F(UnpackTest, EveryFormat) {
  const std::string tar = tar_entry("a", '0', "hello") + tar_end();
  for (const char* program : {"gzip", "bzip2", "xz", "zstd -q"}) {
    const std::string name = std::string(program).substr(0, std::string(program).find(' '));
    if (system_.find_program(name).empty()) continue;
    expect_ok(want(packed(program, tar)));
    EXPECT_EQ(root_.read("/opt/app/a"), "hello") << program;
    std::filesystem::remove_all(root_.at("/opt/app"));
  }
  EXPECT_THAT(refusal(want(packed("gzip", tar).substr(0, 40))), HasSubstr("gzip cannot unpack"));
  EXPECT_THAT(refusal(want("just text")), HasSubstr("it is no archive that is known here"));
  EXPECT_THAT(refusal(want(std::string(600, 'x'))), HasSubstr("it is no archive that is known here"));
  EXPECT_THAT(refusal(want(tar.substr(0, 514))), HasSubstr("it ends in the middle"));
}

TEST_F(UnpackTest, AZip) {
  if (system_.find_program("unzip").empty() || system_.find_program("python3").empty()) GTEST_SKIP();
  const std::string make = "python3 -c \"import zipfile; z=zipfile.ZipFile('" + root_.at("/x.zip") +
                           "','w'); z.writestr('d/a','hello'); z.writestr('d/b','x'); z.close()\"";
  ASSERT_EQ(::system(make.c_str()), 0);
  Unpack unpack = want(root_.read("/x.zip"));
  unpack.strip = 1;
  unpack.exclude = {"d/b"};
  expect_ok(unpack);
  EXPECT_EQ(root_.read("/opt/app/a"), "hello");
  EXPECT_FALSE(root_.has("/opt/app/b"));
}

TEST_F(UnpackTest, LongNames) {
  const std::string folder(90, 'f'), name(120, 'n');
  expect_ok(want(pax("path", folder + "/" + name) + tar_entry("short", '0', "pax") +
                 tar_entry("././@LongLink", 'L', "gnu/" + name + std::string(1, '\0')) +
                 tar_entry("short", '0', "gnu") + tar_entry("plain", '0', "plain") + tar_end()));
  EXPECT_EQ(root_.read("/opt/app/" + folder + "/" + name), "pax");
  EXPECT_EQ(root_.read("/opt/app/gnu/" + name), "gnu");
  EXPECT_EQ(root_.read("/opt/app/plain"), "plain");
}

TEST_F(UnpackTest, WhatLeadsOutIsRefusedBeforeAnythingIsWritten) {  // Z13
  const std::string good = tar_entry("good", '0', "x");
  EXPECT_THAT(refusal(want(good + tar_entry("../evil", '0', "x") + tar_end())), HasSubstr("../evil leads out"));
  EXPECT_THAT(refusal(want(good + tar_entry("a/../../evil", '0', "x") + tar_end())), HasSubstr("leads out"));
  EXPECT_THAT(refusal(want(good + tar_entry("/etc/evil", '0', "x") + tar_end())), HasSubstr("/etc/evil leads out"));
  EXPECT_THAT(refusal(want(good + pax("path", "../evil") + tar_entry("a", '0', "x") + tar_end())),
              HasSubstr("leads out"));
  EXPECT_THAT(refusal(want(good + tar_entry("l", '2', "", "/etc") + tar_end())), HasSubstr("is a link to /etc"));
  EXPECT_THAT(refusal(want(good + tar_entry("d/l", '2', "", "../../x") + tar_end())), HasSubstr("out of the folder"));
  EXPECT_THAT(refusal(want(good + tar_entry("d/l", '2', "", "a/../../x") + tar_end())), HasSubstr("out of the folder"));
  EXPECT_THAT(refusal(want(tar_entry("l", '2', "", "d") + tar_entry("l/x", '0', "x") + tar_end())),
              HasSubstr("goes through l, a link"));
  EXPECT_THAT(refusal(want(tar_entry("l/x", '0', "x") + tar_entry("l", '2', "", "d") + tar_end())),
              HasSubstr("goes through l, a link"));
  EXPECT_THAT(refusal(want(good + tar_entry("h", '1', "", "/etc/passwd") + tar_end())), HasSubstr("does not come"));
  EXPECT_THAT(refusal(want(good + tar_entry("h", '1', "", "none") + tar_end())), HasSubstr("no file before it"));
  EXPECT_THAT(refusal(want(good + tar_entry("dev", '3', "") + tar_end())), HasSubstr("neither file, folder nor link"));
}

TEST_F(UnpackTest, ALinkInsideMayComeAndAFileMayTakeItsPlace) {  // Z09
  expect_ok(want(tar_entry("d/l", '2', "", "../x") + tar_entry("x", '0', "1") + tar_entry("y", '2', "", "x") +
                 tar_entry("y", '0', "2") + tar_end()));
  EXPECT_EQ(root_.read("/opt/app/d/l"), "1");
  EXPECT_EQ(root_.read("/opt/app/y"), "2");
  EXPECT_EQ(root_.read("/opt/app/x"), "1");
}

TEST_F(UnpackTest, StripIncludeAndExclude) {  // Z05
  Unpack unpack =
      want(tar_entry("app-1/", '5', "") + tar_entry("app-1/bin/a", '0', "a") + tar_entry("app-1/docs/b", '0', "b") +
           tar_entry("app-1/c", '0', "c") + tar_entry("README", '0', "r") + tar_end());
  unpack.strip = 1;
  unpack.include = {"app-1"};
  unpack.exclude = {"*/docs"};
  expect_ok(unpack);
  EXPECT_THAT(*system_.list(root_.at("/opt/app")), ElementsAre(".mark", "bin", "c"));
  std::filesystem::remove_all(root_.at("/opt/app"));
  unpack.include = {"nothing"};
  EXPECT_THAT(refusal(unpack), HasSubstr("nothing of the archive"));
}

TEST_F(UnpackTest, WhatIsThereStaysUnlessItHasTheName) {
  root_.write("/opt/app/own", "own");
  root_.write("/opt/app/d/a", "old");
  root_.write("/opt/app/d/b", "old");
  expect_ok(want(tar_entry("d/a", '0', "new") + tar_entry("e/f", '0', "new") + tar_end()));
  EXPECT_EQ(root_.read("/opt/app/own"), "own");
  EXPECT_EQ(root_.read("/opt/app/d/a"), "new");
  EXPECT_EQ(root_.read("/opt/app/d/b"), "old");
  EXPECT_EQ(root_.read("/opt/app/e/f"), "new");
}

TEST_F(UnpackTest, WhatCannotTakeItsPlaceKeepsAllOfItAway) {
  root_.write("/opt/app/d", "file");
  const Result<> done = run(want(tar_entry("a", '0', "x") + tar_entry("d/e", '0', "x") + tar_end()));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().summary(), HasSubstr("/d is no folder"));
  EXPECT_FALSE(root_.has("/opt/app/a"));
  EXPECT_FALSE(root_.has("/opt/app/.mark"));
}

TEST_F(UnpackTest, AnotherArchiveThanThePlanSawIsRefused) {
  Unpack unpack = want(tar_entry("a", '0', "x") + tar_end());
  unpack.digest = digest("another");
  EXPECT_THAT(refusal(unpack), HasSubstr("was changed since the plan was made"));
  unpack.digest = digest(root_.read("/archive"));
  expect_ok(unpack);
}

TEST_F(UnpackTest, OneThatTheControllerSends) {
  const std::string bytes = tar_entry("a", '0', "x") + tar_end();
  Unpack unpack = want(bytes);
  unpack.archive.clear();
  ASSERT_TRUE(blobs_.add({digest(bytes), bytes, true, false, {}}).has_value());
  unpack.content = digest(bytes);
  expect_ok(unpack);
  EXPECT_EQ(root_.read("/opt/app/a"), "x");
}

TEST_F(UnpackTest, AllOfItBelongsToWhomItIsFor) {  // Z03
  if (::geteuid() != 0) GTEST_SKIP() << "changing owners needs root";
  Unpack unpack = want(tar_entry("d/", '5', "") + tar_entry("d/a", '0', "x") + tar_entry("e/b", '0', "x") +
                       tar_entry("l", '2', "", "d/a") + tar_end());
  unpack.ownership.owner = "1234";
  unpack.ownership.group = "2345";
  expect_ok(unpack);
  for (const char* path : {"", "/d", "/d/a", "/e", "/e/b", "/l", "/.mark"}) {
    EXPECT_EQ(info("/opt/app" + std::string(path)).st_uid, 1234U) << path;
    EXPECT_EQ(info("/opt/app" + std::string(path)).st_gid, 2345U) << path;
  }
}

// Whatever the bytes are: an error or an archive, and never anything outside of the folder.
TEST_F(UnpackTest, AnyBytes) {
  std::mt19937 random(7);  // NOLINT: the same bytes each time
  const std::string whole = tar_entry("d/", '5', "") + pax("path", "d/long") + tar_entry("d/a", '0', "hello") +
                            tar_entry("l", '2', "", "d/a") + tar_entry("h", '1', "", "d/long") + tar_end();
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    for (int edits = 0; edits < 3; ++edits) bytes[random() % bytes.size()] = static_cast<char>(random());
    (void)run(want(bytes)).has_value();
    expect_tidy();
    std::filesystem::remove_all(root_.at("/opt/app"));
  }
  EXPECT_THAT(*system_.list(root_.at("/etc")), ElementsAre("group", "passwd"));
}

}  // namespace
}  // namespace plumb::exec
