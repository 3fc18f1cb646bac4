#include "engine/report/terminal_text.h"

#include <gtest/gtest.h>

#include "engine/report/style.h"

namespace plumb::report {
namespace {

TEST(TerminalText, OurColoursStayAndNothingElseCommands) {
  const std::string ours = tint("+ file:/etc/motd", Tone::kGreen, true) + "\n\t– größer 日本\n";
  EXPECT_EQ(terminal_text(ours, true), ours);
  EXPECT_EQ(terminal_text("a\x1b[2Jb", true), "a\\x1b[2Jb");
  EXPECT_EQ(terminal_text("\x1b]0;title\x07"
                          "x\r\x7f",
                          true),
            "\\x1b]0;title\\x07x\\x0d\\x7f");
  EXPECT_EQ(terminal_text("\xc2\x9b"
                          "2J\xe2\x80\xae\xff",
                          true),
            "\\u{9b}2J\\u{202e}\\xff");
  EXPECT_EQ(terminal_text("\x1b[8mhidden\x1b[0m", true), "\\x1b[8mhidden\x1b[0m");
  EXPECT_EQ(terminal_text("\x1b[31mred\x1b[0m", false), "\\x1b[31mred\\x1b[0m")
      << "without colour it is somebody else's";
}

}  // namespace
}  // namespace plumb::report
