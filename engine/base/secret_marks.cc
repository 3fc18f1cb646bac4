#include "engine/base/secret_marks.h"

#include <algorithm>
#include <array>

namespace plumb {
namespace {

constexpr std::string_view kPrivateKey = "a private key";
constexpr std::string_view kHash = "a password's hash";
constexpr std::string_view kToken = "a token";
constexpr std::string_view kPassword = "a password";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_crypt(char c) {
  return is_digit(c) || is_letter(c) || c == '.' || c == '/';
}
bool is_token(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || c == '-';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
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

constexpr std::array<Mark, 25> kMarks = {{
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
    {"eyJhbGciOi", 20, kToken},
    {"hvs.", 24, kToken},
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

constexpr std::array<std::string_view, 24> kNames = {
    "password",   "passwd",       "passphrase",  "pass",     "secret",        "secret_key",
    "secretkey",  "token",        "api_key",     "apikey",   "access_key",    "private_key",
    "privatekey", "presharedkey", "psk",         "pwd",      "requirepass",   "masterauth",
    "rootpw",     "bindpw",       "credentials", "auth_key", "client_secret", "userpassword"};
// Those of which the value stands behind a blank, as their own files have them.
constexpr std::array<std::string_view, 7> kOfLines = {"requirepass", "masterauth", "rootpw", "bindpw",
                                                      "authpass",    "auth_pass",  "machine"};
constexpr std::array<std::string_view, 25> kNoValues = {"yes", "no", "true", "false", "on", "off", "none", "null", "required", "sufficient", "requisite", "ask", "nil", "never", "changeme", "optional", "include", "prompt", "password", "secret", "default", "disabled", "files", "compat", "sss"};

// The last word of "db.Password", "SMTP_PASSWORD", in small letters, or all of it.
bool is_secret_name(std::string_view name) {
  std::string small;
  for (const char c : name) small += c == '-' ? '_' : lower(c);
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view known) {
    if (!small.ends_with(known)) return false;
    return small.size() == known.size() || !is_letter(small[small.size() - known.size() - 1]) || known.size() > 5;
  });
}

bool is_value(std::string_view value) {
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  const bool quoted = value.starts_with('"') || value.starts_with('\'');
  const char end = quoted ? value.front() : ' ';
  if (quoted) value.remove_prefix(1);
  std::size_t size = 0;
  while (size < value.size() && value[size] != end &&
         (quoted || (value[size] != '\t' && value[size] != ';' && value[size] != ',')))
    ++size;
  value = value.substr(0, size);
  constexpr std::size_t kShortest = 3;
  if (value.size() < kShortest) return false;
  // Variables, paths, macros and fields of forms are no secrets themselves.
  if (std::string_view("$%<{/&*").find(value.front()) != std::string_view::npos) return false;
  // Of hash:/etc/postfix/sasl and file:…
  if (value.find(":/") != std::string_view::npos) return false;
  std::string small;
  for (const char c : value) small += lower(c);
  return std::find(kNoValues.begin(), kNoValues.end(), small) == kNoValues.end();
}

// "name = value", "name: value", "export NAME=value", and `name value` of a few.
bool is_secret_line(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t from = line.find_first_not_of(kBlank);
  if (from == std::string_view::npos || std::string_view("#;").find(line[from]) != std::string_view::npos) return false;
  if (line.substr(from).starts_with("// ")) return false;
  for (std::size_t at = line.find_first_of("=:", from); at != std::string_view::npos;
       at = line.find_first_of("=:", at + 1)) {
    std::size_t end = at;
    while (end > from &&
           (kBlank.find(line[end - 1]) != std::string_view::npos || line[end - 1] == '"' || line[end - 1] == '\''))
      --end;
    std::size_t begin = end;
    while (begin > from && (is_token(line[begin - 1]) || line[begin - 1] == '.')) --begin;
    std::string_view value = line.substr(at + 1);
    if (value.starts_with('=') || value.starts_with('>')) value.remove_prefix(1);
    if (begin < end && is_secret_name(line.substr(begin, end - begin)) && is_value(value)) return true;
  }
  std::string_view rest = line.substr(from);
  std::string first;
  for (const char c : take(rest, is_token)) first += lower(c);
  return first != "machine" && std::find(kOfLines.begin(), kOfLines.end(), first) != kOfLines.end() && !rest.empty() &&
         is_value(rest);
}

// "alice:$apr1$…", and "alice:Realm:0123…" of digests.
bool is_digest_line(std::string_view line) {
  constexpr std::size_t kDigits = 32;
  if (std::count(line.begin(), line.end(), ':') != 2 || line.size() < kDigits + 2) return false;
  const std::string_view last = line.substr(line.size() - kDigits);
  return line[line.size() - kDigits - 1] == ':' &&
         std::all_of(last.begin(), last.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// "md5" and 32 digits, as PostgreSQL keeps passwords.
bool has_md5_password(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  for (std::size_t at = text.find("md5"); at != std::string_view::npos; at = text.find("md5", at + 1)) {
    std::string_view rest = text.substr(at + 3);
    const std::string_view digits = take(rest, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
    if (digits.size() == kDigits) return true;
  }
  return false;
}

}  // namespace

std::string_view secret_in(std::string_view text) {
  if (const std::string_view what = marked(text); !what.empty()) return what;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    if (is_crypt_hash(text.substr(at))) return kHash;
  }
  if (has_md5_password(text)) return kHash;
  if (has_address_with_password(text)) return kPassword;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (is_digest_line(line)) return kHash;
    if (is_secret_line(line)) return kPassword;
    at = end + 1;
  }
  return {};
}

}  // namespace plumb
