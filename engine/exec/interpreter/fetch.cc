#include "engine/exec/interpreter/fetch.h"

#include <cerrno>
#include <chrono>
#include <thread>
#include <variant>

#include <unistd.h>

#include "engine/base/digest_check.h"
#include "engine/exec/interpreter/programs.h"
#include "engine/exec/nameless_file.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {
namespace {

constexpr int kTries = 4;
constexpr std::uint64_t kLargest = std::uint64_t{64} << 30U;

constexpr std::string_view kOfHost = "file://";

// What has come so far.
class Coming {
 public:
  Coming(const Fetch& operation, int file) : operation_(operation), file_(file) { begin(); }

  Result<> take(std::string_view bytes) {
    size_ += bytes.size();
    if (size_ > kLargest) return fail(Code::kOperation, operation_.url + " gives more than 64 GiB");
    std::visit([bytes](auto& sum) { sum.add(bytes); }, sum_);
    return write_all(file_, bytes, operation_.path);
  }
  // From its beginning.
  Result<> again() {
    if (::ftruncate(file_, 0) != 0 || ::lseek(file_, 0, SEEK_SET) != 0) return os_error("write", operation_.path);
    begin();
    return {};
  }
  std::uint64_t size() const { return size_; }

  Result<> check() {
    if (operation_.digest.empty()) return {};
    const std::string came = std::visit([](auto& sum) { return sum.finish(); }, sum_);
    if (came == operation_.digest) return {};
    return fail(Code::kOperation, "what came from " + operation_.url + " is " + came + ", and not " + operation_.digest)
        .hint("either it was changed there, or the digest is not the one of this URL");
  }

 private:
  void begin() {
    size_ = 0;
    if (operation_.digest.starts_with(Sha512::kPrefix)) {
      sum_ = Sha512();
    } else {
      sum_ = Sha256();
    }
  }

  const Fetch& operation_;
  int file_;
  std::uint64_t size_ = 0;
  std::variant<Sha256, Sha512> sum_;
};

Result<ProcessResult> call(LocalSystem& system, const Fetch& operation, const FetchProgram& program, Coming& coming) {
  ProcessRequest request = program.call(operation, coming.size());
  request.timeout = std::chrono::seconds(operation.timeout_seconds);
  request.output_limit = kOutputLimit / 2;
  PLUMB_TRY_ASSIGN(const UniqueFd settings, nameless_file());
  PLUMB_TRY(write_all(settings.get(), request.stdin_text, "the settings of " + std::string(program.name)));
  if (::lseek(settings.get(), 0, SEEK_SET) != 0)
    return os_error("read", "the settings of " + std::string(program.name));
  return system.run_streaming(
      request, [&](std::string_view bytes) { return coming.take(bytes); }, settings.get());
}

Result<const FetchProgram*> program_for(LocalSystem& system, const Fetch& operation) {
  const FetchProgram* program = find_fetch_program(system);
  if (program != nullptr) return program;
  return fail(Code::kProgramMissing, "the host has no program that fetches " + operation.url)
      .hint("install curl or wget");
}

Result<> check_url(const Fetch& operation) {
  const std::string problem = problem_of(operation);
  if (problem.empty()) return {};
  return fail(Code::kOperation, operation.url + " cannot be fetched: " + problem);
}

Error too_slow(const Fetch& operation) {
  const std::string within =
      operation.timeout_seconds > 0 ? "within " + std::to_string(operation.timeout_seconds) + " s" : "in time";
  return fail(Code::kProgramTimeout, operation.url + " did not come " + within);
}

Error did_not_come(const Fetch& operation, const FetchProgram& program, const ProcessResult& result) {
  const std::string said = last_lines(result.errors, 3);
  return fail(Code::kProgramFailed, operation.url + " did not come (" + std::string(program.name) + " ended with " +
                                        std::to_string(result.exit_code) + ")" + (said.empty() ? "" : ": " + said));
}

}  // namespace

Result<std::string> fetch_text(LocalSystem& system, const Fetch& operation, std::size_t most) {
  PLUMB_TRY_ASSIGN(const FetchProgram* program, program_for(system, operation));
  PLUMB_TRY(check_url(operation));
  ProcessRequest request = program->call(operation, 0);
  request.timeout = std::chrono::seconds(operation.timeout_seconds);
  request.output_limit = most + 1;
  request.may_be_late = true;
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(ProcessResult result, system.run(request));
  if (result.timed_out) return too_slow(operation);
  if (program->judge(operation, result.exit_code) != FetchEnd::kAll) return did_not_come(operation, *program, result);
  if (result.output.size() <= most) return std::move(result.output);
  return fail(Code::kOperation, operation.url + " gives more than " + std::to_string(most) + " bytes");
}

Result<> fetch_into(LocalSystem& system, const Fetch& operation, int file) {
  if (operation.url.starts_with(kOfHost)) {
    Coming coming(operation, file);
    PLUMB_TRY(system.read_pieces(operation.url.substr(kOfHost.size()),
                                 [&coming](std::string_view bytes) { return coming.take(bytes); }));
    return coming.check();
  }
  PLUMB_TRY_ASSIGN(const FetchProgram* program, program_for(system, operation));
  return fetch_into(system, operation, *program, file);
}

Result<> fetch_into(LocalSystem& system, const Fetch& operation, const FetchProgram& program, int file) {
  PLUMB_TRY(check_url(operation));
  Coming coming(operation, file);
  for (int tries = 1;; ++tries) {
    PLUMB_TRY_ASSIGN(const ProcessResult result, call(system, operation, program, coming));
    if (result.timed_out) return too_slow(operation);
    const FetchEnd end = program.judge(operation, result.exit_code);
    if (end == FetchEnd::kAll) return coming.check();
    if (end == FetchEnd::kFailed || tries == kTries) return did_not_come(operation, program, result);
    if (end == FetchEnd::kNotFrom) PLUMB_TRY(coming.again());
    std::this_thread::sleep_for(std::chrono::milliseconds(500 * tries));
  }
}

}  // namespace plumb::exec
