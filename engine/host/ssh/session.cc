#include "engine/host/ssh/session.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <libssh/libssh.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "engine/host/process.h"

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

// Those that fit the known keys first, so that the host shows the key that can be checked.
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
  std::string joined;
  for (const std::string_view algorithm : order) {
    if (!joined.empty()) joined += ',';
    joined += algorithm;
  }
  return joined;
}

}  // namespace

Session::Session(const Login& login, Settings settings, Context& context)
    : named_keys_(login.identity_files.size()),
      settings_(std::move(settings)),
      context_(context),
      raw_(ssh_new(), ssh_free) {
  if (!login.known_hosts_file.empty()) {
    settings_.user_known_hosts = {login.known_hosts_file};
    settings_.global_known_hosts.clear();
  }
  if (login.accept_new_host_keys) settings_.policy = HostKeyPolicy::kAcceptNew;
  settings_.identity_files.insert(settings_.identity_files.begin(), login.identity_files.begin(),
                                  login.identity_files.end());
}

Session::~Session() {
  if (raw_) ssh_disconnect(raw_.get());
  raw_.reset();
  link_.socket.reset();
  if (link_.proxy > 0) {
    kill(link_.proxy, SIGTERM);
    reap_in_background(link_.proxy);
  }
}

std::string Session::said() const {
  return ssh_get_error(raw_.get());
}

pollfd Session::next_wait() const {
  const int fd = ssh_get_fd(raw_.get());
  if (link_.tcp) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  }
  const bool writes = (ssh_get_poll_flags(raw_.get()) & SSH_WRITE_PENDING) != 0;
  return {fd, static_cast<short>(POLLIN | (writes ? POLLOUT : 0)), 0};
}

Result<int> Session::drive(const std::function<int()>& step, int again, Deadline deadline, const Interrupt* cancel) {
  for (;;) {
    const int answer = step();
    if (answer != again) return answer;
    pollfd one = next_wait();
    PLUMB_TRY(wait_ready({&one, 1}, deadline, cancel));
  }
}

std::string Session::key_name() const {
  return settings_.host_key_alias.empty() ? settings_.host_name : settings_.host_key_alias;
}

KnownHostsFiles Session::known_hosts() {
  KnownHostsFiles files;
  for (const auto* paths : {&settings_.user_known_hosts, &settings_.global_known_hosts}) {
    for (const std::string& path : *paths) files.push_back(context_.known_hosts(path));
  }
  return files;
}

Result<> Session::set_options() {
  const auto set = [&](ssh_options_e option, const void* value) {
    return ssh_options_set(raw_.get(), option, value) == SSH_OK;
  };
  const bool no = false;
  const int fd = link_.socket.get();
  const int port = settings_.host_key_alias.empty() ? settings_.port : 22;
  const std::string host_keys =
      host_key_order(known_key_types(known_hosts(), key_name(), port), settings_.host_key_algorithms);
  const bool plain = set(SSH_OPTIONS_PROCESS_CONFIG, &no) && set(SSH_OPTIONS_HOST, settings_.host_name.c_str()) &&
                     set(SSH_OPTIONS_USER, settings_.user.c_str()) && set(SSH_OPTIONS_FD, &fd);
  if (!plain) return fail(Code::kSshSettings, "libssh does not take the host's settings: " + said());

  struct Choice {
    const char* keyword;
    const std::string& list;
    std::array<ssh_options_e, 2> options;
  };
  for (const Choice& choice : {
           Choice{"HostKeyAlgorithms", host_keys, {SSH_OPTIONS_HOSTKEYS, SSH_OPTIONS_HOSTKEYS}},
           Choice{"KexAlgorithms", settings_.key_exchange, {SSH_OPTIONS_KEY_EXCHANGE, SSH_OPTIONS_KEY_EXCHANGE}},
           Choice{"Ciphers", settings_.ciphers, {SSH_OPTIONS_CIPHERS_C_S, SSH_OPTIONS_CIPHERS_S_C}},
           Choice{"MACs", settings_.macs, {SSH_OPTIONS_HMAC_C_S, SSH_OPTIONS_HMAC_S_C}},
       }) {
    if (choice.list.empty() && choice.keyword != std::string_view("HostKeyAlgorithms")) continue;
    for (const ssh_options_e option : choice.options) {
      if (set(option, choice.list.c_str())) continue;
      return fail(Code::kSshSettings,
                  std::string("none of the ") + choice.keyword + " of ssh_config is known to plumb: " + choice.list)
          .hint("the system's own ssh can be the transport: connection: {command: [ssh, HOST]}");
    }
  }
  return {};
}

