// Frames over two file descriptors.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>

#include <sys/types.h>

#include "engine/exec/line.h"
#include "engine/wire/stream.h"

namespace plumb::exec {

class StreamLine : public Line {
 public:
  StreamLine(int in, int out, std::chrono::milliseconds silence = std::chrono::seconds(15),
             std::chrono::milliseconds patience = kPatience)
      : in_(in), out_(out), silence_(silence), patience_(patience) {}

  // A controller that lives takes what is said, and answers an Alive, sooner. One whose machine is gone does neither,
  // and nothing on the way may tell for hours.
  static constexpr std::chrono::seconds kPatience{60};
  // So much is read ahead while looking for a stop; the rest waits on the line until its turn comes.
  static constexpr std::size_t kMaxUnread = std::size_t{4} << 20;

  // What cannot be written any more is dropped: the work in hand goes on, and the journal keeps what happened.
  void send(std::span<const wire::Message> messages) override;
  void send(const wire::Message& message) { send({&message, 1}); }
  void send_body(std::string_view body) { write(wire::frame(body)); }
  void send_frames(std::string_view frames) { write(frames); }
  bool wants_stop() override;
  // Says Alive where nothing was said for the time of `silence`, or nothing was heard of a controller that answers.
  void show_life() override;
  Result<> fetch(const wire::LargeContent& content, const ByteSink& take) override;
  // Has the controller do what it alone does, and waits for what came of that. Errors: kConnectionLost, kProtocol.
  Result<wire::Told> ask(const wire::Turn& turn);

  // The next message, nothing at the end of the stream, or kProtocol. Waits; for so long where that is given, and then
  // takes the line for cut.
  Result<std::optional<wire::Message>> next(std::optional<std::chrono::milliseconds> patience = {});
  // Forgets a stop that has been obeyed.
  void stop_obeyed() { stop_ = false; }
  bool lost() const { return lost_ || ended_; }
  // How envelopes are opened; without it they are refused.
  using Open = std::function<Result<std::string>(std::string_view file)>;
  void set_open(Open open) { open_ = std::move(open); }
  int in() const { return in_; }

 private:
  void write(std::string_view bytes);
  ssize_t write_some(std::string_view bytes);
  bool can_be_written();
  bool has_something_to_read(std::chrono::milliseconds patience);
  // The next part of a content that was wanted. Stops stay in the queue.
  Result<wire::Blob> next_blob();
  // The next message that stands in what was read; of an envelope what is in it.
  Result<std::optional<wire::Message>> received();
  // What is in an envelope, where all of it is there.
  Result<std::optional<wire::Message>> opened(const wire::Envelope& envelope);
  // Reads once and puts whole messages into the queue; false at the end of the stream.
  bool read_some();

  int in_;
  int out_;
  std::chrono::milliseconds silence_;
  std::chrono::milliseconds patience_;
  wire::MessageReader reader_;
  Open open_;
  wire::Joiner sealed_;  // of messages that came in envelopes
  std::deque<wire::Message> queue_;
  std::size_t unread_ = 0;  // bytes that came since the queue was empty
  std::optional<Error> problem_;
  bool stop_ = false;
  bool ended_ = false;
  bool lost_ = false;
  bool is_socket_ = true;  // what is written to, as far as is known
  bool answers_ = false;   // the controller answers an Alive
  std::chrono::steady_clock::time_point said_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point heard_ = std::chrono::steady_clock::now();
  // Since when an Alive waits for its answer, or for anything else.
  std::optional<std::chrono::steady_clock::time_point> asked_;
};

}  // namespace plumb::exec
