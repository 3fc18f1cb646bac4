// Who stands behind a module or a provider: the signature in its folder, which is over the digest of its files, as
// plumb.lock has it for what comes from git.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/config/project.h"
#include "engine/config/project_providers.h"
#include "engine/run/trust_policy.h"
#include "engine/trust/signed_bytes.h"

namespace plumb::run {

struct Part {
  bool is_provider = false;
  std::string digest;

  // What is signed: the digest as a line of text.
  std::string bytes() const { return digest + "\n"; }
  std::string_view name_space() const;
  std::string_view signature_name() const;  // of its file in the folder
};

// The module or provider in a folder. Errors: kUsage where it is neither; kModuleLock where its files can have no
// digest.
Result<Part> part_in(const Folder& folder);

// Errors: kNotSigned, kBadSignature.
Result<trust::Signer> signer_of_part(const Folder& folder, const Part& part, const trust::Trust& trust,
                                     std::chrono::sys_seconds now);

// Tells of each part that a policy asks for a signature of, and that has none that counts.
void expect_signed_parts(const config::Project& project, const std::vector<config::ProjectProvider>& providers,
                         const TrustPolicy& policy, std::chrono::sys_seconds now, Diagnostics& diagnostics);

}  // namespace plumb::run
