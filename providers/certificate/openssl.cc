#include "providers/certificate/openssl.h"

#include <algorithm>
#include <array>
#include <utility>

#include <arpa/inet.h>

#include "engine/base/digest.h"
#include "engine/base/trimmed.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::certificate {
namespace {

using Words = std::pair<std::string_view, std::string_view>;  // ours and of a configuration; as they are printed

constexpr std::array<Words, 9> kUsages = {{{"digitalSignature", "Digital Signature"},
                                           {"nonRepudiation", "Non Repudiation"},
                                           {"keyEncipherment", "Key Encipherment"},
                                           {"dataEncipherment", "Data Encipherment"},
                                           {"keyAgreement", "Key Agreement"},
                                           {"keyCertSign", "Certificate Sign"},
                                           {"cRLSign", "CRL Sign"},
                                           {"encipherOnly", "Encipher Only"},
                                           {"decipherOnly", "Decipher Only"}}};
constexpr std::array<Words, 6> kPurposes = {{{"serverAuth", "TLS Web Server Authentication"},
                                             {"clientAuth", "TLS Web Client Authentication"},
                                             {"codeSigning", "Code Signing"},
                                             {"emailProtection", "E-mail Protection"},
                                             {"timeStamping", "Time Stamping"},
                                             {"OCSPSigning", "OCSP Signing"}}};
constexpr std::array<Words, 4> kNames = {{{"DNS", "DNS"}, {"IP", "IP Address"}, {"email", "email"}, {"URI", "URI"}}};
// In the order in which they stand in a subject.
constexpr std::array<std::string_view, 7> kSubject = {"C", "ST", "L", "O", "OU", "CN", "emailAddress"};

template <std::size_t size>
std::string known_word(const std::array<Words, size>& table, std::string_view printed) {
  for (const auto& [ours, theirs] : table) {
    if (printed == theirs) return std::string(ours);
  }
  return std::string(printed);
}

// "2001:DB8:0:0:0:0:0:1" and "2001:db8::1" are one.
std::string plain_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, 64> out{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, text.c_str(), bytes.data()) != 1) continue;
    if (::inet_ntop(family, bytes.data(), out.data(), out.size()) != nullptr) return out.data();
  }
  return {};
}

// "DNS:www.example.com", "IP:192.0.2.1".
std::string plain_name(std::string_view text) {
  for (const auto& [type, printed] : kNames) {
    for (const std::string_view word : {type, printed}) {
      if (text.size() <= word.size() || !text.starts_with(word) || text[word.size()] != ':') continue;
      std::string value(text.substr(word.size() + 1));
      if (type == "IP") {
        if (const std::string address = plain_address(value); !address.empty()) value = address;
      }
      return std::string(type) + ":" + value;
    }
  }
  if (const std::string address = plain_address(std::string(text)); !address.empty()) return "IP:" + address;
  return "DNS:" + std::string(text);
}

// Not of people, whose names have blanks and commas.
bool could_be_of_host(const std::string& name) {
  constexpr std::string_view kUsual = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*:";
  return !name.empty() && name.find_first_not_of(kUsual) == std::string::npos;
}

void sort_unique(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

Json sorted(std::vector<std::string> list) {
  sort_unique(list);
  return list;
}

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t end = list.find(", ");
    parts.emplace_back(trimmed(list.substr(0, end)));
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 2);
  }
  return parts;
}

