// Keys whose signatures no longer count: a key revocation list, as `ssh-keygen -k` writes it (OpenSSH's PROTOCOL.krl),
// or a list of public keys, one a line.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/trust/signing_key.h"

namespace plumb::trust {

class RevokedKeys {
 public:
  // `name` is the file's, for errors: kBadSigners.
  static Result<RevokedKeys> read(std::string_view bytes, const std::string& name);

  // The key itself, its certificate, or the authority behind that.
  bool contains(const SigningKey& key) const;

 private:
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // too
  };
  // Certificates of one authority.
  struct Certificates {
    std::string authority;  // "": of any
    std::vector<Range> serials;
    std::set<std::string, std::less<>> ids;
  };

  Result<> read_list(std::string_view bytes);
  Result<> read_lines(std::string_view text);
  Result<> read_certificates(std::string_view section);
  static Result<> read_serials(std::uint8_t form, std::string_view bytes, Certificates& certificates);
  bool contains_key(const PublicKey& key) const;

  std::set<std::string, std::less<>> keys_;     // blobs
  std::set<std::string, std::less<>> sha1s_;    // of blobs, as bytes
  std::set<std::string, std::less<>> sha256s_;  // the same
  std::vector<Certificates> certificates_;
};

}  // namespace plumb::trust
