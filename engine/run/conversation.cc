#include "engine/run/conversation.h"

#include <array>
#include <vector>

namespace plumb::run {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} << 10;

std::string last_line(const std::string& text) {
  std::size_t end = text.find_last_not_of(" \r\n\t");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

}  // namespace

Result<> Conversation::send(const wire::Message& message, host::Deadline deadline) {
  queue(message);
  const std::string bytes = std::move(queued_);
  queued_.clear();
  return connection_->write(bytes, deadline);
}

void Conversation::queue(const wire::Message& message) {
  const std::string body = wire::encode(message);
  note("sent ", message, body.size());
  queued_ += wire::frame(body);
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
  std::vector<char> buffer(kReadSize);
  PLUMB_TRY_ASSIGN(const std::size_t count, connection_->read(buffer.data(), buffer.size(), deadline));
  if (count == 0) return end_of_stream();
  reader_.add({buffer.data(), count});
  return {};
}

Result<wire::Message> Conversation::receive(host::Deadline deadline) {
  PLUMB_TRY_ASSIGN(std::optional<std::string> ready, reader_.next());
  while (!ready) {
    PLUMB_TRY(fill(deadline));
    PLUMB_TRY_ASSIGN(ready, reader_.next());
  }
  const std::string& body = *ready;
  received_.add(body);
  PLUMB_TRY_ASSIGN(wire::Message message, wire::decode(body));
  note("received ", message, body.size());
  if (const auto* refused = std::get_if<wire::Refused>(&message)) return Error(refused->problem);
  return message;
}

}  // namespace plumb::run