Result<> Session::connect(Deadline deadline, const Interrupt* cancel) {
  PLUMB_TRY_ASSIGN(link_, dial(settings_, deadline, cancel));
  ssh_set_blocking(raw_.get(), 0);
  PLUMB_TRY(set_options());
  // From here on libssh closes the socket.
  link_.socket.release();
  Result<int> answer = drive([&] { return ssh_connect(raw_.get()); }, SSH_AGAIN, deadline, cancel);
  if (!answer) {
    if (answer.error().code() != Code::kTimeout) return Error(answer.error());
    return fail(Code::kTimeout, link_.peer + " takes connections but does not speak SSH in time")
        .hint("the host is overloaded, something else listens there, or a firewall swallows the answers");
  }
  if (*answer == SSH_OK) return {};
  std::string proxy_said;
  if (link_.proxy_errors) {
    std::array<char, 1024> buffer;
    const ssize_t count = ::read(link_.proxy_errors.get(), buffer.data(), buffer.size());
    if (count > 0) proxy_said = ": " + std::string(buffer.data(), static_cast<std::size_t>(count));
    while (proxy_said.ends_with('\n')) proxy_said.pop_back();
  }
  if (said().find("no match for method") != std::string::npos) {
    return fail(Code::kSshSettings, link_.peer + " and plumb have no algorithm in common: " + said())
        .hint("the system's own ssh can be the transport: connection: {command: [ssh, HOST]}");
  }
  return fail(Code::kConnect, link_.peer + " ended the connection before the login: " + said() + proxy_said);
}

Result<> Session::check_host_key() {
  ssh_key key = nullptr;
  if (ssh_get_server_publickey(raw_.get(), &key) != SSH_OK) {
    return fail(Code::kConnect, "the host showed no key: " + said());
  }
  const std::unique_ptr<ssh_key_struct, void (*)(ssh_key)> owner(key, ssh_key_free);
  const char* type = ssh_key_type_to_char(ssh_key_type(key));
  // An ECDSA key's type says its curve only in this form.
  const char* ecdsa = ssh_pki_key_ecdsa_name(key);
  const std::string name = ssh_key_type(key) == SSH_KEYTYPE_ECDSA && ecdsa != nullptr ? ecdsa : type;
  const std::string base64 = public_base64(key);
  const std::string print = fingerprint(key);
  const int port = settings_.host_key_alias.empty() ? settings_.port : 22;
  const std::string host = key_name();

  const HostKeyCheck check = ssh::check_host_key(known_hosts(), host, port, name, base64);
  const std::string shown = name + " key " + print;
  switch (check.verdict) {
    case HostKeyVerdict::kKnown:
      return {};
    case HostKeyVerdict::kRevoked:
      return fail(Code::kHostKeyRevoked, "the " + shown + " of " + host + " is revoked in " + check.where);
    case HostKeyVerdict::kChanged:
      return fail(Code::kHostKeyChanged, host + " shows the " + shown + ", which is not the one in " + check.where)
          .hint("if the host was installed anew: ssh-keygen -R '" + known_hosts_name(host, port) + "'");
    case HostKeyVerdict::kUnknown:
      break;
  }
  if (settings_.policy != HostKeyPolicy::kAcceptNew || settings_.user_known_hosts.empty()) {
    std::string hint = "compare the fingerprint with the host's, then run once with --accept-new-host-keys";
    if (check.authority)
      hint += "; known_hosts has a certificate authority for it, but plumb checks plain host keys only";
    return fail(Code::kHostKeyUnknown, "the " + shown + " of " + host + " is not known").hint(std::move(hint));
  }
  std::string salt;
  if (settings_.hash_known_hosts) {
    salt.resize(20);
    if (getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) salt.clear();
  }
  return context_.append_known_host(settings_.user_known_hosts.front(),
                                    known_hosts_line(host, port, name, base64, salt));
}

// true: logged in, false: this key was refused.
Result<bool> Session::judge(int answer, const std::string& key) {
  if (answer == SSH_AUTH_SUCCESS) return true;
  tried_.push_back(key);
  if (answer == SSH_AUTH_DENIED) return false;
  if (answer == SSH_AUTH_PARTIAL) return refused("it took the key but wants another proof as well");
  return refused(said());
}

