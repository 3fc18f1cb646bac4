#include <cstddef>
#include <cstdint>

#include "engine/base/digest.h"
#include "engine/trust/allowed_signers.h"
#include "engine/trust/revoked_keys.h"
#include "engine/trust/statement.h"

// The bytes as every file that says who stands behind a plan. No signature holds by chance, and a statement that is
// read is written as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb::trust;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto signature = read_signature(bytes)) {
    if (check_signature(*signature, kPlanNamespace, "a plan that nobody signed")) __builtin_trap();
  }
  if (const auto blob = plumb::base64_decode(bytes)) (void)read_signing_key(*blob);
  (void)AllowedSigners::read(bytes, "signers", by_machine_clock);
  (void)RevokedKeys::read(bytes, "revoked");
  if (const auto approval = read_approval(bytes)) {
    if (statement_of(*approval) != bytes) __builtin_trap();
  }
  if (const auto head = read_history_head(bytes)) {
    if (statement_of(*head) != bytes) __builtin_trap();
  }
  return 0;
}
