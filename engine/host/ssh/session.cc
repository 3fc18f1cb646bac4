#include "engine/host/ssh/session.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <libssh/libssh.h>
#include <libssh/server.h>
#include <signal.h>
#include <sys/socket.h>

#include "engine/base/joined.h"
#include "engine/base/platform.h"
#include "engine/base/random.h"
#include "engine/base/spawn.h"
#include "engine/host/bootstrap.h"
#include "engine/host/ssh/algorithms.h"

namespace plumb::host::ssh {

namespace {

// How long the host may take over an answer that a person gave.
constexpr std::chrono::seconds kAnswerPatience{30};

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
  // Each key once: a host counts what it is shown.
  std::vector<std::string>& files = settings_.identity_files;
  const auto named = [&](const std::string& file) {
    return std::find(login.identity_files.begin(), login.identity_files.end(), file) != login.identity_files.end();
  };
  std::erase_if(files, named);
  files.insert(files.begin(), login.identity_files.begin(), login.identity_files.end());
}

void Session::ask_for_life() {
  // The first call may only take the answer to the last question.
  if (ssh_send_keepalive(raw_.get()) != SSH_AGAIN) ssh_send_keepalive(raw_.get());
}

Session::~Session() {
  if (raw_) ssh_disconnect(raw_.get());
  raw_.reset();
  link_.socket.reset();
  if (link_.proxy > 0) {
    kill(link_.proxy, SIGTERM);
    leave_child(link_.proxy);
  }
}

std::string Session::said() const {
  return ssh_get_error(raw_.get());
}

pollfd Session::next_wait() const {
  const int fd = ssh_get_fd(raw_.get());
  if (link_.tcp) acknowledge_at_once(fd);
  const bool writes = (ssh_get_poll_flags(raw_.get()) & SSH_WRITE_PENDING) != 0;
  return {fd, static_cast<short>(POLLIN | (writes ? POLLOUT : 0)), 0};
}

Result<int> Session::drive(const std::function<int()>& step, int again, Deadline deadline, const Interrupt* cancel) {
  for (;;) {
    const int answer = step();
    if (answer != again) return answer;
    // At the agent's keys libssh waits on where the host has hung up. This is SSH_AUTH_ERROR, too.
    if (ssh_is_connected(raw_.get()) == 0) return SSH_ERROR;
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

  return set_algorithms(raw_.get(), settings_, host_keys);
}

Result<> Session::connect(const Addresses& addresses, Deadline deadline, const Interrupt* cancel) {
  PLUMB_TRY_ASSIGN(link_, dial(settings_, addresses, deadline, cancel));
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
        .hint("the system's own ssh can be the transport: connection: openssh");
  }
  return fail(Code::kConnect, link_.peer + " ended the connection before the login: " + said() + proxy_said)
      .hint(kFewerAtOnce);
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
          .hint("if the host was installed anew: ssh-keygen -f '" + check.where.substr(0, check.where.rfind(':')) +
                "' -R '" + known_hosts_name(host, port) + "'");
    case HostKeyVerdict::kUnknown:
      break;
  }
  if (settings_.policy != HostKeyPolicy::kAcceptNew || settings_.user_known_hosts.empty()) {
    return fail(Code::kHostKeyUnknown, "the " + shown + " of " + host + " is not known")
        .hint("compare the fingerprint with the host's, then run once with --accept-new-host-keys");
  }
  std::string salt;
  if (settings_.hash_known_hosts) salt = random_bytes(20);
  return context_.append_known_host(settings_.user_known_hosts.front(),
                                    known_hosts_line(host, port, name, base64, salt));
}

// true: logged in, false: this proof was refused, or was not enough.
Result<bool> Session::judge(int answer, const std::string& proof) {
  if (answer == SSH_AUTH_SUCCESS) return true;
  if (answer == SSH_AUTH_PARTIAL) {
    half_in_ = true;
    return false;
  }
  tried_.push_back(proof);
  if (answer == SSH_AUTH_DENIED) return false;
  return refused(said());
}

Result<bool> Session::try_private_key(ssh_key_struct* key, const std::string& shown, Deadline deadline,
                                      const Interrupt* cancel) {
  PLUMB_TRY_ASSIGN(const int answer, drive([&] { return ssh_userauth_publickey(raw_.get(), nullptr, key); },
                                           SSH_AUTH_AGAIN, deadline, cancel));
  return judge(answer, shown);
}

