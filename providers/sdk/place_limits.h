// Places in which not everything can be changed, whatever the modes are.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb {

// Where what a change asks for cannot be done whatever the modes are: at mounts, in immutable and read-only places, on
// file systems without owners and modes. For one batch, in which a folder is looked at once.
class PlaceLimits {
 public:
  explicit PlaceLimits(System& system) : system_(system) {}
  // Notes the obstacle that says so.
  Result<> note(const Desired& desired, const Change& change, Observed& observed);

 private:
  struct Folder {
    std::string path;  // the nearest one that is there
    Limits limits;
  };
  Result<const Folder*> above(const std::string& path);
  // `exists`: something is known to lie at the resource's own path.
  Result<std::optional<Diagnostic>> limit_of(const Desired& desired, const Change& change, bool exists,
                                             const Operation& operation);

  System& system_;
  std::map<std::string, Folder> folders_;
};

// What `look` finds of each resource, with the limits of the places that the provider's change of it would touch.
std::vector<Result<Observed>> observe_places(const Provider& provider, std::span<const Desired* const> desired,
                                             System& system,
                                             const std::function<Result<Observed>(const Desired&)>& look);

}  // namespace plumb
