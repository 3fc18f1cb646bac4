#include "engine/run/charters.h"

#include <algorithm>

#include "engine/base/file.h"

namespace plumb::run {
namespace {

constexpr std::size_t kMostSignerBytes = std::size_t{1} << 20;

// The executor that runs this is its parent.
constexpr const char* kLay =
    "set -eu; umask 022; "
    "[ \"$(id -u)\" = 0 ] || { echo 'a charter is laid by root' >&2; exit 77; }; "
    "x=${2%/*}; mkdir -p \"$x\" /etc/plumb; "
    // Of folders that were there already, others may be the owners.
    "for d in / /usr /usr/local /usr/local/libexec \"$x\" /etc /etc/plumb; do "
    "case $(LC_ALL=C ls -ldn \"$d\") in d???"
    "?-?"
    "?-?*) [ -O \"$d\" ];; *) false;; esac || { echo \"$d can be written by others than root\" >&2; exit 77; }; done; "
    "cp \"/proc/$PPID/exe\" \"$x/.plumb-exec-$$\"; chmod 755 \"$x/.plumb-exec-$$\"; mv -f \"$x/.plumb-exec-$$\" "
    "\"$2\"; "
    "printf %s \"$1\" >/etc/plumb/.charter-$$; chmod 644 /etc/plumb/.charter-$$; "
    "mv -f /etc/plumb/.charter-$$ /etc/plumb/charter.json; sync; echo \"laid /etc/plumb/charter.json and $2\"";

// What says something.
Result<std::vector<std::string>> lines_of(const std::filesystem::path& path) {
  PLUMB_TRY_ASSIGN(const std::string text, read_file(path, kMostSignerBytes));
  constexpr std::string_view kBlank = " \t\r";
  std::vector<std::string> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    line = line.substr(0, line.find_last_not_of(kBlank) + 1);
    if (!line.empty() && !line.starts_with('#')) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

Charters look_at_charters(const Workspace& workspace, const RunContext& context) {
  const std::unique_ptr<Fleet> fleet = make_fleet(workspace, context);
  fleet->join(workspace.hosts());
  Charters charters;
  charters.hosts = fleet->look_at_charters(kStrictExecutor, [&](const std::string& host, Fleet::StrictHost there) {
    charters.there.emplace(host, std::move(there));
  });
  return charters;
}

Result<trust::Charter> make_charter(const std::string& host, std::vector<std::string> projects, std::uint64_t approvals,
                                    const std::filesystem::path& signers, const std::filesystem::path& revoked) {
  trust::Charter charter;
  charter.host = host;
  std::sort(projects.begin(), projects.end());
  projects.erase(std::unique(projects.begin(), projects.end()), projects.end());
  charter.projects = std::move(projects);
  charter.approvals = approvals;
  PLUMB_TRY_ASSIGN(charter.signers, lines_of(signers));
  if (!revoked.empty()) {
    PLUMB_TRY_ASSIGN(charter.revoked, lines_of(revoked));
  }
  // Whether it is one, and not more than a host would read.
  PLUMB_TRY(trust::read_charter(trust::statement_of(charter)));
  return charter;
}

wire::Execute laying(const trust::Charter& charter) {
  wire::Execute program;
  program.argv = {"/bin/sh", "-c", kLay, "plumb", trust::statement_of(charter), kStrictExecutor};
  return program;
}

HostResults replace_on(const Workspace& workspace, const std::map<std::string, wire::Replacement>& replacements,
                       const RunContext& context) {
  std::set<std::string> hosts;
  for (const auto& [host, unused] : replacements) hosts.insert(host);
  const std::unique_ptr<Fleet> fleet = make_fleet(workspace, context);
  fleet->join(hosts);
  return fleet->replace(replacements);
}

std::string key_options(bool as_root) {
  return std::string("restrict,command=\"") + (as_root ? "" : "sudo -n ") + kStrictExecutor + " --strict\"";
}

}  // namespace plumb::run
