#include "cmd/plumb/trust_options.h"

namespace plumb::cmd {

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
      ->type_name("N");
  return {"--require-signature", "--require-approvals"};
}

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string words(const trust::Signer& signer) {
  return signer.name() + " (" + signer.key_type + " " + signer.fingerprint + ")";
}

}  // namespace plumb::cmd
