#include "engine/run/conversation.h"

#include <algorithm>
#include <memory>

#include "engine/base/outside_text.h"
#include "engine/run/host_claims.h"
#include "engine/run/sealing.h"

namespace plumb::run {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} << 10;
// Facts are few, and this comes before anything is known of who speaks.
constexpr wire::MessageLimits kHello{std::size_t{1} << 20, std::size_t{1} << 14};

std::string last_line(const std::string& text) {
  std::size_t end = text.find_last_not_of(" \r\n\t");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', end);
  const std::size_t from = begin == std::string::npos ? 0 : begin + 1;
  return outside_line(std::string_view(text).substr(from, end - from + 1));
}

}  // namespace

Result<> Conversation::send(const wire::Message& message, host::Deadline deadline) {
  PLUMB_TRY(queue(message));
  return flush(deadline);
}

Result<> Conversation::flush(host::Deadline deadline) {
  const std::string bytes = std::move(queued_);
  queued_.clear();
  return connection_->write(bytes, deadline);
}

Result<> Conversation::queue(const wire::Message& message) {
  PLUMB_TRY_ASSIGN(std::string frames, wire::frames(message));
  if (sealer_ && holds_secrets(message)) {
    PLUMB_TRY_ASSIGN(frames, in_envelopes(*sealer_, frames));
  }
  note("sent ", message, frames.size());
  queued_ += frames;
  return {};
}

Result<wire::Hello> Conversation::greet(host::Deadline deadline) {
  allow(kHello);
  PLUMB_TRY_ASSIGN(wire::Hello hello, expect<wire::Hello>(deadline));
  PLUMB_TRY(wire::common_version(wire::kVersions, hello.protocols, "the executor"));
  PLUMB_TRY(queue(wire::Hello{wire::kVersions, PLUMB_VERSION, {}, Json::object()}));
  return hello;
}

void Conversation::note(const char* way, const wire::Message& message, std::size_t size) const {
  if (!log_.takes(LogLevel::kTrace)) return;
  log_.write(LogLevel::kTrace, way + std::string(wire::name(message)) + ", " + std::to_string(size) + " bytes");
}

Error Conversation::end_of_stream() {
  const std::string said = last_line(connection_->error_output());
  const std::optional<std::string> reason = connection_->exit_reason();
  if (reason) {
    return fail(Code::kExecutorDied,
                "the executor ended before the work was done: " + *reason + (said.empty() ? "" : ": " + said));
  }
  return fail(Code::kConnectionLost, "the connection was lost" + (said.empty() ? "" : ": " + said));
}

Result<> Conversation::fill(host::Deadline deadline) {
  const auto buffer = std::make_unique_for_overwrite<char[]>(kReadSize);
  PLUMB_TRY_ASSIGN(const std::size_t count, connection_->read(buffer.get(), kReadSize, deadline));
  if (count == 0) return end_of_stream();
  reader_.add({buffer.get(), count});
  return {};
}

Result<wire::Message> Conversation::receive(host::Deadline deadline) {
  while (true) {
    PLUMB_TRY_ASSIGN(const std::optional<std::string> body, reader_.next(longest_));
    if (!body) {
      PLUMB_TRY(fill(deadline));
      continue;
    }
    received_.add(*body);
    PLUMB_TRY_ASSIGN(std::optional<wire::Message> message, joiner_.add(*body));
    if (!message) continue;
    note("received ", *message, body->size());
    if (auto* refused = std::get_if<wire::Refused>(&*message)) return refusal(std::move(refused->problem));
    return std::move(*message);
  }
}

}  // namespace plumb::run
