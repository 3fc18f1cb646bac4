#include "engine/secrets/surroundings.h"

#include "engine/base/outside_text.h"
#include "engine/base/replaced.h"

namespace plumb::secrets {

std::optional<std::string> Surroundings::variable(const std::string& name) const {
  return environment_ ? environment_(name) : std::nullopt;
}

std::filesystem::path Surroundings::place(const std::string& text) const {
  if (text.starts_with("~/")) {
    if (const std::optional<std::string> home = variable("HOME")) return std::filesystem::path(*home) / text.substr(2);
  }
  // Programs are run in the project, from wherever we are.
  return project_.real().value_or(project_.path()) / text;
}

Result<std::string> Surroundings::run(const Program& program) const {
  PLUMB_TRY_ASSIGN(ProgramOutput output, run_whatever(program));
  if (output.exit_code == 0) return std::move(output.text);
  const std::string words = complaint(output.errors);
  if (output.exit_code == program.absent)
    return fail(Code::kNoSuchSecret, program.whose + " is not there" + (words.empty() ? "" : ": " + words));
  return fail(Code::kSecretStore, program.whose + ": `" + program.arguments.front() + "` ended with " +
                                      std::to_string(output.exit_code) + (words.empty() ? "" : ": " + words));
}

Result<ProgramOutput> Surroundings::run_whatever(const Program& program) const {
  const std::string& name = program.arguments.front();
  if (!has_program(name))
    return Error(Diagnostic(Code::kSecretStore, program.whose + ": there is no program `" + name + "` here")
                     .with_hint("install it, or correct PATH"));
  ProgramLimits limits;
  limits.time = std::chrono::seconds(program.timeout_seconds);
  limits.bytes = kLargestSecret;
  limits.stop = stop_;
  limits.input = program.input;
  return project_.files().run(program.arguments, project_.path(), Code::kSecretStore, limits);
}

// A folder of PATH may be far away.
bool Surroundings::has_program(const std::string& name) const {
  const std::lock_guard lock(programs_mutex_);
  const auto [known, is_new] = programs_.try_emplace(name, false);
  if (is_new) known->second = project_.files().has_program(name);
  return known->second;
}

std::string complaint(std::string errors) {
  constexpr std::size_t kShownErrors = 400;
  while (!errors.empty() && (errors.back() == '\n' || errors.back() == '\r')) errors.pop_back();
  return outside_text(replaced(std::move(errors), "\n", "; "), kShownErrors);
}

}  // namespace plumb::secrets
