#include "engine/host/transport.h"

#include <unistd.h>

#include "engine/base/pool.h"
#include "engine/host/bootstrap.h"
#include "engine/host/process.h"
#include "engine/host/ssh/session.h"
#include "engine/host/steps.h"

namespace plumb::host {

namespace {

// From the start of the command to the executor's first byte; sending it over a slow line included.
constexpr std::chrono::seconds kStartPatience{120};

Deadline start_deadline(const HostSettings& settings) {
  return earlier(Deadline::after(kStartPatience), settings.deadline);
}

using Opened = Result<std::unique_ptr<StreamConnection>>;

Opened open_local(const HostSettings& settings, const ExecutorStore& executors, StartOptions options,
                  const Interrupt* cancel) {
  if (geteuid() == 0 && options.become.user == "root") options.become = {};
  PLUMB_TRY_ASSIGN(const std::filesystem::path program, executors.local_path());
  Result<Child> child = start_child(direct_command(program.string(), options), ErrorStream::kPipe);
  if (!child) return fail(Code::kBootstrap, child.error().summary());
  auto connection = std::make_unique<ProcessConnection>(std::move(*child));
  connection->set_cancel(cancel);
  PLUMB_TRY(await_first_byte(*connection, options, start_deadline(settings)));
  return std::unique_ptr<StreamConnection>(std::move(connection));
}

// Over a program of the operator's. What ends before a shell of the host has spoken did not get there; later, 255 is
// the way's and not the executor's, as with ssh.
class CommandConnection final : public ProcessConnection {
 public:
  using ProcessConnection::ProcessConnection;
  ~CommandConnection() override { close(); }

  std::optional<std::string> exit_reason() override {
    std::optional<std::string> reason = ProcessConnection::exit_reason();
    return reason == kLost ? std::nullopt : reason;
  }
  std::optional<Error> link_failure(bool started) override {
    const std::optional<std::string> reason = ProcessConnection::exit_reason();
    const bool shells_own = reason == "exit code 126" || reason == "exit code 127";
    if (started ? reason != kLost : shells_own) return std::nullopt;
    const std::string said = last_lines(error_output());
    return fail(Code::kTransportCommand, "it did not reach the host: " + (!said.empty() ? said
                                                                          : reason      ? *reason
                                                                                        : "it ended without a word"));
  }

 private:
  static constexpr std::string_view kLost = "exit code 255";
};

Opened open_command(const HostSettings& settings, const ExecutorStore& executors, const StartOptions& options,
                    const Interrupt* cancel) {
  if (settings.command.empty()) return fail(Code::kTransportCommand, "the connection's command is empty");
  PLUMB_TRY_ASSIGN(const std::vector<std::string> digests, executors.digests());
  std::vector<std::string> command = settings.command;
  for (std::string& argument : bootstrap_command(digests, options)) command.push_back(std::move(argument));
  PLUMB_TRY_ASSIGN(Child child, start_child(command, ErrorStream::kPipe));
  auto connection = std::make_unique<CommandConnection>(std::move(child));
  connection->set_cancel(cancel);
  Result<> started = await_executor(*connection, executors, options, start_deadline(settings));
  if (started) return std::unique_ptr<StreamConnection>(std::move(connection));
  const Code code = started.error().code();
  if (code != Code::kBootstrap && code != Code::kConnectionLost && code != Code::kTransportCommand) {
    return Error(started.error());
  }
  return Error(started.error()).during("running `" + settings.command.front() + "`");
}

Opened open_ssh(const HostSettings& settings, const ExecutorStore& executors, const StartOptions& options,
                ssh::Context& context, const Interrupt* cancel) {
  // Hashing the executors takes a millisecond or more, which the handshake leaves over.
  std::optional<Result<std::vector<std::string>>> digests;
  Beside hashing([&] { digests = executors.digests(); });
  const auto file = [&](const std::string& path) { return ssh::expand_home(path, context.self()); };
  ssh::Login login;
  login.query.host = settings.address.empty() ? settings.name : settings.address;
  login.query.port = settings.port;
  login.query.user = settings.user;
  login.query.use_config = settings.use_ssh_config;
  login.query.config_file = file(settings.ssh_config_file.string());
  for (const std::string& path : settings.identity_files) login.identity_files.push_back(file(path));
  login.known_hosts_file = file(settings.known_hosts_file);
  login.accept_new_host_keys = settings.accept_new_host_keys;
  login.connect_timeout = settings.connect_timeout;
  login.connect_attempts = settings.connect_attempts;
  login.deadline = settings.deadline;
  login.log = HostLog(settings.log, settings.name);
  login.fresh = settings.fresh_login;
  login.by_program = settings.kind == ConnectionKind::kOpenSsh;
  const auto command = [&]() -> Result<std::string> {
    hashing.wait();
    PLUMB_TRY_ASSIGN(const std::vector<std::string> all, *digests);
    return bootstrap_line(all, options);
  };
  PLUMB_TRY_ASSIGN(std::unique_ptr<StreamConnection> connection, ssh::run_command(login, context, command, cancel));
  StepLog steps(login.log);
  PLUMB_TRY(await_executor(*connection, executors, options, start_deadline(settings)));
  steps.done("start of the executor");
  return connection;
}

}  // namespace

Transport::~Transport() = default;

Result<std::unique_ptr<Connection>> Transport::open(const HostSettings& settings, const Interrupt* cancel) {
  const HostLog log(settings.log, settings.name);
  StepLog steps(log);
  Opened opened = connect(settings, cancel);
  if (!opened) {
    Diagnostic diagnostic = opened.error().diagnostic();
    diagnostic.host = settings.name;
    steps.done(step_text(Step::kNoConnection, diagnostic.summary));
    return Error(std::move(diagnostic));
  }
  steps.done("connected, in all");
  (*opened)->set_cancel(nullptr);
  return std::unique_ptr<Connection>(std::move(*opened));
}

Opened HostTransport::connect(const HostSettings& settings, const Interrupt* cancel) {
  const StartOptions options{settings.become, settings.become_password, settings.root,
                             HostLog(settings.log, settings.name)};
  switch (settings.kind) {
    case ConnectionKind::kLocal:
      return open_local(settings, executors_, options, cancel);
    case ConnectionKind::kCommand: {
      const auto other = settings.command.empty() ? others_.end() : others_.find(settings.command.front());
      if (other != others_.end()) return other->second->connect(settings, cancel);
      return open_command(settings, executors_, options, cancel);
    }
    case ConnectionKind::kOpenSsh:
    case ConnectionKind::kSsh:
      break;
  }
  return open_ssh(settings, executors_, options, ssh_, cancel);
}

}  // namespace plumb::host
