// Programs that are only asked, as guards are: what they answer is their exit code, and what they print.
#pragma once

#include <chrono>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "providers/sdk/system.h"

namespace plumb {

struct Desired;

struct AskedProgram {
  Json command;  // a list of words, or a text for sh
  std::string cwd = {};
  std::string user = {};
  std::map<std::string, std::string> env = {};
  std::chrono::seconds timeout{30};
};

struct ProgramAnswer {
  int exit_code = 0;
  std::string output = {};  // bytes of standard output, without white space at its ends; at most 64 KiB
  bool is_cut = false;      // it printed more
};

// Nothing where it, its folder or its user is not there yet. kCannotObserve for an image; kProgramTimeout where it does
// not end in time. The kernel lets it write nothing.
Result<std::optional<ProgramAnswer>> answer_of(const AskedProgram& program, System& system);
Result<std::optional<int>> exit_code_of(const AskedProgram& program, System& system);

// What a program told of its failure, for a message: the last lines of its errors, or how it ended where it printed
// none.
std::string said_by(const ProcessResult& answer, std::size_t lines = 5);

// "`psql -c 'select 1'`", cut where it is long.
std::string in_backquotes(const Json& command);

// One, as a text or a list of words, or several, as a list of such lists; none for null.
std::vector<Json> programs_in(const Json& guard);

// Whether a word of what is asked, in these attributes, holds `name`; of a path also whether it lies below one of them.
bool asks_with(const Desired& desired, std::initializer_list<const char*> attributes, std::string_view name);

}  // namespace plumb
