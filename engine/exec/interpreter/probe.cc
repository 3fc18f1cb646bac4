#include "engine/exec/interpreter/probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/exec/interpreter/http_answer.h"
#include "engine/exec/interpreter/programs.h"
#include "providers/sdk/calling.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxAnswer = std::size_t{1} << 20;
constexpr std::size_t kLinesShown = 5;
constexpr std::string_view kHttp = "http://";

struct Endpoint {
  std::vector<std::string> addresses;  // tried in turn
  std::uint16_t port = 0;
};

// "127.0.0.1:80", "[::1]:80", "localhost:80", "db.example.com:5432".
std::optional<Endpoint> endpoint_in(std::string_view text, std::uint16_t standard_port) {
  Endpoint endpoint;
  endpoint.port = standard_port;
  std::string_view address = text;
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = text.substr(colon + 1);
    const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (problem != std::errc() || end != port.data() + port.size()) return std::nullopt;
    address = text.substr(0, colon);
  }
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  if (address == "localhost") {
    endpoint.addresses = {"127.0.0.1", "::1"};
  } else {
    endpoint.addresses = {std::string(address)};
  }
  return endpoint.port == 0 ? std::nullopt : std::optional(endpoint);
}

int left_of(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

// False when time is up.
bool wait_for(int fd, short events, Clock::time_point deadline) {
  pollfd wait{fd, events, 0};
  while (true) {
    const int ready = ::poll(&wait, 1, left_of(deadline));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

Error says(std::string text) {
  return fail(Code::kProbeFailed, std::move(text));
}

Result<UniqueFd> connect_to(const std::string& address, std::uint16_t port, Clock::time_point deadline) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const bool is_v4 = ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1)
    return says("`" + address + "` is no IP address");
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  UniqueFd fd = make_socket(is_v4 ? AF_INET : AF_INET6, Waiting::kNever);
  if (!fd) return says(std::string("no socket: ") + std::strerror(errno));
  const auto* const where = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  const socklen_t size = is_v4 ? sizeof v4 : sizeof v6;
  if (::connect(fd.get(), where, size) == 0) return fd;
  int problem = errno;
  if (problem == EINPROGRESS) {
    if (!wait_for(fd.get(), POLLOUT, deadline)) return says("no connection was accepted in time");
    socklen_t length = sizeof problem;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &problem, &length) != 0) problem = errno;
    if (problem == 0) return fd;
  }
  return says(std::strerror(problem));
}

Result<UniqueFd> connect_to(const Endpoint& endpoint, Clock::time_point deadline) {
  Error problem = says("there is no address");
  for (const std::string& address : endpoint.addresses) {
    Result<UniqueFd> connected = connect_to(address, endpoint.port, deadline);
    if (connected) return connected;
    problem = std::move(connected.error());
  }
  return problem;
}

Result<> send_all(int fd, std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = send_bytes(fd, bytes);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return says(std::strerror(errno));
    } else if (!wait_for(fd, POLLOUT, deadline)) {
      return says("the question was not taken in time");
    }
  }
  return {};
}

bool holds(const std::vector<int>& list, int number) {
  return std::find(list.begin(), list.end(), number) != list.end();
}

class Try {
 public:
  Try(LocalSystem& system, const Probe& probe)
      : system_(system), probe_(probe), deadline_(Clock::now() + seconds(probe.timeout_seconds)) {}

  Result<> run() {
    if (!probe_.tcp.empty()) return ask_port();
    if (!probe_.http.empty()) return probe_.http.starts_with(kHttp) ? ask_server() : ask_by_program();
    if (!probe_.exists.empty()) return look_at_path();
    return ask_program();
  }

  // What the program printed.
  std::string& output() { return output_; }

 private:
  Result<> ask_port() {
    std::optional<Endpoint> endpoint = endpoint_in(probe_.tcp, 0);
    if (!endpoint) return says("`" + probe_.tcp + "` names no port");
    PLUMB_TRY(look_up(*endpoint));
    PLUMB_TRY(connect_to(*endpoint, deadline_));
    return {};
  }

