// Arbitrary bytes as files in age's format and as keys. What nobody sealed does not open. The first byte chooses.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/age/bech32.h"
#include "engine/age/header.h"
#include "engine/age/sealing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: {
      const Result<age::File> file = age::read_file(text, Code::kNotSealed);
      // One way to write a header.
      if (file && !text.starts_with(age::header_text(file->stanzas) + " " + age::unpadded(file->mac) + "\n"))
        std::abort();
      break;
    }
    case 1: {
      static age::Opener opener =
          *age::Opener::read("AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0");
      if (opener.open(text)) std::abort();
      break;
    }
    case 2:
      if (const auto bytes = age::from_bech32("age", text); bytes && age::bech32("age", *bytes).size() != text.size())
        std::abort();
      break;
    default:
      if (const Result<age::Opener> opener = age::Opener::read(text); opener && !age::is_recipient(opener->recipient()))
        std::abort();
  }
  return 0;
}
