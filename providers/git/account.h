// Whom git runs as, by `as`, and whether that one may work where the working copy is.
#pragma once

#include <optional>
#include <string>

#include "providers/sdk/provider.h"

namespace plumb::providers::git {

// By name or number.
std::optional<Account> account_of(const std::string& user, System& system);

// What keeps the account from making the working copy, or from working in it. `folder`: where its files come to lie.
Result<std::optional<Diagnostic>> kept_out(const Account& account, const std::string& path, const std::string& folder,
                                           bool copy, System& system);

// The account of `as`, where git can be run as that one; else it is noted why not. `there`: what lies at the path.
Result<std::optional<Account>> account_to_run_as(const Desired& desired, const std::optional<FileInfo>& there,
                                                 bool copy, System& system, Observed& observed);

}  // namespace plumb::providers::git
