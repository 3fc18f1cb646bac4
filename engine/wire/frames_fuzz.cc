#include <cstddef>
#include <cstdint>

#include "engine/wire/frame.h"
#include "engine/wire/messages.h"

// The bytes as a stream of frames, and as one body: whatever is accepted must be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb::wire;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = decode(bytes)) {
    if (!decode(encode(*message))) __builtin_trap();
  }
  FrameReader reader;
  reader.add(bytes);
  while (true) {
    const auto body = reader.next();
    if (!body || !*body) break;
    if (const auto message = decode(**body)) {
      if (!decode(encode(*message))) __builtin_trap();
    }
  }
  return 0;
}
