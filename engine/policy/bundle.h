// Reading policies: the folders of a project that hold rules, and the rules that come with plumb.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/files.h"
#include "engine/config/policy_bundles.h"
#include "engine/lang/source.h"
#include "engine/policy/rule.h"

namespace plumb::policy {

// Files of one bundle, and their bytes.
inline constexpr std::size_t kMostFiles = 1000;
inline constexpr std::size_t kMostBytes = std::size_t{4} << 20;
// Cases of a bundle lie in this folder of it.
inline constexpr const char* kCasesFolder = "tests";

// Reads all bundles into one policy. What is wrong is told; nothing comes back then, since nothing is judged by half a
// policy. `sources` takes the texts.
std::optional<Policy> read_policy(const Folder& project, const std::vector<config::PolicyBundle>& bundles,
                                  Diagnostics& diagnostics, lang::SourceMap& sources);

// The names of the files in a folder that end with `.yaml`, sorted. Errors: kFileUnreadable, also where there is one
// that ends with `.yml`.
Result<std::vector<std::string>> yaml_files(const Folder& folder);

}  // namespace plumb::policy
