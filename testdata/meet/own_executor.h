// The executor of the hosts that are made up: this program once more, started as `PROGRAM serve ROOT`.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/host/transport.h"
#include "testdata/meet/cut_short.h"

namespace plumb::meet {

// Every host is reached by starting this program again.
class OwnExecutor final : public host::Transport {
 public:
  // `tree`: of a host that is no image. What is told of a cut lies beside it.
  explicit OwnExecutor(std::string tree) : tree_(std::move(tree)), told_(tree_ + ".cut") {}

  // The next executor is cut short, or only counted where the fault is none; and what became of it.
  void cut_next(const Cut& cut);
  Traced last_cut() const;

  Result<std::unique_ptr<host::StreamConnection>> connect(const host::HostSettings& settings,
                                                          const host::Interrupt* cancel) override;

 private:
  std::string tree_;
  std::string told_;
  std::optional<Cut> cut_;
};

// The far end: of an image, or with the folder as the root of all that it sees. Gives the exit code.
int serve(const std::string& root, bool live);

// The same as connect() starts it where it is to be cut short: FAULT AT TOLD and what serve() is given.
int serve_cut_short(int count, char** words);

}  // namespace plumb::meet
