#include "engine/host/ssh/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include <libssh/libssh.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/ascii.h"
#include "engine/base/outside_text.h"
#include "engine/base/program.h"
#include "engine/base/shell_word.h"
#include "engine/host/ssh/config_files.h"

namespace plumb::host::ssh {

namespace {

// What libssh has not got, and the values that ask for nothing.
struct Beyond {
  std::string_view key;
  std::string_view shown;
  std::string_view harmless;
};
constexpr std::array<Beyond, 10> kBeyond{{
    {"bindaddress", "BindAddress", "none"},
    {"bindinterface", "BindInterface", "none"},
    {"gssapikeyexchange", "GSSAPIKeyExchange", "no"},
    {"hostbasedauthentication", "HostbasedAuthentication", "no"},
    {"knownhostscommand", "KnownHostsCommand", "none"},
    {"nohostauthenticationforlocalhost", "NoHostAuthenticationForLocalhost", "no"},
    {"pkcs11provider", "PKCS11Provider", "none"},
    {"proxyusefdpass", "ProxyUseFdpass", "no"},
    {"revokedhostkeys", "RevokedHostKeys", "none"},
    {"verifyhostkeydns", "VerifyHostKeyDNS", "false"},
}};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The tokens of ssh_config(5) that ProxyCommand and file names take.
std::string expand_tokens(std::string_view text, const Settings& settings, const Query& query, const Self& self) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case '%':
        out += '%';
        break;
      case 'h':
        out += settings.host_name;
        break;
      case 'n':
        out += query.host;
        break;
      case 'p':
        out += std::to_string(settings.port);
        break;
      case 'r':
        out += settings.user;
        break;
      case 'd':
        out += self.home;
        break;
      case 'u':
        out += self.name;
        break;
      default:
        out += {'%', text[i]};
    }
  }
  return out;
}

// "user@a:2222,b,c": through a and b to c, and from c to the host.
std::string jump_command(std::string_view jump, const Query& query) {
  const std::size_t comma = jump.rfind(',');
  std::string_view last = comma == std::string_view::npos ? jump : jump.substr(comma + 1);
  std::string command = "exec ssh -o BatchMode=yes";
  if (!query.config_file.empty()) command += " -F " + shell_word(query.config_file.string());
  if (comma != std::string_view::npos) command += " -J " + shell_word(jump.substr(0, comma));
  if (last.starts_with("ssh://")) last.remove_prefix(6);
  if (const std::size_t at = last.rfind('@'); at != std::string_view::npos) {
    command += " -l " + shell_word(last.substr(0, at));
    last.remove_prefix(at + 1);
  }
  // "[::1]:22", "host:22", "host", "::1"
  const std::size_t colon = last.rfind(':');
  const bool has_port = colon != std::string_view::npos && (last.find(':') == colon || last[colon - 1] == ']');
  if (has_port) {
    command += " -p " + shell_word(last.substr(colon + 1));
    last = last.substr(0, colon);
  }
  if (last.starts_with('[') && last.ends_with(']')) last = last.substr(1, last.size() - 2);
  return command + " -W '[%h]:%p' -- " + shell_word(last);
}

// `${NAME}`, which `ssh -G` leaves as it is. As for ssh, a variable that is not there is an error.
Result<std::string> expand_variables(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t begin = text.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return out.append(text);
    const std::string name(text.substr(begin + 2, end - begin - 2));
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
      return fail(Code::kSshSettings, "ssh_config names ${" + name + "}, and the environment has no " + name);
    }
    out.append(text.substr(0, begin)).append(value);
    text.remove_prefix(end + 1);
  }
}

Result<std::string> agent_socket(std::string_view value, const Self& self) {
  if (value == "none") return std::string();
  if (value == "SSH_AUTH_SOCK") return self.agent;
  if (value.starts_with('$') && !value.starts_with("${")) {
    const char* found = std::getenv(std::string(value.substr(1)).c_str());
    return std::string(found == nullptr ? "" : found);
  }
  return expand_variables(expand_home(value, self));
}

// The files of one directive. `ssh -G` prints them without their quotes: a word that begins no path goes on with the
// one before it.
std::vector<std::string> paths(std::string_view text) {
  std::vector<std::string> all;
  const auto begins_path = [](const std::string& word) {
    return !word.empty() && std::string_view("/~%$").find(word.front()) != std::string_view::npos;
  };
  for (std::string& word : words(text)) {
    if (begins_path(word) || all.empty() || !begins_path(all.back())) {
      all.push_back(std::move(word));
    } else {
      all.back() += " " + word;
    }
  }
  return all;
}

