#include "engine/exec/interpreter/account_defaults.h"

#include <algorithm>
#include <iterator>

#include "engine/exec/accounts.h"

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
  const std::uint32_t low = definitions.number(kind + "_MIN", 1000);
  const std::uint32_t first = system ? definitions.number("SYS_" + kind + "_MIN", 101) : low;
  const std::uint32_t last =
      system ? definitions.number("SYS_" + kind + "_MAX", low - 1) : definitions.number(kind + "_MAX", 60000);
  const auto is_free = [&](std::uint32_t id) { return !taken.contains(id) && !taken_elsewhere(id); };
  if (system) {
    for (std::uint32_t id = last; id >= first && id > 0; --id) {
      if (is_free(id)) return id;
    }
  } else {
    const auto above = taken.upper_bound(last);
    const std::uint32_t next = above == taken.begin() ? first : std::max(first, *std::prev(above) + 1);
    for (std::uint32_t id = next; id <= last; ++id) {
      if (is_free(id)) return id;
    }
    for (std::uint32_t id = first; id < next && id <= last; ++id) {
      if (is_free(id)) return id;
    }
  }
  return fail(Code::kOperation,
              "no " + kind + " between " + std::to_string(first) + " and " + std::to_string(last) + " is free");
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
