#include "providers/certificate/certificate.h"

#include <algorithm>

#include "engine/base/shell_word.h"
#include "providers/certificate/openssl.h"
#include "providers/certificate/private_key.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::certificate {
namespace {

constexpr const char* kCertificateMode = "0644";
constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kUsualDays = 365;
constexpr std::int64_t kUsualWindow = 30 * kDay;
constexpr const char* kItself = "itself";
constexpr std::array<const char*, 6> kSaid = {"subject",     "names",     "ca",
                                              "path_length", "key_usage", "extended_key_usage"};

std::int64_t number_of(const Desired& desired, const char* attribute, std::int64_t otherwise) {
  const Json& value = desired.attribute(attribute);
  return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

std::int64_t days_of(const Desired& desired) {
  return number_of(desired, "days", kUsualDays);
}

// In seconds. Of a short one a third of its time.
std::int64_t window_of(const Desired& desired) {
  return number_of(desired, "renew_within", std::min(kUsualWindow, days_of(desired) * kDay / 3));
}

std::string signer_of(const Desired& desired) {
  return desired.text("ca_certificate", kItself);
}

// The files that it stands on, by attribute.
std::vector<std::pair<const char*, std::string>> files_of(const Desired& desired) {
  std::vector<std::pair<const char*, std::string>> files;
  for (const char* attribute : {"key", "ca_certificate", "ca_key"}) {
    if (desired.has(attribute)) files.emplace_back(attribute, desired.text(attribute));
  }
  return files;
}

std::vector<std::string> texts_of(std::initializer_list<const char*> words) {
  return {words.begin(), words.end()};
}

// Who signed it: "another" where it is not who is asked for.
Result<std::string> signed_by(const Desired& desired, bool fits_key, std::string_view printed, System& system) {
  const std::string path = desired.text("path");
  if (!desired.has("ca_certificate")) {
    const std::size_t subject = printed.find("subject="), issuer = printed.find("\nissuer=");
    const std::size_t end = printed.find("\nX509v3", issuer == std::string_view::npos ? 0 : issuer);
    if (subject == std::string_view::npos || issuer == std::string_view::npos || subject > issuer) return "another";
    const std::string_view whose = printed.substr(subject + 8, issuer - subject - 8);
    const std::string_view by =
        printed.substr(issuer + 8, std::min(end, printed.find("\nnotAfter", issuer)) - issuer - 8);
    return std::string(fits_key && by == whose ? kItself : "another");
  }
  const std::string authority = desired.text("ca_certificate");
  PLUMB_TRY_ASSIGN(const auto verified, ask_openssl(system, desired,
                                                    {"verify", "-no_check_time", "-partial_chain", "-no-CAfile",
                                                     "-no-CApath", "-trusted", authority, path},
                                                    {path, authority}));
  return std::string(verified && verified->find(": OK") != std::string::npos ? authority : "another");
}

// What it is made of and cannot be made of, which openssl would tell only then. Nothing where nothing is known against
// it.
Result<std::optional<Diagnostic>> unfit(const Desired& desired, System& system) {
  std::optional<Diagnostic> why;
  if (system.is_image() || system.find_program(kOpenssl).empty()) return why;
  const std::pair<const char*, const char*> keys[] = {{"key", "passphrase"}, {"ca_key", "ca_passphrase"}};
  for (const auto& [key, passphrase] : keys) {
    if (!desired.has(key)) continue;
    PLUMB_TRY_ASSIGN(const std::string unfit, unfit_key(desired, desired.text(key), passphrase, system));
    if (!unfit.empty())
      return std::optional(Diagnostic(Code::kRefusedByState, unfit)
                               .with_hint(std::string("`") + key + "` names a private key in PEM, and `" + passphrase +
                                          "` gives its passphrase"));
  }
  const std::string authority = desired.text("ca_certificate");
  if (authority.empty()) return why;
  PLUMB_TRY_ASSIGN(const auto there, system.stat(authority, true));
  if (!there) return why;
  const auto ask = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"x509", "-in", authority, "-noout"});
    return ask_openssl(system, desired, std::move(words), {authority});
  };
  PLUMB_TRY_ASSIGN(const auto subject, ask({"-subject"}));
  if (!subject) return std::optional(Diagnostic(Code::kRefusedByState, authority + " holds no certificate"));
  PLUMB_TRY_ASSIGN(const auto constraints, ask({"-ext", "basicConstraints"}));
  if (constraints && constraints->find("CA:FALSE") != std::string::npos)
    why = Diagnostic(Code::kRefusedByState, authority + " is not the certificate of a CA")
              .with_hint("one that may sign others is made with `ca: true`");
  return why;
}

}  // namespace

