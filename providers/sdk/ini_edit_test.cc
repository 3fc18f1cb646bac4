#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "providers/sdk/edit_testing.h"
#include "providers/sdk/ini_header.h"

namespace plumb {
namespace {

IniEdit ini(std::string section, Json options, std::vector<std::string> remove = {}) {
  IniEdit edit;
  edit.section = std::move(section);
  edit.options.value = std::move(options);
  edit.remove = std::move(remove);
  return edit;
}

TEST(IniEdit, SectionAndOptionAreMadeWhereTheyAreMissing) {  // N26
  EXPECT_EQ(made(ini("a", {{"x", 1}}), ""), "[a]\nx = 1\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}, {"y", "b c"}}), "[b]\nx=2\n"), "[b]\nx=2\n\n[a]\nx=1\ny=b c\n");
  EXPECT_EQ(made(ini("a", {{"x", true}}), "[a]\ny = 2\n\n[b]\nx = 2\n"), "[a]\ny = 2\nx = true\n\n[b]\nx = 2\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]"), "[a]\nx = 1");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "\xEF\xBB\xBF[a]\r\ny=1\r\n"), "\xEF\xBB\xBF[a]\r\ny=1\r\nx=1\r\n");
}

// With the option x, and back.
std::string there_and_back(const std::string& text, std::vector<std::string> others = {}) {
  const IniEdit edit = ini("a", {{"x", 1}});
  std::string now = made(edit, text);
  for (const std::string& other : others) now = made(ini(other, {{"y", 1}}), now);
  return made(ini("a", {}, {"x", made_header(edit, text)}), now);
}

TEST(IniEdit, ASectionThatWasMadeGoesAgainWithTheLineThatPartsIt) {
  for (const char* text :
       {"", "x=1\n", "x=1", "[b]\ny = 2\n", "[b]\n\n", "[b]\r\ny=1\r\n", "# c\n \n", "\xEF\xBB\xBF[b]\n"})
    EXPECT_EQ(there_and_back(text), text);
  EXPECT_EQ(made_header(ini("a", {{"x", 1}}), "[b]\n"), "\n[a]");
  EXPECT_EQ(made_header(ini("a", {{"x", 1}}), "[b]\n\n"), "[a]");
  EXPECT_EQ(made_header(ini("a", {{"x", 1}}), "[a]\n"), "") << "it is there";
  EXPECT_EQ(made_header(ini("a", {}, {"x"}), ""), "") << "nothing is put into it";
}

TEST(IniEdit, ASectionThatOthersHaveSomethingInStays) {
  EXPECT_EQ(there_and_back("z=1\n", {"a"}), "z=1\n\n[a]\ny=1\n");
  EXPECT_EQ(there_and_back("z=1\n", {"b"}), "z=1\n\n[b]\ny=1\n") << "one below it keeps its distance";
  EXPECT_EQ(made(ini("a", {}, {"x", "[a]"}), "[a]\nx=1\n# c\n"), "[a]\n# c\n");
  EXPECT_EQ(made(ini("a", {}, {"x", "[a]"}), "[a]\n[a]\nx=1\n"), "[a]\n[a]\n") << "which one was it";
  EXPECT_EQ(made(ini("a", {{"y", 1}}, {"[a]"}), "[a]\n"), "[a]\ny = 1\n");
  IniEdit whole = ini("a", {}, {"\n[a]"});
  whole.absent = true;
  EXPECT_EQ(made(whole, "z=1\n\n[a]\nx=1\n\n[b]\n"), "z=1\n\n[b]\n");
}

TEST(IniEdit, ACommentAboveTheNextHeaderStaysWithThat) {
  IniEdit whole = ini("a", {}, {});
  whole.absent = true;
  EXPECT_EQ(made(whole, "[a]\nx=1\n\n# about b\n[b]\n"), "# about b\n[b]\n");
  EXPECT_EQ(made(whole, "[a]\nx=1\n# y=2\n[b]\n"), "[b]\n") << "what it stands in";
  EXPECT_EQ(made(whole, "[a]\nx=1\n\n# the end\n"), "");
}

TEST(IniEdit, OneBeforeTheFirstSectionIsOfNone) {
  EXPECT_EQ(made(ini("", {{"x", 1}}), "# c\ny=1\n\n[a]\nx=2\n"), "# c\ny=1\nx=1\n\n[a]\nx=2\n");
  EXPECT_EQ(made(ini("", {{"x", 1}}), "[a]\nx=2\n"), "x=1\n[a]\nx=2\n");
  EXPECT_EQ(made(ini("", {{"x", 1}}), "x=0\n[a]\nx=2\n"), "x=1\n[a]\nx=2\n");
}

