// Whether a password is the one that a server keeps something of. Each is what that server would compute itself.
#pragma once

#include <string>
#include <string_view>

namespace plumb::providers::databases {

// PostgreSQL's "SCRAM-SHA-256$4096:SALT$STORED:SERVER" (RFC 5802, RFC 7677); other forms are no match. The password is
// taken as it is written: characters that SASLprep would change are not.
bool is_scram_of(std::string_view password, std::string_view verifier);

// "*" and forty hexadecimal digits, as mysql_native_password keeps it.
std::string native_hash(std::string_view password);

// What caching_sha2_password keeps: "$A$005$", twenty bytes of salt and 43 characters. The digits are thousands of
// rounds of the crypt of SHA-256.
bool is_caching_sha2_of(std::string_view password, std::string_view kept);

// SHA-256 crypt without the "$5$…$" in front; for tests too.
std::string sha256_crypt(std::string_view password, std::string_view salt, unsigned rounds);

}  // namespace plumb::providers::databases
