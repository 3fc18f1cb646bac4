#include "engine/host/ssh/openssh.h"

#include <algorithm>
#include <array>

#include <libssh/libssh.h>
#include <signal.h>

#include "engine/host/bootstrap.h"
#include "engine/host/process.h"
#include "engine/host/ssh/algorithms.h"
#include "engine/host/steps.h"

namespace plumb::host::ssh {

namespace {

// From the start of ssh to the first word of the host's shell, a slow login included.
constexpr std::chrono::seconds kFirstWord{120};
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

std::chrono::seconds patience_of(const Login& login, const Settings& settings) {
  const std::chrono::seconds own(settings.connect_timeout_seconds.value_or(0));
  return own.count() > 0 ? own : login.connect_timeout;
}

std::vector<std::string> command_line(const Login& login, const Settings& settings, std::chrono::seconds patience) {
  std::vector<std::string> command{"ssh", "-T"};
  const Query& query = login.query;
  if (!query.config_file.empty()) command.insert(command.end(), {"-F", query.config_file.string()});
  if (!query.use_config) command.insert(command.end(), {"-F", "none"});
  if (query.port != 0) command.insert(command.end(), {"-p", std::to_string(query.port)});
  if (!query.user.empty()) command.insert(command.end(), {"-l", query.user});
  for (const std::string& file : login.identity_files) command.insert(command.end(), {"-i", file});
  // By itself ssh would offer all that the agent holds before the file that was named.
  if (!login.identity_files.empty()) add_option(command, "IdentitiesOnly", "yes");
  if (!login.known_hosts_file.empty()) {
    add_option(command, "UserKnownHostsFile", quoted(login.known_hosts_file));
    add_option(command, "GlobalKnownHostsFile", "none");
  }
  const bool accepts = login.accept_new_host_keys || settings.policy == HostKeyPolicy::kAcceptNew;
  add_option(command, "StrictHostKeyChecking", accepts ? "accept-new" : "yes");
  add_option(command, "ConnectTimeout", std::to_string(std::max<std::chrono::seconds::rep>(patience.count(), 1)));
  add_option(command, "ConnectionAttempts", "1");
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

// The last lines, without mere frames of at-signs or dashes and without ssh's own notes of what it did.
std::string last_words(std::string_view text, std::size_t most) {
  constexpr std::string_view kNoted = "Warning: Permanently added";
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.find_first_not_of("@ -\t") != std::string_view::npos && !line.starts_with(kNoted)) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::string words;
  for (std::size_t i = lines.size() - std::min(most, lines.size()); i < lines.size(); ++i)
    words.append(words.empty() ? "" : "\n").append(lines[i]);
  return words.empty() ? "it said nothing" : last_lines(words);
}

// Waits until the far side says something; false where ssh ended without.
Result<bool> await_word(StreamConnection& connection, Deadline deadline) {
  std::array<char, 4096> first;
  for (;;) {
    PLUMB_TRY_ASSIGN(const std::optional<std::size_t> count,
                     connection.read_either(first.data(), first.size(), deadline));
    if (!count) continue;
    connection.put_back({first.data(), *count});
    return *count > 0;
  }
}

}  // namespace

Error explain_openssh(const std::string& said) {
  const bool changed = has(said, "HOST IDENTIFICATION HAS CHANGED");
  constexpr std::size_t kMostLines = 10;
  const std::string why = "ssh: " + last_words(said, changed ? 1 : kMostLines);
  if (changed) {
    return fail(Code::kHostKeyChanged, "the host shows another key than the one in known_hosts; " + why)
        .hint("if the host was installed anew: ssh-keygen -R HOST");
  }
  if (has(said, "revoked")) return fail(Code::kHostKeyRevoked, "the host's key is revoked; " + why);
  if (has(said, "Host key verification failed")) {
    return fail(Code::kHostKeyUnknown, "the host's key is not known; " + why)
        .hint("compare the fingerprint with the host's, then run once with --accept-new-host-keys");
  }
  if (has(said, kTooManyKeys))
    return fail(Code::kAuthentication, "the host refused the login; " + why).hint(kNameTheKey);
  if (has(said, "Permission denied")) {
    return fail(Code::kAuthentication, "the host refused the login; " + why)
        .hint(
            "ssh asks nobody here: load what wants a passphrase, a PIN or a touch into the agent with ssh-add, or get "
            "a ticket with kinit");
  }
  if (has(said, "timed out")) return fail(Code::kTimeout, "the host did not answer in time; " + why);
  if (has(said, "Bad configuration option") || has(said, "Unable to negotiate") || has(said, "configuration file")) {
    return fail(Code::kSshSettings, "ssh cannot use its settings; " + why);
  }
  const bool hung_up = has(said, "kex_exchange_identification") || has(said, "Connection closed by");
  return fail(Code::kConnect, "no connection; " + why).hint(hung_up ? kFewerAtOnce : "");
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
  const Deadline all = earlier(Deadline::after(patience_of(login, settings)), login.deadline);
  const int attempts = std::max(login.connect_attempts, settings.connection_attempts);
  for (int attempt = 0;; ++attempt) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(all.at - Deadline::Clock::now());
    std::vector<std::string> arguments = command_line(login, settings, left);
    arguments.push_back(command);
    Result<Child> child = start_child(arguments, ErrorStream::kPipe);
    if (!child) {
      return fail(Code::kTransportCommand, child.error().summary())
          .hint("install OpenSSH's client" + (because.empty() ? "" : ": " + because + " needs it"));
    }
    auto connection = std::make_unique<OpenSshConnection>(std::move(*child));
    connection->set_cancel(cancel);
    PLUMB_TRY_ASSIGN(const bool there, await_word(*connection, earlier(Deadline::after(kFirstWord), login.deadline)));
    const std::optional<Error> failure = there ? std::nullopt : connection->link_failure(false);
    if (!failure) return std::unique_ptr<StreamConnection>(std::move(connection));
    login.log.debug(step_text(Step::kFailedAttempt, std::to_string(attempt + 1) + " failed: ") + failure->summary());
    const Deadline again = Deadline::after(pause_before(attempt, settings.host_name));
    const bool final = has(failure->summary(), "Could not resolve");
    if (failure->code() != Code::kConnect || final || attempt + 1 >= attempts || again.at >= all.at)
      return attempt == 0 ? *failure : Error(*failure).during("connecting, attempt " + std::to_string(attempt + 1));
    const Result<> paused = wait_ready({}, again, cancel);
    if (!paused && paused.error().code() != Code::kTimeout) return Error(paused.error());
  }
}

}  // namespace plumb::host::ssh
