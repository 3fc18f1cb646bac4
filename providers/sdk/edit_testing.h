// What tests of every edit ask. For tests alone.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "providers/sdk/edit.h"

namespace plumb {

// What the edit makes of the text; and once it is made, it holds.
inline std::string made(const Edit& edit, const std::string& text) {
  const Result<EditResult> result = make_edit(edit, text);
  if (!result) return "error: " + result.error().summary();
  EXPECT_EQ(result->holds, result->text == text);
  const Result<EditResult> again = make_edit(edit, result->text);
  EXPECT_TRUE(again && again->holds) << result->text;
  return result->text;
}

}  // namespace plumb
