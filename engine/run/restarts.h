// How an apply goes on with a host that its plan restarts: in several passes, each over a login of its own.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/host/transport.h"
#include "engine/plan/plan.h"
#include "engine/wire/messages.h"
#include "providers/sdk/kind.h"

namespace plumb::run {

// What the passes of one apply come to together.
class ApplyPasses {
 public:
  explicit ApplyPasses(std::size_t actions) : ends_(actions), settled_(actions, false) {}

  // False for what was told in an earlier pass.
  bool is_news(const wire::Event& event);
  // The host is restarted now: what has ended is settled.
  void end_one();
  // What the host has to know of those before.
  void tell(wire::Apply& request) const;
  // The totals of the last pass become those of all.
  void total(wire::Done& done) const;

 private:
  int ended(wire::EventKind kind) const;

  std::vector<std::optional<wire::EventKind>> ends_;  // by action
  std::vector<bool> settled_;                         // by action: ended in an earlier pass
  bool several_ = false;
};

// Why a plan that restarts the host cannot go on there; nothing where it can, or restarts nothing.
std::optional<Diagnostic> problem_of_restarts(const plan::Actions& actions, const host::HostSettings& settings,
                                              const Registry& kinds);

}  // namespace plumb::run
