#include "engine/report/glossary.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

TEST(Glossary, ItsTableIsReadAndNothingElse) {
  const std::vector<GlossaryWord> words = glossary(
      "# Words\n\n| no | table |\n\n| word | what it is | more |\n|---|---|---|\n"
      "| host | a *machine*, `h1` | [hosts](reference/inventory.md#hosts) |\n| IR | a graph | - |\n\n| a | b | c |\n");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].word, "host");
  EXPECT_EQ(words[0].meaning, "a machine, `h1`");
  EXPECT_EQ(words[0].page, "reference/inventory.md#hosts");
  EXPECT_EQ(words[1].word, "IR");
  EXPECT_EQ(words[1].page, "");
}

TEST(Glossary, ThePageOfTheDocumentationIsInTheProgram) {
  const std::vector<GlossaryWord> words = glossary();
  EXPECT_GT(words.size(), 40U);
  EXPECT_TRUE(std::any_of(words.begin(), words.end(), [](const GlossaryWord& one) { return one.word == "drift"; }));
  for (const GlossaryWord& one : words) {
    EXPECT_FALSE(one.meaning.empty()) << one.word;
    EXPECT_FALSE(one.page.empty()) << one.word;
  }
}

}  // namespace
}  // namespace plumb::report
