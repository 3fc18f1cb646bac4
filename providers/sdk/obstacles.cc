#include "providers/sdk/obstacles.h"

namespace plumb {

Obstacle image_runs_nothing(std::string_view so) {
  std::string text = "programs of an image are not run";
  if (!so.empty()) text += ", so " + std::string(so);
  return {Diagnostic(Code::kNoBackEnd, std::move(text)), ObstacleGoes::kNever};
}

Obstacle link_in_the_place(const std::string& path, const std::string& target, std::string hint) {
  return {Diagnostic(Code::kSymlinkRefused, path + " is a symbolic link to " + target).with_hint(std::move(hint)),
          ObstacleGoes::kWithItsPath};
}

}  // namespace plumb
