// Messages in a stream of bytes: headers that say how long one is, an empty line, JSON. An editor may send anything;
// what is no message is told, and the next one is read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::lsp {

// Of the headers of one message.
inline constexpr std::size_t kMostHeaderBytes = std::size_t{8} << 10;
// A text of eight MiB, each byte of which takes six in JSON.
inline constexpr std::size_t kMostMessageBytes = std::size_t{64} << 20;

class FrameReader {
 public:
  void add(std::string_view bytes);
  // The next message, or why what came is none; nothing until more bytes have come.
  std::optional<Result<Json>> next();

 private:
  std::optional<Error> read_headers();
  void skip_to_headers();

  std::string bytes_;
  std::size_t begin_ = 0;              // of what was not read yet
  std::optional<std::size_t> length_;  // of the message whose headers were read
  std::size_t skip_ = 0;               // bytes of a message that is too large
};

// With its headers.
std::string framed(const Json& message);

}  // namespace plumb::lsp
