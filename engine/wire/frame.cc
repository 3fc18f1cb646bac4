#include "engine/wire/frame.h"

#include <cstdint>
#include <utility>

namespace plumb::wire {
namespace {

constexpr std::size_t kHead = 4;
// What was read is dropped from the front only now and then, so that many small frames cost no copying.
constexpr std::size_t kCompactAfter = std::size_t{1} << 16;

}  // namespace

std::string frame(std::string_view body) {
  std::string out;
  out.reserve(kHead + body.size());
  const auto size = static_cast<std::uint32_t>(body.size());
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((size >> shift) & 0xff);
  out += body;
  return out;
}

void FrameReader::add(std::string_view bytes) {
  buffer_ += bytes;
}

Result<std::optional<std::string>> FrameReader::next(std::size_t longest) {
  const std::size_t held = buffer_.size() - begin_;
  if (held < kHead) return std::optional<std::string>();
  std::size_t size = 0;
  for (std::size_t i = 0; i < kHead; ++i) size = size << 8 | static_cast<unsigned char>(buffer_[begin_ + i]);
  if (size > longest) {
    return fail(Code::kProtocol,
                "a frame claims " + std::to_string(size) + " bytes; at most " + std::to_string(longest) + " are read");
  }
  if (held < kHead + size) {
    // No more than it needs: growing by halves would take twice as much.
    buffer_.reserve(begin_ + kHead + size);
    return std::optional<std::string>();
  }
  if (begin_ == 0 && held == kHead + size) {
    std::optional<std::string> whole = std::exchange(buffer_, {});
    whole->erase(0, kHead);
    return whole;
  }
  std::optional<std::string> body = buffer_.substr(begin_ + kHead, size);
  begin_ += kHead + size;
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  } else if (begin_ > kCompactAfter) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  return body;
}

}  // namespace plumb::wire
