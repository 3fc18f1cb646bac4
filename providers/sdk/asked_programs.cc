#include "providers/sdk/asked_programs.h"

#include "engine/base/joined.h"
#include "engine/base/trimmed.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"

namespace plumb {

Result<std::optional<ProgramAnswer>> answer_of(const AskedProgram& program, System& system) {
  const std::string shown = in_backquotes(program.command);
  if (system.is_image())
    return fail(Code::kCannotObserve,
                "the guard " + shown + " cannot be asked, since programs of an image are not run");
  ProcessRequest request;
  request.argv = program.command.is_string()
                     ? std::vector<std::string>{"/bin/sh", "-c", program.command.get<std::string>()}
                     : texts_in(program.command);
  request.cwd = program.cwd;
  request.user = program.user;
  request.timeout = program.timeout;
  request.may_be_late = true;
  request.env = program.env;
  request.changes_nothing = true;
  constexpr std::size_t kMost = std::size_t{64} << 10;
  request.output_limit = kMost + 1;
  const Result<ProcessResult> result = system.run(request);
  if (!result) {
    if (result.error().code() == Code::kProgramMissing) return std::optional<ProgramAnswer>();
    return Error(result.error());
  }
  if (result->timed_out) {
    return fail(Code::kProgramTimeout,
                "the guard " + shown + " did not end within " + std::to_string(program.timeout.count()) + " s");
  }
  return std::optional(ProgramAnswer{result->exit_code,
                                     std::string(trimmed(std::string_view(result->output).substr(0, kMost))),
                                     result->output.size() > kMost});
}

Result<std::optional<int>> exit_code_of(const AskedProgram& program, System& system) {
  PLUMB_TRY_ASSIGN(const std::optional<ProgramAnswer> answer, answer_of(program, system));
  return answer ? std::optional(answer->exit_code) : std::nullopt;
}

std::string said_by(const ProcessResult& answer, std::size_t lines) {
  std::string said = last_lines(answer.errors, lines);
  if (said.empty()) said = "it printed no errors and ended with " + std::to_string(answer.exit_code);
  return said;
}

std::string in_backquotes(const Json& command) {
  std::string text = joined(texts_in(command), " ");
  constexpr std::size_t kShown = 60;
  if (text.size() > kShown) {
    std::size_t end = kShown;
    while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    text = text.substr(0, end) + "…";
  }
  return "`" + text + "`";
}

std::vector<Json> programs_in(const Json& guard) {
  if (guard.is_null()) return {};
  if (guard.is_array() && !guard.empty() && guard[0].is_array()) return guard.get<std::vector<Json>>();
  return {guard};
}

bool asks_with(const Desired& desired, std::initializer_list<const char*> attributes, std::string_view name) {
  for (const char* attribute : attributes) {
    for (const std::string& word : texts_in(desired.attribute(attribute))) {
      if (word.find(name) != std::string::npos) return true;
      // A question about a folder is one about what lies in it, too.
      if (name.starts_with('/') && is_below(name, word)) return true;
    }
  }
  return false;
}

}  // namespace plumb
