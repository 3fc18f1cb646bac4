#include "cmd/plumb/trust_options.h"

namespace plumb::cmd {

run::TrustPolicy TrustOptions::policy() const {
  run::TrustPolicy policy{signature, approvals, signers, {}};
  if (!revoked.empty()) policy.revoked.emplace_back(revoked);
  return policy;
}

void add_signers_options(CLI::App& command, TrustOptions& trust) {
  command
      .add_option("--allowed-signers", trust.signers,
                  "Whose signatures count: the file that ssh-keygen(1) describes under ALLOWED SIGNERS")
      ->type_name("FILE");
  command
      .add_option("--revoked-keys", trust.revoked,
                  "Keys that no longer count: a list that `ssh-keygen -k` writes, or public keys, one a line")
      ->type_name("FILE");
}

std::vector<std::string> add_requirement_options(CLI::App& command, TrustOptions& trust) {
  CLI::Option* const signers = command.get_option("--allowed-signers");
  command.add_flag("--require-signature", trust.signature, "Refuse a plan that none of the allowed signers has signed")
      ->needs(signers);
  command
      .add_option("--require-approvals", trust.approvals,
                  "Refuse a plan that fewer than N persons among the allowed signers have approved")
      ->needs(signers)
      ->check(CLI::Range(1, 100))
      ->type_name("N");
  return {"--require-signature", "--require-approvals"};
}

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

ExitCode exit_code_of_distrust(const Error& error) {
  const Code code = error.code();
  const bool refused = code == Code::kNotSigned || code == Code::kBadSignature || code == Code::kNotApproved;
  return refused ? kStalePlan : kInvalidConfiguration;
}

std::string words(const trust::Signer& signer) {
  return signer.name() + " (" + signer.key_type + " " + signer.fingerprint + ")";
}

}  // namespace plumb::cmd
