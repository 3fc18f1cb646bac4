// What commands that ask who stands behind a plan share: whose signatures count.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cmd/plumb/exit_code.h"
#include "engine/run/trusted_plan.h"

namespace plumb::cmd {

struct TrustOptions {
  std::string signers;  // --allowed-signers
  std::string revoked;  // --revoked-keys
  bool signature = false;
  std::size_t approvals = 0;

  run::TrustPolicy policy() const;
};

// `--allowed-signers` and `--revoked-keys`.
void add_signers_options(CLI::App& command, TrustOptions& trust);
// `--require-signature` and `--require-approvals`, which need the former; their names.
std::vector<std::string> add_requirement_options(CLI::App& command, TrustOptions& trust);

std::chrono::sys_seconds now();

// Where a plan is refused because of who stands behind it, or what says so cannot be used.
ExitCode exit_code_of_distrust(const Error& error);

// "ana@example.com (ssh-ed25519 SHA256:…)"
std::string words(const trust::Signer& signer);

}  // namespace plumb::cmd
