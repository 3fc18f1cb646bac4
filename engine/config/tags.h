// Tags: names by which a run picks some of the resources.
#pragma once

#include <set>
#include <string>

#include "engine/config/module.h"

namespace plumb::config {

// That something in the module, or in one that it uses, has.
std::set<std::string> tags_of(const Module& module);

// Tells of tags that were asked for and that nothing has.
void check_tags(const Module& root, const std::set<std::string>& asked, Diagnostics& diagnostics);

}  // namespace plumb::config
