#include "engine/run/trusted_plan.h"

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/files.h"
#include "engine/base/shell_word.h"
#include "engine/base/time_text.h"
#include "engine/plan/slices.h"

namespace plumb::run {
namespace {

constexpr std::string_view kSignatureEnd = ".sig";
constexpr std::string_view kStatementEnd = ".json";
constexpr std::size_t kMostApprovals = 1000;

// Whether an approval is one of this very plan.
Result<> check_subject(const trust::Approval& approval, const SavedPlan& plan, const std::string& tree_head) {
  if (approval.plan != plan.id) return fail(Code::kNotApproved, "it is of another plan, " + approval.plan);
  if (approval.project != plan.plan.project)
    return fail(Code::kNotApproved, "it is of the project `" + approval.project + "`");
  if (approval.tree_head != tree_head || approval.hosts != plan.plan.hosts.size())
    return fail(Code::kNotApproved, "it is of other hosts than the plan's");
  return {};
}

Result<Approver> read_one(const std::filesystem::path& statement, const SavedPlan& plan, const std::string& tree_head,
                          const trust::Trust& trust, std::chrono::sys_seconds now) {
  PLUMB_TRY_ASSIGN(const std::string bytes, read_file(statement, trust::kMostStatement));
  std::filesystem::path beside = statement;
  PLUMB_TRY_ASSIGN(const std::string signature,
                   read_file(beside.replace_extension(kSignatureEnd), trust::kMostSignature));
  PLUMB_TRY_ASSIGN(trust::Signer signer, signer_of(bytes, signature, trust::kApprovalNamespace, trust, now));
  PLUMB_TRY_ASSIGN(trust::Approval approval, trust::read_approval(bytes));
  PLUMB_TRY(check_subject(approval, plan, tree_head));
  PLUMB_TRY(check_time(approval, now));
  return Approver{std::move(signer), std::move(approval)};
}

Result<> check_approvals(const std::filesystem::path& file, const SavedPlan& plan, std::size_t wanted,
                         const trust::Trust& trust, std::chrono::sys_seconds now) {
  PLUMB_TRY_ASSIGN(const Approvals approvals, read_approvals(file, plan, trust, now));
  Result<> enough = expect_persons(approvals, wanted);
  if (enough) return enough;
  return std::move(enough.error())
      .hint("`plumb approve " + typed_word(file.string()) + " --key FILE` shows the plan and approves it");
}

}  // namespace

std::filesystem::path signature_file(const std::filesystem::path& plan) {
  return plan.string() + std::string(kSignatureEnd);
}

std::filesystem::path approvals_folder(const std::filesystem::path& plan) {
  return plan.string() + ".approvals";
}

Result<> expect_persons(const Approvals& approvals, std::size_t wanted) {
  std::vector<trust::Signer> signers;
  for (const Approver& one : approvals.good) signers.push_back(one.signer);
  const std::size_t persons = trust::persons_of(signers);
  if (persons >= wanted) return {};
  std::string why;
  for (const Error& error : approvals.refused) why += "\n" + error.summary();
  return fail(Code::kNotApproved, "the plan is approved by " + std::to_string(persons) + " of the " +
                                      std::to_string(wanted) + " persons that are asked for" + why);
}

Result<Approvals> read_approvals(const std::filesystem::path& file, const SavedPlan& plan, const trust::Trust& trust,
                                 std::chrono::sys_seconds now) {
  Approvals approvals;
  const Folder folder(approvals_folder(file));
  if (!folder.files().status(folder.path())) return approvals;
  PLUMB_TRY_ASSIGN(const std::vector<FolderEntry> entries, folder.list(2 * kMostApprovals));
  if (entries.size() > 2 * kMostApprovals)
    return fail(Code::kNotApproved,
                folder.path().string() + " holds more than " + std::to_string(kMostApprovals) + " approvals");
  const std::string tree_head = plan::slices(plan.plan, plan.id).tree_head;
  for (const FolderEntry& entry : entries) {
    if (!entry.name.ends_with(kStatementEnd)) continue;
    const std::filesystem::path statement = folder.path() / entry.name;
    Result<Approver> read = read_one(statement, plan, tree_head, trust, now);
    if (read) {
      approvals.good.push_back(std::move(*read));
    } else {
      approvals.refused.push_back(std::move(read.error()).during("reading the approval " + statement.string()));
    }
  }
  return approvals;
}

trust::Approval approval_of(const SavedPlan& plan, std::chrono::sys_seconds now, std::chrono::seconds lasting,
                            const std::string& reason) {
  return {.plan = plan.id,
          .tree_head = plan::slices(plan.plan, plan.id).tree_head,
          .hosts = plan.plan.hosts.size(),
          .project = plan.plan.project,
          .not_before = rfc3339(now),
          .not_after = rfc3339(now + lasting),
          .reason = reason};
}

Result<std::filesystem::path> write_approval(const std::filesystem::path& file, const std::string& statement,
                                             const std::string& signature) {
  const std::filesystem::path folder = approvals_folder(file);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Code::kWriteFailed, folder.string() + " cannot be made: " + error.message());
  const std::filesystem::path path = folder / digest(statement).substr(kDigestPrefix.size());
  const std::string text = path.string() + std::string(kStatementEnd);
  if (disk_files().status(text)) {
    return fail(Code::kExists, "there is an approval with the same words of the same second: " + text)
        .hint("give another --reason, or try again in a second");
  }
  // The signature first: a statement alone would be told as one that is not signed.
  PLUMB_TRY(write_file(path.string() + std::string(kSignatureEnd), signature));
  PLUMB_TRY(write_file(text, statement));
  return text;
}

