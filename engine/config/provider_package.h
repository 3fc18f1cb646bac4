// A provider's folder on this machine, read and looked at: provider.yaml, the schemas of its kinds, all of its files.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/files.h"
#include "engine/lang/source.h"
#include "providers/outside/package.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

inline constexpr const char* kProviderFile = "provider.yaml";

// What the folder holds; nothing where it cannot be used, with every reason. `shown` is what messages call the folder
// and its files begin with: "providers/redis". Kinds that `kinds` has already are an error.
std::shared_ptr<const outside::Package> read_provider_package(const Folder& folder, const std::string& shown,
                                                              const Registry& kinds, Diagnostics& diagnostics,
                                                              lang::SourceMap& sources);

}  // namespace plumb::config
