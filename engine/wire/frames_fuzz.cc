#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/wire/stream.h"

// The bytes as one body, as bodies between line breaks that may be parts of one message, and as a stream of frames:
// whatever is accepted must be written, in small parts too, and read again as the same.
namespace {

void check(const plumb::wire::Message& message) {
  using namespace plumb::wire;
  const std::string whole = encode(message);
  const auto again = decode(whole);
  if (!again || encode(*again) != whole) __builtin_trap();
  const auto parts = frames(message, 16);
  if (!parts) return;  // too large
  MessageReader reader;
  reader.add(*parts);
  const auto joined = reader.next();
  if (!joined || !*joined || encode(**joined) != whole) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb::wire;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = decode(bytes)) check(*message);
  Joiner joiner;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::size_t end = std::min(rest.find("\n\n"), rest.size());
    const auto message = joiner.add(rest.substr(0, end));
    if (!message) break;
    if (*message) check(**message);
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  MessageReader reader;
  reader.add(bytes);
  while (true) {
    const auto message = reader.next();
    if (!message || !*message) break;
    check(**message);
  }
  return 0;
}
