// What a plan says of all that it was made of: digests of the configuration, the inventory and the values.
#pragma once

#include <atomic>
#include <map>
#include <set>
#include <string>

#include "engine/base/pool.h"
#include "engine/ir/compile.h"

namespace plumb::run {

// Summed up beside whoever makes it: it takes about as long as to compile a host, and needs none.
class PlanInputs {
 public:
  // `input` and what it names stay as they are as long as this lives.
  PlanInputs(const ir::CompilerInput& input, std::set<std::string> hosts);
  ~PlanInputs();

  // By name, as a plan has them; once they are there. Source files that could not be read are told.
  std::map<std::string, std::string> get(Diagnostics& diagnostics);

 private:
  const ir::CompilerInput& input_;
  std::atomic<bool> abandoned_{false};
  Result<std::string> config_ = std::string();  // until `work_` is done, its own
  std::string values_;                          // the same
  Beside work_;
};

}  // namespace plumb::run
