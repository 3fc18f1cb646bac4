// Files that a program of the host makes from nothing but what it is told: keys, certificates. What is in them never
// leaves the host, so a plan holds how they are made, and what the program said of the one that is there.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "providers/sdk/ownership.h"

namespace plumb {

// What asks the program about the file that is there, and notes what it said.
using LookInside = std::function<Result<>(Observed&)>;

// Of the file at `path`, which a link may not stand for. `program` makes it and tells of it, and `package` brings it.
Result<Observed> observe_made_file(const Desired& desired, System& system, AccountNames& names, const char* program,
                                   const char* package, const LookInside& inside);

// As whom a program makes a file there: `maker`, whoever the folder belongs to where that is not root, since that one
// may put links in its way. Notes as obstacle where others may do that in the folders above.
Result<> note_maker(const std::string& path, System& system, Observed& observed);

// Lines of a script for sh that make an empty file, or a folder, beside `path`, of a name that nobody can tell
// beforehand: "$VARIABLE". Those that a run left which was killed on the way go with forget_beside.
std::string new_beside(const std::string& path, std::string_view variable = "new", bool folder = false);
std::string forget_beside(const std::string& path);

struct Making {
  std::string script;  // for sh: it leaves the new file at "$new", an empty file beside the old one
  std::map<std::string, std::string> env = {};
  std::string stdin_text = {};
  std::string says = {};  // the first line of what a plan shows of it: "a private key by openssl"
};

// The whole change of such a file, after `change` was told what differs inside. Owner, group and mode are those that
// are asked for, or of a file that is replaced its old ones; it takes its place once all of that is so.
void finish_made_file(const Desired& desired, const Observed& observed, std::string_view new_mode, const Making& making,
                      Change& change);

// What undo asks for: nothing where what was in the file is gone.
std::optional<Desired> restore_made_file(const Desired& desired, const Observed& before, const Change& change);

// Notes one attribute of what is inside where it is another than is asked for.
void note_inside(const char* attribute, const Json& wanted, const Observed& observed, Change& change);

}  // namespace plumb
