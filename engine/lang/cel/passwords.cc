// passwordHash(): what stands in the file of shadow passwords, by the same library that logins use.
#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include <crypt.h>

#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

// Slow on purpose, so that one evaluation makes a few and no more.
struct Method {
  std::string_view name;
  std::string_view setting;  // before the salt; the library's usual cost
  std::size_t unit;          // what the length of a salt is a multiple of
  std::string_view salt;
  std::uint64_t steps;
};
constexpr std::array kMethods = {
    // Four characters are three bytes; others may stand for no whole ones.
    Method{"yescrypt", "$y$j9T$", 4, "8, 12 or 16", 200'000},
    Method{"sha512", "$6$", 1, "8 to 16", 50'000},
};

constexpr std::size_t kShortestSalt = 8;
constexpr std::size_t kLongestSalt = 16;

bool is_salt(std::string_view text, const Method& method) {
  const bool sized = text.size() >= kShortestSalt && text.size() <= kLongestSalt && text.size() % method.unit == 0;
  return sized && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/';
         });
}

Value hash(Call& call, std::string_view name) {
  const auto method =
      std::find_if(kMethods.begin(), kMethods.end(), [&](const Method& one) { return one.name == name; });
  if (method == kMethods.end()) return fail("there is no such way to hash a password", "there are yescrypt and sha512");
  if (!call.budget.step(method->steps)) return cost_exceeded();
  const std::string_view salt = call.text(1);
  constexpr const char* kHint =
      "a salt that differs by host and account: sha256(host.name + 'deploy').substring(0, 16)";
  if (!is_salt(salt, *method)) {
    return fail("a salt for " + std::string(method->name) + " is " + std::string(method->salt) +
                    " letters, digits, `.` and `/`",
                kHint);
  }
  const std::string secret(call.text(0));
  if (secret.empty()) return fail("an empty password cannot be hashed");
  if (secret.find('\0') != std::string::npos) return fail("no password can hold the character NUL");
  if (secret.size() >= CRYPT_MAX_PASSPHRASE_SIZE) {
    return fail("a password has at most " + std::to_string(CRYPT_MAX_PASSPHRASE_SIZE - 1) + " bytes");
  }
  const std::string setting = std::string(method->setting) + std::string(salt);
  const auto data = std::make_unique<crypt_data>();
  const char* made = crypt_r(secret.c_str(), setting.c_str(), data.get());
  // Failure is told by a text that is no hash.
  if (made == nullptr || *made == '*') return fail("the system's library cannot hash with this salt", kHint);
  return Value::string(made);
}

Value password_hash(Call& call) {
  return hash(call, call.size() == 3 ? call.text(2) : kMethods.front().name);
}

}  // namespace

void add_passwords(FunctionTable& table) {
  table.add("passwordHash(string, string) -> string", password_hash,
            "The hash of a password with a salt of 16 characters, by yescrypt or 'sha512'; the same each time");
  table.add("passwordHash(string, string, string) -> string", password_hash);
}

}  // namespace plumb::cel