// With its certificates first, as they are what a host that knows authorities knows.
Result<bool> Session::try_key(const KeyFile& file, Deadline deadline, const Interrupt* cancel) {
  for (const auto& key : file.certified) {
    PLUMB_TRY_ASSIGN(const bool in, try_private_key(key.get(), file.path + " (certificate)", deadline, cancel));
    if (in || half_in_) return in;
  }
  return try_private_key(file.key.get(), file.path, deadline, cancel);
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

// Keys from files first, since they are at hand. Of the agent's keys those come first that an identity file names.
Result<bool> Session::try_keys(Deadline deadline, const Interrupt* cancel) {
  agent_ = settings_.agent.empty() ? nullptr : Agent::connect(settings_.agent, cancel);
  std::vector<AgentIdentity> in_agent;
  if (agent_) in_agent = agent_->identities(settings_.certificate_files);
  std::vector<AgentIdentity> offered;
  const auto take_from_agent = [&](const std::string& base64) {
    const auto chosen = std::stable_partition(in_agent.begin(), in_agent.end(),
                                              [&](const auto& i) { return base64.empty() || i.key != base64; });
    const bool some = chosen != in_agent.end();
    std::move(chosen, in_agent.end(), std::back_inserter(offered));
    in_agent.erase(chosen, in_agent.end());
    return some;
  };
  for (std::size_t i = 0; i < settings_.identity_files.size() && !half_in_; ++i) {
    const std::string& path = settings_.identity_files[i];
    const auto file = context_.key_file(path, settings_.certificate_files);
    if (file->key) {
      std::erase_if(in_agent, [&](const AgentIdentity& identity) { return identity.base64 == file->public_base64; });
      PLUMB_TRY_ASSIGN(const bool in, try_key(*file, deadline, cancel));
      if (in) return true;
    } else if (take_from_agent(file->public_base64)) {
      continue;
    } else if (file->problem == KeyFile::Problem::kEncrypted) {
      locked_.push_back(path);
    } else if (file->problem == KeyFile::Problem::kUnusable || i < named_keys_) {
      tried_.push_back(path + (file->problem == KeyFile::Problem::kMissing ? " (not there)" : " (not a usable key)"));
    }
  }
  if (!settings_.identities_only) std::move(in_agent.begin(), in_agent.end(), std::back_inserter(offered));
  if (offered.empty() || half_in_) return false;
  return try_agent(std::move(offered), deadline, cancel);
}

Result<bool> Session::try_locked_keys(Deadline deadline, const Interrupt* cancel) {
  for (auto path = locked_.begin(); path != locked_.end();) {
    const auto file = context_.unlocked_key_file(*path, settings_.certificate_files);
    if (!file) {
      ++path;
      continue;
    }
    path = locked_.erase(path);
    PLUMB_TRY_ASSIGN(const bool in, try_key(*file, deadline, cancel));
    if (in || half_in_) return in;
  }
  return false;
}

// What the host says it would take now; it says so only after something was tried.
Result<int> Session::offered_methods(Deadline deadline, const Interrupt* cancel) {
  if (tried_.empty() && !half_in_) {
    PLUMB_TRY_ASSIGN(const int answer,
                     drive([&] { return ssh_userauth_none(raw_.get(), nullptr); }, SSH_AUTH_AGAIN, deadline, cancel));
    if (answer == SSH_AUTH_ERROR) return refused(said());
  }
  return ssh_userauth_list(raw_.get(), nullptr);
}

Result<bool> Session::try_password(const Interrupt* cancel) {
  const std::optional<std::string> password = context_.password(settings_.user + "@" + settings_.host_name);
  if (!password) return false;
  PLUMB_TRY_ASSIGN(const int answer,
                   drive([&] { return ssh_userauth_password(raw_.get(), nullptr, password->c_str()); }, SSH_AUTH_AGAIN,
                         Deadline::after(kAnswerPatience), cancel));
  return judge(answer, "a password");
}

// Whatever the host asks, question by question; most ask for the password.
Result<bool> Session::try_dialogue(const Interrupt* cancel) {
  for (;;) {
    PLUMB_TRY_ASSIGN(const int answer, drive([&] { return ssh_userauth_kbdint(raw_.get(), nullptr, nullptr); },
                                             SSH_AUTH_AGAIN, Deadline::after(kAnswerPatience), cancel));
    if (answer != SSH_AUTH_INFO) return judge(answer, "what it asked for");
    for (const char* told : {ssh_userauth_kbdint_getname(raw_.get()), ssh_userauth_kbdint_getinstruction(raw_.get())})
      hear(told);
    const int questions = ssh_userauth_kbdint_getnprompts(raw_.get());
    for (int i = 0; i < questions; ++i) {
      const char* question = ssh_userauth_kbdint_getprompt(raw_.get(), static_cast<unsigned>(i), nullptr);
      const std::string asked = question == nullptr ? "" : question;
      const std::optional<std::string> given =
          context_.ask(settings_.user + "@" + settings_.host_name + " asks: " + asked);
      if (!given) return false;
      ssh_userauth_kbdint_setanswer(raw_.get(), static_cast<unsigned>(i), given->c_str());
    }
  }
}

void Session::hear(const char* text) {
  if (text == nullptr || *text == '\0') return;
  heard_ += heard_.empty() || heard_.ends_with('\n') ? text : "\n" + std::string(text);
}

// What the host said on the way to this, PAM and nologin(5) among it.
std::string Session::with_heard(const std::string& text) {
  const std::unique_ptr<char, void (*)(char*)> banner(ssh_get_issue_banner(raw_.get()), ssh_string_free_char);
  hear(banner.get());
  const std::string heard = last_lines(heard_);
  heard_.clear();
  return heard.empty() ? text : text + "\nthe host says:\n" + heard;
}

Error Session::refused(const std::string& why) {
  const std::string proofs = joined(tried_);
  std::string text = settings_.host_name + " refused the login of " + settings_.user;
  text += tried_.empty() && why.empty() ? ": there was no key to try" : tried_.empty() ? "" : "; tried " + proofs;
  if (!why.empty()) text += ": " + why;
  const bool too_many = why.find(kTooManyKeys) != std::string::npos;
  return fail(Code::kAuthentication, with_heard(text)).hint(too_many ? kNameTheKey : "");
}

Error Session::not_let_in(int methods) {
  const std::string locked = joined(locked_);
  if (half_in_) {
    return fail(Code::kAuthentication, with_heard(settings_.host_name + " took one proof of " + settings_.user +
                                                  " and wants another one, which only a person can give"))
        .hint("run plumb on a terminal, or let the host ask this account for a key alone (AuthenticationMethods)");
  }
  Error error = refused(locked.empty() ? "" : "encrypted, and not in an agent: " + locked);
  if (!locked.empty()) {
    const std::string asked = context_.can_ask() ? "the passphrase given does not open it; " : "";
    return std::move(error).hint(asked + "add the key to the agent with ssh-add, or run plumb on a terminal");
  }
  if (!tried_.empty())
    return std::move(error).hint("is the public key in that user's ~/.ssh/authorized_keys on the host?");
  if ((methods & (SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_INTERACTIVE)) != 0 && !context_.can_ask()) {
    return std::move(error).hint(
        "the host takes passwords: run plumb on a terminal, or name a key with `identity_files`");
  }
  return std::move(error).hint("name one with `identity_files`, or add it to the agent with ssh-add");
}

// Keys, and then what only a person can give. While somebody is asked the deadline does not run.
Result<> Session::log_in(Deadline deadline, const Interrupt* cancel) {
  if (settings_.keys_allowed) {
    PLUMB_TRY_ASSIGN(const bool in, try_keys(deadline, cancel));
    if (in) return {};
    if (!half_in_) {
      PLUMB_TRY_ASSIGN(const bool unlocked, try_locked_keys(Deadline::after(kAnswerPatience), cancel));
      if (unlocked) return {};
    }
  }
  PLUMB_TRY_ASSIGN(const int methods, offered_methods(Deadline::after(kAnswerPatience), cancel));
  if (context_.can_ask()) {
    if (settings_.dialogues_allowed && (methods & SSH_AUTH_METHOD_INTERACTIVE) != 0) {
      PLUMB_TRY_ASSIGN(const bool in, try_dialogue(cancel));
      if (in) return {};
    } else if (settings_.passwords_allowed && (methods & SSH_AUTH_METHOD_PASSWORD) != 0) {
      PLUMB_TRY_ASSIGN(const bool in, try_password(cancel));
      if (in) return {};
    }
  }
  return not_let_in(methods);
}

}  // namespace plumb::host::ssh
