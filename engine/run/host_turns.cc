#include "engine/run/host_turns.h"

#include "engine/plan/elsewhere.h"

namespace plumb::run {

HostTurns::HostTurns(const plan::Plan& plan, const std::set<std::string>& here) : plan_(plan) {
  for (const std::string& host : here) {
    for (const std::string& other : plan::waited_for(plan, host)) {
      // One that has no plan does not come. One that is left alone by whoever applies is not waited for.
      if (plan.unplanned.contains(other)) ended_[other] = End::kBadly;
      if (here.contains(other)) ended_[other] = End::kNotYet;
    }
  }
}

std::optional<Diagnostic> HostTurns::wait(const std::string& host) {
  std::unique_lock lock(mutex_);
  for (const plan::Elsewhere& one : plan_.hosts.at(host).elsewhere) {
    const auto other = ended_.find(one.host);
    if (other == ended_.end()) continue;
    changed_.wait(lock, [&] { return other->second != End::kNotYet; });
    if (other->second == End::kWell) continue;
    return Diagnostic(Code::kSkippedByFailure,
                      "the host was not begun: it waits for " + one.address + ", which " + one.host + " did not do")
        .as(Severity::kWarning)
        .on(host);
  }
  return std::nullopt;
}

void HostTurns::end(const std::string& host, bool well) {
  const std::lock_guard lock(mutex_);
  const auto found = ended_.find(host);
  if (found == ended_.end()) return;
  found->second = well ? End::kWell : End::kBadly;
  changed_.notify_all();
}

}  // namespace plumb::run
