#include "engine/report/marked_lines.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

// Each line with its marks in brackets.
std::vector<std::string> shown(std::string_view signs, const std::vector<std::string>& texts) {
  std::vector<std::string> lines;
  const std::vector<std::vector<Mark>> marks = marked_words(signs, texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string line = texts[i];
    for (auto mark = marks[i].rbegin(); mark != marks[i].rend(); ++mark) {
      line.insert(mark->end, "]");
      line.insert(mark->begin, "[");
    }
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(MarkedLines, TheWordsThatChangedAreMarked) {
  EXPECT_EQ(shown("-+", {"listen 80 default_server;", "listen 8080 default_server reuseport;"}),
            (Lines{"listen [80] default_server;", "listen [8080] default_server[ reuseport];"}));
  EXPECT_EQ(shown(" -+ ", {"a", "port = 1", "port = 2", "b"}), (Lines{"a", "port = [1]", "port = [2]", "b"}));
}

TEST(MarkedLines, LinesArePartnersInTheirOrder) {
  EXPECT_EQ(shown("--+", {"first = 1 of these", "second = 1", "first = 2 of these"}),
            (Lines{"first = [1] of these", "second = 1", "first = [2] of these"}));
  EXPECT_EQ(shown("-+-+", {"set a 1", "set a 2", "set b 1", "set b 2"}),
            (Lines{"set a [1]", "set a [2]", "set b [1]", "set b [2]"}));
}

TEST(MarkedLines, WhatOnlyComesOrIsAltogetherAnotherHasNoMarks) {
  EXPECT_EQ(shown("++", {"one", "two"}), (Lines{"one", "two"}));
  EXPECT_EQ(shown("-+", {"somebody was here", "This machine is kept in plumb."}),
            (Lines{"somebody was here", "This machine is kept in plumb."}));
}

TEST(MarkedLines, LettersOfOtherAlphabetsAreNotCutApart) {
  EXPECT_EQ(shown("-+", {"name is Zoë here and there", "name is Zoé here and there"}),
            (Lines{"name is [Zoë] here and there", "name is [Zoé] here and there"}));
}

TEST(MarkedLines, LongLinesAreLeftAlone) {
  std::string many;
  for (int i = 0; i < 400; ++i) many += "a,";
  EXPECT_EQ(shown("-+", {many + "1", many + "2"}), (Lines{many + "1", many + "2"}));
}

}  // namespace
}  // namespace plumb::report
