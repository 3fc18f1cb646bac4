#include "engine/run/machine_trust.h"

#include <cerrno>
#include <cstring>
#include <iterator>

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

std::filesystem::path behind_first(const std::filesystem::path& path) {
  std::filesystem::path rest;
  for (auto part = std::next(path.begin()); part != path.end(); ++part) rest /= *part;
  return rest;
}

// Files that stand for a name: a loop has more.
constexpr int kMostLinks = 40;

// Of the file, and of each folder and each link on the way to it: whoever can write one of them decides what stands
// there. In a folder with the sticky bit others can make files, and not take this one away.
Result<> expect_owner(const std::filesystem::path& file, uid_t owner) {
  std::filesystem::path reached = "/";
  std::filesystem::path rest = file.relative_path();
  int links = 0;
  while (true) {
    struct stat status = {};
    if (::lstat(reached.c_str(), &status) != 0) return refused(reached.string() + ": " + std::strerror(errno));
    const bool writable = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !S_ISLNK(status.st_mode);
    const bool sticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
    // Folders above are root's as a rule, whoever else the file is to belong to.
    const bool owned = status.st_uid == owner || (status.st_uid == 0 && !rest.empty());
    if (!owned || (writable && !sticky)) return refused(reached.string() + " can be written by others than root");
    if (S_ISLNK(status.st_mode)) {
      std::error_code failure;
      const std::filesystem::path target = std::filesystem::read_symlink(reached, failure);
      if (failure || ++links > kMostLinks) return refused(reached.string() + " leads nowhere");
      rest = target.relative_path() / rest;
      reached = target.is_absolute() ? target.root_path() : reached.parent_path();
      continue;
    }
    while (!rest.empty() && (rest.begin()->empty() || *rest.begin() == ".")) rest = behind_first(rest);
    if (rest.empty()) return {};
    reached = *rest.begin() == ".." ? reached.parent_path() : reached / *rest.begin();
    rest = behind_first(rest);
  }
}

Error first_of(const Diagnostics& found) {
  for (const Diagnostic& one : found.items()) {
    if (one.severity == Severity::kError) return Error(one);
  }
  return refused("it cannot be read");
}

}  // namespace

Result<std::optional<MachineTrust>> machine_trust(const std::filesystem::path& file, uid_t owner,
                                                  lang::SourceMap& sources) {
  struct stat status = {};
  // A link that leads nowhere is there: what it stood for was to hold.
  if (::lstat(file.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<MachineTrust>();
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
  MachineTrust trust;
  trust.sealed_values = typed->value("require_sealed_values", false);
  if (typed->contains("vaults")) trust.vaults = typed->at("vaults").get<std::vector<std::string>>();
  TrustPolicy& policy = trust.plans;
  const bool has_signers = typed->contains("allowed_signers");
  policy.signature = typed->value("require_signature", has_signers);
  policy.approvals = typed->value("require_approvals", std::size_t{0});
  policy.modules = typed->value("require_signed_modules", false);
  policy.providers = typed->value("require_signed_providers", false);
  const bool asks = policy.asks() || policy.asks_for_parts();
  if (asks && !has_signers) return refused(file.string() + " does not say whose signatures count");
  if (has_signers) policy.signers = typed->at("allowed_signers").get<std::string>();
  if (typed->contains("revoked_keys")) policy.revoked.emplace_back(typed->at("revoked_keys").get<std::string>());
  if (!asks && (has_signers || (!trust.sealed_values && !trust.vaults)))
    return refused(file.string() + " asks for nothing: neither a signature nor approvals");
  if (has_signers) PLUMB_TRY(expect_owner(policy.signers, owner));
  for (const std::filesystem::path& list : policy.revoked) PLUMB_TRY(expect_owner(list, owner));
  return std::optional<MachineTrust>(std::move(trust));
}

}  // namespace plumb::run
