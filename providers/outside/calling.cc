#include "providers/outside/calling.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/base/outside_text.h"

namespace plumb::outside {
namespace {

constexpr std::size_t kMostErrors = std::size_t{1} << 20;
constexpr std::size_t kLongestEnd = 400;
constexpr std::size_t kLinesShown = 5;
constexpr int kSignals = 128;

// The last lines that it printed; "" for nothing.
std::string last_said(const ProcessResult& result) {
  std::string_view text =
      result.errors.find_first_not_of(" \t\r\n") == std::string::npos ? result.output : result.errors;
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < kLinesShown) {
    const std::size_t at = text.rfind('\n');
    std::string_view line = at == std::string_view::npos ? text : text.substr(at + 1);
    if (line.size() > kLongestEnd) line.remove_prefix(line.size() - kLongestEnd);
    lines.push_back(outside_line(line, kLongestEnd));
    text = at == std::string_view::npos ? std::string_view() : text.substr(0, at);
  }
  if (lines.size() == 1) return "; the last that it printed: `" + lines.front() + "`";
  std::string said = "; the last that it printed:";
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) said += "\n  " + *line;
  return said;
}

Error failed(const Package& package, const std::string& what, const ProcessResult& result) {
  return fail(Code::kProviderFailed, package.str() + " " + what + last_said(result));
}

// What programs say to whom the kernel gave no more. One that asks for much at once never had it.
constexpr std::array<std::string_view, 5> kWantsMemory = {"MemoryError", "bad_alloc", "annot allocate memory",
                                                          "ut of memory", "emory exhausted"};

// That its memory was bounded, where that may be why it ended.
std::string bound_of_memory(const Package& package, const ProcessResult& result) {
  const bool had_much = result.most_memory >> 19 >= static_cast<std::uint64_t>(package.memory_mib);
  const bool wanted_more = std::any_of(kWantsMemory.begin(), kWantsMemory.end(), [&result](std::string_view words) {
    return result.errors.find(words) != std::string::npos;
  });
  if (!had_much && !wanted_more) return {};
  return ", where a process of it may have " + std::to_string(package.memory_mib) + " MiB of memory (`limits.memory`)";
}

int seconds_of(const Package& package, const Start& start) {
  const int own = start.observes ? package.observe_seconds : package.apply_seconds;
  return start.seconds > 0 ? std::min(start.seconds, own) : own;
}

}  // namespace

ProcessRequest request_of(const Package& package, const Start& start) {
  ProcessRequest request;
  for (const std::string& word : package.command)
    request.argv.push_back(word.starts_with("./") ? package.folder + word.substr(1) : word);
  request.cwd = package.folder;
  request.env = start.env;
  request.user = start.user;
  request.stdin_text = hello_line(package) + start.lines;
  request.timeout = std::chrono::seconds(seconds_of(package, start));
  request.may_be_late = true;
  request.output_limit = kMostOutput;
  request.end_at_limit = true;
  request.memory = static_cast<std::uint64_t>(package.memory_mib) << 20;
  request.changes_nothing = start.observes;
  return request;
}

Result<Ended> ended(const Package& package, const Start& start, const ProcessResult& result) {
  if (result.output.size() >= kMostOutput)
    return failed(package, "printed more than " + std::to_string(kMostOutput >> 20) + " MiB", {});
  if (result.errors.size() >= kMostErrors) return failed(package, "printed more than 1 MiB of errors", result);
  if (result.timed_out) {
    return failed(package, "was ended after " + std::to_string(seconds_of(package, start)) + " s", result);
  }
  if (result.exit_code != 0) {
    const std::string how = result.exit_code > kSignals
                                ? "was ended by signal " + std::to_string(result.exit_code - kSignals)
                                : "ended with exit code " + std::to_string(result.exit_code);
    return failed(package, how + bound_of_memory(package, result), result);
  }
  Result<std::vector<Json>> answered = answers(result.output, package, start.requests);
  if (!answered) return failed(package, answered.error().summary(), {.errors = result.errors});
  return Ended{std::move(*answered), result.errors};
}

Result<Ended> call(const Package& package, const Start& start, System& system) {
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request_of(package, start)));
  return ended(package, start, result);
}

Error of_resource(const Error& error, const Package& package, const Address& address) {
  Diagnostic problem = error.diagnostic();
  const bool named = problem.summary.starts_with(package.str());
  problem.summary = address.str() + ": " +
                    (named ? "" : package.str() + (error.code() == Code::kProviderFailed ? " " : ": ")) +
                    problem.summary;
  return Error(std::move(problem));
}

Error leaked(const Package& package, const Address& address, const std::string& attribute) {
  return of_resource(
      fail(Code::kProviderFailed, "tells a sensitive value under `" + outside_line(attribute) + "`, which is not"),
      package, address);
}

}  // namespace plumb::outside
