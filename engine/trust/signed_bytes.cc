#include "engine/trust/signed_bytes.h"

#include "engine/base/file.h"

namespace plumb::trust {
namespace {

constexpr std::size_t kMostSigners = std::size_t{16} << 20;
constexpr std::size_t kMostRevoked = std::size_t{64} << 20;

}  // namespace

Result<Trust> read_trust(const std::filesystem::path& signers, const std::filesystem::path& revoked) {
  Trust trust;
  PLUMB_TRY_ASSIGN(const std::string text, read_file(signers, kMostSigners));
  PLUMB_TRY_ASSIGN(trust.signers, AllowedSigners::read(text, signers.string()));
  if (revoked.empty()) return trust;
  PLUMB_TRY_ASSIGN(const std::string bytes, read_file(revoked, kMostRevoked));
  PLUMB_TRY_ASSIGN(trust.revoked, RevokedKeys::read(bytes, revoked.string()));
  return trust;
}

Result<Signer> signer_of(std::string_view bytes, std::string_view signature, std::string_view name_space,
                         const Trust& trust, std::chrono::sys_seconds time) {
  PLUMB_TRY_ASSIGN(const Signature read, read_signature(signature));
  PLUMB_TRY(check_signature(read, name_space, bytes));
  PLUMB_TRY_ASSIGN(Signer signer, trust.signers.find(read.key, name_space, time));
  if (trust.revoked.contains(read.key)) {
    return fail(Code::kNotSigned,
                "the key " + signer.key_type + " " + signer.fingerprint + " of " + signer.name() + " was revoked");
  }
  return signer;
}

}  // namespace plumb::trust
