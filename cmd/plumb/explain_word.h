// A word by itself: all that it is here, a kind, an attribute, a fact, a function, a word of the glossary, or one of
// another tool that is said otherwise here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/sdk/kind.h"

namespace plumb::cmd {

struct Meaning {
  std::string what;  // "kind", "attribute", "fact", "function", "word", "command", "elsewhere"
  std::string text;  // one line and more, for people
};

// Nothing where it is none of these. `commands`: plumb's own by name, with what each does.
std::vector<Meaning> meanings_of(const std::string& word, const Registry& kinds,
                                 const std::map<std::string, std::string>& commands);

// All words that have a meaning, for who looks for the one that was meant.
std::vector<std::string> known_words(const Registry& kinds);

// A line about a part of a schema: its name, its type, what it says of itself. `root` is the schema that it is of.
std::string part_text(const Json& root, const Json& part, const std::string& name);

// What the facts' schema has at a path, which may begin with "facts.".
struct FactFound {
  const Json* schema = nullptr;          // null where it has nothing there; all of it for an empty path
  std::string path;                      // without "facts."; as far as the schema knows it
  std::vector<std::string> beside = {};  // where it ends too early: the paths that go on
};
FactFound fact_at(std::string path);

// A line for each fact of the schema of facts, or of a part of it, below this path.
std::string facts_text(const Json& schema, const std::string& path);

}  // namespace plumb::cmd
