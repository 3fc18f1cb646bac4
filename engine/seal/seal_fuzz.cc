// Arbitrary bytes as keys of ssh and as files that are sealed to them. What nobody sealed does not open. The first byte
// chooses.
#include <cstdint>
#include <cstdlib>

#include "engine/base/digest.h"
#include "engine/seal/age.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // That of testdata/seal/ed25519.
  static const std::string kBlob =
      *base64_decode("AAAAC3NzaC1lZDI1NTE5AAAAINmNjQDlUMp6fbrs1XktF0AY9tgPAZ0gkvbP9MwnI5NN");
  static const std::string kSeed = *base64_decode("fSO4w9dQSwuyOSDC+hjwZlzJiO2vCglXq6JYp3YP+T4=");
  const seal::PublicKey key{"ssh-ed25519", kBlob, "ana@example"};
  switch (data[0] % 4) {
    case 0:
      if (const auto keys = seal::read_public_keys(text)) {
        for (const seal::PublicKey& one : *keys) {
          const auto again = seal::public_key_of_blob(one.blob);
          if (!again || again->type != one.type) std::abort();
          (void)one.fingerprint();
        }
      }
      break;
    case 1:
      (void)seal::read_identity(key, text);
      break;
    case 2:
      (void)seal::is_sealed_to(text, key);
      break;
    default: {
      // Of what was sealed to it there is testdata/seal/both.age alone.
      const seal::Identity identity{key, seal::Ed25519Seed{kSeed}};
      const auto opened = seal::open_with({&identity, 1}, text);
      if (opened && opened->find_first_not_of("07\n") != std::string::npos) std::abort();
    }
  }
  return 0;
}
