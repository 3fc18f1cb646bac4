// Packages of providers from outside on their way to an executor.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/run/conversation.h"
#include "providers/outside/package.h"

namespace plumb::run {

using Packages = std::map<std::string, std::shared_ptr<const outside::Package>>;  // by digest

// The executor knows their kinds from here on, in the place of others, and has those that run there. Errors: those of
// the conversation; kProtocol where the executor asks for what it was not told of, or does not keep what it gets.
Result<> bring(Conversation& conversation, const Packages& packages, host::Deadline deadline);

}  // namespace plumb::run
