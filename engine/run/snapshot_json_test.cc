#include "engine/run/snapshot_json.h"

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

std::optional<Json> read(std::string_view text) {
  return SnapshotJson(8).read(text);
}

TEST(SnapshotJson, ReadsWhatTheOtherReaderReads) {
  for (const char* text : {R"({"b":[1,-2,0,"x",true,false,null,{}],"a":""})", R"("\u00e4\ud83d\ude00\n\/\"")", "[]",
                           "9223372036854775807", " {\"a\" : [ ] } ", "-9223372036854775808", "[[[[[[[1]]]]]]]"}) {
    const Result<Json> expected = parse_json(text, Code::kSnapshotUnreadable);
    ASSERT_TRUE(expected.has_value()) << text;
    const std::optional<Json> found = read(text);
    ASSERT_TRUE(found.has_value()) << text;
    EXPECT_EQ(*found, *expected) << text;
    EXPECT_EQ(found->type(), expected->type()) << text;
    EXPECT_EQ(canonical(*found), canonical(*expected)) << text;
  }
}

TEST(SnapshotJson, LeavesWhatIsWrongOrOddToTheOtherReader) {
  for (const char* text : {"", "{", "[1,]", R"({"a":1,"a":2})", R"("\ud800")", "\"\xff\"", "\"a\nb\"", "01", "1.5",
                           "1e3", "18446744073709551615", "nul", "[1] 2", "[[[[[[[[[1]]]]]]]]]"}) {
    EXPECT_FALSE(read(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace plumb::run
