// Frames: a 4-byte big-endian length, then that many bytes of body.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::wire {

inline constexpr std::size_t kMaxFrame = std::size_t{16} << 20;

std::string frame(std::string_view body);

// Takes bytes as they come and gives whole bodies back.
class FrameReader {
 public:
  void add(std::string_view bytes);
  // The next body, nothing while it is incomplete, or kProtocol where a length is past `longest`.
  Result<std::optional<std::string>> next(std::size_t longest = kMaxFrame);
  bool in_the_middle() const { return !buffer_.empty(); }

 private:
  std::string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace plumb::wire
