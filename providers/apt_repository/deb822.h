// The files of apt that say where packages come from: the stanzas of NAME.sources, and the lines of NAME.list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"

namespace plumb::providers::apt_repository {

// What is asked for as the text of a file. `attributes` are those of the schema.
std::string to_deb822(const Json& attributes);

// A file of one repository in the schema's attributes: what it does not say is not there. `other`: lines that say
// something else, as comments and more repositories do.
Json from_deb822(std::string_view text);

// What a file declares, as far as it matters to others: one URI and one suite.
struct Declared {
  std::string uri;  // without a slash at its end
  std::string suite;
  std::string signed_by;
  std::size_t line = 0;
};
std::vector<Declared> declared_in(std::string_view text, bool one_line);

// "…/debian/" is "…/debian".
std::string without_slash(std::string uri);

// What the names of a repository's lists begin with, in /var/lib/apt/lists.
std::string list_prefix(const std::string& uri, const std::string& suite);

}  // namespace plumb::providers::apt_repository