Result<> CertificateProvider::look_inside(const Desired& desired, System& system, Observed& observed) const {
  const std::string path = desired.text("path");
  std::vector<std::string> words = texts_of({request_ ? "req" : "x509", "-in"});
  words.push_back(path);
  for (const char* word : {"-noout", "-pubkey", "-subject", "-nameopt", "sep_multiline,sname,utf8"})
    words.emplace_back(word);
  if (request_) {
    words.emplace_back("-text");
  } else {
    for (const char* word :
         {"-issuer", "-enddate", "-ext", "subjectAltName,basicConstraints,keyUsage,extendedKeyUsage", "-checkend"})
      words.emplace_back(word);
    words.push_back(std::to_string(window_of(desired)));
  }
  PLUMB_TRY_ASSIGN(const auto printed, ask_openssl(system, desired, std::move(words), {path}));
  // What is no certificate says none of what is asked for; and what somebody has there does not go for it.
  if (!printed) {
    observed.attributes["fits_key"] = false;
    PLUMB_TRY_ASSIGN(const auto info, system.stat(path, true));
    if (info && info->size > 0)
      observed.obstacle =
          Obstacle(Diagnostic(Code::kRefusedByState, path + " holds no " + (request_ ? "request" : "certificate"))
                       .with_hint("remove it, and what is in it is gone; or give another `path`"),
                   ObstacleGoes::kWithItsPath);
    return {};
  }
  observed.attributes.update(told_in(*printed));
  const std::string key = desired.text("key");
  PLUMB_TRY_ASSIGN(const auto key_there, system.stat(key, true));
  // What cannot be asked is not compared.
  const bool asks = knows(desired, "passphrase");
  bool fits = !asks;
  if (asks && key_there) {
    const std::string phrase = desired.has("passphrase") ? std::string("env:") + kKeyPhrase : "pass:";
    PLUMB_TRY_ASSIGN(const auto told,
                     ask_openssl(system, desired, {"pkey", "-in", key, "-passin", phrase, "-pubout"}, {key}));
    fits = told && !public_key_in(*told).empty() && public_key_in(*told) == public_key_in(*printed);
  }
  if (asks) observed.attributes["fits_key"] = fits;
  if (request_) return {};
  PLUMB_TRY_ASSIGN(observed.attributes["signed_by"], signed_by(desired, fits, *printed, system));
  observed.attributes["outdated"] = printed->find("Certificate will expire") != std::string::npos;
  const std::size_t end = printed->find("notAfter=");
  if (end != std::string::npos)
    observed.attributes["ends"] = printed->substr(end + 9, printed->find('\n', end) - end - 9);
  return {};
}

std::vector<Result<Observed>> CertificateProvider::observe(std::span<const Desired* const> desired,
                                                           System& system) const {
  AccountNames names(system);
  return observe_places(*this, desired, system, [&](const Desired& one) -> Result<Observed> {
    PLUMB_TRY_ASSIGN(Observed observed, observe_made_file(one, system, names, kOpenssl, kOpenssl, [&](Observed& found) {
                       return look_inside(one, system, found);
                     }));
    if (wants_absent(one) || observed.obstacle) return observed;
    for (const auto& [attribute, path] : files_of(one)) {
      PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
      if (!there) observed.missing.push_back({{"", "file", path}, attribute});
    }
    // One that is as it is asked for is not made.
    if (!diff(one, observed).empty()) {
      PLUMB_TRY_ASSIGN(observed.obstacle, unfit(one, system));
    }
    if (!request_ && window_of(one) >= days_of(one) * kDay) {
      observed.exists = false;
      observed.obstacle = Diagnostic(Code::kRefusedByState, "`renew_within` is no shorter than `days`")
                              .with_hint("it would be made anew at every apply");
    }
    return observed;
  });
}

std::vector<std::string> CertificateProvider::observed_with(const Desired&) const {
  return {"passphrase"};
}

