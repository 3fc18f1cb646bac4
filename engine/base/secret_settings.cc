#include "engine/base/secret_settings.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/ascii.h"

namespace plumb {
namespace {

constexpr std::string_view kBlank = " \t\r";
constexpr std::string_view kQuotes = "\"'";

constexpr std::array<std::string_view, 28> kNames = {
    "password", "passwd",        "passphrase",   "pass",       "secret",      "secret_key", "secretkey",
    "token",    "api_key",       "apikey",       "access_key", "private_key", "privatekey", "presharedkey",
    "psk",      "pwd",           "requirepass",  "masterauth", "rootpw",      "bindpw",     "credentials",
    "auth_key", "client_secret", "userpassword", "pw",         "accountkey",  "accesskey",  "wep_key0"};
// Names that end like those and are no secret's: words, what the web server passes on, tags of sudo's rules.
constexpr std::array<std::string_view, 16> kOtherNames = {
    "bypass",     "compass",   "surpass",   "trespass",       "underpass", "overpass", "proxy_pass", "fastcgi_pass",
    "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass", "nopasswd",  "kpasswd",  "chpasswd",   "gpasswd"};
// Those of which the value stands behind a blank, as their own files have them, whatever else is on the line.
constexpr std::array<std::string_view, 11> kOfLines = {
    "requirepass", "masterauth",  "rootpw",       "bindpw",       "authpass",         "auth_pass",
    "rocommunity", "rwcommunity", "rocommunity6", "rwcommunity6", "insecure-password"};
constexpr std::array<std::string_view, 28> kNoValues = {
    "yes",       "no",       "true",  "false",  "on",       "off",      "none",    "null",   "required", "sufficient",
    "requisite", "ask",      "nil",   "never",  "changeme", "optional", "include", "prompt", "password", "secret",
    "default",   "disabled", "files", "compat", "sss",      "substack", "public",  "string"};

bool is_of_name(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}
bool is_one_of(char c, std::string_view some) {
  return some.find(c) != std::string_view::npos;
}
template <std::size_t N>
bool has(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// By the last word of "db.Password", "SMTP_PASSWORD", "dnpass".
bool is_secret_name(std::string_view name) {
  std::string small = lowered(name);
  std::replace(small.begin(), small.end(), '-', '_');
  if (std::any_of(kOtherNames.begin(), kOtherNames.end(),
                  [&](std::string_view other) { return small.ends_with(other); }))
    return false;
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view known) {
    if (!small.ends_with(known)) return false;
    constexpr std::size_t kShort = 3;  // ends of many other words
    return small.size() == known.size() || !is_letter(small[small.size() - known.size() - 1]) || known.size() > kShort;
  });
}

// The value that `text` begins with: what its quotes hold, or up to a blank or one of `ends`. Nothing behind it is in
// it.
std::string_view value_at(std::string_view text, std::string_view ends) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  if (text.empty()) return {};
  if (is_one_of(text.front(), kQuotes)) return text.substr(1, text.find(text.front(), 1) - 1);
  std::size_t size = 0;
  while (size < text.size() && !is_one_of(text[size], kBlank) && !is_one_of(text[size], ends)) ++size;
  return text.substr(0, size);
}

bool is_secret_value(std::string_view value) {
  constexpr std::size_t kShortest = 3;
  if (value.size() < kShortest) return false;
  // Variables, paths, macros and fields of forms are no secrets themselves; nor what PAM does with an outcome.
  if (is_one_of(value.front(), "$%<{/&*[(")) return false;
  // Of hash:/etc/postfix/sasl and file:…, and of 464/tcp
  if (value.find(":/") != std::string_view::npos || value.ends_with("/tcp") || value.ends_with("/udp")) return false;
  return !has(kNoValues, lowered(value));
}

bool is_secret_at(std::string_view text, std::string_view ends = ";,") {
  return is_secret_value(value_at(text, ends));
}

// The name that ends at `end`, which may be in quotes; those are told apart by `quoted`.
std::string_view name_before(std::string_view line, std::size_t end, bool& quoted) {
  while (end > 0 && is_one_of(line[end - 1], kBlank)) --end;
  quoted = end > 0 && is_one_of(line[end - 1], kQuotes);
  if (quoted) --end;
  std::size_t begin = end;
  while (begin > 0 && (is_of_name(line[begin - 1]) || line[begin - 1] == '.')) --begin;
  return line.substr(begin, end - begin);
}

// "name = value", "name: value", "name => value", "export NAME=value", "--name=value", and of programs ("name",
// "value").
bool is_assignment(std::string_view line) {
  for (std::size_t at = line.find_first_of("=:,"); at != std::string_view::npos;
       at = line.find_first_of("=:,", at + 1)) {
    bool quoted = false;
    const std::string_view name = name_before(line, at, quoted);
    std::string_view value = line.substr(at + 1);
    if (line[at] == ',') {
      value.remove_prefix(std::min(value.find_first_not_of(kBlank), value.size()));
      if (!quoted || value.empty() || !is_one_of(value.front(), kQuotes)) continue;
    }
    if (value.starts_with('=') || value.starts_with('>')) value.remove_prefix(1);
    if (is_secret_name(name) && is_secret_at(value)) return true;
  }
  return false;
}

