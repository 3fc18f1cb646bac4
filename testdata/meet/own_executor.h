// How the hosts that are made up are reached: by an executor that takes a folder for its host (own_host.cc).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/host/transport.h"
#include "testdata/meet/cut_short.h"

namespace plumb::meet {

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

}  // namespace plumb::meet
