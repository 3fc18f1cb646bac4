// Kinds from outside on a host: their packages are looked for, and known from then on.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/exec/blobs.h"
#include "engine/exec/provider_store.h"
#include "engine/wire/messages.h"
#include "providers/outside/outside_provider.h"
#include "providers/sdk/kind.h"

namespace plumb::exec {

struct OutsideKinds {
  Registry registry;                                                        // the built-in ones, and theirs
  std::map<std::string, std::shared_ptr<const outside::Package>> packages;  // by digest
  std::vector<std::string> lacking;  // digests of those that are neither kept here nor among the contents that came
};

// Keeps what came. kProtocol where a description or a package is none, or has a built-in kind's name.
Result<OutsideKinds> outside_kinds(const wire::Providers& message, const Registry& builtin, ProviderStore store,
                                   BlobStore& blobs, const std::shared_ptr<outside::Elsewhere>& elsewhere);

// A start of a provider's program that somebody else judges: the controller's own.
wire::ProviderAnswer call_program(LocalSystem& system, const outside::Package& package, const wire::ProviderCall& call);

}  // namespace plumb::exec
