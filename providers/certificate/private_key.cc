#include "providers/certificate/private_key.h"

#include "providers/certificate/openssl.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::certificate {
namespace {

constexpr const char* kKeyMode = "0600";
constexpr int kUsualRsa = 3072;
constexpr int kUsualCurve = 256;

std::string type_of(const Desired& desired) {
  return desired.text("type", "rsa");
}

int bits_of(const Desired& desired) {
  const Json& bits = desired.attribute("bits");
  if (bits.is_number_integer()) return bits.get<int>();
  return type_of(desired) == "ecdsa" ? kUsualCurve : kUsualRsa;
}

std::string making_of(const Desired& desired) {
  const std::string type = type_of(desired);
  std::string line = "openssl genpkey -algorithm ";
  if (type == "ed25519") {
    line += "ED25519";
  } else if (type == "ecdsa") {
    line +=
        "EC -pkeyopt ec_paramgen_curve:P-" + std::to_string(bits_of(desired)) + " -pkeyopt ec_param_enc:named_curve";
  } else {
    line += "RSA -pkeyopt rsa_keygen_bits:" + std::to_string(bits_of(desired));
  }
  if (desired.has("passphrase")) line += std::string(" -aes-256-cbc -pass env:") + kKeyPhrase;
  return line + " -out \"$new\"\n" + kWholeOnly;
}

Result<> look_inside(const Desired& desired, System& system, Observed& observed) {
  const std::string path = desired.text("path");
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargestKey));
  observed.attributes["encrypted"] = text.find("ENCRYPTED") != std::string::npos;
  if (!knows(desired, "passphrase")) return {};
  const std::string phrase = desired.has("passphrase") ? std::string("env:") + kKeyPhrase : "pass:";
  PLUMB_TRY_ASSIGN(
      const auto printed,
      ask_openssl(system, desired, {"pkey", "-in", path, "-passin", phrase, "-noout", "-text_pub"}, {path}));
  observed.attributes.update(printed ? key_in(*printed) : Json{{"type", "unreadable"}});
  return {};
}

// "" where there are such keys.
std::string impossible(const Desired& desired) {
  const int bits = bits_of(desired);
  const std::string type = type_of(desired);
  if (type == "ecdsa" && bits != 256 && bits != 384 && bits != 521) return "keys of ecdsa have 256, 384 or 521 bits";
  if (type == "rsa" && bits < 2048) return "keys of RSA have 2048 bits or more";
  return {};
}

// A key that others rely on does not go unless that is said.
void note_loss(const Desired& desired, Observed& observed) {
  if (observed.obstacle || wants_absent(desired)) return;
  if (const std::string why = impossible(desired); !why.empty()) {
    observed.exists = false;
    observed.obstacle = Diagnostic(Code::kRefusedByState, why);
  }
  if (!observed.exists || desired.flag("replace", false)) return;
  const std::string path = desired.text("path");
  const std::string there = observed.text("type");
  const bool locked = desired.has("passphrase") != observed.flag("encrypted", desired.has("passphrase"));
  std::string why;
  if (there == "unreadable") {
    why = path + (observed.flag("encrypted", false) ? " is a key with another passphrase" : " holds no private key");
  } else if (locked) {
    why = path + (desired.has("passphrase") ? " has no passphrase" : " has a passphrase");
  } else if (desired.has("type") && !there.empty() && there != type_of(desired)) {
    why = path + " is a key of another type: " + there;
  } else if (desired.has("bits") && observed.has("bits") && observed.attribute("bits") != bits_of(desired)) {
    why = path + " is a key of " + observed.attribute("bits").dump() + " bits";
  }
  if (why.empty()) return;
  observed.obstacle =
      Diagnostic(Code::kRefusedByState, why).with_hint("`replace: true` makes a new one, and the old one is gone");
}

}  // namespace

std::vector<Result<Observed>> PrivateKeyProvider::observe(std::span<const Desired* const> desired,
                                                          System& system) const {
  AccountNames names(system);
  return observe_places(*this, desired, system, [&](const Desired& one) -> Result<Observed> {
    Result<Observed> observed = observe_made_file(one, system, names, kOpenssl, kOpenssl,
                                                  [&](Observed& found) { return look_inside(one, system, found); });
    if (observed) note_loss(one, *observed);
    if (!observed || observed->obstacle || wants_absent(one) || diff(one, *observed).empty()) return observed;
    PLUMB_TRY_ASSIGN(const std::string unknown, unknown_algorithm(one, type_of(one), system));
    if (!unknown.empty())
      observed->obstacle = Diagnostic(Code::kRefusedByState, unknown).with_hint("say another `type`: rsa or ecdsa");
    return observed;
  });
}

std::vector<std::string> PrivateKeyProvider::observed_with(const Desired&) const {
  return {"passphrase"};
}

Change PrivateKeyProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const bool unreadable = observed.exists && observed.text("type") == "unreadable";
  if (!observed.exists || unreadable || desired.has("type")) {
    if (observed.exists ? observed.has("type") : true) note_inside("type", type_of(desired), observed, change);
  }
  const bool has_bits = type_of(desired) != "ed25519";
  const bool tells_bits = observed.exists && observed.has("bits");
  if (has_bits && (!observed.exists || unreadable || (desired.has("bits") && tells_bits)))
    note_inside("bits", bits_of(desired), observed, change);
  if (desired.has("passphrase") || observed.has("encrypted"))
    note_inside("encrypted", desired.has("passphrase"), observed, change);
  finish_made_file(desired, observed, kKeyMode,
                   {making_of(desired), phrases_of(desired), {}, "openssl makes a private key"}, change);
  if (change.fidelity == Fidelity::kBounded && change.note.empty())
    change.note = observed.exists ? "the old key is gone then" : "the key is made on the host and stays there";
  return change;
}

std::vector<Address> PrivateKeyProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, desired.text("path"));
  edges.push_back({"", "package", kOpenssl});
  return edges;
}

std::vector<Address> PrivateKeyProvider::provides(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{"", "file", desired.text("path")}};
}

std::vector<std::string> PrivateKeyProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path")};
}

std::vector<std::string> PrivateKeyProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

Observed PrivateKeyProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (observed.exists) observed.attributes["encrypted"] = desired.has("passphrase");
  observed.attributes.erase("passphrase");
  return observed;
}

std::optional<Desired> PrivateKeyProvider::restore(const Desired& desired, const Observed& before) const {
  return restore_made_file(desired, before, diff(desired, before));
}

}  // namespace plumb::providers::certificate
