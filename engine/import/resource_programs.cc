// What the table cannot say of keys, certificates, packages of Node.js and file systems.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/resource.h"

namespace plumb::imports {
namespace {

using lang::Node;

void drop(Item& item, std::string_view name) {
  std::erase_if(item.keys, [&](const WrittenEntry& entry) { return entry.name == name; });
}

// "secp384r1" -> "384"; "" for a curve without a word here.
std::string bits_of_curve(const std::string& curve) {
  if (curve == "secp256r1" || curve == "prime256v1") return "256";
  if (curve == "secp384r1") return "384";
  return curve == "secp521r1" ? "521" : "";
}

// "+3650d" -> "3650"; "" where it is no count of days.
std::string days_of(const std::string& after) {
  std::size_t at = 1;
  while (at < after.size() && after[at] >= '0' && after[at] <= '9') ++at;
  if (!after.starts_with('+') || at == 1 || at > 6 || after.size() != at + 1) return {};
  const int count = std::stoi(after.substr(1, at - 1));
  const int days = after[at] == 'd' ? count : after[at] == 'w' ? 7 * count : after[at] == 'y' ? 365 * count : 0;
  return days == 0 ? std::string() : std::to_string(days);
}

// "10g" -> "10GiB", "512" -> "512MiB", "100%FREE" as it is; "" for anything else.
std::string size_of_volume(const std::string& size) {
  const std::size_t end = size.find_first_not_of("0123456789");
  if (end == 0 || size.empty()) return {};
  if (end == std::string::npos) return size + "MiB";
  const std::string unit = size.substr(end);
  if (unit == "%VG" || unit == "%FREE" || unit == "%PVS") return size;
  for (const char* known : {"m", "M", "g", "G", "t", "T"}) {
    if (unit != known && unit != std::string(known) + "B") continue;
    const char letter = *known >= 'a' ? static_cast<char>(*known - 'a' + 'A') : *known;
    return size.substr(0, end) + letter + "iB";
  }
  return {};
}

}  // namespace

bool program_module(std::string_view module) {
  return in_list(module, {"openssl_privatekey", "openssl_csr", "x509_certificate", "openssl_certificate", "npm",
                          "filesystem", "htpasswd", "lvol"});
}

void Builder::programs(Item& item, Unit::Turn& turn) {
  LocalNames& local = *turn.names;
  const std::string& module = task_.module;
  if (module == "openssl_privatekey") {
    if (const Node* curve = task_.argument({"curve"})) {
      ignore({"curve"});
      const std::string bits = bits_of_curve(curve->text);
      if (bits.empty()) throw Untranslatable{"a key on the curve `" + curve->text + "`"};
      drop(item, "bits");
      item.put("bits", Written::of_plain(bits));
    }
  } else if (module == "htpasswd") {
    // What Ansible hashes with where nothing is said.
    if (item.find("hash") == nullptr && !is({"state"}, "absent")) item.put("hash", Written::of_text("apr1"));
  } else if (module == "openssl_csr") {
    request(item, local);
  } else if (module == "npm") {
    if (task_.argument({"name"}) != nullptr) return;
    const Written* path = item.find("path");
    if (path == nullptr) throw Untranslatable{"packages of no folder, without a name"};
    identify(item, "npm", Written::of_text(slug(path->text)), turn);
    item.put("dependencies", Written::of_plain("true"));
  } else if (module == "lvol") {
    identify(item, "logical_volume", Written::of_text(text({"vg"}, local) + "/" + text({"lv"}, local)), turn);
    const std::string size = size_of_volume(text({"size"}, local));
    if (size.empty()) throw Untranslatable{"the size of a volume that is no number or share"};
    item.put(size.ends_with("iB") ? "size" : "share", Written::of_text(size));
  } else if (module == "x509_certificate" || module == "openssl_certificate") {
    certificate(item, local);
  }
}

void Builder::request(Item& item, Names& local) {
  WrittenMap subject;
  for (const auto& [theirs, ours] :
       std::initializer_list<std::pair<const char*, const char*>>{{"country_name", "C"},
                                                                  {"state_or_province_name", "ST"},
                                                                  {"locality_name", "L"},
                                                                  {"organization_name", "O"},
                                                                  {"organizational_unit_name", "OU"},
                                                                  {"email_address", "emailAddress"}}) {
    if (auto value = take({theirs}, Form::kText, local)) subject.emplace_back(ours, *value);
  }
  if (!subject.empty()) item.put("subject", Written::of_map(std::move(subject)));
  if (const Node* constraints = task_.argument({"basic_constraints", "basicConstraints"})) {
    ignore({"basic_constraints", "basicConstraints"});
    const std::vector<Node> one = {*constraints};
    for (const Node& part : constraints->is_sequence() ? constraints->items : one) {
      constexpr std::string_view kLength = "pathlen:";
      if (part.text == "CA:TRUE") item.put("ca", Written::of_plain("true"));
      if (part.text.starts_with(kLength)) item.put("path_length", Written::of_plain(part.text.substr(kLength.size())));
    }
  }
  WrittenMap& said = unit_.requests_[item.find(item.type)->text];
  for (const char* name : {"key", "passphrase", "common_name", "subject", "names", "ca", "path_length", "key_usage",
                           "extended_key_usage"}) {
    if (const Written* value = item.find(name)) said.emplace_back(name, *value);
  }
}

// What its request says stands in the certificate here.
void Builder::certificate(Item& item, Names& local) {
  const std::string provider = text({"provider"}, local);
  if (!in_list(provider, {"selfsigned", "ownca", ""}))
    throw Untranslatable{"a certificate by `" + provider + "`: a `command` with the program that gets it"};
  const std::string path = text({"csr_path"}, local);
  const auto known = unit_.requests_.find(path);
  if (known == unit_.requests_.end())
    throw Untranslatable{
        "a certificate whose request is made elsewhere: its `names`, `common_name` and `key` stand in it"};
  for (const WrittenEntry& entry : known->second) {
    if (item.find(entry.name) == nullptr) item.put(entry.name, entry.value);
  }
  for (const char* parameter : {"selfsigned_not_after", "ownca_not_after"}) {
    const Node* after = task_.argument({parameter});
    ignore({parameter});
    if (after == nullptr) continue;
    if (const std::string days = days_of(after->text); !days.empty()) {
      item.put("days", Written::of_plain(days));
    } else {
      no_word(parameter, "says no count of days here");
    }
  }
}

}  // namespace plumb::imports
