#include "engine/trust/signature.h"

#include "engine/base/digest.h"
#include "engine/keys/blob_reader.h"
#include "engine/keys/hash.h"

namespace plumb::trust {
namespace {

using keys::add_text;
using keys::BlobReader;
using keys::Hash;
using keys::hash_of;

constexpr std::string_view kMagic = "SSHSIG";
constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kBegin = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view kEnd = "\n-----END SSH SIGNATURE-----";

Error bad_signature(const std::string& what) {
  return fail(Code::kBadSignature, what);
}

Result<std::string> without_armour(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '\r');
  const std::size_t end = plain.find(kEnd);
  if (!plain.starts_with(kBegin) || end == std::string::npos)
    return bad_signature("this is no signature of ssh").hint("it begins with `-----BEGIN SSH SIGNATURE-----`");
  if (plain.find_first_not_of(" \t\n", end + kEnd.size()) != std::string::npos)
    return bad_signature("something stands behind the signature");
  std::string encoded = plain.substr(kBegin.size(), end - kBegin.size());
  std::erase_if(encoded, [](char c) { return c == '\n' || c == ' ' || c == '\t'; });
  Result<std::string> blob = base64_decode(encoded);
  if (!blob) return bad_signature("the signature is not whole: it is no base64");
  return blob;
}

}  // namespace

Result<Signature> read_signature(std::string_view text) {
  if (text.size() > kMostSignature) return bad_signature("this is too large for a signature of ssh");
  PLUMB_TRY_ASSIGN(const std::string blob, without_armour(text));
  BlobReader reader(blob);
  if (reader.take(kMagic.size()) != kMagic) return bad_signature("this is no signature of ssh");
  if (const std::uint32_t version = reader.number(); version != kVersion)
    return bad_signature("the signature has the form " + std::to_string(version) + ", and 1 alone is known");
  const std::string_view key = reader.text();
  Signature signature;
  signature.name_space = reader.text();
  reader.text();  // reserved, and to be passed over
  signature.hash = reader.text();
  signature.blob = reader.text();
  if (!reader.ok() || !reader.at_end()) return bad_signature("the signature was cut short or goes on past its end");
  if (signature.hash != "sha256" && signature.hash != "sha512")
    return bad_signature("the signature is over a hash that is not taken: `" + signature.hash + "`");
  PLUMB_TRY_ASSIGN(signature.key, read_signing_key(key));
  return signature;
}

Result<> check_signature(const Signature& signature, std::string_view name_space, std::string_view message) {
  if (signature.name_space != name_space) {
    return bad_signature("it was signed as `" + signature.name_space + "`, and what is asked for is a signature as `" +
                         std::string(name_space) + "`");
  }
  std::string text(kMagic);
  add_text(text, name_space);
  add_text(text, {});  // reserved
  add_text(text, signature.hash);
  add_text(text, hash_of(signature.hash == "sha256" ? Hash::kSha256 : Hash::kSha512, message));
  return check_signature(signature.key, signature.blob, text);
}

}  // namespace plumb::trust
