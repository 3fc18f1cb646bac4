#include "providers/sdk/calling.h"

#include <algorithm>
#include <chrono>

namespace plumb {
namespace {

constexpr std::size_t kLongestAnswer = std::size_t{1} << 20;

// For curl's settings: in quotes, in which a backslash stands for what follows.
std::string quoted_setting(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text + "\"";
}

ProcessRequest curl_request(const Call& call) {
  ProcessRequest request;
  request.argv = {"curl",        "-q",
                  "--silent",    "--show-error",
                  "--globoff",   "--proto",
                  "=http,https", "--include",
                  "--max-time",  std::to_string(call.timeout_seconds),
                  "--config",    "-"};
  std::string& settings = request.stdin_text;
  settings = "url = " + quoted_setting(call.url) + "\n";
  if (call.method == "HEAD") {
    settings += "head\n";
  } else {
    settings += "request = " + quoted_setting(call.method) + "\n";
  }
  for (const auto& [name, value] : call.headers)
    settings += "header = " + quoted_setting(value.empty() ? name + ";" : name + ": " + value) + "\n";
  if (!call.body.empty()) settings += "data-raw = " + quoted_setting(call.body) + "\n";
  if (!call.username.empty()) settings += "user = " + quoted_setting(call.username + ":" + call.password) + "\n";
  if (!call.proxy.empty()) settings += "proxy = " + quoted_setting(call.proxy) + "\n";
  if (!call.ca_file.empty()) settings += "cacert = " + quoted_setting(call.ca_file) + "\n";
  if (call.any_certificate) settings += "insecure\n";
  return request;
}

ProcessRequest wget_request(const Call& call) {
  ProcessRequest request;
  const std::string seconds = std::to_string(call.timeout_seconds);
  request.argv = {"wget",
                  "--config=/dev/stdin",
                  "--no-verbose",
                  "--output-document=-",
                  "--save-headers",
                  "--content-on-error",
                  "--tries=1",
                  "--max-redirect=0",
                  "--timeout=" + seconds,
                  "--no-hsts",
                  "--",
                  call.url};
  std::string& settings = request.stdin_text;
  settings = "netrc = off\nrobots = off\nmethod = " + call.method + "\n";
  for (const auto& [name, value] : call.headers) settings += "header = " + name + ": " + value + "\n";
  if (!call.body.empty()) settings += "body_data = " + call.body + "\n";
  if (!call.username.empty()) {
    settings += "user = " + call.username + "\npassword = " + call.password + "\nauth_no_challenge = on\n";
  }
  if (!call.proxy.empty())
    settings += "use_proxy = on\nhttp_proxy = " + call.proxy + "\nhttps_proxy = " + call.proxy + "\n";
  if (!call.ca_file.empty()) settings += "ca_certificate = " + call.ca_file + "\n";
  if (call.any_certificate) settings += "check_certificate = off\n";
  return request;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
}

// Why no program could be told this; "" where one can.
std::string problem_of(const Call& call) {
  for (const std::string* text : {&call.url, &call.username, &call.password, &call.proxy, &call.ca_file}) {
    if (has_control(*text)) return "what it is told may have no line break";
  }
  for (const auto& [name, value] : call.headers) {
    if (name.empty() || name.find_first_of(": \t") != std::string::npos || has_control(name) || has_control(value))
      return "`" + name + "` is no header";
  }
  return {};
}

std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const std::size_t begin = text.rfind('\n');
  return std::string(begin == std::string_view::npos ? text : text.substr(begin + 1));
}

}  // namespace

CallAnswer read_answer(std::string_view printed, bool through_proxy) {
  CallAnswer answer;
  constexpr std::string_view kHead = "HTTP/";
  while (printed.starts_with(kHead)) {
    const std::size_t code = printed.find(' ');
    int status = 0;
    for (std::size_t at = code + 1; code != std::string_view::npos && at < std::min(code + 4, printed.size()); ++at) {
      if (printed[at] < '0' || printed[at] > '9') return {};
      status = status * 10 + (printed[at] - '0');
    }
    const std::size_t lines = printed.find("\r\n\r\n");
    const std::size_t bare = printed.find("\n\n");
    const bool is_bare = bare < lines;
    const std::size_t end = is_bare ? bare : lines;
    if (status < 100 || end == std::string_view::npos) return {};
    printed.remove_prefix(end + (is_bare ? 2 : 4));
    answer.status = status;
    // A word in between, or the proxy's own.
    const bool is_first_of_two = status < 200 || (through_proxy && status == 200);
    if (!is_first_of_two) break;
  }
  answer.body = printed.substr(0, kLongestAnswer);
  return answer;
}

Result<CallAnswer> call_server(System& system, const Call& call, bool asks_only) {
  if (const std::string problem = problem_of(call); !problem.empty())
    return fail(Code::kOperation, call.url + " cannot be asked: " + problem);
  const bool curl = !system.find_program("curl").empty();
  if (!curl && system.find_program("wget").empty())
    return fail(Code::kProgramMissing, "the host has no program that asks " + call.url).hint("install curl or wget");
  if (!curl && has_control(call.body))
    return fail(Code::kOperation, "wget sends no text of several lines to " + call.url).hint("install curl");
  ProcessRequest request = curl ? curl_request(call) : wget_request(call);
  request.timeout = std::chrono::seconds(call.timeout_seconds + 5);
  request.output_limit = kLongestAnswer;
  request.may_be_late = true;
  request.changes_nothing = asks_only;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  CallAnswer answer = read_answer(result.output, !call.proxy.empty());
  if (answer.status != 0) return answer;
  if (result.timed_out)
    return fail(Code::kProgramTimeout,
                call.url + " did not answer within " + std::to_string(call.timeout_seconds) + " s");
  const std::string said = last_line(result.errors);
  return fail(Code::kProgramFailed, call.url + " did not answer" + (said.empty() ? "" : ": " + said));
}

std::string why_not(const Call& call, const CallAnswer& answer) {
  const std::string said = "it answered " + std::to_string(answer.status);
  if (std::find(call.status.begin(), call.status.end(), answer.status) == call.status.end()) return said;
  if (answer.body.find(call.contains) == std::string::npos) return said + ", without the text that is asked for";
  return {};
}

}  // namespace plumb
