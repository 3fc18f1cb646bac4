// What has to be signed or approved, and by whom.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace plumb::run {

struct TrustPolicy {
  // What a plan's file needs beside it.
  bool signature = false;     // `FILE.sig`
  std::size_t approvals = 0;  // of so many persons, in `FILE.approvals/`
  std::filesystem::path signers;
  std::vector<std::filesystem::path> revoked;  // lists of keys that were taken back
  // What a project's parts need in their folders.
  bool modules = false;    // each from git `module.sig`
  bool providers = false;  // each `provider.sig`

  bool asks() const { return signature || approvals > 0; }  // something of plans
  bool asks_for_parts() const { return modules || providers; }
};

}  // namespace plumb::run
