// What a strict host may be asked although nobody has approved it.
#pragma once

#include <set>
#include <string>

#include "engine/exec/state_folder.h"
#include "providers/sdk/system.h"

namespace plumb::exec {

// Programs that ask something, and that were run as part of a plan that people approved.
class AskedBefore {
 public:
  explicit AskedBefore(const StateFolder& folder);

  bool contains(const ProcessRequest& request) const;
  void add(const ProcessRequest& request);
  // Where there is something new.
  Result<> save() const;

 private:
  StateFolder folder_;
  std::set<std::string> digests_;
  bool changed_ = false;
};

}  // namespace plumb::exec
