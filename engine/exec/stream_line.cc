#include "engine/exec/stream_line.h"

#include <array>
#include <cerrno>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace plumb::exec {

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
  if (std::chrono::steady_clock::now() - said_ >= silence_) send(wire::Alive{});
}

void StreamLine::write(std::string_view rest) {
  said_ = std::chrono::steady_clock::now();
  while (!rest.empty() && !lost_) {
    const ssize_t written = ::write(out_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait{out_, POLLOUT, 0};
      ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      lost_ = true;
    }
  }
}

bool StreamLine::read_some() {
  std::vector<char> bytes(std::size_t{256} << 10);
  ssize_t count = 0;
  do {
    count = ::read(in_, bytes.data(), bytes.size());
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
  reader_.add({bytes.data(), static_cast<std::size_t>(count)});
  if (queue_.empty()) unread_ = 0;
  unread_ += static_cast<std::size_t>(count);
  while (!problem_) {
    Result<std::optional<wire::Message>> message = reader_.next();
    if (!message) {
      problem_ = std::move(message.error());
    } else if (!*message) {
      break;
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
  return stop_ || ended_ || lost_ || problem_.has_value();
}

Result<std::optional<wire::Message>> StreamLine::next() {
  while (queue_.empty()) {
    if (problem_) return *problem_;
    if (ended_ || !read_some()) {
      if (problem_) return *problem_;
      return std::optional<wire::Message>();
    }
  }
  std::optional<wire::Message> message = std::move(queue_.front());
  queue_.pop_front();
  return message;
}

bool StreamLine::ended_regularly() const {
  if (!ended_ || lost_ || problem_) return false;
  pollfd wait{out_, POLLOUT, 0};
  return ::poll(&wait, 1, 0) >= 0 && (wait.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

}  // namespace plumb::exec
