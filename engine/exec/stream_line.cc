#include "engine/exec/stream_line.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/wipe.h"

namespace plumb::exec {
namespace {

// So much of a content may be on its way.
constexpr std::uint64_t kAhead = std::uint64_t{8} << 20;
// What a pipe that can be written takes without waiting.
constexpr std::size_t kPipePiece = PIPE_BUF;
constexpr std::size_t kMostRead = std::size_t{256} << 10;

}  // namespace

void StreamLine::send(std::span<const wire::Message> messages) {
  std::string bytes;
  for (const wire::Message& message : messages) {
    Result<std::string> frames = wire::frames(message);
    // What is too large to be said is said to be so.
    if (!frames) frames = wire::frames(wire::Refused{frames.error().diagnostic()});
    if (frames) bytes += *frames;
  }
  write(bytes);
}

void StreamLine::show_life() {
  const auto now = std::chrono::steady_clock::now();
  const bool asks = answers_ && !asked_ && now - heard_ >= silence_;
  if (now - said_ < silence_ && !asks) return;
  send(wire::Alive{});
  if (answers_ && !asked_) asked_ = now;
}

// Somebody may hold the line and take nothing any more.
bool StreamLine::can_be_written() {
  pollfd wait{out_, POLLOUT, 0};
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, static_cast<int>(patience_.count()));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) lost_ = true;
  return ready > 0;
}

// Without waiting: as much as a socket has room for.
ssize_t StreamLine::write_some(std::string_view bytes) {
  if (is_socket_) {
    const ssize_t sent = ::send(out_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (sent >= 0 || errno != ENOTSOCK) return sent;
    is_socket_ = false;
  }
  return ::write(out_, bytes.data(), std::min(bytes.size(), kPipePiece));
}

void StreamLine::write(std::string_view rest) {
  said_ = std::chrono::steady_clock::now();
  while (!rest.empty() && !lost_ && can_be_written()) {
    const ssize_t written = write_some(rest);
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EAGAIN && errno != EINTR) {
      lost_ = true;
    }
  }
}

Result<std::optional<wire::Message>> StreamLine::opened(const wire::Envelope& envelope) {
  if (!open_) return fail(Code::kProtocol, "nothing sealed is taken here");
  PLUMB_TRY_ASSIGN(std::string body, open_(envelope.file));
  Result<std::optional<wire::Message>> message = sealed_.add(body);
  wipe(body);
  if (message && *message && std::holds_alternative<wire::Envelope>(**message))
    return fail(Code::kProtocol, "an envelope in an envelope");
  return message;
}

// Messages are handed on and never assigned: that alone would be ten kilobytes of an executor.
Result<std::optional<wire::Message>> StreamLine::received() {
  for (;;) {
    Result<std::optional<wire::Message>> message = reader_.next();
    if (!message || !*message || !std::holds_alternative<wire::Envelope>(**message)) return message;
    Result<std::optional<wire::Message>> inner = opened(std::get<wire::Envelope>(**message));
    if (!inner || *inner) return inner;
  }
}

bool StreamLine::read_some() {
  const auto bytes = std::make_unique_for_overwrite<char[]>(kMostRead);
  ssize_t count = 0;
  do {
    count = ::read(in_, bytes.get(), kMostRead);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && errno == EAGAIN) {
    pollfd wait{in_, POLLIN, 0};
    ::poll(&wait, 1, -1);
    return true;
  }
  if (count <= 0) {
    ended_ = true;
    if (reader_.in_the_middle() && !problem_) problem_ = fail(Code::kProtocol, "the stream ended inside a frame");
    return false;
  }
  asked_.reset();
  heard_ = std::chrono::steady_clock::now();
  reader_.add({bytes.get(), static_cast<std::size_t>(count)});
  if (queue_.empty()) unread_ = 0;
  unread_ += static_cast<std::size_t>(count);
  while (!problem_) {
    Result<std::optional<wire::Message>> message = received();
    if (!message) {
      problem_ = std::move(message.error());
    } else if (!*message) {
      break;
    } else if (std::holds_alternative<wire::Alive>(**message)) {
      answers_ = true;
    } else {
      if (std::holds_alternative<wire::Stop>(**message)) stop_ = true;
      queue_.push_back(std::move(**message));
    }
  }
  return true;
}

