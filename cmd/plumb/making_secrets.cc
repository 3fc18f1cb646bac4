#include "cmd/plumb/making_secrets.h"

#include <algorithm>

#include "cmd/plumb/ask.h"
#include "cmd/plumb/table.h"

namespace plumb::cmd {
namespace {

// Without a value.
std::string secrets_text(const std::vector<secrets::SecretUse>& uses) {
  std::vector<std::vector<std::string>> rows = {{"INPUT", "SECRET", "HOSTS"}};
  for (const secrets::SecretUse& use : uses)
    rows.push_back({use.input, use.reference.str(), std::to_string(use.hosts.size())});
  return table_text(rows);
}

}  // namespace

Result<bool> make_secrets(const std::vector<secrets::SecretUse>& uses, const std::string& question,
                          Workspace& workspace, Terminal& terminal, const Options& options) {
  terminal.tell(secrets_text(uses));
  if (!options.yes) {
    PLUMB_TRY_ASSIGN(const bool yes, ask_yes("\n" + question, terminal, workspace.control().interrupt()));
    if (!yes) {
      terminal.tell("No secret was made.\n");
      return false;
    }
  }
  secrets::StoreClient& stores = workspace.loaded().stores(workspace.control().interrupt().fd());
  for (const secrets::SecretUse& use : uses) {
    if (workspace.stopped()) return fail(Code::kInterrupted, "the secrets from `" + use.input + "` on were not made");
    if (const Result<> made = secrets::make_secret(workspace.project(), use, stores); !made)
      return Error(Diagnostic(made.error().diagnostic()).at(use.place->span)).during("making `" + use.input + "`");
  }
  return true;
}

ExitCode make_missing_secrets(Workspace& workspace, Terminal& terminal, const Options& options) {
  const std::map<std::string, config::Input>& inputs = workspace.project().root.inputs;
  const bool any = std::any_of(inputs.begin(), inputs.end(), [](const auto& one) { return one.second.generate; });
  if (!any) return kDone;
  Diagnostics told_later;
  const std::vector<secrets::SecretUse> uses =
      secrets::read_secrets(workspace.loaded().compiler_input(), workspace.hosts(), told_later);
  const std::vector<secrets::SecretUse> missing =
      secrets::unmade(workspace.project(), uses, workspace.loaded().stores(workspace.control().interrupt().fd()));
  if (missing.empty()) return kDone;
  const Result<bool> made =
      make_secrets(missing, "Nobody made these secrets yet. Make them?", workspace, terminal, options);
  if (made) return *made ? kDone : kFailed;
  workspace.diagnose(made.error());
  const Code code = made.error().code();
  return code == Code::kInterrupted ? kInterrupted : code == Code::kNeedsConfirmation ? kInvalidConfiguration : kFailed;
}

}  // namespace plumb::cmd
