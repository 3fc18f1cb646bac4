// Messages over a stream of frames. A message is one frame; one whose lists are long goes over several: each has the
// message's kind and a part of its lists, all but the last say `more`, and the first one has everything else. Nothing
// comes between them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/wire/frame.h"
#include "engine/wire/messages.h"

namespace plumb::wire {

// A frame's lists are ended where they reach so many bytes.
inline constexpr std::size_t kPart = std::size_t{4} << 20;

// The bytes of a message's frames. kProtocol where one item of a list, or what is no list, is too large for a frame, or
// the whole for a message.
Result<std::string> frames(const Message& message, std::size_t part = kPart);

// Puts messages together from the bodies of their frames.
class Joiner {
 public:
  explicit Joiner(const MessageLimits& limits = kMessageLimits) : limits_(limits) {}
  // Of the message in hand, and of those after it. Where it is one of states, so much more.
  void allow(const MessageLimits& limits, const MessageLimits& of_states) {
    limits_ = limits;
    of_states_ = of_states;
  }
  // The message that this body is the end of; nothing where more of it is to come. Errors: kProtocol.
  Result<std::optional<Message>> add(std::string_view body);
  bool in_the_middle() const { return !joined_.is_null(); }

 private:
  MessageLimits limits_;
  MessageLimits of_states_{0, 0};
  Json joined_;                // null where nothing has begun
  MessageLimits spent_{0, 0};  // by the message in hand
};

// Takes bytes as they come and gives messages back.
class MessageReader {
 public:
  void add(std::string_view bytes) { frames_.add(bytes); }
  // The next message, nothing while it is incomplete. Errors: kProtocol.
  Result<std::optional<Message>> next();
  bool in_the_middle() const { return frames_.in_the_middle() || joiner_.in_the_middle(); }

 private:
  FrameReader frames_;
  Joiner joiner_;
};

}  // namespace plumb::wire
