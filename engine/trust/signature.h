// Signatures of ssh over files: what `ssh-keygen -Y sign` writes and `ssh-keygen -Y verify` reads (OpenSSH's
// PROTOCOL.sshsig). A namespace says what was signed, so that a signature of one thing is none of another.
#pragma once

#include <string>
#include <string_view>

#include "engine/trust/signing_key.h"

namespace plumb::trust {

inline constexpr std::string_view kPlanNamespace = "plan@plumbline";
inline constexpr std::string_view kApprovalNamespace = "approval@plumbline";
inline constexpr std::string_view kHistoryNamespace = "history@plumbline";
inline constexpr std::string_view kModuleNamespace = "module@plumbline";
inline constexpr std::string_view kProviderNamespace = "provider@plumbline";

// Of a signature's file, bytes: one by an RSA key of 16384 bits under a certificate is a third of it.
inline constexpr std::size_t kMostSignature = std::size_t{64} << 10;

struct Signature {
  SigningKey key;
  std::string name_space;
  std::string hash;  // "sha256" or "sha512"
  std::string blob;
};

// Of the text between `-----BEGIN SSH SIGNATURE-----` and its end. Errors: kBadSignature.
Result<Signature> read_signature(std::string_view text);

// Whether it is one of `message` in the namespace; who made it is not asked. Errors: kBadSignature.
Result<> check_signature(const Signature& signature, std::string_view name_space, std::string_view message);

}  // namespace plumb::trust
