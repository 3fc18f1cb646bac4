#include "engine/run/sealing.h"

#include <optional>

#include "engine/wire/frame.h"

namespace plumb::run {

bool holds_secrets(const wire::Observe& question) {
  return !question.key.empty() || !question.secrets.empty();
}

bool holds_secrets(const wire::Apply& request) {
  return !request.key.empty() || !request.secrets.empty();
}

bool holds_secrets(const wire::Message& message) {
  if (const auto* observe = std::get_if<wire::Observe>(&message)) return holds_secrets(*observe);
  if (const auto* apply = std::get_if<wire::Apply>(&message)) return holds_secrets(*apply);
  const auto* blob = std::get_if<wire::Blob>(&message);
  return blob != nullptr && blob->secret;
}

Result<std::string> in_envelopes(const age::Sealer& sealer, std::string_view frames) {
  wire::FrameReader reader;
  reader.add(frames);
  std::string envelopes;
  while (true) {
    PLUMB_TRY_ASSIGN(const std::optional<std::string> body, reader.next());
    if (!body) return envelopes;
    const std::string envelope = wire::encode(wire::Envelope{sealer.seal(*body)});
    if (envelope.size() > wire::kMaxFrame)
      return fail(Code::kProtocol, "a message with secret values is too large to be sent sealed");
    envelopes += wire::frame(envelope);
  }
}

std::string account_of(const host::HostSettings& settings) {
  return settings.become.user.empty() ? settings.user : settings.become.user;
}

}  // namespace plumb::run
