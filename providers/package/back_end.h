// The private interface of the package kind's back ends. The host's facts choose one.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb::providers::package {

class BackEnd {
 public:
  virtual ~BackEnd() = default;
  virtual std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const = 0;
};

// The back end for this host, or kNoBackEnd with what was found instead. A package manager counts only with its
// database, so that another system's tool in the path does not fool it.
Result<std::unique_ptr<BackEnd>> find_back_end(System& system);

std::unique_ptr<BackEnd> apt();

// "1.2-3" as it is; "1.2*" any version that begins so.
bool version_matches(std::string_view wanted, std::string_view version);
bool is_version_pattern(std::string_view wanted);

// Whether one of the packages may bring what an address names. Units: any may. Users and groups: their names have a
// word in common. Paths: a folder on the way has a package's name in it, or is part of one.
bool may_belong(const Address& what, const std::vector<std::string>& packages);

}  // namespace plumb::providers::package
