// The host of the built-in kinds' cases: a folder, reached as root, as nobody, or by an executor that is killed.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/conformance/subject.h"
#include "testdata/meet/own_executor.h"

namespace plumb::conformance {

// As a user without rights; what an executor remembers of an image is then that user's.
class Unprivileged final : public host::Transport {
 public:
  explicit Unprivileged(std::string tree) : tree_(std::move(tree)) {}
  Result<std::unique_ptr<host::StreamConnection>> connect(const host::HostSettings& settings,
                                                          const host::Interrupt* cancel) override;

 private:
  std::string tree_;
};

class OwnKiller final : public Killer {
 public:
  explicit OwnKiller(const std::string& tree) : executor_(tree) {}
  host::Transport& before_write(std::size_t at) override;
  std::size_t writes() const override { return executor_.last_cut().calls; }

 private:
  meet::OwnExecutor executor_;
};

// Programs of this machine that some kinds work by, for hosts of their cases.
void add_programs(const std::filesystem::path& root);

}  // namespace plumb::conformance
