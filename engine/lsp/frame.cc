#include "engine/lsp/frame.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/base/ascii.h"

namespace plumb::lsp {
namespace {

constexpr std::string_view kLength = "content-length:";
constexpr int kDeepestMessage = 100;

bool is_length(std::string_view line) {
  return lowered(line.substr(0, kLength.size())) == kLength;
}

std::optional<std::size_t> length_in(std::string_view line) {
  line.remove_prefix(kLength.size());
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), length);
  if (line.empty() || error != std::errc{} || end != line.data() + line.size()) return std::nullopt;
  return length;
}

}  // namespace

void FrameReader::add(std::string_view bytes) {
  const std::size_t skipped = std::min(skip_, bytes.size());
  skip_ -= skipped;
  bytes.remove_prefix(skipped);
  if (begin_ > 0 && begin_ >= bytes_.size() / 2) {
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  bytes_.append(bytes);
}

// What follows is taken for no message until a line begins as a header does.
void FrameReader::skip_to_headers() {
  for (std::size_t at = begin_; at < bytes_.size();) {
    const std::size_t end = bytes_.find('\n', at);
    if (at != begin_ && is_length(std::string_view(bytes_).substr(at))) {
      begin_ = at;
      return;
    }
    if (end == std::string::npos) break;
    at = end + 1;
  }
  begin_ = bytes_.size();
}

// Leaves length_ unset where the headers are not all here yet.
std::optional<Error> FrameReader::read_headers() {
  std::optional<std::size_t> length;
  std::size_t at = begin_;
  for (;;) {
    const std::size_t end = bytes_.find('\n', at);
    if (end == std::string::npos || end - begin_ > kMostHeaderBytes) {
      if (bytes_.size() - begin_ <= kMostHeaderBytes) return std::nullopt;
      skip_to_headers();
      return fail(Code::kUsage, "the headers of a message are too long");
    }
    const std::string_view line(bytes_.data() + at, end - at);
    at = end + 1;
    if (line.empty() || line == "\r") break;
    if (is_length(line)) length = length_in(line);
  }
  begin_ = at;
  if (!length) return fail(Code::kUsage, "a message without its Content-Length");
  if (*length > kMostMessageBytes) {
    const std::size_t here = std::min(*length, bytes_.size() - begin_);
    begin_ += here;
    skip_ = *length - here;
    return fail(Code::kUsage, "a message of " + std::to_string(*length) + " bytes is too large");
  }
  length_ = length;
  return std::nullopt;
}

std::optional<Result<Json>> FrameReader::next() {
  if (!length_ && begin_ < bytes_.size()) {
    if (std::optional<Error> problem = read_headers()) return Result<Json>(std::move(*problem));
  }
  if (!length_ || bytes_.size() - begin_ < *length_) return std::nullopt;
  const std::string_view text(bytes_.data() + begin_, *length_);
  JsonLimits limits;
  limits.bytes = kMostMessageBytes;
  limits.depth = kDeepestMessage;
  Result<Json> message = parse_json(text, Code::kUsage, limits);
  begin_ += *length_;
  length_.reset();
  return message;
}

std::string framed(const Json& message) {
  const std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  return "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
}

}  // namespace plumb::lsp
