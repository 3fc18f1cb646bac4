// Resources whose providers run on the controller, as a host knows them: what was told of them, or is asked for when
// their turn comes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/exec/stream_line.h"
#include "providers/outside/outside_provider.h"

namespace plumb::exec {

class ControllerCalls : public outside::Elsewhere {
 public:
  explicit ControllerCalls(StreamLine& line) : line_(line) {}

  // What came with the question, by its resources.
  void tell(const wire::Observe& question);
  void forget() { told_.clear(); }
  // During an apply the controller answers.
  void set_asks(bool asks) { asks_ = asks; }

  Result<Observed> observe(const Desired& desired) override;
  Result<> apply(const Address& address, const std::string& verb, std::string& output) override;

 private:
  StreamLine& line_;
  std::map<std::string, Result<Observed>> told_;  // by address
  bool asks_ = false;
};

}  // namespace plumb::exec
