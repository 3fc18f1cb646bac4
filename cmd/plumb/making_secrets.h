// Secrets that are made where their stores hold none yet: shown, asked for and made. Of `apply` and `secret`.
#pragma once

#include <string>
#include <vector>

#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/workspace.h"
#include "engine/secrets/made_secrets.h"

namespace plumb::cmd {

// Asks before anything is made; `--yes` answers. False after a no. Errors: kNeedsConfirmation, kInterrupted; those of
// making one, which the message names: those before it are made.
Result<bool> make_secrets(const std::vector<secrets::SecretUse>& uses, const std::string& question,
                          Workspace& workspace, Terminal& terminal, const Options& options);

// What the chosen hosts read and their stores do not hold is made, after a yes; once the workspace's key was looked
// for. kDone, or what to end with after it has told why not.
ExitCode make_missing_secrets(Workspace& workspace, Terminal& terminal, const Options& options);

}  // namespace plumb::cmd
