#include "engine/host/ssh/algorithms.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include <libssh/libssh.h>

#include "engine/base/joined.h"

namespace plumb::host::ssh {

namespace {

// libssh's own order of preference.
constexpr std::array<std::string_view, 8> kHostKeyAlgorithms{"ssh-ed25519",
                                                             "ecdsa-sha2-nistp521",
                                                             "ecdsa-sha2-nistp384",
                                                             "ecdsa-sha2-nistp256",
                                                             "sk-ssh-ed25519@openssh.com",
                                                             "sk-ecdsa-sha2-nistp256@openssh.com",
                                                             "rsa-sha2-512",
                                                             "rsa-sha2-256"};

bool listed(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

struct Choice {
  const char* keyword;
  const std::string* list;
  std::array<ssh_options_e, 2> options;
};

// The first keyword that libssh does not take; null where it takes all.
const Choice* refused_choice(ssh_session session, const std::vector<Choice>& choices) {
  for (const Choice& choice : choices) {
    if (choice.list->empty()) continue;
    for (const ssh_options_e option : choice.options) {
      if (ssh_options_set(session, option, choice.list->c_str()) != SSH_OK) return &choice;
    }
  }
  return nullptr;
}

std::vector<Choice> choices_of(const Settings& settings) {
  return {{"KexAlgorithms", &settings.key_exchange, {SSH_OPTIONS_KEY_EXCHANGE, SSH_OPTIONS_KEY_EXCHANGE}},
          {"Ciphers", &settings.ciphers, {SSH_OPTIONS_CIPHERS_C_S, SSH_OPTIONS_CIPHERS_S_C}},
          {"MACs", &settings.macs, {SSH_OPTIONS_HMAC_C_S, SSH_OPTIONS_HMAC_S_C}},
          {"PubkeyAcceptedAlgorithms",
           &settings.public_key_algorithms,
           {SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES}}};
}

}  // namespace

std::string host_key_order(const std::vector<std::string>& known_types, const std::string& allowed) {
  std::vector<std::string_view> order;
  const auto add = [&](std::string_view algorithm) {
    if (!allowed.empty() && !listed(allowed, algorithm)) return;
    if (std::find(order.begin(), order.end(), algorithm) == order.end()) order.push_back(algorithm);
  };
  for (const std::string& type : known_types) {
    if (type == "ssh-rsa") {
      add("rsa-sha2-512");
      add("rsa-sha2-256");
    } else if (std::find(kHostKeyAlgorithms.begin(), kHostKeyAlgorithms.end(), type) != kHostKeyAlgorithms.end()) {
      add(type);
    }
  }
  for (const std::string_view algorithm : kHostKeyAlgorithms) add(algorithm);
  return joined(order, ",");
}

Result<> set_algorithms(ssh_session_struct* session, const Settings& settings, const std::string& host_keys) {
  std::vector<Choice> choices = choices_of(settings);
  choices.push_back({"HostKeyAlgorithms", &host_keys, {SSH_OPTIONS_HOSTKEYS, SSH_OPTIONS_HOSTKEYS}});
  const Choice* refused = refused_choice(session, choices);
  if (refused == nullptr) return {};
  return fail(Code::kSshSettings,
              std::string("none of the ") + refused->keyword + " of ssh_config is known to plumb: " + *refused->list)
      .hint("the system's own ssh can be the transport: connection: openssh");
}

std::string unknown_algorithms(const Settings& settings) {
  if (!settings.host_key_algorithms.empty() && host_key_order({}, settings.host_key_algorithms).empty())
    return "HostKeyAlgorithms";
  const std::vector<Choice> choices = choices_of(settings);
  if (std::all_of(choices.begin(), choices.end(), [](const Choice& one) { return one.list->empty(); })) return {};
  const std::unique_ptr<ssh_session_struct, void (*)(ssh_session)> session(ssh_new(), ssh_free);
  const Choice* refused = refused_choice(session.get(), choices);
  return refused == nullptr ? "" : refused->keyword;
}

}  // namespace plumb::host::ssh
