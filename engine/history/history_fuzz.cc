#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/history/entry.h"

// The bytes as a line of an export: what is read as an entry is one, and has a digest before it or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto entry = plumb::history::read_entry(bytes)) {
    if (bytes.find(entry->previous) == std::string_view::npos) __builtin_trap();
  }
  return 0;
}
