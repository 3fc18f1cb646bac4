#include "providers/filesystem/filesystem.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::filesystem {
namespace {

class Filesystem : public ProviderTest<FilesystemProvider> {
 protected:
  Filesystem() {
    for (const char* program : {"blkid", "mkfs.ext4", "mkfs.xfs"}) system.add_program(program);
    system.make_file("/dev/vdb", std::string(8192, 'x'));
    answer("od *", " 00 00 00 00\n*\n");
  }
  static Desired want(Json attributes) {
    attributes.emplace("device", "/dev/vdb");
    attributes.emplace("type", "ext4");
    return wanted("filesystem", "device", std::move(attributes));
  }
  void answer(const std::string& asked, const std::string& text, int code = 0) {
    ProcessResult result;
    result.output = text;
    result.exit_code = code;
    system.script(asked, result);
  }
};

TEST_F(Filesystem, IsMadeWhereThereIsNone) {
  answer("blkid *", "", 2);
  const Change change = look(want({{"label", "data"}, {"options", {"-m", "1"}}})).change;
  EXPECT_EQ(std::get<plumb::Run>(change.operations.at(0)).argv,
            (std::vector<std::string>{"mkfs.ext4", "-L", "data", "-m", "1", "/dev/vdb"}));
  answer("blkid *", "TYPE=ext4\nLABEL=data\n");
  EXPECT_TRUE(look(want({{"label", "data"}})).change.empty());
}

TEST_F(Filesystem, WhatIsThereStays) {
  answer("blkid *", "TYPE=xfs\n");
  EXPECT_EQ(obstacle(want(Json::object())), "there is xfs on /dev/vdb");
  answer("blkid *", "PTTYPE=gpt\n");
  EXPECT_EQ(obstacle(want(Json::object())), "there is a table of partitions on /dev/vdb");
  const Change change = look(want({{"destroy", true}})).change;
  EXPECT_EQ(change.op, Op::kReplace);
  EXPECT_EQ(change.note, "all that is on /dev/vdb is gone then");
  answer("blkid *", "TYPE=ext4\nLABEL=old\n");
  EXPECT_EQ(obstacle(want({{"label", "data"}})), "the file system on /dev/vdb has the label 'old'");
}

TEST_F(Filesystem, WhatNobodyKnowsStaysToo) {
  answer("blkid *", "", 2);
  answer("od *", " 00 00 00 0a\n*\n");
  EXPECT_EQ(obstacle(want(Json::object())), "there is something that is no file system on /dev/vdb");
  EXPECT_EQ(look(want({{"destroy", true}})).change.op, Op::kReplace);
}

TEST_F(Filesystem, ALabelIsWhatItSays) {
  answer("blkid *", "TYPE=ext4\nLABEL=a\\\"b\\$c\n");
  EXPECT_TRUE(look(want({{"label", "a\"b$c"}})).change.empty());
}

TEST_F(Filesystem, GrowsToAllOfItsDevice) {
  answer("blkid *", "TYPE=ext4\n");
  answer("dumpe2fs *", "Block count:              1\nBlock size:               4096\n");
  const Change change = look(want({{"grow", true}})).change;
  EXPECT_EQ(change.before, (Json{{"unused", 4096}}));
  EXPECT_EQ(std::get<plumb::Run>(change.operations.at(0)).argv, (std::vector<std::string>{"resize2fs", "/dev/vdb"}));
  EXPECT_TRUE(look(want(Json::object())).change.empty());
}

}  // namespace
}  // namespace plumb::providers::filesystem
