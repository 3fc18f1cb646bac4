#include "cmd/plumb/plan_trust.h"

#include <algorithm>
#include <limits>

#include "engine/run/machine_trust.h"

namespace plumb::cmd {

Result<PlanTrust> PlanTrust::of(Workspace& workspace, const TrustOptions& asked) {
  PlanTrust trust;
  trust.project_ = run::policy_of(workspace.project());
  trust.asked_ = asked.policy();
  PLUMB_TRY_ASSIGN(const std::optional<run::MachineTrust> machine,
                   run::machine_trust(run::kMachineTrustFile, 0, workspace.sources()));
  if (machine && machine->plans.asks()) trust.machine_ = machine->plans;
  if (!workspace.policy().empty() || trust.asked_.asks()) return trust;
  if (!trust.asked_.signers.empty())
    return fail(Code::kUsage, "--allowed-signers without anything that they are to have signed")
        .hint("add --require-signature, --require-approvals N, or both");
  if (!trust.asked_.revoked.empty() && !trust.project_.asks() && !trust.machine_)
    return fail(Code::kUsage, "--revoked-keys where no signature is asked for");
  return trust;
}

Result<> PlanTrust::expect_nobody(const std::string& way) const {
  if (!project_.asks() && !machine_) return {};
  const std::string who = project_.asks() ? "project" : "machine";
  return fail(Code::kNotSigned, "this " + who + " applies plans that somebody stands behind, and this one is none yet")
      .hint("`" + way + "`, have it signed or approved, `plumb apply FILE`" +
            (project_.asks() ? std::string() : "; " + std::string(run::kMachineTrustFile) + " asks for it"));
}

Result<> PlanTrust::check(const std::filesystem::path& file, const run::SavedPlan& plan) const {
  for (const run::TrustPolicy& policy : policies()) PLUMB_TRY(run::check_trust(file, plan, policy, now()));
  return {};
}

Result<std::size_t> PlanTrust::persons_behind(const std::filesystem::path& file, const run::SavedPlan& plan) const {
  const std::vector<run::TrustPolicy> all = policies();
  if (all.empty()) return run::persons_behind(file, plan, {}, now());
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const run::TrustPolicy& policy : all) {
    PLUMB_TRY_ASSIGN(const std::size_t persons, run::persons_behind(file, plan, policy, now()));
    fewest = std::min(fewest, persons);
  }
  return fewest;
}

std::vector<run::TrustPolicy> PlanTrust::policies() const {
  std::vector<run::TrustPolicy> all = {project_, asked_};
  if (machine_) all.push_back(*machine_);
  // One that asks stays, also if it says nobody's: then nothing passes.
  std::erase_if(all, [](const run::TrustPolicy& policy) { return !policy.asks() && policy.signers.empty(); });
  // Keys that the command line takes back count for nobody.
  for (run::TrustPolicy& policy : all)
    policy.revoked.insert(policy.revoked.end(), asked_.revoked.begin(), asked_.revoked.end());
  return all;
}

}  // namespace plumb::cmd
