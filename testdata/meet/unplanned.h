// What an apply changed that its plan does not name.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "testdata/meet/image.h"

namespace plumb::meet {

// The paths that a plan's document names, and where in the image they lead as it is now.
std::set<std::string> named_paths(std::string_view plan, const std::string& root);

// One line a path that differs and is neither named nor comes with what is: what lay below something that is gone, what
// lies above something new, a home's contents, the account files, a service's links, copies that were kept.
std::string unplanned(const Picture& before, const Picture& after, const std::set<std::string>& named,
                      const std::set<std::string>& kinds);

}  // namespace plumb::meet
