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

}  // namespace
}  // namespace plumb
