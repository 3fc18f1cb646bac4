#include "providers/sdk/edit.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/pattern.h"
#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

LineEdit line(std::string text, std::string match = {}) {
  LineEdit edit;
  edit.text = std::move(text);
  edit.match = std::move(match);
  return edit;
}

LineEdit gone(std::string text, std::string match = {}) {
  LineEdit edit = line(std::move(text), std::move(match));
  edit.absent = true;
  return edit;
}

TEST(Edit, NothingIsPutIntoWideCharacters) {
  LineEdit line;
  line.text = "x";
  const auto result = make_edit(line, std::string_view("\xFF\xFE"
                                                       "a\0\n\0",
                                                       6));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().summary(), "it is UTF-16, of which no part can be edited");
}

TEST(LineEdit, IsAddedAtTheEndUnlessItIsThere) {  // N01
  EXPECT_EQ(made(line("b"), "a\n"), "a\nb\n");
  EXPECT_EQ(made(line("a"), "a\nb\n"), "a\nb\n");
  EXPECT_EQ(made(line("a"), ""), "a\n");
  EXPECT_EQ(made(line(""), "a\n"), "a\n\n");
}

TEST(LineEdit, GoesToTheBeginning) {  // N02
  LineEdit edit = line("b");
  edit.at_beginning = true;
  EXPECT_EQ(made(edit, "a\n"), "b\na\n");
  EXPECT_EQ(made(edit,
                 "\xEF\xBB\xBF"
                 "a\n"),
            "\xEF\xBB\xBF"
            "b\na\n")
      << "behind the byte order mark";
}

TEST(LineEdit, GoesBesideTheLastOrTheFirstMatch) {  // N03
  LineEdit edit = line("new");
  edit.insert_after = "^x";
  EXPECT_EQ(made(edit, "x1\nx2\ny\n"), "x1\nx2\nnew\ny\n");
  EXPECT_EQ(made(edit, "y\n"), "y\nnew\n");
  edit.first = true;
  EXPECT_EQ(made(edit, "x1\nx2\ny\n"), "x1\nnew\nx2\ny\n");
  edit = line("new");
  edit.insert_before = "^x";
  EXPECT_EQ(made(edit, "x1\nx2\ny\n"), "x1\nnew\nx2\ny\n");
  EXPECT_EQ(made(edit, "y\n"), "y\nnew\n");
  edit.first = true;
  EXPECT_EQ(made(edit, "x1\nx2\ny\n"), "new\nx1\nx2\ny\n");
}

TEST(LineEdit, TakesThePlaceOfTheLastOrTheFirstMatch) {  // N04
  LineEdit edit = line("Port 22", "^#?Port ");
  EXPECT_EQ(made(edit, "#Port 1\nPort 2\nz\n"), "#Port 1\nPort 22\nz\n");
  edit.first = true;
  EXPECT_EQ(made(edit, "#Port 1\nPort 2\nz\n"), "Port 22\nPort 2\nz\n");
  EXPECT_EQ(made(edit, "z\n"), "z\nPort 22\n");
}

TEST(LineEdit, IsNotAddedASecondTime) {  // N05
  EXPECT_EQ(made(line("a", "^b"), "a\nc\n"), "a\nc\n") << "no line matches, and the text is there";
  EXPECT_EQ(made(line("a", "^b"), "b\na\n"), "b\na\n") << "the text does not match, so it would come again and again";
}

TEST(LineEdit, TakesGroupsOfWhatItReplaces) {  // N06, N24
  LineEdit edit = line("\\1=2", "^(x)=.*$");
  edit.back_references = true;
  EXPECT_EQ(made(edit, "x=1\n"), "x=2\n");
  EXPECT_EQ(made(edit, "y=1\n"), "y=1\n") << "no match: left as it is";
  edit.text = "\\3";
  EXPECT_EQ(made(edit, "x=1\n"), "error: the pattern has no group 3");
  edit.text = "\\q";
  EXPECT_EQ(made(edit, "x=1\n"), "error: after a backslash comes the number of a group, or another one");
}

TEST(LineEdit, ThatNeverSettlesIsAnError) {
  LineEdit edit = line("\\1!", "^(x.*)$");
  edit.back_references = true;
  EXPECT_EQ(made(edit, "x\n"),
            "error: the edit would not be done with once it is made: it would make `x!` and then change `x!`");
}

TEST(LineEdit, LiteralTextInAPatternStandsForItself) {  // N07
  EXPECT_EQ(made(line("new", R"(\Q(\w)(\s+)([\.,])\E)"), "(\\w)(\\s+)([\\.,])\nab ,\n"), "new\nab ,\n");
}

TEST(LineEdit, GoesByPatternOrByItsText) {  // N09, N10
  EXPECT_EQ(made(gone("", "^#"), "#a\nb\n#c\n"), "b\n");
  EXPECT_EQ(make_edit(gone("", "^#"), "#a\nb\n#c\n")->count, 2U);
  EXPECT_EQ(made(gone("a"), "a\naa\n a\na\n"), "aa\n a\n");
  EXPECT_EQ(made(gone("a"), "b\n"), "b\n");
  EXPECT_EQ(made(gone(""), "a\n\n \nb\n\n"), "a\n \nb\n") << "empty lines";
}

TEST(LineEdit, ManyLinesGoInOnePass) {
  constexpr std::size_t kCount = 200'000;
  std::string text;
  for (std::size_t i = 0; i < kCount; ++i) text += "it goes\nit stays\n";
  const auto begin = std::chrono::steady_clock::now();
  const Result<EditResult> result = make_edit(gone("", "goes$"), text);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->count, kCount);
  EXPECT_EQ(result->text.size(), kCount * std::string_view("it stays\n").size());
  EXPECT_EQ(result->found->size(), kCount * std::string_view("it goes\n").size() - 1);
}

