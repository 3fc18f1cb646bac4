// The YAML files that a project is written in.
#pragma once

#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/result.h"

namespace plumb::config {

// An error where `folder` has neither plumb.yaml nor plumb.cue.
Result<> expect_project(const Folder& folder);

// plumb.yaml, module.yaml of every module in the project that is used, what these include, hosts.yaml, inputs.yaml,
// tests/*.yaml, and what lies in the folders `policy` and `compliance`. Relative to `folder`, sorted, each file once;
// nothing outside it. The project need not be valid: files that cannot be read are named, and what only they would lead
// to is not.
Result<std::vector<std::string>> find_project_files(const Folder& folder);

}  // namespace plumb::config