Result<bool> Session::try_key(const KeyFile& file, Deadline deadline, const Interrupt* cancel) {
  PLUMB_TRY_ASSIGN(const int answer, drive([&] { return ssh_userauth_publickey(raw_.get(), nullptr, file.key.get()); },
                                           SSH_AUTH_AGAIN, deadline, cancel));
  return judge(answer, file.path);
}

// All keys in one go: asked a second time for what the agent holds, libssh 0.10 loses the memory of the first answer.
Result<bool> Session::try_agent(std::vector<AgentIdentity> identities, Deadline deadline, const Interrupt* cancel) {
  std::string names;
  for (const AgentIdentity& identity : identities) names.append(names.empty() ? "" : ", ").append(identity.comment);
  PLUMB_TRY_ASSIGN(UniqueFd socket, agent_->offer(std::move(identities)));
  if (ssh_set_agent_socket(raw_.get(), socket.get()) != SSH_OK) return refused("the agent cannot be used: " + said());
  socket.release();  // libssh closes it
  PLUMB_TRY_ASSIGN(const int answer,
                   drive([&] { return ssh_userauth_agent(raw_.get(), nullptr); }, SSH_AUTH_AGAIN, deadline, cancel));
  return judge(answer, names + " (agent)");
}

Error Session::refused(const std::string& why) {
  std::string keys;
  for (const std::string& key : tried_) keys += (keys.empty() ? "" : ", ") + key;
  std::string text = settings_.host_name + " refused the login of " + settings_.user;
  text += tried_.empty() ? ": there was no key to try" : "; tried " + keys;
  if (!why.empty()) text += ": " + why;
  return fail(Code::kAuthentication, text);
}

// Keys from files first, since they are at hand. Of the agent's keys those come first that an identity file names.
Result<> Session::log_in(Deadline deadline, const Interrupt* cancel) {
  agent_ = settings_.agent.empty() ? nullptr : Agent::connect(settings_.agent);
  std::vector<AgentIdentity> in_agent;
  if (agent_) in_agent = agent_->identities();
  std::vector<AgentIdentity> offered;
  const auto take_from_agent = [&](const std::string& base64) {
    const auto found =
        std::find_if(in_agent.begin(), in_agent.end(), [&](const auto& i) { return i.base64 == base64; });
    if (base64.empty() || found == in_agent.end()) return false;
    offered.push_back(std::move(*found));
    in_agent.erase(found);
    return true;
  };

  std::vector<std::string> encrypted;
  for (std::size_t i = 0; i < settings_.identity_files.size(); ++i) {
    const std::string& path = settings_.identity_files[i];
    // CertificateFile applies to whichever key it was made for; with one of each they belong together.
    const bool paired = settings_.certificate_files.size() == 1 && settings_.identity_files.size() == 1;
    const auto file = context_.key_file(path, paired ? settings_.certificate_files.front() : std::string());
    if (file->key) {
      std::erase_if(in_agent, [&](const AgentIdentity& identity) { return identity.base64 == file->public_base64; });
      PLUMB_TRY_ASSIGN(const bool in, try_key(*file, deadline, cancel));
      if (in) return {};
    } else if (take_from_agent(file->public_base64)) {
      continue;
    } else if (file->problem == KeyFile::Problem::kEncrypted) {
      encrypted.push_back(path);
    } else if (file->problem == KeyFile::Problem::kUnusable || i < named_keys_) {
      tried_.push_back(path + (file->problem == KeyFile::Problem::kMissing ? " (not there)" : " (not a usable key)"));
    }
  }
  if (!settings_.identities_only) std::move(in_agent.begin(), in_agent.end(), std::back_inserter(offered));
  if (!offered.empty()) {
    PLUMB_TRY_ASSIGN(const bool in, try_agent(std::move(offered), deadline, cancel));
    if (in) return {};
  }
  std::string locked;
  for (const std::string& path : encrypted) locked += (locked.empty() ? "" : ", ") + path;
  Error error = refused(locked.empty() ? "" : "encrypted, and not in an agent: " + locked);
  if (!locked.empty())
    return std::move(error).hint("plumb asks for no passphrase; add the key to the agent with ssh-add");
  if (tried_.empty())
    return std::move(error).hint("name one with `identity_files`, or add it to the agent with ssh-add");
  return std::move(error).hint("is the public key in that user's ~/.ssh/authorized_keys on the host?");
}

}  // namespace plumb::host::ssh
