// The schemas as whole documents for editors and other tools, each complete in itself: a project's resources with
// their kinds, and with what a given project declares.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/config/module_lock.h"
#include "engine/editor/open_schema.h"
#include "providers/sdk/kind.h"

namespace plumb::editor {

struct KnownInput {
  Json schema;  // with its description, and its default unless that is secret
  bool required = false;
};
using KnownInputs = std::map<std::string, KnownInput>;

struct KnownModule {
  std::string folder;  // relative to the project
  std::string description;
  KnownInputs inputs;
};

// A module from git that is locked and here.
struct KnownGitModule {
  config::GitSource source;
  KnownModule module;
};

// What is known of one project; empty without one.
struct KnownProject {
  KnownInputs inputs;
  std::vector<KnownModule> modules;
  std::vector<KnownGitModule> git_modules;
};

// Kinds in an order in which the first one whose key is there is the kind of the resource: `group` is an attribute of
// a file, so files come before groups.
std::vector<std::string> kinds_by_precedence(const Registry& kinds);

// A resource of this kind as it is written, with the kind's key in the place of the identity. References to the keys
// that all kinds share lead to #/definitions/resource-keys.
Json resource_schema(const Kind& kind, Openness openness);

// By file name without its ending: project, included, module, inventory, tests, policy, policy_tests, provider,
// provider_tests, profile, machine_trust, facts, plan.
// Draft 7.
std::map<std::string, Json> documents(const Registry& kinds, const KnownProject& known);

}  // namespace plumb::editor
