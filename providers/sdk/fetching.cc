#include "providers/sdk/fetching.h"

#include <algorithm>
#include <array>

namespace plumb {
namespace {

constexpr std::string_view kHttps = "https://";

// For curl's settings: in quotes, in which a backslash stands for what follows.
std::string in_quotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

ProcessRequest call_curl(const Fetch& fetch, std::uint64_t from) {
  ProcessRequest request;
  // What began safe stays so, wherever the server sends us on to.
  const char* const further = fetch.url.starts_with(kHttps) ? "=https" : "=http,https,ftp";
  request.argv = {"curl",
                  "-q",
                  "--silent",
                  "--show-error",
                  "--fail",
                  "--globoff",
                  "--location",
                  "--max-redirs",
                  "10",
                  "--proto",
                  "=http,https,ftp",
                  "--proto-redir",
                  further,
                  "--connect-timeout",
                  "30",
                  "--speed-limit",
                  "1",
                  "--speed-time",
                  "60"};
  if (from > 0) request.argv.insert(request.argv.end(), {"--continue-at", std::to_string(from)});
  if (fetch.timeout_seconds > 0)
    request.argv.insert(request.argv.end(), {"--max-time", std::to_string(fetch.timeout_seconds)});
  request.argv.insert(request.argv.end(), {"--config", "-"});
  std::string& settings = request.stdin_text;
  settings = "url = " + in_quotes(fetch.url) + "\n";
  for (const auto& [name, value] : fetch.headers)
    settings += "header = " + in_quotes(value.empty() ? name + ";" : name + ": " + value) + "\n";
  if (!fetch.username.empty()) settings += "user = " + in_quotes(fetch.username + ":" + fetch.password) + "\n";
  if (!fetch.proxy.empty()) settings += "proxy = " + in_quotes(fetch.proxy) + "\n";
  if (!fetch.ca_file.empty()) settings += "cacert = " + in_quotes(fetch.ca_file) + "\n";
  if (fetch.any_certificate) settings += "insecure\n";
  return request;
}

FetchEnd judge_curl(const Fetch& fetch, int exit_code) {
  constexpr std::array kCut = {7, 16, 18, 52, 55, 56, 92};  // could not connect; what had begun was cut
  constexpr int kNoRanges = 33, kBadResume = 36, kTooSlow = 28;
  if (exit_code == 0) return FetchEnd::kAll;
  if (exit_code == kNoRanges || exit_code == kBadResume) return FetchEnd::kNotFrom;
  if (exit_code == kTooSlow && fetch.timeout_seconds == 0) return FetchEnd::kCut;
  return std::find(kCut.begin(), kCut.end(), exit_code) == kCut.end() ? FetchEnd::kFailed : FetchEnd::kCut;
}

ProcessRequest call_wget(const Fetch& fetch, std::uint64_t from) {
  ProcessRequest request;
  request.argv = {"wget",
                  "--config=/dev/stdin",
                  "--no-verbose",
                  "--output-document=-",
                  "--tries=1",
                  "--max-redirect=10",
                  "--dns-timeout=30",
                  "--connect-timeout=30",
                  "--read-timeout=60",
                  "--no-glob",
                  "--no-hsts"};
  if (from > 0) request.argv.push_back("--start-pos=" + std::to_string(from));
  request.argv.emplace_back("--");
  request.argv.push_back(fetch.url);
  std::string& settings = request.stdin_text;
  settings = "netrc = off\nrobots = off\n";
  for (const auto& [name, value] : fetch.headers) settings += "header = " + name + ": " + value + "\n";
  if (!fetch.username.empty()) {
    settings += "user = " + fetch.username + "\npassword = " + fetch.password + "\nauth_no_challenge = on\n";
  }
  if (!fetch.proxy.empty()) {
    settings += "use_proxy = on\n";
    for (const char* scheme : {"http", "https", "ftp"})
      settings += std::string(scheme) + "_proxy = " + fetch.proxy + "\n";
  }
  if (!fetch.ca_file.empty()) settings += "ca_certificate = " + fetch.ca_file + "\n";
  if (fetch.any_certificate) settings += "check_certificate = off\n";
  return request;
}

FetchEnd judge_wget(const Fetch&, int exit_code) {
  constexpr int kNetwork = 4;
  if (exit_code == 0) return FetchEnd::kAll;
  return exit_code == kNetwork ? FetchEnd::kCut : FetchEnd::kFailed;
}

constexpr std::array kPrograms = {FetchProgram{"curl", call_curl, judge_curl},
                                  FetchProgram{"wget", call_wget, judge_wget}};

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
}

}  // namespace

std::span<const FetchProgram> fetch_programs() {
  return kPrograms;
}

const FetchProgram* find_fetch_program(System& system) {
  const auto found = std::find_if(kPrograms.begin(), kPrograms.end(), [&](const FetchProgram& program) {
    return !system.find_program(std::string(program.name)).empty();
  });
  return found == kPrograms.end() ? nullptr : &*found;
}

std::string problem_of(const Fetch& fetch) {
  for (const std::string* text : {&fetch.url, &fetch.username, &fetch.password, &fetch.proxy, &fetch.ca_file}) {
    if (!is_one_line(*text)) return "what it is told may have no line break";
  }
  for (const auto& [name, value] : fetch.headers) {
    if (name.empty() || name.find_first_of(": \t") != std::string::npos || !is_one_line(name) || !is_one_line(value))
      return "`" + name + "` is no header";
  }
  return {};
}

}  // namespace plumb
