#include "engine/config/trust.h"

namespace plumb::config {

TrustRules read_trust(const Json& typed) {
  TrustRules rules;
  rules.allowed_signers = typed.at("allowed_signers").get<std::string>();
  rules.revoked_keys = typed.value("revoked_keys", std::string());
  rules.signature = typed.value("require_signature", rules.signature);
  rules.approvals = typed.value("require_approvals", rules.approvals);
  return rules;
}

Json to_json(const TrustRules& rules) {
  return {{"allowed_signers", rules.allowed_signers},
          {"revoked_keys", rules.revoked_keys},
          {"require_signature", rules.signature},
          {"require_approvals", rules.approvals}};
}

}  // namespace plumb::config