TEST(IniEdit, BlanksAndCommentsStayAsTheyAre) {  // N26, N27
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\n; c\n  x   =  1  \n"), "[a]\n; c\n  x   =  1  \n");
  EXPECT_EQ(made(ini("a", {{"x", 2}}), "[a] # c\n  x   =  1  \n"), "[a] # c\n  x   =  2\n");
  EXPECT_EQ(made(ini("a", {{"x", 2}}), "[a]\nx: 1\n"), "[a]\nx: 2\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\n#x = 5\n# y\nz = 1\n"), "[a]\n#x = 5\nx = 1\n# y\nz = 1\n");
  EXPECT_EQ(made(ini("a", {{"x", ""}}), "[a]\nx = 1\n"), "[a]\nx =\n");
  EXPECT_EQ(made(ini("a", {{"x", "1"}}), "[a]\nx =\n"), "[a]\nx = 1\n");
  IniEdit tight = ini("a", {{"x", 1}, {"y", 2}});
  tight.delimiter = "=";
  EXPECT_EQ(made(tight, "[a]\nx = 0\n"), "[a]\nx = 1\ny=2\n") << "a line that is there keeps its blanks";
}

TEST(IniEdit, CommentsTellTheBlanksWhereNoOptionDoes) {
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\n#y=\n#x=5\n#z=\n"), "[a]\n#y=\n#x=5\nx=1\n#z=\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\n; y = 2\n# which words=mean\n"),
            "[a]\n; y = 2\n# which words=mean\nx = 1\n")
      << "a comment of words tells nothing";
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\n#y=1\n[b]\nz = 1\n"), "[a]\n#y=1\nx = 1\n[b]\nz = 1\n")
      << "an option tells more, wherever it is";
}

TEST(IniEdit, AnOptionMayBeThereOften) {
  EXPECT_EQ(made(ini("a", {{"x", {"1", "2"}}}), "[a]\nx=1\ny=0\n"), "[a]\nx=1\nx=2\ny=0\n");
  EXPECT_EQ(made(ini("a", {{"x", {"1", "2"}}}), "[a]\nx=3\nx=2\nx=1\n"), "[a]\nx=1\nx=2\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\nx=1\n[b]\n[a]\nx=2\n"), "[a]\nx=1\n[b]\n[a]\n") << "parts of one section";
  EXPECT_EQ(made(ini("a", {{"x", nullptr}}), "[a]\nx=1\n"), "[a]\nx\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\nx\n"), "[a]\nx = 1\n");
}

TEST(IniEdit, AValueGoesOnInDeeperLinesAndBehindABackslash) {
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\nx = 1,\n    2\ny = 1\n"), "[a]\nx = 1\ny = 1\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\nx = 1 \\\n2\ny = 1\n"), "[a]\nx = 1\ny = 1\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\n\tx = 2\n\ty = 1\n"), "[a]\n\tx = 1\n\ty = 1\n");
}

TEST(IniEdit, ADeeperLineThatSetsSomethingIsOneOfItsOwnBelowAValue) {
  EXPECT_EQ(made(ini("a", {{"y", 2}}), "[a]\nx = 1\n   y = 1\n"), "[a]\nx = 1\n   y = 2\n");
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\nx = 0\n   y z = 1\n   y.z-1=1\n"), "[a]\nx = 1\n   y.z-1=1\n");
  // So do lists of what is set: there the value begins in the next line.
  EXPECT_EQ(made(ini("a", {{"x", 1}}), "[a]\nx =\n   y = 1\n   z=2\ny = 1\n"), "[a]\nx = 1\ny = 1\n");
}

TEST(IniEdit, OptionsAndSectionsGo) {
  EXPECT_EQ(made(ini("a", nullptr, {"x"}), "[a]\nx=1\ny=1\nx=2\n[b]\nx=1\n"), "[a]\ny=1\n[b]\nx=1\n");
  EXPECT_EQ(made(ini("a", nullptr, {"x"}), "[b]\n"), "[b]\n");
  IniEdit gone = ini("a", nullptr);
  gone.absent = true;
  EXPECT_EQ(made(gone, "[b]\nx=1\n[a]\ny=1\n\n[c]\n[a]\n"), "[b]\nx=1\n[c]\n");
  EXPECT_EQ(made(gone, "[ab]\n"), "[ab]\n");
}

TEST(IniEdit, WhatItFindsAreTheLinesOfItsOptions) {
  const auto result = make_edit(ini("a", {{"x", 2}, {"z", 1}}, {"y"}), "[a]\nx=1\ny=1\n");
  EXPECT_EQ(result->found, "x=1\ny=1");
  EXPECT_EQ(result->wanted, "x=2\nz=1");
  const auto same = make_edit(ini("a", {{"x", 1}}), "[a]\nx=1\n");
  EXPECT_TRUE(same->holds);
  EXPECT_EQ(same->found, same->wanted);
  EXPECT_EQ(*ini_options("x = 1\ny\nx = 2", {"x", "y", "z"}), Json({{"x", {"1", "2"}}, {"y", {nullptr}}}));
}

TEST(IniEdit, WhatCannotBeIsRefused) {
  EXPECT_FALSE(make_edit(ini("a", {{"x", "1\n2"}}), ""));
  EXPECT_FALSE(make_edit(ini("a", {{"x", 1}}, {"x"}), ""));
  EXPECT_FALSE(make_edit(ini("a", {{"x", Json::object()}}), ""));
  const auto sealed = make_edit(ini("a", keyed_digest(std::string(64, 'a'), "x")), "");
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().code(), Code::kSecretUnresolved);
}

}  // namespace
}  // namespace plumb
