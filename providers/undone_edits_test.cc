// Undo of what edits of files made, for every kind of them that makes files: the bytes are those of before, and no file
// is left where there was none.
#include <gtest/gtest.h>

#include "providers/sdk/builtin.h"
#include "providers/sdk/edit_provider.h"
#include "providers/sdk/fake_system.h"

namespace plumb {
namespace {

struct Made {
  std::string kind;
  Json attributes;
};

const std::vector<Made> kAll = {
    {"line", {{"path", "/etc/x"}, {"create", true}, {"text", "b"}}},
    {"block", {{"path", "/etc/x"}, {"create", true}, {"content", "b"}}},
    {"ini", {{"path", "/etc/x"}, {"create", true}, {"section", "a"}, {"options", {{"b", 1}}}}},
    {"cron", {{"name", "b"}, {"job", "/bin/b"}, {"file", "x"}}},
    {"cron", {{"name", "b"}, {"job", "/bin/b"}}},
    {"cron", {{"name", "B"}, {"value", "b"}}},
    {"host_entry", {{"name", "b"}, {"address", "192.0.2.1"}, {"path", "/etc/hosts"}}},
    {"limits", {{"limit", "b soft nofile"}, {"value", "9"}, {"path", "/etc/limits"}}},
    {"environment", {{"name", "B"}, {"value", "b"}, {"path", "/etc/environment"}}},
    {"known_host", {{"name", "b.example"}, {"key", "ssh-ed25519 AAAA"}, {"path", "/etc/known"}}},
    {"sudoers", {{"name", "x"}, {"user", "root"}, {"commands", "ALL"}}},
    {"yum_repository", {{"name", "a"}, {"baseurl", {"https://b.example"}}}},
    {"authorized_key", {{"user", "root"}, {"key", "ssh-ed25519 AAAA"}, {"path", "/etc/keys"}}},
};

class UndoneEdits : public ::testing::Test {
 protected:
  UndoneEdits() {
    for (const char* folder : {"/etc/cron.d", "/var/spool/cron/crontabs", "/etc/sudoers.d", "/etc/yum.repos.d"})
      system_.make_directory(folder);
  }

  static Desired want(const Made& made) {
    Desired desired;
    desired.address = {"", made.kind, "it"};
    desired.attributes = made.attributes;
    return desired;
  }
  const EditProvider& editor(const Desired& desired) const { return *kinds_.provider(desired.address.kind)->editor(); }
  std::string path_of(const Desired& desired) { return editor(desired).path_on(desired, system_); }
  bool is_there(const std::string& path) { return system_.stat(path, false).value().has_value(); }

  Observed converge(const Desired& desired) {
    const Seen seen = see(editor(desired), desired, system_);
    EXPECT_TRUE(seen.observed && !seen.observed->obstacle && seen.observed->missing.empty()) << desired.address.kind;
    EXPECT_FALSE(seen.change.empty()) << desired.address.kind;
    for (const Operation& operation : seen.change.operations)
      EXPECT_TRUE(kinds_.find(desired.address.kind)->operations.contains(operation)) << desired.address.kind;
    const Result<> done = system_.apply(seen.change.operations);
    EXPECT_TRUE(done) << desired.address.kind;
    return *seen.observed;
  }

  const Registry kinds_ = builtin_kinds();
  FakeSystem system_;
};

TEST_F(UndoneEdits, WhereThereWasNoFileThereIsNone) {
  for (const Made& made : kAll) {
    const Desired desired = want(made);
    const std::string path = path_of(desired);
    const Observed before = converge(desired);
    ASSERT_TRUE(is_there(path)) << path;
    const std::optional<Desired> back = editor(desired).restore(desired, before);
    ASSERT_TRUE(back) << made.kind;
    const Observed made_before = converge(*back);
    EXPECT_FALSE(is_there(path)) << made.kind << " left " << path;
    const Seen gone = see(editor(*back), *back, system_);
    EXPECT_TRUE(gone.change.empty() && gone.observed->missing.empty()) << made.kind;
    // Whoever takes the undo back has the file again.
    if (const std::optional<Desired> again = editor(desired).restore(*back, made_before)) {
      converge(*again);
      EXPECT_TRUE(is_there(path)) << made.kind;
      EXPECT_TRUE(see(editor(desired), desired, system_).change.empty()) << made.kind;
    }
    system_.remove(path);
  }
}

TEST_F(UndoneEdits, TheBytesAreThoseOfBefore) {
  for (const Made& made : kAll) {
    const Desired desired = want(made);
    // Its file is of this rule alone.
    if (made.kind == "sudoers") continue;
    for (const char* text : {"", "# c\n", "# c\n\n", "[o]\n# c\n", "# c\r\n"}) {
      system_.make_file(path_of(desired), text);
      const Observed before = converge(desired);
      const std::optional<Desired> back = editor(desired).restore(desired, before);
      ASSERT_TRUE(back) << made.kind;
      converge(*back);
      ASSERT_TRUE(is_there(path_of(desired))) << made.kind << ": the file was there before";
      EXPECT_EQ(system_.content(path_of(desired)), text) << made.kind;
    }
  }
}

TEST_F(UndoneEdits, AFileThatOthersHaveSomethingInStays) {
  for (const Made& made : kAll) {
    const Desired desired = want(made);
    const std::string path = path_of(desired);
    // All of its file or section is the resource's own.
    if (made.kind == "sudoers" || made.kind == "yum_repository") continue;
    const Observed before = converge(desired);
    system_.make_file(path, system_.content(path) + "\n# of others\n");
    converge(*editor(desired).restore(desired, before));
    EXPECT_NE(system_.content(path).find("# of others\n"), std::string::npos) << made.kind;
    system_.remove(path);
  }
}

TEST_F(UndoneEdits, WhatIsPutIntoItSinceThePlanOfTheUndoIsSeen) {
  const Desired desired = want(kAll[0]);
  const Desired back = *editor(desired).restore(desired, converge(desired));
  EXPECT_TRUE(see(editor(back), back, system_).change.before.contains("last_of_file"));
  system_.make_file("/etc/x", "b\nc\n");
  EXPECT_FALSE(see(editor(back), back, system_).observed->has("last_of_file")) << "so the planned removal is refused";
}

}  // namespace
}  // namespace plumb
