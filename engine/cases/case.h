// Test cases of a project or a module, as schemas/tests.json describes them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/config/module.h"
#include "engine/lang/source.h"

namespace plumb::cases {

// What was found of one resource, or is expected of it. Nothing: it is not there.
using Attributes = std::optional<std::map<std::string, config::Located>>;

struct Operations {
  SourceSpan span;
  std::map<std::string, std::string> by_address;
};

struct Expectations {
  std::optional<Operations> actions;
  std::optional<Operations> includes;
  std::map<std::string, Attributes> resources;
  std::map<std::string, config::Located> outputs;
  std::optional<std::vector<std::string>> diagnostics;  // sorted
  // Steps around its turn, in their order: "HOST KIND:IDENTITY".
  std::optional<std::vector<std::string>> before;
  std::optional<std::vector<std::string>> after;
  SourceSpan span;
};

// Another host that expressions look at.
struct OtherHost {
  std::string address;
  std::set<std::string> groups;
  std::map<std::string, config::Located> inputs;
  Json facts;  // null: none were told
};

struct Case {
  std::string name;
  SourceSpan span;  // of the name
  std::string host = "test";
  std::set<std::string> groups;
  std::optional<std::map<std::string, OtherHost>> others;  // in place of those of the inventory
  std::map<std::string, config::Located> inputs;
  Diagnostics refused;  // what is wrong with inputs, which a case may be about
  Json facts;
  std::map<std::string, lang::Node> readings;  // by name, that of a module's with the module in front
  std::map<std::string, Attributes> observed;  // by address
  bool as_declared = false;
  Expectations expect;
};

// Reads a file of cases for a module; its inputs type theirs. `name` is what spans call the file. What cannot be read
// is told and left out.
std::vector<Case> read_cases(const std::string& name, std::string_view text, const config::Module& module,
                             const Registry& kinds, Diagnostics& diagnostics, lang::SourceMap& sources);

// The same of one case that was read, whose shape was checked. Keys that no case has are left alone. Nothing where
// there are errors.
std::optional<Case> read_case(const lang::Node& node, const config::Module& module, const Registry& kinds,
                              Diagnostics& diagnostics, lang::SourceMap& sources);

}  // namespace plumb::cases
