#include "engine/trust/signed_bytes.h"

#include <algorithm>

#include "engine/base/file.h"

namespace plumb::trust {
namespace {

constexpr std::size_t kMostSigners = std::size_t{16} << 20;
constexpr std::size_t kMostRevoked = std::size_t{64} << 20;

Result<std::string> read_list(const std::filesystem::path& path, std::size_t limit) {
  Result<std::string> text = read_file(path, limit);
  if (!text) return fail(Code::kBadSigners, text.error().summary());
  return text;
}

}  // namespace

Result<Trust> read_trust(const std::filesystem::path& signers, const std::vector<std::filesystem::path>& revoked) {
  Trust trust;
  PLUMB_TRY_ASSIGN(const std::string text, read_list(signers, kMostSigners));
  PLUMB_TRY_ASSIGN(trust.signers, AllowedSigners::read(text, signers.string(), by_machine_clock));
  for (const std::filesystem::path& path : revoked) {
    PLUMB_TRY_ASSIGN(const std::string bytes, read_list(path, kMostRevoked));
    PLUMB_TRY_ASSIGN(RevokedKeys keys, RevokedKeys::read(bytes, path.string()));
    trust.revoked.push_back(std::move(keys));
  }
  return trust;
}

Result<Signer> signer_of(std::string_view bytes, std::string_view signature, std::string_view name_space,
                         const Trust& trust, std::chrono::sys_seconds time) {
  PLUMB_TRY_ASSIGN(const Signature read, read_signature(signature));
  PLUMB_TRY(check_signature(read, name_space, bytes));
  PLUMB_TRY_ASSIGN(Signer signer, trust.signers.find(read.key, name_space, time));
  const auto revokes = [&read](const RevokedKeys& keys) { return keys.contains(read.key); };
  if (std::any_of(trust.revoked.begin(), trust.revoked.end(), revokes)) {
    return fail(Code::kNotSigned,
                "the key " + signer.key_type + " " + signer.fingerprint + " of " + signer.name() + " was revoked");
  }
  return signer;
}

}  // namespace plumb::trust
