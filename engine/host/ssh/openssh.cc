#include "engine/host/ssh/openssh.h"

#include <algorithm>
#include <array>

#include <libssh/libssh.h>
#include <signal.h>

#include "engine/host/process.h"
#include "engine/host/ssh/algorithms.h"

namespace plumb::host::ssh {

namespace {

// Of ssh itself, not of what it runs.
constexpr std::string_view kOwnExit = "exit code 255";

class OpenSshConnection final : public ProcessConnection {
 public:
  explicit OpenSshConnection(Child child) : ProcessConnection(std::move(child)) {}
  ~OpenSshConnection() override { close(); }

  std::optional<std::string> exit_reason() override {
    std::optional<std::string> reason = ProcessConnection::exit_reason();
    return reason == kOwnExit ? std::nullopt : reason;
  }
  std::optional<Error> link_failure(bool /*started*/) override {
    if (ProcessConnection::exit_reason() != kOwnExit) return std::nullopt;
    return explain_openssh(error_output());
  }
  void close() override {
    // What waits for a host that does not answer would never see the end of its input.
    end_process();
    ProcessConnection::close();
  }
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void add_option(std::vector<std::string>& command, const std::string& keyword, const std::string& value) {
  command.insert(command.end(), {"-o", keyword + "=" + value});
}

// Quoted as ssh_config wants it: names of files may hold blanks.
std::string quoted(const std::string& path) {
  return "\"" + path + "\"";
}

std::vector<std::string> command_line(const Login& login, const Settings& settings) {
  std::vector<std::string> command{"ssh", "-T"};
  const Query& query = login.query;
  if (!query.config_file.empty()) command.insert(command.end(), {"-F", query.config_file.string()});
  if (!query.use_config) command.insert(command.end(), {"-F", "none"});
  if (query.port != 0) command.insert(command.end(), {"-p", std::to_string(query.port)});
  if (!query.user.empty()) command.insert(command.end(), {"-l", query.user});
  for (const std::string& file : login.identity_files) command.insert(command.end(), {"-i", file});
  if (!login.known_hosts_file.empty()) {
    add_option(command, "UserKnownHostsFile", quoted(login.known_hosts_file));
    add_option(command, "GlobalKnownHostsFile", "none");
  }
  const bool accepts = login.accept_new_host_keys || settings.policy == HostKeyPolicy::kAcceptNew;
  add_option(command, "StrictHostKeyChecking", accepts ? "accept-new" : "yes");
  const auto patience = std::chrono::seconds(settings.connect_timeout_seconds.value_or(0));
  add_option(command, "ConnectTimeout",
             std::to_string((patience.count() > 0 ? patience : login.connect_timeout).count()));
  add_option(command, "ConnectionAttempts",
             std::to_string(std::max(login.connect_attempts, settings.connection_attempts)));
  add_option(command, "ServerAliveInterval", std::to_string(settings.alive_interval_seconds));
  add_option(command, "ServerAliveCountMax", std::to_string(settings.alive_count));
  for (const auto& [keyword, value] :
       {std::pair{"BatchMode", "yes"}, std::pair{"ClearAllForwardings", "yes"}, std::pair{"RemoteCommand", "none"},
        std::pair{"PermitLocalCommand", "no"}, std::pair{"LogLevel", "INFO"}}) {
    add_option(command, keyword, value);
  }
  if (login.fresh) {
    add_option(command, "ControlMaster", "no");
    add_option(command, "ControlPath", "none");
  }
  command.insert(command.end(), {"--", query.host});
  return command;
}

// The last line that is not a mere frame of at-signs or dashes.
std::string last_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find_last_not_of("\r\n");
    if (end == std::string_view::npos) break;
    const std::size_t begin = text.find_last_of("\r\n", end);
    const std::size_t start = begin == std::string_view::npos ? 0 : begin + 1;
    const std::string_view line = text.substr(start, end - start + 1);
    if (line.find_first_not_of("@ -") != std::string_view::npos) return std::string(line);
    text = text.substr(0, start);
  }
  return "it said nothing";
}

}  // namespace

Error explain_openssh(const std::string& said) {
  const std::string why = "ssh: " + last_line(said);
  if (has(said, "HOST IDENTIFICATION HAS CHANGED")) {
    return fail(Code::kHostKeyChanged, "the host shows another key than the one in known_hosts; " + why)
        .hint("if the host was installed anew: ssh-keygen -R HOST");
  }
  if (has(said, "revoked")) return fail(Code::kHostKeyRevoked, "the host's key is revoked; " + why);
  if (has(said, "Host key verification failed")) {
    return fail(Code::kHostKeyUnknown, "the host's key is not known; " + why)
        .hint("compare the fingerprint with the host's, then run once with --accept-new-host-keys");
  }
  if (has(said, "Permission denied") || has(said, "Too many authentication failures")) {
    return fail(Code::kAuthentication, "the host refused the login; " + why)
        .hint(
            "ssh asks nobody here: load what wants a passphrase, a PIN or a touch into the agent with ssh-add, or get "
            "a ticket with kinit");
  }
  if (has(said, "timed out")) return fail(Code::kTimeout, "the host did not answer in time; " + why);
  if (has(said, "Bad configuration option") || has(said, "Unable to negotiate") || has(said, "configuration file")) {
    return fail(Code::kSshSettings, "ssh cannot use its settings; " + why);
  }
  return fail(Code::kConnect, "no connection; " + why);
}

std::string beyond_libssh(const Login& login, const Settings& settings, Context& context) {
  if (!settings.beyond.empty()) return settings.beyond;
  if (std::string keyword = unknown_algorithms(settings); !keyword.empty()) return keyword;
  KnownHostsFiles files;
  if (!login.known_hosts_file.empty()) {
    files.push_back(context.known_hosts(login.known_hosts_file));
  } else {
    for (const auto* paths : {&settings.user_known_hosts, &settings.global_known_hosts}) {
      for (const std::string& path : *paths) files.push_back(context.known_hosts(path));
    }
  }
  const std::string& name = settings.host_key_alias.empty() ? settings.host_name : settings.host_key_alias;
  const int port = settings.host_key_alias.empty() ? settings.port : 22;
  return known_by_authority_alone(files, name, port) ? "@cert-authority in known_hosts" : "";
}

Result<std::unique_ptr<StreamConnection>> run_openssh(const Login& login, const Settings& settings,
                                                      const std::string& because, const std::string& command,
                                                      const Interrupt* cancel) {
  std::vector<std::string> arguments = command_line(login, settings);
  arguments.push_back(command);
  Result<Child> child = start_child(arguments, ErrorStream::kPipe);
  if (!child) {
    return fail(Code::kTransportCommand, child.error().summary())
        .hint("install OpenSSH's client" + (because.empty() ? "" : ": " + because + " needs it"));
  }
  auto connection = std::make_unique<OpenSshConnection>(std::move(*child));
  connection->set_cancel(cancel);
  return std::unique_ptr<StreamConnection>(std::move(connection));
}

}  // namespace plumb::host::ssh
