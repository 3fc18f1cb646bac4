// Who has to stand behind what is applied: what the project asks for, what the command line does, and what this machine
// does. All of it has to hold.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cmd/plumb/trust_options.h"
#include "cmd/plumb/workspace.h"

namespace plumb::cmd {

class PlanTrust {
 public:
  // Of the project, which is loaded. Errors: kMachineTrust; kUsage for options that ask for nothing.
  static Result<PlanTrust> of(Workspace& workspace, const TrustOptions& asked);

  // Before a plan that is made now, behind which nobody stands, is applied. `way`: the command that writes it instead.
  // Errors: kNotSigned.
  Result<> expect_nobody(const std::string& way) const;
  // Of a saved plan. Errors: those of who stands behind one.
  Result<> check(const std::filesystem::path& file, const run::SavedPlan& plan) const;
  // For rules that ask for approvals: where several say whose count, the smallest number of persons counts.
  Result<std::size_t> persons_behind(const std::filesystem::path& file, const run::SavedPlan& plan) const;

 private:
  std::vector<run::TrustPolicy> policies() const;  // of those who say whose signatures count

  run::TrustPolicy project_;
  run::TrustPolicy asked_;
  std::optional<run::TrustPolicy> machine_;
};

}  // namespace plumb::cmd
