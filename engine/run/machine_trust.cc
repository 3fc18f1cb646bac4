#include "engine/run/machine_trust.h"

#include <cerrno>
#include <cstring>

#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"

namespace plumb::run {
namespace {

constexpr std::size_t kMostTrustFile = std::size_t{64} << 10;

Error refused(const std::string& why) {
  return fail(Code::kMachineTrust, why).hint("until it can be read, nothing is applied from this machine");
}

// Of the file and of the folder that it lies in: whoever can write either decides what stands in it.
Result<> expect_owner(const std::filesystem::path& file, uid_t owner) {
  for (const std::filesystem::path& path : {file, file.parent_path()}) {
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0) return refused(path.string() + ": " + std::strerror(errno));
    const bool shared = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0;
    if (status.st_uid == owner && !shared) continue;
    return refused(path.string() + " can be written by others than root");
  }
  return {};
}

Error first_of(const Diagnostics& found) {
  for (const Diagnostic& one : found.items()) {
    if (one.severity == Severity::kError) return Error(one);
  }
  return refused("it cannot be read");
}

}  // namespace

Result<std::optional<TrustPolicy>> machine_trust(const std::filesystem::path& file, uid_t owner,
                                                 lang::SourceMap& sources) {
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<TrustPolicy>();
    return refused(file.string() + ": " + std::strerror(errno));
  }
  PLUMB_TRY(expect_owner(file, owner));
  Result<std::string> text = read_file(file, kMostTrustFile);
  if (!text) return refused(text.error().summary());
  Diagnostics found;
  const std::optional<lang::Node> root = lang::read_yaml(file.string(), *text, found);
  sources.add(file.string(), std::move(*text));
  if (!root) return first_of(found);
  const Json& schema = config::builtin_schema("machine_trust");
  config::ValidateOptions options;
  options.root = &schema;
  const SourceSpan where = root->is_map() ? root->span : SourceSpan{file.string(), 1, 1, 1, 1};
  const std::optional<Json> typed = config::validate(*root, schema, "the trust of this machine", where, options, found);
  if (!typed || found.has_errors()) return first_of(found);
  TrustPolicy policy{.signature = typed->value("require_signature", true),
                     .approvals = typed->value("require_approvals", std::size_t{0}),
                     .signers = typed->at("allowed_signers").get<std::string>(),
                     .revoked = {}};
  if (typed->contains("revoked_keys")) policy.revoked.emplace_back(typed->at("revoked_keys").get<std::string>());
  if (!policy.asks()) return refused(file.string() + " asks for nothing: neither a signature nor approvals");
  PLUMB_TRY(expect_owner(policy.signers, owner));
  for (const std::filesystem::path& list : policy.revoked) PLUMB_TRY(expect_owner(list, owner));
  return std::optional<TrustPolicy>(std::move(policy));
}

}  // namespace plumb::run
