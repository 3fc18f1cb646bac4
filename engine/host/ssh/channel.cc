// The connection that one exec channel is, and the way to it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "engine/host/ssh/openssh.h"
#include "engine/host/ssh/session.h"
#include "engine/host/steps.h"

namespace plumb::host::ssh {

namespace {

// After the handshake a host may still be slow: PAM, a directory server, a loaded machine.
constexpr std::chrono::seconds kLoginPatience{30};
// A command's exit status comes after the end of its output, and normally right after it.
constexpr std::chrono::milliseconds kExitPatience{500};

class SshConnection final : public StreamConnection {
 public:
  explicit SshConnection(std::unique_ptr<Session> session) : session_(std::move(session)) {}
  ~SshConnection() override { close(); }

  Result<> start(const std::string& command, Deadline deadline);
  Result<> shutdown_write(Deadline deadline) override;
  std::optional<std::string> exit_reason() override;
  void close() override;

 private:
  Result<std::optional<std::size_t>> do_read(char* into, std::size_t capacity, Deadline deadline) override;
  Result<> do_write(std::string_view bytes, Deadline deadline) override;

  Result<> wait_for_link(Deadline deadline);
  Result<> look_for_life();
  Result<> flush(Deadline deadline);
  void await_exit();
  Error lost() const;
  static void exit_signal(ssh_session, ssh_channel, const char* signal, int, const char*, const char*, void* self);
  static int data(ssh_session, ssh_channel, void* bytes, std::uint32_t size, int is_error, void* self);

