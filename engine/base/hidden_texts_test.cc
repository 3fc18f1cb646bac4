#include "engine/base/hidden_texts.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(HiddenTexts, NothingOfASecretIsShown) {
  HiddenTexts secrets;
  secrets.add("sensitive");
  secrets.add("hunter2");
  secrets.add("hunter22");
  secrets.add("2222wxyz");
  secrets.add({{"PASSWORD", "in a map"}, {"OTHERS", {"in a list", "abc"}}});
  secrets.add("-- begin --\nfirst line of it\nshort\n");
  EXPECT_EQ(secrets.hide("a sensitive, sensitive matter"), "a (sensitive), (sensitive) matter");
  EXPECT_EQ(secrets.hide("hunter22 hunter2 hunter"), "(sensitive) (sensitive) hunter");
  EXPECT_EQ(secrets.hide("hunter2222wxyz!"), "(sensitive)!");
  EXPECT_EQ(secrets.hide("in a map, in a list, abc"), "(sensitive), (sensitive), abc");
  EXPECT_EQ(secrets.hide("> first line of it\n> short\n"), "> (sensitive)\n> short\n");
  EXPECT_EQ(secrets.hide(""), "");
}

TEST(HiddenTexts, OfWhatWasCutOffThePartThatIsLeftIsHidden) {
  HiddenTexts secrets;
  secrets.add("correct-horse-battery");
  secrets.add("battery-staple");
  EXPECT_EQ(secrets.hide("the key is correct-hor\xe2\x80\xa6"), "the key is (sensitive)\xe2\x80\xa6");
  EXPECT_EQ(secrets.hide("the key is cor\xe2\x80\xa6"), "the key is cor\xe2\x80\xa6");  // too short to tell anything
  EXPECT_EQ(secrets.hide("as head -c leaves it: correct-hor"), "as head -c leaves it: (sensitive)");
  EXPECT_EQ(secrets.hide("this is correct"), "this is correct");
  EXPECT_EQ(secrets.hide("horse-battery, battery-staple", true), "(sensitive), (sensitive)");
  EXPECT_EQ(secrets.hide("horse-battery", false), "horse-battery");
  EXPECT_EQ(secrets.hide("correct-horse-battery-stap\xe2\x80\xa6"), "(sensitive)\xe2\x80\xa6");
}

TEST(HiddenTexts, ALineBreakBehindIsNoPartOfIt) {
  HiddenTexts secrets;
  secrets.add_text("hunter2\n");
  secrets.add_text("  password: swordfish\n  short\n");
  secrets.add(Json(834512907));
  EXPECT_EQ(secrets.hide("it is hunter2"), "it is (sensitive)");
  EXPECT_EQ(secrets.hide("> password: swordfish"), "> (sensitive)");
  EXPECT_EQ(secrets.hide("no 834512907 here"), "no (sensitive) here");
}

TEST(HiddenTexts, ManyTextsAreLookedForInOneGo) {
  HiddenTexts secrets;
  for (int i = 0; i < 20'000; ++i) secrets.add("secret number " + std::to_string(i) + " of many");
  std::string said;
  while (said.size() < (std::size_t{64} << 10)) said += "secret number 19999 of many, ";
  EXPECT_EQ(secrets.hide(said).find("19999"), std::string::npos);
}

}  // namespace
}  // namespace plumb
