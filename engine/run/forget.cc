#include "engine/run/forget.h"

namespace plumb::run {
namespace {

// Begun in the home of whom it runs as, by the executor.
constexpr const char* kScript =
    "set -eu; p=$1; "
    "if [ \"$(id -u)\" = 0 ]; then s=/var/lib/plumb; l=/run/plumb/lock; "
    "else s=${XDG_STATE_HOME:-${HOME:-$PWD}/.local/state}/plumb; l=$s/lock; fi; "
    "if [ -e \"$l\" ] && command -v flock >/dev/null 2>&1; then exec 9>>\"$l\"; "
    "flock -n 9 || { echo 'a run works on this host' >&2; exit 75; }; fi; "
    "if [ -d \"$s/$p\" ]; then rm -rf \"$s/$p\"; echo \"removed the record, $s/$p\"; "
    "else echo \"there is no record, $s/$p\"; fi; "
    "for o in \"$s\"/*/record.json; do [ -e \"$o\" ] || continue; o=${o%/record.json}; "
    "echo \"left the executor, since the project ${o##*/} has a record here\"; exit 0; done; "
    "rm -rf \"$s\"; "
    "x=$(readlink \"/proc/$PPID/exe\" 2>/dev/null || :); "
    "case $x in */exec-*) rm -f \"${x%/*}\"/exec-*; rmdir \"${x%/*}\" 2>/dev/null || :; "
    "echo \"removed the executor, $x\";; *) echo 'left the executor, which was not brought here';; esac";

}  // namespace

wire::Execute forgetting(const std::string& project) {
  wire::Execute program;
  program.argv = {"/bin/sh", "-c", kScript, "plumb", project};
  program.most = kMostKept;
  return program;
}

}  // namespace plumb::run