  // A name stands for its addresses. The host's own program looks it up: the executor is linked with no resolver that
  // reads the host's settings.
  Result<> look_up(Endpoint& endpoint) {
    const std::string name = endpoint.addresses.front();
    in_addr v4{};
    in6_addr v6{};
    const bool is_address =
        ::inet_pton(AF_INET, name.c_str(), &v4) == 1 || ::inet_pton(AF_INET6, name.c_str(), &v6) == 1;
    if (is_address || name == "127.0.0.1") return {};
    ProcessRequest request;
    request.argv = {"getent", "ahosts", name};
    request.timeout = seconds(probe_.timeout_seconds);
    request.may_be_late = true;
    request.changes_nothing = true;
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run(request));
    std::vector<std::string> addresses;
    for (std::size_t at = 0; at < result.output.size();) {
      const std::size_t end = std::min(result.output.find('\n', at), result.output.size());
      const std::string line = result.output.substr(at, end - at);
      std::string address = line.substr(0, line.find_first_of(" \t"));
      at = end + 1;
      if (!address.empty() && std::find(addresses.begin(), addresses.end(), address) == addresses.end())
        addresses.push_back(std::move(address));
    }
    if (result.exit_code != 0 || addresses.empty()) return says("the name " + name + " has no address");
    endpoint.addresses = std::move(addresses);
    return {};
  }

  Result<> look_at_path() {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system_.stat(probe_.exists, true));
    if (!info) return says("nothing is there");
    if (probe_.body.empty()) return {};
    PLUMB_TRY_ASSIGN(const std::string text, system_.read_file(probe_.exists, kMaxAnswer));
    if (text.find(probe_.body) == std::string::npos) return says("the text that is asked for is not in it");
    return {};
  }

  Result<> ask_by_program() {
    Call call;
    call.url = probe_.http;
    if (!probe_.host.empty()) call.headers["Host"] = probe_.host;
    call.status = probe_.status;
    call.contains = probe_.body;
    call.timeout_seconds = probe_.timeout_seconds;
    PLUMB_TRY_ASSIGN(const CallAnswer answer, call_server(system_, call, true));
    if (std::string why = why_not(call, answer); !why.empty()) return says(std::move(why));
    return {};
  }

  Result<> ask_server() {
    const std::string_view rest = std::string_view(probe_.http).substr(std::min(kHttp.size(), probe_.http.size()));
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string authority(rest.substr(0, slash));
    const std::string path = slash == rest.size() ? "/" : std::string(rest.substr(slash));
    std::optional<Endpoint> endpoint = endpoint_in(authority, 80);
    if (!endpoint) return says("`" + authority + "` names no server");
    PLUMB_TRY(look_up(*endpoint));
    PLUMB_TRY_ASSIGN(const UniqueFd fd, connect_to(*endpoint, deadline_));
    const std::string host = probe_.host.empty() ? authority : probe_.host;
    PLUMB_TRY(send_all(fd.get(),
                       "GET " + path + " HTTP/1.1\r\nHost: " + host +
                           "\r\nUser-Agent: plumb\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                       deadline_));
    return judge_answer(fd.get());
  }

  Result<> judge_answer(int fd) {
    std::string bytes;
    std::array<char, 16384> buffer{};
    while (true) {
      if (!wait_for(fd, POLLIN, deadline_))
        return says("no whole answer came within " + std::to_string(probe_.timeout_seconds) + " s");
      const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (count < 0) return says(std::strerror(errno));
      bytes.append(buffer.data(), static_cast<std::size_t>(count));
      const bool ended = count == 0 || bytes.size() >= kMaxAnswer;
      if (bytes.empty()) return says("it answered nothing");
      PLUMB_TRY_ASSIGN(const std::optional<HttpAnswer> answer, parse_http_answer(bytes, ended));
      if (!answer) continue;
      if (!holds(probe_.status, answer->status)) return says("it answered " + std::to_string(answer->status));
      if (answer->body.find(probe_.body) != std::string::npos) return {};
      if (answer->whole || ended)
        return says("it answered " + std::to_string(answer->status) + ", without the text that is asked for");
    }
  }

  Result<> ask_program() {
    ProcessRequest request;
    request.argv = probe_.argv.empty() ? std::vector<std::string>{"sh", "-c", probe_.script} : probe_.argv;
    request.timeout = seconds(probe_.timeout_seconds);
    request.output_limit = kOutputLimit / 2;
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run_keeping_end(request));
    output_ = result.output + result.errors;
    if (result.timed_out) return says("it did not end within " + std::to_string(probe_.timeout_seconds) + " s");
    if (holds(probe_.expect, result.exit_code)) return {};
    const std::string said = last_lines(result.errors.empty() ? result.output : result.errors, kLinesShown);
    return says("exit code " + std::to_string(result.exit_code) + (said.empty() ? "" : ": " + said));
  }

  LocalSystem& system_;
  const Probe& probe_;
  Clock::time_point deadline_;
  std::string output_;
};

