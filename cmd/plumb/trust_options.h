// What commands that ask who stands behind a plan share: whose signatures count.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "engine/run/trusted_plan.h"

namespace plumb::cmd {

struct TrustOptions {
  std::string signers;  // --allowed-signers
  std::string revoked;  // --revoked-keys
  bool signature = false;
  std::size_t approvals = 0;

  run::TrustPolicy policy() const { return {signature, approvals, signers, revoked}; }
};

// `--allowed-signers` and `--revoked-keys`.
void add_signers_options(CLI::App& command, TrustOptions& trust);
// `--require-signature` and `--require-approvals`, which need the former; their names.
std::vector<std::string> add_requirement_options(CLI::App& command, TrustOptions& trust);

std::chrono::sys_seconds now();

// "ana@example.com (ssh-ed25519 SHA256:…)"
std::string words(const trust::Signer& signer);

}  // namespace plumb::cmd
