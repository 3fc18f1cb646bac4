#include "providers/sdk/made_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "engine/base/shell_word.h"

namespace plumb {
namespace {

class MadeFile : public ::testing::Test {
 protected:
  MadeFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "plumb-made-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    for (const char* other : {"it's.backup", "it's.plumb-20270131T093000Z-0a1b2c3d"})
      std::ofstream(folder_ / other) << "another's";
  }
  ~MadeFile() override { std::filesystem::remove_all(folder_); }

  void make(const std::string& script) const {
    Desired desired;
    desired.attributes = {{"path", (folder_ / "it's").string()}, {"state", "present"}};
    Change change;
    finish_made_file(desired, Observed{}, "0600", {script}, change);
    const std::string command =
        "sh -c " + shell_word(std::get<plumb::Run>(change.operations.at(0)).script) + " 2>/dev/null";
    EXPECT_NE(std::system(command.c_str()), -1);
  }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) found.insert(entry.path().filename());
    return found;
  }

  std::filesystem::path folder_;
};

TEST_F(MadeFile, WhatAKilledOneLeftGoesWithTheNextOne) {
#ifdef __APPLE__
  GTEST_SKIP() << "its mv has no -T";
#endif
  const std::string beside = new_beside((folder_ / "it's").string(), "pair", true);
  make(beside + "echo half >\"$new\"; echo half >\"$new.config\"; echo half >\"$pair/key\"; kill -9 $$");
  EXPECT_EQ(names().size(), 5U) << "two of others and three that were left";
  make("echo whole >\"$new\"");
  EXPECT_EQ(names(), (std::set<std::string>{"it's", "it's.backup", "it's.plumb-20270131T093000Z-0a1b2c3d"}));
}

}  // namespace
}  // namespace plumb