// "<name>value</name>", and `key="name" value="value"`.
bool is_element(std::string_view line) {
  for (std::size_t at = line.find('>'); at != std::string_view::npos; at = line.find('>', at + 1)) {
    const std::size_t open = line.rfind('<', at);
    if (open == std::string_view::npos) continue;
    std::string_view name = line.substr(open + 1, at - open - 1);
    name = name.substr(0, name.find_first_of(kBlank));
    if (!name.starts_with('/') && is_secret_name(name) && is_secret_at(line.substr(at + 1), "<")) return true;
  }
  constexpr std::string_view kValue = "value=";
  const std::size_t value = line.find(kValue);
  if (value == std::string_view::npos) return false;
  bool quoted = false;
  const std::string_view name = name_before(line, value, quoted);
  return quoted && is_secret_name(name) && is_secret_at(line.substr(value + kValue.size()));
}

// "name value" and nothing else: a line, or a statement of `block { name value; name value; }`.
bool is_statement(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  std::size_t size = 0;
  while (size < text.size() && is_of_name(text[size])) ++size;
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  if (name.empty() || text.empty() || !is_one_of(text.front(), kBlank)) return false;
  if (has(kOfLines, lowered(name))) return is_secret_at(text);
  if (!is_secret_name(name)) return false;
  const std::string_view value = value_at(text, ";}");
  if (!is_secret_value(value)) return false;
  const std::size_t end = static_cast<std::size_t>(value.data() - text.data()) + value.size();
  const std::size_t more = text.find_first_not_of(" \t\r\"';}", end);
  return more == std::string_view::npos || text[more] == '#';
}

bool has_statement(std::string_view line) {
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find_first_of("{;", at), line.size());
    // With what ends it, so that text behind a value is seen.
    if (is_statement(line.substr(at, std::min(end + 1, line.size()) - at))) return true;
    at = end + 1;
  }
  return false;
}

// "login alice password s3cret", "user alice insecure-password s3cret", "--password s3cret", "curl -u alice:s3cret",
// "mysql -ps3cret", "sshpass -p s3cret": the words of a line, one after the other.
bool is_of_words(std::string_view line) {
  const bool has_curl = line.find("curl ") != std::string_view::npos;
  const bool has_mysql = line.find("mysql") != std::string_view::npos || line.find("mariadb") != std::string_view::npos;
  std::string_view last;         // the word before this one
  std::string_view before_last;  // and the one before that
  std::string_view third;
  for (std::size_t at = line.find_first_not_of(kBlank); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
    const std::string_view word = line.substr(at, end - at);
    const std::string_view rest = line.substr(at);
    const bool option = last.starts_with("--") && is_secret_name(last.substr(2)) && !word.starts_with('-');
    const bool of_login = is_secret_name(last) && (third == "login" || third == "account" || third == "user");
    const bool of_sshpass = last == "-p" && before_last.ends_with("sshpass");
    if ((option || of_login || of_sshpass) && is_secret_at(rest)) return true;
    if (has_curl && (last == "-u" || last == "--user")) {
      const std::string_view pair = value_at(rest, "");
      const std::size_t colon = std::min(pair.find(':'), pair.size());
      if (is_secret_value(pair.substr(std::min(colon + 1, pair.size())))) return true;
    }
    if (has_mysql && word.starts_with("-p") && word.size() > 2 && is_secret_at(rest.substr(2))) return true;
    third = before_last;
    before_last = last;
    last = word;
    at = line.find_first_not_of(kBlank, end);
  }
  return false;
}

// "host:5432:database:alice:s3cret" of PostgreSQL's .pgpass
bool is_pgpass(std::string_view line) {
  std::array<std::string_view, 5> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t colon = line.find(':');
    if ((colon == std::string_view::npos) != (i + 1 == fields.size())) return false;
    fields[i] = line.substr(0, colon);
    line.remove_prefix(std::min(fields[i].size() + 1, line.size()));
  }
  const std::string_view port = fields[1];
  const bool numbers = !port.empty() && std::all_of(port.begin(), port.end(), is_digit);
  return (port == "*" || numbers) && !fields[2].empty() && !fields[3].empty() && is_secret_value(fields[4]) &&
         fields[4].find_first_of(kBlank) == std::string_view::npos;
}

}  // namespace

bool is_secret_setting(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  if (line.empty() || is_one_of(line.front(), "#;") || line.starts_with("// ")) return false;
  return is_assignment(line) || has_statement(line) || is_of_words(line) || is_element(line) || is_pgpass(line);
}

}  // namespace plumb