bool StreamLine::wants_stop() {
  while (!stop_ && !ended_ && !lost_ && !problem_ && unread_ <= kMaxUnread) {
    pollfd wait{in_, POLLIN, 0};
    if (::poll(&wait, 1, 0) <= 0 || wait.revents == 0) break;
    read_some();
  }
  if (answers_) show_life();
  if (asked_ && std::chrono::steady_clock::now() - *asked_ > patience_) lost_ = true;
  return stop_ || ended_ || lost_ || problem_.has_value();
}

bool StreamLine::has_something_to_read(std::chrono::milliseconds patience) {
  pollfd wait{in_, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, static_cast<int>(patience.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

Result<std::optional<wire::Message>> StreamLine::next(std::optional<std::chrono::milliseconds> patience) {
  while (queue_.empty()) {
    if (problem_) return *problem_;
    if (patience && !ended_ && !has_something_to_read(*patience)) {
      lost_ = true;
      return std::optional<wire::Message>();
    }
    if (ended_ || !read_some()) {
      if (problem_) return *problem_;
      return std::optional<wire::Message>();
    }
  }
  std::optional<wire::Message> message = std::move(queue_.front());
  queue_.pop_front();
  if (queue_.empty()) unread_ = 0;
  return message;
}

Result<wire::Blob> StreamLine::next_blob() {
  const auto is_blob = [](const wire::Message& message) { return std::holds_alternative<wire::Blob>(message); };
  while (true) {
    const auto found = std::find_if(queue_.begin(), queue_.end(), is_blob);
    if (found != queue_.end()) {
      wire::Blob blob = std::move(std::get<wire::Blob>(*found));
      queue_.erase(found);
      unread_ = 0;  // it was asked for
      return blob;
    }
    if (problem_) return *problem_;
    if (!queue_.empty() && !std::holds_alternative<wire::Stop>(queue_.back()))
      return fail(Code::kProtocol, "the controller sent another message than the content asked for");
    if (!ended_ && !has_something_to_read(patience_))
      return fail(Code::kConnectionLost, "the controller sent no more of the content");
    if (ended_ || !read_some())
      return fail(Code::kConnectionLost, "the connection ended before all of the content was there");
  }
}

// It may take long; the controller says meanwhile that it lives.
Result<wire::Told> StreamLine::ask(const wire::Turn& turn) {
  send(turn);
  const auto is_told = [](const wire::Message& message) { return std::holds_alternative<wire::Told>(message); };
  while (true) {
    const auto found = std::find_if(queue_.begin(), queue_.end(), is_told);
    if (found != queue_.end()) {
      wire::Told told = std::move(std::get<wire::Told>(*found));
      queue_.erase(found);
      return told;
    }
    if (problem_) return *problem_;
    if (!ended_ && !has_something_to_read(patience_))
      return fail(Code::kConnectionLost, "the controller does not say what came of " + turn.address.str());
    if (ended_ || !read_some())
      return fail(Code::kConnectionLost, "the connection ended before " + turn.address.str() + " was told of");
  }
}

// What is on its way is taken in any case, so that the line stands where the next message begins.
Result<> StreamLine::fetch(const wire::LargeContent& content, const ByteSink& take) {
  std::uint64_t wanted = 0;
  std::uint64_t got = 0;
  const auto want = [&](std::uint64_t bytes) {
    bytes = std::min(bytes, content.size - wanted);
    if (bytes > 0) send(wire::Want{content.digest, wanted, bytes});
    wanted += bytes;
  };
  Result<> taken;
  want(kAhead);
  while (got < wanted) {
    PLUMB_TRY_ASSIGN(wire::Blob blob, next_blob());
    if (blob.digest != content.digest) return fail(Code::kProtocol, "the controller sent another content");
    if (blob.problem) return Error(std::move(*blob.problem));
    got += blob.bytes.size();
    if (taken) taken = take(blob.bytes);
    if (blob.last) break;
    if (taken && wanted - got <= kAhead / 2) want(kAhead / 2);
  }
  return taken;
}

}  // namespace plumb::exec
