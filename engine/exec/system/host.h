// What a host tells of itself in places that each system has of its own.
#pragma once

#include <string>

#include "engine/base/json.h"
#include "engine/exec/local_system.h"

namespace plumb::exec {

// The facts selinux, container, virtualization and memory; os where it does not stand in os-release.
Json host_facts(const RootFiles& files);

// One entry of a database (passwd, group, initgroups), as getent(1) prints it; "" for none. For databases of users and
// groups the key is a name or a number.
std::string ask_name_service(LocalSystem& system, const std::string& database, const std::string& key);

}  // namespace plumb::exec
