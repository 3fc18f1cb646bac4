// The ssh program as the way to a host: by choice, and for what libssh has not.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/host/ssh/session.h"
#include "engine/host/stream_connection.h"

namespace plumb::host::ssh {

// The keyword of the settings, or the mark in known_hosts, that only the ssh program can honour; empty where there is
// none.
std::string beyond_libssh(const Login& login, const Settings& settings, Context& context);

// Runs one command on the host through ssh. Nobody is asked for anything. `because` is what beyond_libssh() said.
Result<std::unique_ptr<StreamConnection>> run_openssh(const Login& login, const Settings& settings,
                                                      const std::string& because, const std::string& command,
                                                      const Interrupt* cancel);

// What ssh's words mean where it ended with its own exit code, 255.
Error explain_openssh(const std::string& said);

}  // namespace plumb::host::ssh
