// The words of one random case: few, so that resources meet.
#pragma once

#include <string>
#include <vector>

#include "testdata/meet/random.h"

namespace plumb::meet {

using Texts = std::vector<std::string>;

std::string parent_of(const std::string& path);

struct Scene {
  explicit Scene(Random& random);

  Texts paths;
  Texts accounts;
  Texts groups;
  bool units = false;     // the paths are those of units
  bool packages = false;  // or of packages
  bool calm = false;      // folders are where something lies below, as a rule

  // Another path lies below it.
  bool is_inner(const std::string& path) const;
  const std::string& content(Random& random) const;
  // Of a link: another path of the case, which may be a link that leads back.
  std::string target(Random& random) const;
};

}  // namespace plumb::meet
