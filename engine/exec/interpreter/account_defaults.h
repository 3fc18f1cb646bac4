// What a host gives new accounts of its own accord: free numbers, ranges of subordinate ids, a shell.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "engine/exec/interpreter/account_files.h"

namespace plumb::exec {

// The numbers in a field of the rows that have so many.
std::set<std::uint32_t> numbers_in(AccountFile& file, std::size_t field, std::size_t fields);

// As free_account_number() by the host's login definitions.
Result<std::uint32_t> free_number(const LoginDefinitions& definitions, const std::string& kind, bool system,
                                  const std::set<std::uint32_t>& taken,
                                  const std::function<bool(std::uint32_t)>& taken_elsewhere);

// Where the host has such a file (subuid, subgid) and the range is not full. `prefix`: "SUB_UID" or "SUB_GID".
void add_subordinates(AccountFile& file, const LoginDefinitions& definitions, const std::string& prefix,
                      const std::string& name);

std::string default_shell(const RootFiles& files);

}  // namespace plumb::exec
