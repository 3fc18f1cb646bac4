#include "engine/exec/interpreter/account_defaults.h"

#include <algorithm>

#include "engine/exec/accounts.h"
#include "providers/sdk/account_files.h"

namespace plumb::exec {

std::set<std::uint32_t> numbers_in(AccountFile& file, std::size_t field, std::size_t fields) {
  std::set<std::uint32_t> out;
  for (const Row* row : file.rows(fields)) {
    if (const auto number = parse_id((*row)[field])) out.insert(*number);
  }
  return out;
}

Result<std::uint32_t> free_number(const LoginDefinitions& definitions, const std::string& kind, bool system,
                                  const std::set<std::uint32_t>& taken,
                                  const std::function<bool(std::uint32_t)>& taken_elsewhere) {
  const auto setting = [&](const std::string& name, std::uint32_t otherwise) {
    return definitions.number(name, otherwise);
  };
  return free_account_number(kind, system, setting, taken, taken_elsewhere);
}

void add_subordinates(AccountFile& file, const LoginDefinitions& definitions, const std::string& prefix,
                      const std::string& name) {
  if (!file.exists() || file.find(name) != nullptr) return;
  std::uint64_t start = definitions.number(prefix + "_MIN", 100000);
  const std::uint64_t count = definitions.number(prefix + "_COUNT", 65536);
  for (const Row* row : file.rows(3)) {
    const auto begin = parse_id((*row)[1]);
    const auto length = parse_id((*row)[2]);
    if (begin && length) start = std::max(start, std::uint64_t{*begin} + *length);
  }
  if (start + count - 1 > definitions.number(prefix + "_MAX", 600100000))
    return;  // as useradd: only a loss for containers
  file.add({name, std::to_string(start), std::to_string(count)});
}

std::string default_shell(const RootFiles& files) {
  for (const std::string& line : split(read_small(files, "/etc/default/useradd"), '\n')) {
    if (line.starts_with("SHELL=") && line.size() > 6) return line.substr(6);
  }
  return "/bin/sh";
}

}  // namespace plumb::exec
