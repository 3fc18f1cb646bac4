// Functions of expressions that look beyond their own host: host(name), hosts(pattern), file(path), managedNote().
#pragma once

#include <map>
#include <string>

#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/lang/cel/environment.h"

namespace plumb::config {

// What they look at; Activation::context points to one. Everything referred to outlives the evaluation.
struct Lookup {
  const Project& project;
  const Inventory& inventory;
  const std::map<std::string, Json>& facts;  // recorded ones, by host
  Folder folder;                             // of the module that asks
};

void add_host_functions(cel::Environment& environment);

}  // namespace plumb::config
