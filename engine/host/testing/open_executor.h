// One connection, for tests of the ways to a host.
#pragma once

#include <memory>

#include "engine/host/transport.h"

namespace plumb::host {

inline Result<std::unique_ptr<Connection>> open_executor(const HostSettings& settings, const ExecutorStore& executors,
                                                         ssh::Context& ssh, const Interrupt* cancel = nullptr) {
  return HostTransport(executors, ssh).open(settings, cancel);
}

}  // namespace plumb::host