  ssh_counter_struct carried_{};  // kept by the session, which ends before this
  std::unique_ptr<Session> session_;
  ssh_channel channel_ = nullptr;  // freed with the session
  ssh_channel_callbacks_struct callbacks_{};
  std::string signal_;
  bool new_errors_ = false;
  // How often the host was asked for a sign of life since the last one, which is any byte of it.
  int unanswered_ = 0;
  std::uint64_t received_ = 0;  // bytes, when that was last looked at
};

void SshConnection::exit_signal(ssh_session, ssh_channel, const char* signal, int, const char*, const char*,
                                void* self) {
  static_cast<SshConnection*>(self)->signal_ = signal;
}

// Standard error is taken as it comes. Reading it like standard output would not do: every such read may also bring in
// output, and then the wait that follows would be for bytes that are here already.
int SshConnection::data(ssh_session, ssh_channel, void* bytes, std::uint32_t size, int is_error, void* self) {
  if (is_error == 0) return 0;
  auto* connection = static_cast<SshConnection*>(self);
  connection->add_error_output({static_cast<const char*>(bytes), size});
  connection->new_errors_ = true;
  return static_cast<int>(size);
}

Error SshConnection::lost() const {
  return fail(Code::kConnectionLost, "the connection was lost: " + session_->said());
}

Result<> SshConnection::wait_for_link(Deadline deadline) {
  std::array<pollfd, 2> fds{session_->next_wait(), pollfd{session_->proxy_errors(), POLLIN, 0}};
  const Deadline silence = Deadline::after(std::chrono::seconds(session_->settings().alive_interval_seconds));
  const Result<> waited = wait(fds, earlier(deadline, silence));
  if (!waited) {
    if (waited.error().code() != Code::kTimeout || deadline.passed()) return Error(waited.error());
    return look_for_life();
  }
  if (fds[1].revents != 0) {
    // Read so that a talkative proxy does not come to a halt.
    std::array<char, 1024> buffer;
    const ssize_t count = ::read(fds[1].fd, buffer.data(), buffer.size());
    if (count > 0) add_error_output({buffer.data(), static_cast<std::size_t>(count)});
  }
  return {};
}

Result<> SshConnection::look_for_life() {
  const Settings& settings = session_->settings();
  if (std::exchange(received_, carried_.in_bytes) != carried_.in_bytes) unanswered_ = 0;
  if (unanswered_ >= settings.alive_count) {
    const int seconds = settings.alive_interval_seconds * (settings.alive_count + 1);
    return fail(Code::kConnectionLost,
                "the connection was lost: the host has given no sign of life for " + std::to_string(seconds) + " s");
  }
  ++unanswered_;
  session_->ask_for_life();
  return {};
}

Result<> SshConnection::start(const std::string& command, Deadline deadline) {
  ssh_set_counters(session_->raw(), &carried_, nullptr);
  channel_ = ssh_channel_new(session_->raw());
  if (channel_ == nullptr) return fail(Code::kConnectionLost, "no channel: " + session_->said());
  ssh_callbacks_init(&callbacks_);
  callbacks_.userdata = this;
  callbacks_.channel_exit_signal_function = &SshConnection::exit_signal;
  callbacks_.channel_data_function = &SshConnection::data;
  ssh_set_channel_callbacks(channel_, &callbacks_);
  const auto drive = [&](auto step, std::string refused) -> Result<> {
    for (;;) {
      const int answer = step();
      if (answer == SSH_OK) return {};
      if (answer != SSH_AGAIN) {
        return fail(Code::kConnectionLost, refused.append(": ").append(session_->said()))
            .hint("sshd may be limited to other uses (ForceCommand, a subsystem, MaxSessions)");
      }
      PLUMB_TRY(wait_for_link(deadline));
    }
  };
  PLUMB_TRY(drive([&] { return ssh_channel_open_session(channel_); }, "the host refused to open a channel"));
  return drive([&] { return ssh_channel_request_exec(channel_, command.c_str()); },
               "the host refused to run a command");
}

Result<std::optional<std::size_t>> SshConnection::do_read(char* into, std::size_t capacity, Deadline deadline) {
  using Count = std::optional<std::size_t>;
  constexpr std::size_t kMost = std::size_t{1} << 20;
  for (;;) {
    if (channel_ == nullptr) return Count(0);
    const int count =
        ssh_channel_read_nonblocking(channel_, into, static_cast<std::uint32_t>(std::min(capacity, kMost)), 0);
    if (count > 0) return Count(static_cast<std::size_t>(count));
    if (count == SSH_EOF) {
      await_exit();
      return Count(0);
    }
    if (count < 0) return lost();
    if (std::exchange(new_errors_, false)) return Count();
    PLUMB_TRY(wait_for_link(deadline));
  }
}

// Reads on until the channel is closed, for the exit status and the last words on standard error.
void SshConnection::await_exit() {
  const Deadline deadline = Deadline::after(kExitPatience);
  while (ssh_channel_is_closed(channel_) == 0 && ssh_is_connected(session_->raw()) != 0) {
    // Takes what has arrived, unlike reads after the end of the stream.
    ssh_channel_get_exit_status(channel_);
    if (ssh_channel_is_closed(channel_) != 0 || !wait_for_link(deadline)) break;
  }
}

Result<> SshConnection::do_write(std::string_view bytes, Deadline deadline) {
  // Far below the window, so that an interrupt or a refusal is noticed between the pieces.
  constexpr std::size_t kPiece = std::size_t{256} << 10;
  while (!bytes.empty()) {
    if (channel_ == nullptr) return fail(Code::kConnectionLost, "the connection is closed");
    const auto piece = static_cast<std::uint32_t>(std::min(bytes.size(), kPiece));
    const int count = ssh_channel_write(channel_, bytes.data(), piece);
    if (count < 0) return lost();
    bytes.remove_prefix(static_cast<std::size_t>(count));
    if (count == 0) {
      PLUMB_TRY(wait_for_link(deadline));
    } else {
      PLUMB_TRY(flush(deadline));
    }
  }
  return {};
}

Result<> SshConnection::flush(Deadline deadline) {
  for (;;) {
    const int answer = ssh_blocking_flush(session_->raw(), 0);
    if (answer == SSH_OK) return {};
    if (answer != SSH_AGAIN) return lost();
    PLUMB_TRY(wait_for_link(deadline));
  }
}

Result<> SshConnection::shutdown_write(Deadline deadline) {
  if (channel_ == nullptr || ssh_channel_is_closed(channel_) != 0) return {};
  if (ssh_channel_send_eof(channel_) != SSH_OK) return lost();
  return flush(deadline);
}

std::optional<std::string> SshConnection::exit_reason() {
  if (!signal_.empty()) return "killed by signal SIG" + signal_;
  if (channel_ == nullptr || ssh_is_connected(session_->raw()) == 0) return std::nullopt;
  const int status = ssh_channel_get_exit_status(channel_);
  if (status <= 0) return std::nullopt;
  return "exit code " + std::to_string(status);
}

void SshConnection::close() {
  if (channel_ != nullptr) {
    ssh_remove_channel_callbacks(channel_, &callbacks_);
    channel_ = nullptr;
  }
  session_.reset();
}

}  // namespace

namespace {

// A session whose host key is not looked at yet. What refuses or drops the connection may have too much to do just now.
Result<std::unique_ptr<Session>> connect(const Login& login, const Settings& settings, Context& context,
                                         const Interrupt* cancel) {
  const std::chrono::seconds patience = settings.connect_timeout_seconds
                                            ? std::chrono::seconds(*settings.connect_timeout_seconds)
                                            : login.connect_timeout;
  const Deadline deadline = earlier(Deadline::after(patience), login.deadline);
  PLUMB_TRY_ASSIGN(const Addresses addresses, resolve(settings, deadline, cancel));
  const int attempts = std::max(login.connect_attempts, settings.connection_attempts);
  for (int attempt = 0;; ++attempt) {
    auto session = std::make_unique<Session>(login, settings, context);
    const Result<> connected = session->connect(addresses, deadline, cancel);
    if (connected) return session;
    login.log.debug(step_text(Step::kFailedAttempt, std::to_string(attempt + 1) + " failed: ") +
                    connected.error().summary());
    const Deadline again = Deadline::after(pause_before(attempt, settings.host_name));
    if (connected.error().code() != Code::kConnect || attempt + 1 >= attempts || again.at >= deadline.at) {
      return attempt == 0 ? Error(connected.error())
                          : Error(connected.error()).during("connecting, attempt " + std::to_string(attempt + 1));
    }
    const Result<> paused = wait_ready({}, again, cancel);
    if (!paused && paused.error().code() != Code::kTimeout) return Error(paused.error());
  }
}

}  // namespace

Result<std::unique_ptr<StreamConnection>> run_command(const Login& login, Context& context,
                                                      const std::function<Result<std::string>()>& command,
                                                      const Interrupt* cancel) {
  StepLog steps(login.log);
  PLUMB_TRY_ASSIGN(const LoginTurns::Turn turn, context.login_turns().take(cancel));
  steps.done("a turn to log in");
  PLUMB_TRY_ASSIGN(Settings settings, context.settings(login.query, Deadline::after(login.connect_timeout), cancel));
  steps.done("ssh settings");
  const std::string beyond = login.by_program ? "" : beyond_libssh(login, settings, context);
  if (login.by_program || !beyond.empty()) {
    login.log.debug("the ssh program makes the connection" + (beyond.empty() ? "" : ": " + beyond + " needs it"));
    PLUMB_TRY_ASSIGN(const std::string line, command());
    return run_openssh(login, settings, beyond, line, cancel);
  }
  PLUMB_TRY_ASSIGN(std::unique_ptr<Session> session, connect(login, settings, context, cancel));
  steps.done("connection and key exchange with " + session->settings().host_name + ":" +
             std::to_string(session->settings().port));
  PLUMB_TRY(session->check_host_key());
  steps.done("host key");
  PLUMB_TRY(session->log_in(earlier(Deadline::after(kLoginPatience), login.deadline), cancel));
  steps.done(step_text(Step::kLogin, session->settings().user));
  PLUMB_TRY_ASSIGN(const std::string line, command());
  auto connection = std::make_unique<SshConnection>(std::move(session));
  connection->set_cancel(cancel);
  PLUMB_TRY(connection->start(line, earlier(Deadline::after(kLoginPatience), login.deadline)));
  turn.succeeded();
  steps.done("channel");
  return std::unique_ptr<StreamConnection>(std::move(connection));
}

}  // namespace plumb::host::ssh
