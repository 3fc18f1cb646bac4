#include "engine/trust/signing_key.h"

#include "engine/base/digest.h"
#include "engine/keys/blob_reader.h"
#include "engine/trust/key_check.h"

namespace plumb::trust {
namespace {

using keys::BlobReader;
using keys::Hash;
using keys::hash_of;

constexpr std::uint32_t kOfUser = 1;
constexpr std::uint8_t kUserPresent = 0x01;
constexpr std::uint8_t kUserVerified = 0x04;
constexpr std::uint8_t kKeyTold = 0x40;  // a key's data stand behind the counter
constexpr std::uint8_t kExtensionsTold = 0x80;
constexpr std::string_view kOfBrowser = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
constexpr std::string_view kCertificate = "-cert-v01@openssh.com";
constexpr std::string_view kOpenSsh = "@openssh.com";

Error bad_key(const std::string& what) {
  return fail(Code::kBadSignature, what);
}

enum class Family { kEd25519, kRsa, kEcdsa, kTokenEd25519, kTokenEcdsa };

struct KeyType {
  std::string_view name;
  Family family;
  std::string_view curve;
};
constexpr KeyType kKeyTypes[] = {
    {"ssh-ed25519", Family::kEd25519, {}},
    {"ssh-rsa", Family::kRsa, {}},
    {"ecdsa-sha2-nistp256", Family::kEcdsa, "nistp256"},
    {"ecdsa-sha2-nistp384", Family::kEcdsa, "nistp384"},
    {"ecdsa-sha2-nistp521", Family::kEcdsa, "nistp521"},
    {"sk-ssh-ed25519@openssh.com", Family::kTokenEd25519, {}},
    {"sk-ecdsa-sha2-nistp256@openssh.com", Family::kTokenEcdsa, "nistp256"},
};

const KeyType* type_named(std::string_view name) {
  for (const KeyType& type : kKeyTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

// Of `ssh-ed25519-cert-v01@openssh.com` the type `ssh-ed25519`, and of `sk-…-cert-v01@openssh.com` `sk-…@openssh.com`.
std::string plain_name(std::string_view name) {
  std::string plain(name.substr(0, name.size() - kCertificate.size()));
  return plain.starts_with("sk-") ? plain + std::string(kOpenSsh) : plain;
}

// The fields of a key behind its type.
struct Fields {
  std::string_view curve;
  std::string_view point;
  std::string_view exponent;
  std::string_view modulus;
  std::string_view application;  // of a token
};

Fields read_fields(const KeyType& type, BlobReader& reader) {
  Fields fields;
  if (type.family == Family::kRsa) {
    fields.exponent = reader.text();
    fields.modulus = reader.text();
    return fields;
  }
  if (!type.curve.empty()) fields.curve = reader.text();
  fields.point = reader.text();
  if (type.family == Family::kTokenEd25519 || type.family == Family::kTokenEcdsa) fields.application = reader.text();
  return fields;
}

Result<> check_fields(const KeyType& type, const Fields& fields) {
  if (type.family == Family::kRsa) {
    const std::size_t bits = keys::bits_of(fields.modulus);
    if (bits >= keys::kLeastRsaBits && bits <= keys::kMostRsaBits) return {};
    return bad_key("an RSA key of " + std::to_string(bits) + " bits is not taken")
        .hint("at least 2048 bits are needed");
  }
  if (fields.curve != type.curve) return bad_key("the key names another curve than its type");
  return {};
}

std::vector<std::string> texts_of(std::string_view list) {
  std::vector<std::string> texts;
  BlobReader reader(list);
  while (reader.ok() && !reader.at_end()) texts.emplace_back(reader.text());
  return texts;
}

// Those that say how one logs in say nothing of signatures; what nobody knows might.
Result<> take_options(std::string_view options, Certificate& certificate) {
  BlobReader reader(options);
  while (reader.ok() && !reader.at_end()) {
    const std::string_view name = reader.text();
    reader.text();  // its value
    if (name == "verify-required") {
      certificate.verify_required = true;
    } else if (name != "force-command" && name != "source-address") {
      return bad_key("the certificate has a critical option that is not known here: " + std::string(name));
    }
  }
  return {};
}

Result<SigningKey> read_certificate(const KeyType& type, std::string_view blob) {
  BlobReader reader(blob);
  reader.text();  // the type
  reader.text();  // a nonce
  const Fields fields = read_fields(type, reader);

  Certificate certificate;
  certificate.serial = reader.long_number();
  const std::uint32_t whose = reader.number();
  certificate.id = reader.text();
  certificate.principals = texts_of(reader.text());
  certificate.valid_after = reader.long_number();
  certificate.valid_before = reader.long_number();
  const std::string_view options = reader.text();
  reader.text();  // extensions
  reader.text();  // reserved
  const std::string_view authority = reader.text();
  const std::string_view vouched = blob.substr(0, blob.size() - reader.rest().size());
  const std::string_view signature = reader.text();
  if (!reader.ok() || !reader.at_end()) return bad_key("the certificate was cut short or goes on past its end");
  if (whose != kOfUser) return bad_key("the certificate is not of a user");
  PLUMB_TRY(check_fields(type, fields));
  PLUMB_TRY(take_options(options, certificate));
  PLUMB_TRY_ASSIGN(const SigningKey vouching, read_signing_key(authority));
  if (vouching.certificate) return bad_key("a certificate is vouched for by another certificate");
  if (const Result<> good = check_signature(vouching, signature, vouched); !good)
    return bad_key("the authority's signature on the certificate does not hold");
  certificate.authority = vouching.key;

  SigningKey read;
  read.key.type = type.name;
  read.key.blob = without_certificate(blob);
  read.certificate = std::move(certificate);
  return read;
}

// What stands behind a token's signature: its answer, and in what a browser wrapped the bytes.
struct TokenAnswer {
  std::uint8_t flags = 0;
  std::uint32_t counter = 0;
  std::string_view origin, client, extensions;
};

// What a token signs in place of the bytes.
std::string token_text(std::string_view application, const TokenAnswer& answer, std::string_view bytes) {
  std::string text = hash_of(Hash::kSha256, application);
  text += static_cast<char>(answer.flags);
  keys::add_number(text, answer.counter);
  text += answer.extensions;
  return text + hash_of(Hash::kSha256, bytes);
}

// Whether a browser, which hands a token a JSON text in place of the bytes, wrote that text for these. All browsers
// begin it alike, so it is compared and not read (OpenSSH's PROTOCOL.u2f).
bool wraps(const TokenAnswer& answer, std::string_view bytes) {
  std::string expected = "{\"type\":\"webauthn.get\",\"challenge\":\"";
  for (const char c : base64_encode(bytes)) {
    if (c != '=') expected += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  expected += "\",\"origin\":\"";
  expected += answer.origin;
  expected += '"';
  const bool extended = (answer.flags & kExtensionsTold) != 0;
  return (answer.flags & kKeyTold) == 0 && extended != answer.extensions.empty() &&
         answer.origin.find('"') == std::string_view::npos && answer.client.starts_with(expected);
}

bool ecdsa_blob_holds(std::string_view curve, std::string_view point, std::string_view blob, std::string_view bytes) {
  BlobReader numbers(blob);
  const std::string_view r = numbers.text();
  const std::string_view s = numbers.text();
  return numbers.ok() && numbers.at_end() && ecdsa_holds(curve, point, r, s, bytes);
}

}  // namespace

Result<SigningKey> read_signing_key(std::string_view blob) {
  BlobReader reader(blob);
  const std::string_view name = reader.text();
  const bool certified = name.ends_with(kCertificate);
  const KeyType* type = type_named(certified ? plain_name(name) : std::string(name));
  if (!reader.ok() || type == nullptr) return bad_key("a key of the type `" + std::string(name) + "` is not taken");
  if (certified) return read_certificate(*type, blob);
  const Fields fields = read_fields(*type, reader);
  if (!reader.ok() || !reader.at_end()) return bad_key("the key was cut short or goes on past its end");
  PLUMB_TRY(check_fields(*type, fields));
  return SigningKey{{.type = std::string(name), .blob = std::string(blob), .comment = {}}, std::nullopt};
}

std::string without_certificate(std::string_view blob) {
  BlobReader reader(blob);
  const std::string_view name = reader.text();
  const KeyType* type = name.ends_with(kCertificate) ? type_named(plain_name(name)) : nullptr;
  if (type == nullptr) return std::string(blob);
  reader.text();  // a nonce
  const std::string_view own = reader.rest();
  read_fields(*type, reader);
  std::string key;
  keys::add_text(key, type->name);
  return key.append(own, 0, own.size() - reader.rest().size());
}

Result<> check_signature(const SigningKey& key, std::string_view signature, std::string_view bytes) {
  const KeyType& type = *type_named(key.key.type);
  BlobReader key_reader(key.key.blob);
  key_reader.text();
  const Fields fields = read_fields(type, key_reader);

  BlobReader reader(signature);
  const std::string_view name = reader.text();
  const std::string_view blob = reader.text();
  const bool token = type.family == Family::kTokenEd25519 || type.family == Family::kTokenEcdsa;
  const bool of_browser = type.family == Family::kTokenEcdsa && name == kOfBrowser;
  TokenAnswer answer;
  if (token) {
    answer.flags = reader.byte();
    answer.counter = reader.number();
  }
  if (of_browser) {
    answer.origin = reader.text();
    answer.client = reader.text();
    answer.extensions = reader.text();
  }
  if (!reader.ok() || !reader.at_end()) return bad_key("the signature was cut short or goes on past its end");

  bool good = false;
  if (type.family == Family::kRsa) {
    // SHA-1, as `ssh-rsa` of old, is not among them.
    if (name != "rsa-sha2-512" && name != "rsa-sha2-256")
      return bad_key("a signature of the type `" + std::string(name) + "` is not taken");
    const Hash hash = name == "rsa-sha2-512" ? Hash::kSha512 : Hash::kSha256;
    good = rsa_holds(fields.exponent, fields.modulus, hash, blob, bytes);
  } else if (name != type.name && !of_browser) {
    return bad_key("the signature is of the type `" + std::string(name) + "` and the key of `" + key.key.type + "`");
  } else if (type.family == Family::kEd25519) {
    good = ed25519_holds(fields.point, blob, bytes);
  } else if (type.family == Family::kEcdsa) {
    good = ecdsa_blob_holds(fields.curve, fields.point, blob, bytes);
  } else {
    if ((answer.flags & kUserPresent) == 0) return bad_key("the security token signed without anybody touching it");
    const std::string text = token_text(fields.application, answer, of_browser ? answer.client : bytes);
    good = type.family == Family::kTokenEd25519 ? ed25519_holds(fields.point, blob, text)
                                                : ecdsa_blob_holds(fields.curve, fields.point, blob, text);
  }
  if (!good || (of_browser && !wraps(answer, bytes)))
    return bad_key("the signature is not the key's own over these bytes");
  if (key.certificate && key.certificate->verify_required && (answer.flags & kUserVerified) == 0)
    return bad_key("the certificate asks for a PIN or a finger, and the security token signed without one");
  return {};
}

}  // namespace plumb::trust
