#include "engine/trust/revoked_keys.h"

#include <algorithm>

#include "engine/keys/blob_reader.h"
#include "engine/keys/hash.h"

namespace plumb::trust {
namespace {

using keys::BlobReader;
using keys::Hash;
using keys::hash_of;

constexpr std::string_view kListMagic{"SSHKRL\n\0", 8};
constexpr std::uint32_t kListVersion = 1;

// Sections of a list, and those of its certificates.
constexpr std::uint8_t kCertificates = 1;
constexpr std::uint8_t kExplicitKeys = 2;
constexpr std::uint8_t kSha1 = 3;
constexpr std::uint8_t kSignature = 4;
constexpr std::uint8_t kSha256 = 5;
constexpr std::uint8_t kExtension = 255;
constexpr std::uint8_t kSerialList = 0x20;
constexpr std::uint8_t kSerialRange = 0x21;
constexpr std::uint8_t kSerialBitmap = 0x22;
constexpr std::uint8_t kKeyIds = 0x23;
constexpr std::uint8_t kCertificateExtension = 0x39;

Error bad_list(const std::string& what) {
  return fail(Code::kBadSigners, what);
}

Error cut_list() {
  return bad_list("the key revocation list was cut short, or is broken");
}

// Each of `size` bytes; 0 for any.
Result<> read_texts(std::string_view section, std::size_t size, std::set<std::string, std::less<>>& texts) {
  BlobReader reader(section);
  while (reader.ok() && !reader.at_end()) {
    const std::string_view text = reader.text();
    if (size != 0 && text.size() != size) return cut_list();
    texts.emplace(text);
  }
  if (!reader.ok()) return cut_list();
  return {};
}

// What is marked critical and not known makes the whole list useless; the rest of what is not known is passed over.
Result<> check_extension(std::string_view section) {
  BlobReader reader(section);
  const std::string_view name = reader.text();
  if (reader.byte() != 0)
    return bad_list("the key revocation list asks for `" + std::string(name) + "`, which is not known here");
  return {};
}

}  // namespace

Result<RevokedKeys> RevokedKeys::read(std::string_view bytes, const std::string& name) {
  RevokedKeys revoked;
  Result<> read = bytes.starts_with(kListMagic) ? revoked.read_list(bytes) : revoked.read_lines(bytes);
  if (!read) return std::move(read.error()).during("reading " + name);
  return revoked;
}

Result<> RevokedKeys::read_lines(std::string_view text) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    while (line.ends_with('\r')) line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::optional<PublicKey> key = keys::take_key(line);
    if (!key)
      return bad_list("line " + std::to_string(number) + " is no public key, and the file no key revocation list");
    keys_.insert(without_certificate(key->blob));
  }
  return {};
}

Result<> RevokedKeys::read_list(std::string_view bytes) {
  BlobReader reader(bytes.substr(kListMagic.size()));
  if (reader.number() != kListVersion) return bad_list("the key revocation list is of a form that is not known");
  reader.long_number();  // its own number
  reader.long_number();  // when it was made
  reader.long_number();  // flags
  reader.text();         // reserved
  reader.text();         // a comment
  while (reader.ok() && !reader.at_end()) {
    const std::uint8_t kind = reader.byte();
    const std::string_view section = reader.text();
    if (!reader.ok()) return cut_list();
    switch (kind) {
      case kCertificates:
        PLUMB_TRY(read_certificates(section));
        break;
      case kExplicitKeys:
        PLUMB_TRY(read_texts(section, 0, keys_));
        break;
      case kSha1:
        PLUMB_TRY(read_texts(section, 20, sha1s_));
        break;
      case kSha256:
        PLUMB_TRY(read_texts(section, 32, sha256s_));
        break;
      case kSignature:
        // Its key and, as a text of its own and no section, the signature; ssh-keygen makes none any more.
        reader.text();
        break;
      case kExtension:
        PLUMB_TRY(check_extension(section));
        break;
      default:
        return bad_list("the key revocation list has a section that is not known: " + std::to_string(kind));
    }
  }
  return reader.ok() ? Result<>() : cut_list();
}

Result<> RevokedKeys::read_certificates(std::string_view section) {
  BlobReader reader(section);
  Certificates certificates;
  certificates.authority = reader.text();
  reader.text();  // reserved
  while (reader.ok() && !reader.at_end()) {
    const std::uint8_t form = reader.byte();
    const std::string_view part = reader.text();
    if (!reader.ok()) break;
    if (form == kKeyIds) {
      PLUMB_TRY(read_texts(part, 0, certificates.ids));
    } else if (form == kCertificateExtension) {
      PLUMB_TRY(check_extension(part));
    } else {
      PLUMB_TRY(read_serials(form, part, certificates));
    }
  }
  if (!reader.ok()) return cut_list();
  certificates_.push_back(std::move(certificates));
  return {};
}

Result<> RevokedKeys::read_serials(std::uint8_t form, std::string_view bytes, Certificates& certificates) {
  BlobReader reader(bytes);
  if (form == kSerialList) {
    while (reader.ok() && !reader.at_end()) {
      const std::uint64_t serial = reader.long_number();
      certificates.serials.push_back({serial, serial});
    }
  } else if (form == kSerialRange) {
    const std::uint64_t first = reader.long_number();
    certificates.serials.push_back({first, reader.long_number()});
  } else if (form == kSerialBitmap) {
    const std::uint64_t offset = reader.long_number();
    const std::string_view bitmap = reader.text();  // a number: its last byte holds the first eight
    for (std::size_t i = 0; i < 8 * bitmap.size(); ++i) {
      const auto byte = static_cast<unsigned char>(bitmap[bitmap.size() - 1 - i / 8]);
      if ((byte >> i % 8 & 1) != 0) certificates.serials.push_back({offset + i, offset + i});
    }
  } else {
    return bad_list("the key revocation list names certificates in a form that is not known: " + std::to_string(form));
  }
  return reader.ok() && reader.at_end() ? Result<>() : cut_list();
}

bool RevokedKeys::contains_key(const PublicKey& key) const {
  return keys_.contains(key.blob) || (!sha1s_.empty() && sha1s_.contains(hash_of(Hash::kSha1, key.blob))) ||
         (!sha256s_.empty() && sha256s_.contains(hash_of(Hash::kSha256, key.blob)));
}

bool RevokedKeys::contains(const SigningKey& key) const {
  if (contains_key(key.key)) return true;
  if (!key.certificate) return false;
  const Certificate& own = *key.certificate;
  if (contains_key(own.authority)) return true;
  return std::any_of(certificates_.begin(), certificates_.end(), [&](const Certificates& one) {
    if (!one.authority.empty() && one.authority != own.authority.blob) return false;
    // 0 is the serial of those that were given none.
    const auto holds = [&](const Range& range) {
      return own.serial != 0 && own.serial >= range.first && own.serial <= range.last;
    };
    return one.ids.contains(own.id) || std::any_of(one.serials.begin(), one.serials.end(), holds);
  });
}

}  // namespace plumb::trust
