#include "engine/run/signed_parts.h"

#include "engine/base/shell_word.h"
#include "engine/config/document.h"
#include "engine/config/module_reader.h"
#include "engine/config/module_store.h"
#include "engine/config/provider_package.h"

namespace plumb::run {
namespace {

// What a project uses, with what it has to be.
struct UsedPart {
  std::string words;  // "the module `web`"
  std::string folder;
  Part part;
  SourceSpan used_at;
};

Result<std::vector<UsedPart>> parts_of(const config::Project& project,
                                       const std::vector<config::ProjectProvider>& providers,
                                       const TrustPolicy& policy) {
  std::vector<UsedPart> parts;
  if (policy.modules) {
    for (const config::LockedFolder& module : project.git_modules)
      parts.push_back({"the module `" + module.name + "`", module.folder, {false, module.digest}, module.used_at});
  }
  if (!policy.providers) return parts;
  for (const config::ProjectProvider& provider : providers) {
    // One that cannot be used was told of.
    if (provider.package == nullptr) continue;
    Part part{true, provider.locked ? provider.locked->digest : std::string()};
    if (part.digest.empty()) {
      PLUMB_TRY_ASSIGN(part.digest, config::folder_digest(project.place() / provider.folder));
    }
    parts.push_back({"the provider `" + provider.name + "`", provider.folder, std::move(part), provider.span});
  }
  return parts;
}

}  // namespace

std::string_view Part::name_space() const {
  return is_provider ? trust::kProviderNamespace : trust::kModuleNamespace;
}

std::string_view Part::signature_name() const {
  return is_provider ? config::kProviderSignature : config::kModuleSignature;
}

Result<Part> part_in(const Folder& folder) {
  const bool is_provider = folder.holds(config::kProviderFile);
  if (!is_provider && !config::has_document(folder, config::kModuleFile)) {
    return fail(Code::kUsage, folder.path().string() + " holds neither a module nor a provider")
        .hint("a module has a module.yaml, a provider a provider.yaml");
  }
  PLUMB_TRY_ASSIGN(std::string digest, config::folder_digest(folder));
  return Part{is_provider, std::move(digest)};
}

Result<trust::Signer> signer_of_part(const Folder& folder, const Part& part, const trust::Trust& trust,
                                     std::chrono::sys_seconds now) {
  const std::filesystem::path file = folder.path() / part.signature_name();
  if (!folder.holds(part.signature_name())) {
    return fail(Code::kNotSigned, "it is not signed: there is no " + file.string())
        .hint("whoever made it signs it with `plumb sign FOLDER --key FILE`, and keeps " +
              std::string(part.signature_name()) + " in git");
  }
  PLUMB_TRY_ASSIGN(const std::string signature, folder.read(part.signature_name(), trust::kMostSignature));
  Result<trust::Signer> signer = trust::signer_of(part.bytes(), signature, part.name_space(), trust, now);
  if (signer) return signer;
  const bool other = signer.error().code() == Code::kBadSignature;
  return std::move(signer.error())
      .during("checking " + file.string())
      .hint(other ? "its files are not those that were signed, or the signature is one of something else: "
                    "`plumb verify " +
                        typed_word(folder.path().string()) + " --allowed-signers FILE` looks again"
                  : "a line of the allowed signers has to name that key, for " + std::string(part.name_space()) +
                        " and at this time");
}

void expect_signed_parts(const config::Project& project, const std::vector<config::ProjectProvider>& providers,
                         const TrustPolicy& policy, std::chrono::sys_seconds now, Diagnostics& diagnostics) {
  if (!policy.asks_for_parts()) return;
  const Result<std::vector<UsedPart>> parts = parts_of(project, providers, policy);
  if (!parts) return diagnostics.add(parts.error().diagnostic());
  if (parts->empty()) return;
  const Result<trust::Trust> trust = trust::read_trust(policy.signers, policy.revoked);
  if (!trust) return diagnostics.add(trust.error().diagnostic());
  for (const UsedPart& used : *parts) {
    const Result<trust::Signer> signer = signer_of_part(project.place() / used.folder, used.part, *trust, now);
    if (signer) continue;
    Diagnostic refused = signer.error().diagnostic();
    refused.summary = used.words + " is not used: " + refused.summary;
    diagnostics.add(std::move(refused).at(used.used_at, "its signature is asked for"));
  }
}

}  // namespace plumb::run
