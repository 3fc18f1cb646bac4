#include "engine/config/trust.h"

#include <optional>

#include "engine/config/formats.h"

namespace plumb::config {

namespace {

void expect_file(const lang::Node& node, const char* key, const Folder& folder, Diagnostics& diagnostics) {
  const lang::Entry* entry = node.find(key);
  if (entry == nullptr) return;
  const std::string name = "`" + std::string(key) + "`";
  const Result<std::string> file = project_file(folder, entry->value.text, name);
  if (!file) {
    diagnostics.add(Diagnostic(file.error().diagnostic()).at(entry->value.span));
    return;
  }
  const std::optional<FileStatus> status = folder.status(*file);
  if (status && status->type == EntryType::kFile) return;
  diagnostics.add(Diagnostic(Code::kFileUnreadable, name + " names no file of the project")
                      .at(entry->value.span, status ? "this is no file" : "there is no such file"));
}

}  // namespace

TrustRules read_trust(const lang::Node& node, const Json& typed, AsksElsewhere elsewhere, const Folder& folder,
                      Diagnostics& diagnostics) {
  TrustRules rules;
  rules.allowed_signers = typed.value("allowed_signers", std::string());
  rules.revoked_keys = typed.value("revoked_keys", std::string());
  rules.signature = typed.value("require_signature", !rules.allowed_signers.empty());
  rules.sealed_values = typed.value("require_sealed_values", rules.sealed_values);
  rules.approvals = typed.value("require_approvals", rules.approvals);
  rules.signed_modules = typed.value("require_signed_modules", rules.signed_modules);
  rules.signed_providers = typed.value("require_signed_providers", rules.signed_providers);
  const bool asks_for_parts = rules.signed_modules || rules.signed_providers;
  for (const char* key : {"allowed_signers", "revoked_keys"}) expect_file(node, key, folder, diagnostics);
  if (rules.allowed_signers.empty() && (rules.signature || rules.approvals > 0 || asks_for_parts)) {
    diagnostics.add(Diagnostic(Code::kMissingKey, "`trust` does not say whose signatures count")
                        .at(node.span, "`allowed_signers` is missing")
                        .with_hint("it names a file, as ssh-keygen(1) describes it under ALLOWED SIGNERS"));
  } else if (!rules.signature && rules.approvals == 0 && !rules.sealed_values && !asks_for_parts &&
             elsewhere == AsksElsewhere::kNo) {
    diagnostics.add(Diagnostic(Code::kBadValue, "`trust` asks for nothing")
                        .at(node.span, "no signature, no approvals, no sealed values")
                        .with_hint("leave `require_signature` away, or give `require_approvals`"));
  }
  return rules;
}

Json to_json(const TrustRules& rules) {
  Json json = {{"allowed_signers", rules.allowed_signers},
               {"revoked_keys", rules.revoked_keys},
               {"require_signature", rules.signature},
               {"require_approvals", rules.approvals},
               {"require_sealed_values", rules.sealed_values}};
  // Where they are not asked for, digests of configurations stay what they were.
  if (rules.signed_modules) json["require_signed_modules"] = true;
  if (rules.signed_providers) json["require_signed_providers"] = true;
  return json;
}

}  // namespace plumb::config
