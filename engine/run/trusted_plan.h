// Who stands behind a saved plan: the signature beside it, and approvals.
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "engine/run/saved_plan.h"
#include "engine/run/trust_policy.h"
#include "engine/trust/signed_bytes.h"
#include "engine/trust/statement.h"

namespace plumb::run {

std::filesystem::path signature_file(const std::filesystem::path& plan);
std::filesystem::path approvals_folder(const std::filesystem::path& plan);

struct Approver {
  trust::Signer signer;
  trust::Approval approval;
};

// The approvals of one plan.
struct Approvals {
  std::vector<Approver> good;
  std::vector<Error> refused;  // with the file of each
};

// Errors: those of listing the folder. There need not be one.
Result<Approvals> read_approvals(const std::filesystem::path& file, const SavedPlan& plan, const trust::Trust& trust,
                                 std::chrono::sys_seconds now);

// Whether those who approved are `wanted` persons or more, however many keys they have. Errors: kNotApproved, with why
// other approvals do not count.
Result<> expect_persons(const Approvals& approvals, std::size_t wanted);

// An approval of the plan from now on, not signed yet.
trust::Approval approval_of(const SavedPlan& plan, std::chrono::sys_seconds now, std::chrono::seconds lasting,
                            const std::string& reason);

// Writes a signed approval beside the plan. Errors: kExists, kWriteFailed.
Result<std::filesystem::path> write_approval(const std::filesystem::path& file, const std::string& statement,
                                             const std::string& signature);

// Whether what the policy asks for stands behind the plan that was read from the file. Errors: those of who stands
// behind a plan, also where the file is another one by now.
Result<> check_trust(const std::filesystem::path& file, const SavedPlan& plan, const TrustPolicy& policy,
                     std::chrono::sys_seconds now);

// How many persons have approved the plan, by the keys of whoever the policy trusts. Errors: those of reading it, and
// kNotApproved where it names no signers.
Result<std::size_t> persons_behind(const std::filesystem::path& file, const SavedPlan& plan, const TrustPolicy& policy,
                                   std::chrono::sys_seconds now);

// What the project asks for.
TrustPolicy policy_of(const config::Project& project);

// The signer of the file, whose bytes these are. Errors: kNotSigned, kBadSignature.
Result<trust::Signer> signer_of_plan(const std::filesystem::path& file, std::string_view bytes,
                                     const trust::Trust& trust, std::chrono::sys_seconds now);

}  // namespace plumb::run
