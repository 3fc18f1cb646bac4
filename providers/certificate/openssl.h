// openssl, as the kinds of this folder ask it and have it make files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/made_file.h"

namespace plumb::providers::certificate {

inline constexpr const char* kOpenssl = "openssl";
inline constexpr std::size_t kLargestKey = std::size_t{256} << 10;
// Passphrases are in the environment of its programs, where no list of processes shows them.
inline constexpr const char* kKeyPhrase = "PLUMB_PASSPHRASE";
inline constexpr const char* kCaPhrase = "PLUMB_CA_PASSPHRASE";
// The end of a script: openssl says nothing of a disk that is full, but what it wrote then has no last line.
inline constexpr const char* kWholeOnly =
    "grep -q -e '-----END' \"$new\" || { echo 'openssl did not write all of it: is the disk full?' >&2; exit 1; }\n";

// Those that are given.
std::map<std::string, std::string> phrases_of(const Desired& desired);
// `-passin …` as words: what is not given is empty, so that nobody is asked for it.
std::string phrase_words(const Desired& desired, const char* attribute);

// Whether a passphrase that is asked for is known here: to whoever takes a run back it is not.
bool knows(const Desired& desired, const char* passphrase);

// Why there can be no such key on this host; "" where there can.
Result<std::string> unknown_algorithm(const Desired& desired, const std::string& type, System& system);

// Why what is at `path` is no private key that opens with the passphrase; "" where it is one, or nothing is there.
Result<std::string> unfit_key(const Desired& desired, const std::string& path, const char* passphrase, System& system);

// What it answers; nothing where it refuses, as it does what it cannot read. `about`: the files that it reads.
Result<std::optional<std::string>> ask_openssl(System& system, const Desired& desired, std::vector<std::string> words,
                                               std::vector<std::string> about);

// "RSA", 2048: what it prints of a key. Attributes `type` and `bits`.
Json key_in(std::string_view printed);

// What a certificate or a request says: `subject`, `names`, `ca`, `path_length`, `key_usage`, `extended_key_usage`.
// Asked for, and as it is printed of one that is there; equal ones are equal.
Json asked_of(const Desired& desired);
Json told_in(std::string_view printed);
// The lines of -----BEGIN PUBLIC KEY-----, "" where there are none.
std::string public_key_in(std::string_view printed);

// The same as openssl's configuration. `authority`: it is signed by another key than its own.
std::string configuration_of(const Json& asked, bool authority);

}  // namespace plumb::providers::certificate