// One line of `ssh -G`.
Result<> take_directive(Settings& settings, const std::string& key, std::string_view value, const Query& query,
                        const Self& self) {
  if (key == "hostname") settings.host_name = value;
  if (key == "user") settings.user = value;
  if (key == "port") {
    const std::optional<int> port = number(value);
    if (!port || *port < 1 || *port > 65535)
      return fail(Code::kSshSettings, "ssh -G gives the port " + std::string(value));
    settings.port = *port;
  }
  if (key == "identityfile" && value != "none") settings.identity_files.emplace_back(value);
  if (key == "certificatefile" && value != "none") settings.certificate_files.emplace_back(value);
  if (key == "identitiesonly") settings.identities_only = value == "yes";
  if (key == "identityagent") {
    PLUMB_TRY_ASSIGN(settings.agent, agent_socket(value, self));
  }
  if (key == "userknownhostsfile" && value != "none") settings.user_known_hosts = paths(value);
  if (key == "globalknownhostsfile" && value != "none") settings.global_known_hosts = paths(value);
  if (key == "hostkeyalias") settings.host_key_alias = value;
  // With `no` OpenSSH even goes on past a changed key; that is not done here.
  if (key == "stricthostkeychecking" &&
      (value == "accept-new" || value == "false" || value == "no" || value == "off")) {
    settings.policy = HostKeyPolicy::kAcceptNew;
  }
  if (key == "hashknownhosts") settings.hash_known_hosts = value == "yes";
  if (key == "proxycommand" && value != "none") settings.proxy_command = value;
  if (key == "proxyjump" && value != "none") settings.proxy_command = jump_command(value, query);
  if (key == "connecttimeout") settings.connect_timeout_seconds = number(value);
  if (key == "addressfamily" && value == "inet") settings.address_family = AF_INET;
  if (key == "addressfamily" && value == "inet6") settings.address_family = AF_INET6;
  if (key == "kexalgorithms") settings.key_exchange = value;
  if (key == "ciphers") settings.ciphers = value;
  if (key == "macs") settings.macs = value;
  if (key == "hostkeyalgorithms") settings.host_key_algorithms = value;
  if (key == "pubkeyacceptedalgorithms") settings.public_key_algorithms = value;
  if (key == "connectionattempts") settings.connection_attempts = number(value).value_or(1);
  if (key == "serveraliveinterval" && number(value).value_or(0) > 0) settings.alive_interval_seconds = *number(value);
  if (key == "serveralivecountmax") settings.alive_count = number(value).value_or(settings.alive_count);
  const bool no = value == "no" || value == "false";
  if (key == "pubkeyauthentication" && no) settings.keys_allowed = false;
  if (key == "passwordauthentication" && no) settings.passwords_allowed = false;
  if (key == "kbdinteractiveauthentication" && no) settings.dialogues_allowed = false;
  for (const Beyond& one : kBeyond) {
    if (key == one.key && value != one.harmless && settings.beyond.empty()) settings.beyond = one.shown;
  }
  return {};
}

// Where OpenSSH is not installed: libssh's own reader, which knows the common directives.
Result<Settings> settings_by_libssh(const Query& query, const Self& self) {
  constexpr const char* kWayOut = "with OpenSSH's own client installed plumb asks it for the effective settings";
  // What stands behind this many bytes of a line it takes for another line.
  constexpr std::size_t kLongestLine = 1000;
  if (const std::string file = with_longer_line(kLongestLine, query, self); !file.empty()) {
    return fail(Code::kSshSettings, file + ", or what it includes, has a line of more than " +
                                        std::to_string(kLongestLine) + " bytes, which libssh would read as two")
        .hint(kWayOut);
  }
  const std::unique_ptr<ssh_session_struct, void (*)(ssh_session)> session(ssh_new(), ssh_free);
  ssh_options_set(session.get(), SSH_OPTIONS_HOST, query.host.c_str());
  const char* file = query.config_file.empty() ? nullptr : query.config_file.c_str();
  if (ssh_options_parse_config(session.get(), file) != 0) {
    return fail(Code::kSshSettings, std::string("ssh_config cannot be used: ") + ssh_get_error(session.get()))
        .hint(kWayOut);
  }
  Settings settings = default_settings(query, self);
  const auto get = [&](ssh_options_e option, std::string& into) {
    char* value = nullptr;
    if (ssh_options_get(session.get(), option, &value) == SSH_OK && value != nullptr) into = value;
    ssh_string_free_char(value);
  };
  get(SSH_OPTIONS_HOST, settings.host_name);
  if (query.user.empty()) get(SSH_OPTIONS_USER, settings.user);
  get(SSH_OPTIONS_PROXYCOMMAND, settings.proxy_command);
  std::string identity;
  get(SSH_OPTIONS_IDENTITY, identity);
  unsigned port = 0;
  if (query.port == 0 && ssh_options_get_port(session.get(), &port) == SSH_OK) settings.port = static_cast<int>(port);
  // Its own defaults begin with its folder.
  if (!identity.empty() && !identity.starts_with("%d/")) {
    PLUMB_TRY_ASSIGN(const std::string path, expand_variables(expand_home(identity, self)));
    settings.identity_files.insert(settings.identity_files.begin(), expand_tokens(path, settings, query, self));
  }
  settings.proxy_command = expand_tokens(settings.proxy_command, settings, query, self);
  return settings;
}

}  // namespace