// False where it was cut short.
bool wait_until(Clock::time_point end, const std::function<bool()>& wants_stop) {
  constexpr milliseconds kSlice{100};
  while (!wants_stop()) {
    // Rounded up: who comes back before the end would try, and wait for nothing, until it has come.
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (left.count() <= 0) return true;
    std::this_thread::sleep_for(std::min(left, kSlice));
  }
  return false;
}

std::string seconds_since(Clock::time_point begin) {
  const auto tenths = std::chrono::duration_cast<milliseconds>(Clock::now() - begin).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

// What is tried, and what it is called where it does not come to pass.
struct Trial {
  const Probe& probe;
  bool gone;  // passes once the probe does not
  std::string what;
  Code code;
};

// As run_probe() says it.
Result<> run_trial(LocalSystem& system, const Trial& trial, const std::function<bool()>& wants_stop,
                   std::string& output) {
  const Probe& probe = trial.probe;
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = begin + seconds(probe.within_seconds);
  int in_a_row = 0;
  int failed = 0;
  for (int tries = 1;; ++tries) {
    Try attempt(system, probe);
    Result<> passed = attempt.run();
    if (trial.gone) passed = passed ? Result<>(says("it is still there")) : Result<>();
    in_a_row = passed ? in_a_row + 1 : 0;
    if (passed && in_a_row >= probe.stable) return {};
    if (!passed) ++failed;
    const Clock::time_point now = Clock::now();
    Clock::time_point next = now + seconds(probe.every_seconds);
    // What passes goes on until it has passed often enough; the last try of what fails uses the time to its end.
    if (!passed && now < end) next = std::min(next, end);
    if (!passed && next > end) {
      output += attempt.output();
      std::string often = " failed";
      if (tries > 1)
        often += " " + std::to_string(failed) + (failed == 1 ? " time in " : " times in ") + seconds_since(begin);
      if (failed < tries) often += " and passed in between, never " + std::to_string(probe.stable) + " times in a row";
      return fail(trial.code, trial.what + often + ": " + passed.error().summary());
    }
    if (!wait_until(next, wants_stop))
      return fail(Code::kInterrupted, trial.what + " was interrupted before it passed");
  }
}

}  // namespace

Result<> run_probe(LocalSystem& system, const Probe& probe, const std::function<bool()>& wants_stop,
                   std::string& output) {
  return run_trial(system, {probe, false, "the check that " + describe(probe), Code::kProbeFailed}, wants_stop, output);
}

Result<> run_wait(LocalSystem& system, const Wait& wait, const std::function<bool()>& wants_stop, std::string& output) {
  const Trial trial{wait.probe, wait.gone, "the wait until " + describe(wait), Code::kNotInTime};
  return run_trial(system, trial, wants_stop, output);
}

Result<std::string> LocalSystem::ask(const Probe& probe) {
  if (!asks_) return fail(Code::kNotCovered, "this host is strict, and asks nobody as long as it is only observed");
  const Result<> passed = Try(*this, probe).run();
  return passed ? std::string() : passed.error().summary();
}

}  // namespace plumb::exec
