// Which algorithms a session may use: the settings' lists as far as libssh knows them.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/host/ssh/settings.h"

struct ssh_session_struct;

namespace plumb::host::ssh {

// Host key algorithms, those first that fit the known keys, so that the host shows the key that can be checked.
std::string host_key_order(const std::vector<std::string>& known_types, const std::string& allowed);

Result<> set_algorithms(ssh_session_struct* session, const Settings& settings, const std::string& host_keys);

// The first keyword of the settings of whose algorithms libssh knows none; empty where there is none.
std::string unknown_algorithms(const Settings& settings);

}  // namespace plumb::host::ssh