Self self() {
  Self who;
  const passwd* entry = nullptr;
  passwd storage{};
  std::array<char, 4096> buffer;
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &storage, buffer.data(), buffer.size(), &found) == 0) entry = found;
  if (entry != nullptr) who = {entry->pw_name, entry->pw_dir, {}};
  // The environment comes first, as for every program that keeps its files under ~; OpenSSH alone differs.
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') who.home = home;
  if (const char* agent = std::getenv("SSH_AUTH_SOCK"); agent != nullptr) who.agent = agent;
  return who;
}

std::string expand_home(std::string_view path, const Self& self) {
  if (path == "~" || path.starts_with("~/")) return self.home + std::string(path.substr(1));
  return std::string(path);
}

Settings default_settings(const Query& query, const Self& self) {
  Settings settings;
  settings.host_name = query.host;
  settings.port = query.port == 0 ? 22 : query.port;
  settings.user = query.user.empty() ? self.name : query.user;
  settings.agent = self.agent;
  const std::string folder = self.home + "/.ssh/";
  settings.identity_files = {folder + "id_ed25519", folder + "id_ecdsa", folder + "id_rsa"};
  settings.user_known_hosts = {folder + "known_hosts", folder + "known_hosts2"};
  settings.global_known_hosts = {"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"};
  return settings;
}

Result<Settings> parse_effective(std::string_view output, const Query& query, const Self& self) {
  Settings settings = default_settings(query, self);
  settings.identity_files.clear();
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    const std::string_view line = trimmed(output.substr(0, end));
    output.remove_prefix(std::min(end + 1, output.size()));
    if (line.empty()) continue;
    const auto [key, value] = split_directive(line);
    PLUMB_TRY(take_directive(settings, key, value, query, self));
  }
  for (auto* files : {&settings.identity_files, &settings.certificate_files, &settings.user_known_hosts,
                      &settings.global_known_hosts}) {
    for (std::string& file : *files) {
      PLUMB_TRY_ASSIGN(const std::string expanded, expand_variables(expand_home(file, self)));
      file = expand_tokens(expanded, settings, query, self);
    }
  }
  settings.proxy_command = expand_tokens(settings.proxy_command, settings, query, self);
  return settings;
}

Result<Settings> effective_settings(const Query& query, const Self& self, Deadline deadline, const Interrupt* cancel) {
  if (!query.use_config) return default_settings(query, self);
  const Scan scan = scan_files(query, self);
  if (!scan.matters) {
    Settings settings = default_settings(query, self);
    settings.hash_known_hosts = scan.hash_known_hosts;
    return settings;
  }
  std::vector<std::string> command{"ssh", "-G", "-T"};
  if (!query.config_file.empty()) command.insert(command.end(), {"-F", query.config_file.string()});
  if (query.port != 0) command.insert(command.end(), {"-p", std::to_string(query.port)});
  if (!query.user.empty()) command.insert(command.end(), {"-l", query.user});
  command.insert(command.end(), {"--", query.host});
  if (!has_program(command.front())) return settings_by_libssh(query, self);
  PLUMB_TRY_ASSIGN(const ProgramOutput output,
                   run_program(command, {}, Code::kTimeout, program_limits(deadline, cancel)));
  if (output.exit_code != 0) {
    return fail(Code::kSshSettings, "ssh -G " + query.host + " failed: " + outside_line(output.errors));
  }
  return parse_effective(output.text, query, self);
}

}  // namespace plumb::host::ssh
