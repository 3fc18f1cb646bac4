// Conversation: messages over a connection to an executor.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "engine/age/sealing.h"
#include "engine/base/digest.h"
#include "engine/base/log.h"
#include "engine/host/connection.h"
#include "engine/wire/stream.h"

namespace plumb::run {

class Conversation {
 public:
  explicit Conversation(std::unique_ptr<host::Connection> connection, HostLog log = {})
      : connection_(std::move(connection)), log_(std::move(log)) {}

  // How large the executor's next message may be, and where it is one of states, how much larger; what goes beyond it
  // is kProtocol. Nothing is taken until something is allowed, but for the hello.
  void allow(const wire::MessageLimits& most, const wire::MessageLimits& of_states = {0, 0}) {
    longest_ = std::min(most.bytes + of_states.bytes, wire::kMaxFrame);
    joiner_.allow(most, of_states);
  }

  // Takes the executor's hello; ours goes with the first message. kProtocol where there is no common version.
  Result<wire::Hello> greet(host::Deadline deadline);

  Result<> send(const wire::Message& message, host::Deadline deadline);
  // Gathers messages that need no answer of their own and sends them with the next send().
  Result<> queue(const wire::Message& message);
  // Sends what was gathered.
  Result<> flush(host::Deadline deadline);

  // The next message. A Refused comes back as its error, whatever it is: the executor's word does not pass for what
  // this side alone can know. Errors: kInterrupted after Connection::interrupt(), kTimeout, kProtocol, kExecutorDied
  // and kConnectionLost where the stream ends.
  Result<wire::Message> receive(host::Deadline deadline);
  // The digest of the messages received since it was last asked for.
  std::string received() { return received_.finish(); }

  // The next message, which must be of this type.
  template <class Expected>
  Result<Expected> expect(host::Deadline deadline) {
    PLUMB_TRY_ASSIGN(wire::Message message, receive(deadline));
    if (auto* expected = std::get_if<Expected>(&message)) return std::move(*expected);
    return fail(Code::kProtocol, "the executor sent another message than the one expected");
  }

  // From here on messages that hold what is secret go sealed to it.
  void seal_with(age::Sealer sealer) { sealer_ = std::move(sealer); }
  bool seals() const { return sealer_.has_value(); }

  host::Connection& connection() { return *connection_; }

 private:
  Result<> fill(host::Deadline deadline);
  Error end_of_stream();
  // Kinds and sizes; contents are nobody's business.
  void note(const char* way, const wire::Message& message, std::size_t size) const;

  std::unique_ptr<host::Connection> connection_;
  HostLog log_;
  wire::FrameReader reader_;
  wire::Joiner joiner_;
  std::size_t longest_ = 0;
  std::string queued_;
  std::optional<age::Sealer> sealer_;
  Sha256 received_;
};

}  // namespace plumb::run
