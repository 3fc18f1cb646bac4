// What tests of every edit ask. For tests alone.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

// Why it cannot be made; "none" where it can.
inline std::string refusal(const Edit& edit, std::string_view text) {
  const auto result = make_edit(edit, text);
  return result ? "none" : result.error().summary();
}

// `set` and `remove` of a tree in this format.
inline TreeEdit tree_edit(const std::string& format, Json set, std::vector<std::string> remove = {}) {
  TreeEdit edit;
  edit.format = format;
  edit.set.value = std::move(set);
  edit.remove = std::move(remove);
  return edit;
}

}  // namespace plumb
