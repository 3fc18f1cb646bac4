#include "engine/run/bringing.h"

#include <vector>

namespace plumb::run {
namespace {

constexpr std::size_t kPackagePiece = std::size_t{1} << 20;
constexpr wire::MessageLimits kPackageNames{std::size_t{64} << 10, 1024};

// Says which there are; the digests of those that are not there.
Result<std::vector<std::string>> name_packages(Conversation& conversation, const Packages& packages,
                                               host::Deadline deadline) {
  wire::Providers message;
  for (const auto& [digest, package] : packages) message.packages.push_back(outside::to_json(*package));
  PLUMB_TRY(conversation.send(message, deadline));
  conversation.allow(kPackageNames);
  PLUMB_TRY_ASSIGN(wire::Lacking lacking, conversation.expect<wire::Lacking>(deadline));
  for (const std::string& digest : lacking.digests) {
    const auto found = packages.find(digest);
    if (found == packages.end() || found->second->on_controller)
      return fail(Code::kProtocol, "the executor asked for a provider that it was not told of");
  }
  return std::move(lacking.digests);
}

Result<> send_package(Conversation& conversation, const outside::Package& package, host::Deadline deadline) {
  const std::string packed = outside::pack(package.files);
  for (std::size_t at = 0; at < packed.size(); at += kPackagePiece) {
    wire::Blob blob;
    blob.digest = package.digest;
    blob.bytes = packed.substr(at, kPackagePiece);
    blob.last = at + kPackagePiece >= packed.size();
    PLUMB_TRY(conversation.send(blob, deadline));
  }
  return {};
}

}  // namespace

Result<> bring(Conversation& conversation, const Packages& packages, host::Deadline deadline) {
  PLUMB_TRY_ASSIGN(std::vector<std::string> lacking, name_packages(conversation, packages, deadline));
  if (lacking.empty()) return {};
  for (const std::string& digest : lacking) PLUMB_TRY(send_package(conversation, *packages.at(digest), deadline));
  PLUMB_TRY_ASSIGN(lacking, name_packages(conversation, packages, deadline));
  if (lacking.empty()) return {};
  return fail(Code::kProtocol, "the executor does not keep " + packages.at(lacking.front())->str());
}

}  // namespace plumb::run