std::string CertificateProvider::making_of(const Desired& desired) const {
  const std::string hash = " -" + desired.text("digest", "sha256");
  const std::string days = " -days " + std::to_string(days_of(desired));
  const std::string key = " -key " + shell_word(desired.text("key")) + phrase_words(desired, "passphrase");
  std::string script = "config=$new.config\ntrap 'rm -f \"$new\" \"$config\" \"$config.new\"' EXIT\ncat >\"$config\"\n";
  if (request_) return script + "openssl req -new -config \"$config\"" + key + hash + " -out \"$new\"\n" + kWholeOnly;
  if (!desired.has("ca_certificate"))
    return script + "openssl req -new -x509 -config \"$config\"" + key + days + hash + " -out \"$new\"\n" + kWholeOnly;
  return script + "openssl req -new -config \"$config\"" + key + hash + " -out \"$new\"\n" +
         "openssl x509 -req -in \"$new\" -CA " + shell_word(desired.text("ca_certificate")) + " -CAkey " +
         shell_word(desired.text("ca_key")) + phrase_words(desired, "ca_passphrase") +
         " -set_serial \"0x40$(openssl rand -hex 15)\"" + days + hash +
         " -extfile \"$config\" -extensions extensions >\"$config.new\"\n" + "cat \"$config.new\" >\"$new\"\n" +
         kWholeOnly;
}

Change CertificateProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const Json asked = asked_of(desired);
  for (const char* attribute : kSaid) {
    const Json& wanted = member_of(asked, attribute);
    const bool is_nothing = wanted == Json::array() || wanted == false;
    if (!is_nothing || observed.has(attribute)) note_inside(attribute, wanted, observed, change);
  }
  const auto judge = [&](const char* attribute, const Json& wanted) {
    if (observed.exists && observed.has(attribute)) note_inside(attribute, wanted, observed, change);
  };
  judge("fits_key", true);
  if (!request_) {
    if (!observed.exists) change.after["signed_by"] = signer_of(desired);
    judge("signed_by", signer_of(desired));
    judge("outdated", false);
  }
  // A new one is all of that, whatever it was made for.
  if (observed.exists && !change.after.empty()) {
    change.after["fits_key"] = true;
    if (!request_) change.after.update({{"signed_by", signer_of(desired)}, {"outdated", false}});
  }
  const bool authority = desired.has("ca_certificate");
  finish_made_file(desired, observed, kCertificateMode,
                   {making_of(desired), phrases_of(desired), configuration_of(asked, authority),
                    request_ ? "openssl makes a request" : "openssl makes a certificate"},
                   change);
  if (change.fidelity != Fidelity::kBounded || !change.note.empty()) return change;
  if (request_) {
    change.note = "it is made on the host, by its key";
  } else if (change.before.contains("outdated") && observed.has("ends")) {
    change.note = "it ends " + observed.text("ends") + "; the new one is valid from the moment in which it is made";
  } else {
    change.note = "valid from the moment in which it is made";
  }
  return change;
}

std::vector<Address> CertificateProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, desired.text("path"));
  edges.push_back({"", "package", kOpenssl});
  for (const auto& [attribute, path] : files_of(desired)) {
    for (const char* kind : {"private_key", "certificate", "file", "download"}) edges.push_back({"", kind, path});
  }
  return edges;
}

std::vector<Address> CertificateProvider::provides(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{"", "file", desired.text("path")}};
}

std::vector<std::string> CertificateProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path")};
}

std::vector<std::string> CertificateProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

bool CertificateProvider::asks_about(const Desired& desired, std::string_view name) const {
  const auto files = files_of(desired);
  return name == desired.text("path") ||
         std::any_of(files.begin(), files.end(), [&](const auto& file) { return name == file.second; });
}

Observed CertificateProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (!observed.exists) return observed;
  observed.attributes.update(asked_of(desired));
  observed.attributes["fits_key"] = true;
  if (!request_) observed.attributes.update({{"signed_by", signer_of(desired)}, {"outdated", false}});
  return observed;
}

std::optional<Desired> CertificateProvider::restore(const Desired& desired, const Observed& before) const {
  return restore_made_file(desired, before, diff(desired, before));
}

void add_to(Registry& registry) {
  const OperationSet operations = OperationSet::of<Run, SetAttributes, Remove>();
  registry.add({.name = "private_key",
                .provider = make_provider<PrivateKeyProvider>(),
                .operations = operations,
                .given_once = {"mode"}});
  for (const bool request : {false, true}) {
    registry.add({.name = request ? "certificate_request" : "certificate",
                  .provider = make_provider<CertificateProvider>(request),
                  .operations = operations,
                  .stands_on_inferred = true,
                  .judged = {"fits_key", "outdated"},
                  .given_once = {"mode"}});
  }
}

}  // namespace plumb::providers::certificate
