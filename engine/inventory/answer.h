// The answers of inventory programs, run or kept.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/result.h"

namespace plumb::inventory {

struct Command {
  std::vector<std::string> arguments;
  std::filesystem::path folder;  // that it runs in
  std::string folder_name;       // the same wherever the project lies
  std::chrono::seconds timeout{30};
  std::optional<std::chrono::seconds> cache;  // how old a kept answer may be; absent: none is kept
};

enum class Freshness {
  kAsDeclared,
  kKept,  // a kept answer of any age is as good
  kNew,   // the program is run whatever is kept
};

struct AnswerOptions {
  std::filesystem::path kept_in;  // see Files::keep
  Freshness freshness = Freshness::kAsDeclared;
};

// "./cmdb.py --list"
std::string shown(const Command& command);

// What the program prints, a value a line where it is JSON. kInventoryProgram: it failed, with what it said.
Result<std::string> answer_of(const Files& files, const Command& command, const AnswerOptions& options);

}  // namespace plumb::inventory
