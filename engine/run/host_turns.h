// Hosts of an apply that wait for others which do something for them too.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/plan/plan.h"

namespace plumb::run {

// On any thread.
class HostTurns {
 public:
  // `here`: the hosts of the plan that are applied to. The plan outlives this.
  HostTurns(const plan::Plan& plan, const std::set<std::string>& here);

  // Whether others wait for it: it has to begin before them.
  bool is_waited_for(const std::string& host) const { return ended_.contains(host); }
  // Returns once all that the host waits for have ended: why it may not begin, or nothing.
  std::optional<Diagnostic> wait(const std::string& host);
  void end(const std::string& host, bool well);

 private:
  enum class End { kNotYet, kWell, kBadly };

  const plan::Plan& plan_;
  std::map<std::string, End> ended_;  // of those that are waited for
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace plumb::run
