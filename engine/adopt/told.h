// What a host told of itself in a survey, and what is taken of it into a project.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "providers/sdk/kind.h"

namespace plumb::adopt {

struct Thing {
  std::string kind;
  std::string name;
  Json attributes = Json::object();             // bytes as host_text.h has them
  std::map<std::string, std::string> withheld;  // attribute -> why it was not told
  std::vector<std::string> covers;              // paths of which it says all
  bool yields = false;                          // only shows that its path is there
  std::string refused;                          // why it is not taken after all; "" while it is
};

struct NotTaken {
  std::string kind;
  std::string what;
  std::string why;
};

struct Told {
  std::vector<Thing> things;
  std::vector<NotTaken> left_out;
  std::set<std::string> settled;  // paths that are as the distribution has them
};

// The lines of a survey (docs/formats/wire.md). A host may tell anything: what is no line of a survey is kProtocol, and
// of what holds a secret nothing is kept.
Result<Told> read_survey(std::string_view lines, const Registry& kinds);

// Whether an attribute that was withheld takes the whole resource with it: one that may be left out is sensitive by its
// schema, as a password's hash is.
bool is_whole(const Thing& thing, const Registry& kinds);

enum class Standing {
  kTaken,
  kWithheld,  // it stands in the project as a comment
  kCovered,   // another one says it
  kRefused,
};
// Of each of the things, in their order.
std::vector<Standing> standings(const Told& told, const Registry& kinds);

// All that stands in no project, and why: things, attributes of those that are taken, and what the host itself left
// out.
std::vector<NotTaken> not_taken(const Told& told, const Registry& kinds);

// Not to be taken, and why; nor what shares a file with it.
void refuse(Told& told, std::size_t thing, const std::string& why);

}  // namespace plumb::adopt
