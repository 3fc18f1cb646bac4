// What of a conversation is sealed to the host: messages that hold the project's key or values in clear.
#pragma once

#include <string>

#include "engine/age/sealing.h"
#include "engine/host/transport.h"
#include "engine/wire/messages.h"

namespace plumb::run {

bool holds_secrets(const wire::Message& message);
// Of what is no message yet: to make one of it for the question would be a copy of all that it holds.
bool holds_secrets(const wire::Observe& question);
bool holds_secrets(const wire::Apply& request);

// The frames of a message, each in an envelope. Errors: kProtocol where one is too large then.
Result<std::string> in_envelopes(const age::Sealer& sealer, std::string_view frames);

// As whom the host is reached, since each has a key of its own there: "" for whom ssh logs in as by itself.
std::string account_of(const host::HostSettings& settings);

}  // namespace plumb::run