Result<trust::Signer> signer_of_plan(const std::filesystem::path& file, std::string_view bytes,
                                     const trust::Trust& trust, std::chrono::sys_seconds now) {
  const std::filesystem::path beside = signature_file(file);
  if (!disk_files().status(beside)) {
    return fail(Code::kNotSigned, "the plan is not signed: there is no " + beside.string())
        .hint("`plumb sign " + typed_word(file.string()) + " --key FILE` signs it");
  }
  PLUMB_TRY_ASSIGN(const std::string signature, read_file(beside, trust::kMostSignature));
  Result<trust::Signer> signer = signer_of(bytes, signature, trust::kPlanNamespace, trust, now);
  if (!signer) return std::move(signer.error()).during("checking " + beside.string());
  return signer;
}

Result<> check_trust(const std::filesystem::path& file, const SavedPlan& plan, const TrustPolicy& policy,
                     std::chrono::sys_seconds now) {
  if (!policy.asks()) return {};
  PLUMB_TRY_ASSIGN(const trust::Trust trust, trust::read_trust(policy.signers, policy.revoked));
  PLUMB_TRY_ASSIGN(const std::string bytes, read_file(file, plan::kMaxDocument));
  if (digest(bytes) != plan.id) return fail(Code::kBadSignature, file.string() + " was changed while it was read");
  if (policy.signature) PLUMB_TRY(signer_of_plan(file, bytes, trust, now));
  if (policy.approvals > 0) PLUMB_TRY(check_approvals(file, plan, policy.approvals, trust, now));
  return {};
}

Result<std::size_t> persons_behind(const std::filesystem::path& file, const SavedPlan& plan, const TrustPolicy& policy,
                                   std::chrono::sys_seconds now) {
  if (policy.signers.empty()) {
    return fail(Code::kNotApproved, "nobody is said to be whose approvals count")
        .hint("`trust: {allowed_signers: FILE}` in plumb.yaml says it, or `--allowed-signers FILE`");
  }
  PLUMB_TRY_ASSIGN(const trust::Trust trust, trust::read_trust(policy.signers, policy.revoked));
  PLUMB_TRY_ASSIGN(const Approvals approvals, read_approvals(file, plan, trust, now));
  std::vector<trust::Signer> signers;
  for (const Approver& one : approvals.good) signers.push_back(one.signer);
  return trust::persons_of(signers);
}

TrustPolicy policy_of(const config::Project& project) {
  if (!project.trust) return {};
  const config::TrustRules& rules = *project.trust;
  std::vector<std::filesystem::path> revoked;
  if (!rules.revoked_keys.empty()) revoked.push_back(project.folder / rules.revoked_keys);
  return {.signature = rules.signature,
          .approvals = rules.approvals,
          .signers = rules.allowed_signers.empty() ? std::filesystem::path() : project.folder / rules.allowed_signers,
          .revoked = std::move(revoked),
          .modules = rules.signed_modules,
          .providers = rules.signed_providers};
}

}  // namespace plumb::run
