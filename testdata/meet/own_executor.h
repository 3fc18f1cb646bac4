// The executor of the hosts that are made up: this program once more, started as `PROGRAM serve ROOT`.
#pragma once

#include <memory>
#include <string>

#include "engine/host/transport.h"

namespace plumb::meet {

// Every host is reached by starting this program again.
class OwnExecutor final : public host::Transport {
 public:
  // `tree`: of a host that is no image.
  explicit OwnExecutor(std::string tree) : tree_(std::move(tree)) {}

  Result<std::unique_ptr<host::StreamConnection>> connect(const host::HostSettings& settings,
                                                          const host::Interrupt* cancel) override;

 private:
  std::string tree_;
};

// The far end: of an image, or with the folder as the root of all that it sees. Gives the exit code.
int serve(const std::string& root, bool live);

}  // namespace plumb::meet
