// Arbitrary bytes as files of apt's that say where packages come from.
#include <cstdint>
#include <string_view>

#include "providers/apt_repository/deb822.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb::providers::apt_repository;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)from_deb822(text);
  for (const bool one_line : {false, true}) {
    for (const Declared& declared : declared_in(text, one_line)) (void)list_prefix(declared.uri, declared.suite);
  }
  return 0;
}
