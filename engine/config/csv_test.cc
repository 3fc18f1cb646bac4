#include "engine/config/csv.h"

#include <gtest/gtest.h>

#include "engine/config/untyped.h"

namespace plumb::config {
namespace {

std::string read(std::string_view text) {
  Diagnostics diagnostics;
  const auto node = read_csv("t.csv", text, diagnostics);
  if (node) return untyped(*node).dump();
  const Diagnostic& problem = diagnostics.items().front();
  return problem.span->str() + " " + problem.summary;
}

TEST(Csv, IsAListOfMaps) {
  EXPECT_EQ(read("name,port\nweb,80\ndb,5432\n"), R"([{"name":"web","port":"80"},{"name":"db","port":"5432"}])");
  EXPECT_EQ(read("\xef\xbb\xbf"
                 "a,b\r\n1,\r\n\r\n,2"),
            R"([{"a":"1","b":""},{"a":"","b":"2"}])");
  EXPECT_EQ(read("a,b\n\"x,y\",\"say \"\"hi\"\"\nthere\"\n"), R"([{"a":"x,y","b":"say \"hi\"\nthere"}])");
  EXPECT_EQ(read("a\n"), "[]");
}

TEST(Csv, SaysWhereItIsNone) {
  EXPECT_EQ(read("a,b\n\"x\ny\",1\n1\n"), "t.csv:4:1 a line with 1 value, under 2 names");
  EXPECT_EQ(read("a,a\n"), "t.csv:1:1 two columns are called `a`");
  EXPECT_EQ(read(""), "t.csv:1:1 a column has no name");
  EXPECT_EQ(read("a,b\n1,\"x\n"), "t.csv:2:1 a quoted value is not closed");
  EXPECT_EQ(read("a,b\n\"x\"y,1\n"), "t.csv:2:1 text behind a quoted value");
  EXPECT_EQ(read("a\n\xff\n"), "t.csv:1:1 a table must be clean UTF-8");
}

}  // namespace
}  // namespace plumb::config
