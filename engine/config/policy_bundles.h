// Whose rules judge the plans of a project: `policy` in plumb.yaml. What the rules are, engine/policy reads.
#pragma once

#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// What `policy` calls the rules that come with plumb.
inline constexpr const char* kBaselinePolicy = "baseline";

struct PolicyBundle {
  std::string folder;  // of the project; "" for the rules that come with plumb
  SourceSpan span;

  std::string name() const { return folder.empty() ? kBaselinePolicy : folder; }
};

// `node` is `policy`, whose shape was checked. That the folders are there is looked at, and what they hold is not.
std::vector<PolicyBundle> read_policy_bundles(const lang::Node& node, const Folder& folder, Diagnostics& diagnostics);

}  // namespace plumb::config