TEST(LineEdit, AMissingLastNewlineStaysMissing) {  // N11
  EXPECT_EQ(made(line("b"), "a"), "a\nb");
  EXPECT_EQ(made(line("x", "^a"), "b\na"), "b\nx");
  EXPECT_EQ(made(gone("b"), "a\nb"), "a");
  EXPECT_EQ(made(gone("", "^b"), "a\nb1\nc\nb2\nb3"), "a\nc");
  EXPECT_EQ(make_edit(gone("", "^b"), "a\nb1\nc\nb2\nb3")->found, "b1\nb2\nb3");
}

TEST(LineEdit, LineEndsStay) {  // N16
  EXPECT_EQ(made(line("b"), "a\r\n"), "a\r\nb\r\n");
  EXPECT_EQ(made(line("x", "^a$"), "a\r\nb\n"), "x\r\nb\n");
  EXPECT_EQ(made(line("a"), "a\r\n"), "a\r\n");
}

TEST(LineEdit, ThePatternIsAnchoredByWhoWritesIt) {  // N17
  EXPECT_EQ(made(line("new", "b"), "abc\n"), "new\n");
  EXPECT_EQ(made(line("$HOME", "^\\$HOME$"), "$HOME\n"), "$HOME\n");
}

TEST(LineEdit, OtherEncodingsPassThrough) {  // N25
  EXPECT_EQ(made(line("b"), "M\xFCller\n"), "M\xFCller\nb\n");
  EXPECT_EQ(made(line("x", "^M.ller$"), "M\xFCller\n\xFF\n"), "x\n\xFF\n");
}

TEST(LineEdit, ASensitiveLineIsFoundByItsKeyedDigest) {
  const std::string key(64, 'a');
  const KeyedDigestOf keyed = [&](std::string_view text) { return keyed_digest(key, text); };
  const Edit edit = line(keyed_digest(key, "secret"));
  EXPECT_TRUE(make_edit(edit, "a\nsecret\n", keyed)->holds);
  EXPECT_FALSE(make_edit(edit, "a\nother\n", keyed)->holds);
  const KeyedDigestOf nobody = [](std::string_view) { return std::string(); };
  EXPECT_EQ(make_edit(edit, "a\n", nobody).error().code(), Code::kSecretUnresolved);
  EXPECT_EQ(make_edit(edit, "a\n")->text, "a\n" + keyed_digest(key, "secret") + "\n") << "a text as any other";
}

// Random texts and edits: what is made holds, keeps the ends of all other lines, and touches no line but its own.
TEST(LineEdit, GeneratedOnesHoldOnceTheyAreMadeAndLeaveTheRest) {
  constexpr std::array kLines = {"a", "b", "ab", "# a", "x=1", "x=2", "", " a", "\xFC", "é"};
  constexpr std::array kPatterns = {"^a", "a", "^x=", "^#?\\s*a$", "b$", "^$", "."};
  std::mt19937 random(3);
  const auto pick = [&random](const auto& list) { return std::string(list[random() % list.size()]); };
  const auto chance = [&random] { return random() % 2 == 0; };
  for (int round = 0; round < 20'000; ++round) {
    const std::string end = chance() ? "\n" : "\r\n";
    std::string text;
    std::vector<std::string> before;
    for (std::size_t i = random() % 6; i > 0; --i) {
      before.push_back(pick(kLines));
      text += before.back() + end;
    }
    const bool unended = chance() && !before.empty() && !before.back().empty();
    if (unended) text.resize(text.size() - end.size());
    LineEdit edit = line(pick(kLines), chance() ? pick(kPatterns) : std::string());
    edit.absent = chance();
    edit.first = chance();
    edit.at_beginning = chance();
    if (chance()) edit.insert_after = pick(kPatterns);
    const Result<EditResult> result = make_edit(edit, text);
    if (!result) {
      // Several matches that become lines which match no more.
      EXPECT_EQ(result.error().code(), Code::kRefusedByState);
      continue;
    }
    const Result<EditResult> again = make_edit(edit, result->text);
    ASSERT_TRUE(again && again->holds) << text << "\n--\n" << result->text;
    EXPECT_EQ(again->text, result->text);
    if (result->holds) {
      EXPECT_EQ(result->text, text);
      continue;
    }
    std::vector<std::string> after;
    for (std::string_view rest = result->text; !rest.empty();) {
      const std::size_t at = rest.find('\n');
      std::string_view one = rest.substr(0, at);
      const bool ended = at != std::string_view::npos;
      if (ended && before.size() > (unended ? 1U : 0U)) {
        EXPECT_EQ(one.ends_with('\r'), end.size() == 2) << text << "\n--\n" << result->text;
      }
      rest.remove_prefix(ended ? at + 1 : rest.size());
      if (ended && one.ends_with('\r')) one.remove_suffix(1);
      after.emplace_back(one);
    }
    if (!result->text.empty()) {
      EXPECT_EQ(result->text.ends_with('\n'), !unended || after.back().empty()) << text << "\n--\n" << result->text;
    }
    if (edit.absent) {
      EXPECT_EQ(after.size() + result->count, before.size());
    } else {
      EXPECT_EQ(after.size(), before.size() + (result->found ? 0 : 1));
      EXPECT_NE(std::find(after.begin(), after.end(), edit.text), after.end());
    }
  }
}

TEST(TextEdit, IsTheWholeFile) {
  EXPECT_EQ(made(TextEdit{"one\n"}, "two"), "one\n");
  EXPECT_EQ(made(TextEdit{""}, "two"), "");
  EXPECT_TRUE(make_edit(TextEdit{"one\n"}, "one\n")->holds);
}

}  // namespace
}  // namespace plumb
