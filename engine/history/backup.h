// Copies of a history's file, and putting one back.
#pragma once

#include <filesystem>

#include "engine/base/result.h"
#include "engine/history/history.h"

namespace plumb::history {

// Writes a copy of the history as it is at this moment, while runs may go on writing to it: one file, 0600, in the
// place of a copy that is there, and of nothing else, checked from its first entry before it stands under its name.
// Answers what was checked. Errors: kHistory; kHistoryChanged where the history does not hold, which is then not
// copied.
Result<Verification> back_up(const std::filesystem::path& history, const std::filesystem::path& copy);

struct Restored {
  Verification copy;
  std::filesystem::path aside;  // where what was there before lies now; empty where nothing was
};

// Puts a copy in the place of the history. What is there is moved aside, and may be damaged. Errors: kHistory, also
// where another program has the history open; kHistoryChanged where the copy does not hold, or where the history holds
// entries that the copy does not and `lose_newer` is not set. After an error the history is as it was.
Result<Restored> restore(const std::filesystem::path& history, const std::filesystem::path& copy, bool lose_newer);

}  // namespace plumb::history
