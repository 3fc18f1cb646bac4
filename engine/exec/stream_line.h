// Frames over two file descriptors.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string_view>

#include "engine/exec/line.h"
#include "engine/wire/stream.h"

namespace plumb::exec {

class StreamLine : public Line {
 public:
  StreamLine(int in, int out, std::chrono::milliseconds silence = std::chrono::seconds(15))
      : in_(in), out_(out), silence_(silence) {}

  // So much is read ahead while looking for a stop; the rest waits on the line until its turn comes.
  static constexpr std::size_t kMaxUnread = std::size_t{4} << 20;

  // What cannot be written any more is dropped: the work in hand goes on, and the journal keeps what happened.
  void send(std::span<const wire::Message> messages) override;
  void send(const wire::Message& message) { send({&message, 1}); }
  void send_body(std::string_view body) { write(wire::frame(body)); }
  void send_frames(std::string_view frames) { write(frames); }
  bool wants_stop() override;
  // Says Alive where nothing was said for the time of `silence`.
  void show_life() override;
  Result<> fetch(const wire::LargeContent& content, const ByteSink& take) override;

  // The next message, nothing at the end of the stream, or kProtocol. Waits.
  Result<std::optional<wire::Message>> next();
  // Forgets a stop that has been obeyed.
  void stop_obeyed() { stop_ = false; }
  bool lost() const { return lost_ || ended_; }
  int in() const { return in_; }

 private:
  void write(std::string_view bytes);
  // The next part of a content that was wanted. Stops stay in the queue.
  Result<wire::Blob> next_blob();
  // Reads once and puts whole messages into the queue; false at the end of the stream.
  bool read_some();

  int in_;
  int out_;
  std::chrono::milliseconds silence_;
  wire::MessageReader reader_;
  std::deque<wire::Message> queue_;
  std::size_t unread_ = 0;  // bytes that came since the queue was empty
  std::optional<Error> problem_;
  bool stop_ = false;
  bool ended_ = false;
  bool lost_ = false;
  std::chrono::steady_clock::time_point said_ = std::chrono::steady_clock::now();
};

}  // namespace plumb::exec
