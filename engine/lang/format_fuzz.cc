// Arbitrary bytes through the formatter: whatever can be read keeps its meaning and its comments, and is then at rest.
#include <cstdint>
#include <cstdlib>

#include "engine/lang/testing/format_promises.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plumb::Diagnostics diagnostics;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!plumb::lang::read_yaml("fuzz.yaml", text, diagnostics)) return 0;
  const std::string broken = plumb::lang::broken_promise(text);
  if (!broken.empty() && broken != "refused") std::abort();
  return 0;
}