// A value of a configuration, in which these stand for something else.
std::string escaped(std::string_view text) {
  std::string out;
  for (const std::string_view::value_type c : text) {
    if (std::string_view("\\$#\"';").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void add_extension(const char* name, const Json& values, bool critical, std::string& text) {
  std::string list;
  for (const std::string& value : texts_in(values)) list += (list.empty() && !critical ? "" : ",") + value;
  if (list.empty()) return;
  text += std::string(name) + " = " + (critical ? "critical" : "") + list + "\n";
}

const char* phrase_variable(std::string_view attribute) {
  return attribute == "passphrase" ? kKeyPhrase : kCaPhrase;
}

}  // namespace

std::map<std::string, std::string> phrases_of(const Desired& desired) {
  std::map<std::string, std::string> env;
  if (desired.has("passphrase")) env[kKeyPhrase] = desired.text("passphrase");
  if (desired.has("ca_passphrase")) env[kCaPhrase] = desired.text("ca_passphrase");
  return env;
}

std::string phrase_words(const Desired& desired, const char* attribute) {
  if (!desired.has(attribute)) return " -passin pass:";
  return std::string(" -passin env:") + phrase_variable(attribute);
}

bool knows(const Desired& desired, const char* passphrase) {
  return !is_keyed_digest(desired.text(passphrase));
}

// It reads a public key of the type, since one of its own it would print.
Result<std::string> unknown_algorithm(const Desired& desired, const std::string& type, System& system) {
  if (type != "ed25519" || system.is_image() || system.find_program(kOpenssl).empty()) return std::string();
  ProcessRequest request;
  request.argv = {kOpenssl, "pkey", "-pubin", "-noout"};
  request.env = phrases_of(desired);
  // Of the first test of RFC 8032.
  request.stdin_text =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
      "-----END PUBLIC KEY-----\n";
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
  if (answer.exit_code == 0) return std::string();
  return std::string("the openssl of this host knows no ed25519");
}

Result<std::string> unfit_key(const Desired& desired, const std::string& path, const char* passphrase, System& system) {
  if (!knows(desired, passphrase)) return std::string();
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
  if (!there) return std::string();
  std::vector<std::string> words = {"pkey", "-in", path};
  words.push_back("-passin");
  words.push_back(desired.has(passphrase) ? std::string("env:") + phrase_variable(passphrase) : "pass:");
  words.emplace_back("-pubout");
  PLUMB_TRY_ASSIGN(const auto told, ask_openssl(system, desired, std::move(words), {path}));
  if (told && !public_key_in(*told).empty()) return std::string();
  const Result<std::string> text = system.read_file(path, kLargestKey);
  if (!text || text->find("ENCRYPTED") == std::string::npos) return path + " holds no private key";
  return path + (desired.has(passphrase) ? " is a key with another passphrase" : " has a passphrase");
}

Result<std::optional<std::string>> ask_openssl(System& system, const Desired& desired, std::vector<std::string> words,
                                               std::vector<std::string> about) {
  ProcessRequest request;
  request.argv = std::move(words);
  request.argv.insert(request.argv.begin(), kOpenssl);
  request.env = phrases_of(desired);
  request.about = std::move(about);
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(ProcessResult answer, system.run(request));
  // 1 is also what it says of a certificate that ends soon.
  if (answer.exit_code != 0 && answer.output.empty()) return std::optional<std::string>();
  return std::optional(std::move(answer.output));
}

Json key_in(std::string_view printed) {
  Json key = Json::object();
  const std::string_view first = printed.substr(0, printed.find('\n'));
  if (first.find("ED25519") != std::string_view::npos) return {{"type", "ed25519"}};
  const bool curve = printed.find("\nASN1 OID: ") != std::string_view::npos;
  if (curve) {
    key["type"] = "ecdsa";
  } else if (printed.find("\nModulus:") != std::string_view::npos) {
    key["type"] = "rsa";
  } else {
    key["type"] = "another";
  }
  const std::size_t begin = first.find('(');
  if (begin == std::string_view::npos) return key;
  int bits = 0;
  for (const std::string_view::value_type c : first.substr(begin + 1)) {
    if (c < '0' || c > '9' || bits > 1'000'000) break;
    bits = bits * 10 + (c - '0');
  }
  key["bits"] = bits;
  return key;
}

Json asked_of(const Desired& desired) {
  Json asked = {{"subject", Json::object()}};
  const Json& subject = desired.attribute("subject");
  if (subject.is_object()) asked["subject"] = subject;
  std::vector<std::string> names;
  for (const std::string& name : texts_in(desired.attribute("names"))) names.push_back(plain_name(name));
  const bool ca = desired.flag("ca", false);
  std::string common = desired.text("common_name");
  if (common.empty() && !names.empty()) common = names.front().substr(names.front().find(':') + 1);
  if (!common.empty()) asked["subject"]["CN"] = common;
  if (!desired.has("names") && !ca && could_be_of_host(common)) names.push_back(plain_name(common));
  asked["names"] = sorted(std::move(names));
  asked["ca"] = ca;
  if (desired.attribute("path_length").is_number_integer()) asked["path_length"] = desired.attribute("path_length");
  std::vector<std::string> usage = texts_in(desired.attribute("key_usage"));
  if (!desired.has("key_usage") && ca) usage = {"keyCertSign", "cRLSign"};
  asked["key_usage"] = sorted(std::move(usage));
  asked["extended_key_usage"] = sorted(texts_in(desired.attribute("extended_key_usage")));
  return asked;
}

Json told_in(std::string_view printed) {
  Json told = {{"subject", Json::object()},
               {"names", Json::array()},
               {"ca", false},
               {"key_usage", Json::array()},
               {"extended_key_usage", Json::array()}};
  enum class In { kNothing, kSubject, kNames, kConstraints, kUsage, kPurposes } in = In::kNothing;
  while (!printed.empty()) {
    const std::string_view whole = take_line(printed);
    const std::string_view line = trimmed(whole);
    if (whole.starts_with("subject=")) {
      in = In::kSubject;
    } else if (line.starts_with("X509v3 ")) {
      in = line.starts_with("X509v3 Subject Alternative Name") ? In::kNames
           : line.starts_with("X509v3 Basic Constraints")      ? In::kConstraints
           : line.starts_with("X509v3 Key Usage")              ? In::kUsage
           : line.starts_with("X509v3 Extended Key Usage")     ? In::kPurposes
                                                               : In::kNothing;
    } else if (in == In::kSubject && whole.starts_with("    ")) {
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      told["subject"][std::string(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
    } else if (in == In::kSubject) {
      in = In::kNothing;
    } else if (in != In::kNothing) {
      std::vector<std::string> parts = parts_of(line);
      for (std::string& part : parts) {
        if (in == In::kNames) part = plain_name(part);
        if (in == In::kUsage) part = known_word(kUsages, part);
        if (in == In::kPurposes) part = known_word(kPurposes, part);
        if (in != In::kConstraints) continue;
        constexpr std::string_view kLength = "pathlen:";
        if (part == "CA:TRUE") told["ca"] = true;
        if (part.starts_with(kLength) && part.size() == kLength.size() + 1) told["path_length"] = part.back() - '0';
      }
      if (in == In::kNames) {
        told["names"] = sorted(std::move(parts));
      } else if (in == In::kUsage) {
        told["key_usage"] = sorted(std::move(parts));
      } else if (in == In::kPurposes) {
        told["extended_key_usage"] = sorted(std::move(parts));
      }
      in = In::kNothing;
    }
  }
  return told;
}

std::string public_key_in(std::string_view printed) {
  constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----", kEnd = "-----END PUBLIC KEY-----";
  const std::size_t begin = printed.find(kBegin);
  const std::size_t end = printed.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  return std::string(printed.substr(begin, end + kEnd.size() - begin));
}

std::string configuration_of(const Json& asked, bool authority) {
  std::string text =
      "[req]\nprompt = no\nutf8 = yes\nstring_mask = utf8only\ndistinguished_name = subject\n"
      "x509_extensions = extensions\n" +
      std::string(authority ? "" : "req_extensions = extensions\n") + "[subject]\n";
  const Json& subject = member_of(asked, "subject");
  for (const std::string_view part : kSubject) {
    if (const std::string value = text_of(subject, part); !value.empty())
      text += std::string(part) + " = " + escaped(value) + "\n";
  }
  const Json& length = member_of(asked, "path_length");
  text += "[extensions]\nbasicConstraints = critical,CA:" + std::string(flag_of(asked, "ca", false) ? "TRUE" : "FALSE");
  if (length.is_number_integer()) text += ",pathlen:" + std::to_string(length.get<int>());
  text += "\nsubjectKeyIdentifier = hash\n";
  if (authority) text += "authorityKeyIdentifier = keyid\n";
  add_extension("keyUsage", member_of(asked, "key_usage"), true, text);
  add_extension("extendedKeyUsage", member_of(asked, "extended_key_usage"), false, text);
  const std::vector<std::string> names = texts_in(member_of(asked, "names"));
  if (names.empty()) return text;
  text += "subjectAltName = @names\n[names]\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t colon = names[i].find(':');
    text +=
        names[i].substr(0, colon) + "." + std::to_string(i + 1) + " = " + escaped(names[i].substr(colon + 1)) + "\n";
  }
  return text;
}

}  // namespace plumb::providers::certificate
