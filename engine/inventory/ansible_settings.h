// Ansible's own variables, which say how to connect, as plumb's settings.
#pragma once

#include "engine/inventory/found.h"

namespace plumb::inventory {

// Whether a variable of Ansible's says how a host is reached.
bool says_how_to_connect(std::string_view variable);

// Moves what `ansible_host`, `ansible_user` and the like say into the settings, and takes all other variables of
// Ansible's own away. Passwords are refused; what plumb has no equal for is told.
void take_connection_variables(Found& found, Reading& reading);

}  // namespace plumb::inventory
