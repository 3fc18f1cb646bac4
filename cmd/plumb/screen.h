// Standard error as a terminal: a block of lines that is redrawn in place, and everything else above it.
//
// The cursor rests, hidden, at the block's first line. So a block that a narrower terminal has broken into more rows is
// still erased whole, and whatever ends the program leaves the cursor where the shell's prompt belongs. While it
// stands, the terminal shows nothing of what is typed, and keeps what it has not shown yet at a Ctrl-C.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::cmd {

struct ScreenSize {
  int width = 80;
  int height = 24;
  friend bool operator==(const ScreenSize&, const ScreenSize&) = default;
};

// One a program, as there is one terminal; from any thread.
class Screen {
 public:
  static Screen& get();

  // Draws the block anew, in one write. Without lines there is none.
  void paint(const std::vector<std::string>& lines);
  // Text above the block, or simply to standard error where there is none.
  void say(std::string_view text);
  // Removes the block and gives the cursor back.
  void clear();
  // As the terminal is now.
  static ScreenSize size();

  // Removes the block; while it is kept only its thread may write.
  std::unique_lock<std::recursive_mutex> hold();
  // Stops the program as Ctrl-Z does, with the terminal as it was; returns when the program goes on.
  void suspend();

 private:
  Screen();
  void erase(std::string& out) const;
  std::string block() const;
  static void write_out(std::string_view text);

  std::recursive_mutex mutex_;
  std::vector<std::string> lines_;  // of the block
};

}  // namespace plumb::cmd
