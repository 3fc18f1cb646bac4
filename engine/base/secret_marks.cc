#include "engine/base/secret_marks.h"

#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "engine/base/secret_settings.h"

namespace plumb {
namespace {

constexpr std::string_view kPrivateKey = "a private key";
constexpr std::string_view kHash = "a password's hash";
constexpr std::string_view kToken = "a token";
constexpr std::string_view kPassword = "a password";

bool is_crypt(char c) {
  return is_digit(c) || is_letter(c) || c == '.' || c == '/';
}
bool is_token(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || c == '-';
}

std::string_view take(std::string_view& text, bool (*belongs)(char)) {
  std::size_t end = 0;
  while (end < text.size() && belongs(text[end])) ++end;
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

bool skip(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// "$6$salt$hash" as crypt(5) has them, and those of web servers and of databases, from a `$` on.
bool is_crypt_hash(std::string_view text) {
  if (!skip(text, '$')) return false;
  const std::string_view method = take(text, is_token);
  if (method.empty() || !skip(text, '$')) return false;
  constexpr std::array<std::string_view, 17> kMethods = {"1",   "2",    "2a",      "2b",       "2x",     "2y",
                                                         "5",   "6",    "7",       "y",        "gy",     "sha1",
                                                         "md5", "apr1", "argon2i", "argon2id", "argon2d"};
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) return false;
  constexpr std::size_t kShortest = 20;
  std::size_t longest = 0;
  for (int field = 0; field < 5; ++field) {
    std::size_t size = 0;
    while (size < text.size() && (is_crypt(text[size]) || text[size] == '=' || text[size] == ',' || text[size] == '+'))
      ++size;
    longest = std::max(longest, size);
    text.remove_prefix(size);
    if (!skip(text, '$')) break;
  }
  return longest >= kShortest;
}

struct Mark {
  std::string_view begins;
  std::size_t then;  // so many characters of a token behind it
  std::string_view what;
};

constexpr std::array<Mark, 37> kMarks = {{
    {"PRIVATE KEY-----", 0, kPrivateKey},
    {"PRIVATE KEY BLOCK-----", 0, kPrivateKey},
    {"PuTTY-User-Key-File-", 0, kPrivateKey},
    {"AGE-SECRET-KEY-1", 20, kPrivateKey},
    {"ENCRYPTED SECRET KEY-----", 0, kPrivateKey},
    {"untrusted comment: minisign encrypted secret key", 0, kPrivateKey},
    {"{SSHA", 0, kHash},
    {"{SHA", 0, kHash},
    {"{CRYPT}", 0, kHash},
    {"{PBKDF2", 0, kHash},
    {"{ARGON2", 0, kHash},
    {"SCRAM-SHA-256$", 0, kHash},
    {"SCRAM-SHA-1$", 0, kHash},
    {"pbkdf2_sha256$", 0, kHash},
    {"pbkdf2:sha", 0, kHash},
    {"grub.pbkdf2.", 0, kHash},
    {"AKIA", 16, kToken},
    {"ghp_", 30, kToken},
    {"github_pat_", 30, kToken},
    {"glpat-", 16, kToken},
    {"xoxb-", 16, kToken},
    {"xoxp-", 16, kToken},
    {"sk_live_", 16, kToken},
    {"gho_", 30, kToken},
    {"ghs_", 30, kToken},
    {"ghu_", 30, kToken},
    {"xapp-", 16, kToken},
    {"rk_live_", 16, kToken},
    {"AIza", 35, kToken},
    {"npm_", 36, kToken},
    {"pypi-", 50, kToken},
    {"dop_v1_", 60, kToken},
    {"eyJhbGciOi", 8, kToken},  // a JSON Web Token: `{"alg":` in base64
    {"eyJ0eXAiOi", 8, kToken},  // `{"typ":`
    {"hvs.", 24, kToken},
    {"Bearer ", 20, kToken},
    {"Authorization: Basic ", 8, kPassword},
}};

std::string_view marked(std::string_view text) {
  for (const Mark& mark : kMarks) {
    for (std::size_t at = text.find(mark.begins); at != std::string_view::npos; at = text.find(mark.begins, at + 1)) {
      std::string_view rest = text.substr(at + mark.begins.size());
      if (take(rest, is_token).size() >= mark.then) return mark.what;
    }
  }
  return {};
}

// A private key in base64 once more, as clusters and clouds have them in their settings: "-----BEGIN " and, where
// "PRIVATE KEY" falls in the groups of three bytes, one of its three writings.
bool has_wrapped_private_key(std::string_view text) {
  constexpr std::string_view kBegin = "LS0tLS1CRUdJTi";
  constexpr std::size_t kNear = 64;
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at + 1)) {
    const std::string_view head = text.substr(at, kNear);
    for (const std::string_view name : {"UFJJVkFURSBLRV", "BSSVZBVEUgS0VZ", "QUklWQVRFIEtFW"}) {
      if (head.find(name) != std::string_view::npos) return true;
    }
  }
  return false;
}

// "scheme://user:password@host", but for one whose password is a variable.
bool has_address_with_password(std::string_view text) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 1)) {
    std::string_view rest = text.substr(at + 3);
    rest = rest.substr(0, rest.find_first_of(" \t\r\n\"'<>/"));
    const std::size_t host = rest.find('@');
    if (host == std::string_view::npos) continue;
    const std::size_t colon = rest.substr(0, host).find(':');
    if (colon == std::string_view::npos || colon + 1 == host) continue;
    if (rest.find_first_of("$%{", colon) > host) return true;
  }
  return false;
}

constexpr std::size_t kMd5Digits = 32;  // in hexadecimal

// "alice:$apr1$…", and "alice:Realm:0123…" of digests.
bool is_digest_line(std::string_view line) {
  if (std::count(line.begin(), line.end(), ':') != 2 || line.size() < kMd5Digits + 2) return false;
  const std::string_view last = line.substr(line.size() - kMd5Digits);
  return line[line.size() - kMd5Digits - 1] == ':' &&
         std::all_of(last.begin(), last.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// "md5" and 32 digits, as PostgreSQL keeps passwords.
bool has_md5_password(std::string_view text) {
  for (std::size_t at = text.find("md5"); at != std::string_view::npos; at = text.find("md5", at + 1)) {
    std::string_view rest = text.substr(at + 3);
    const std::string_view digits = take(rest, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
    if (digits.size() == kMd5Digits) return true;
  }
  return false;
}

}  // namespace

std::string_view secret_in(std::string_view text) {
  if (const std::string_view what = marked(text); !what.empty()) return what;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    if (is_crypt_hash(text.substr(at))) return kHash;
  }
  if (has_wrapped_private_key(text)) return kPrivateKey;
  if (has_md5_password(text)) return kHash;
  if (has_address_with_password(text)) return kPassword;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (is_digest_line(line)) return kHash;
    if (is_secret_setting(line)) return kPassword;
    at = end + 1;
  }
  return {};
}

}  // namespace plumb
