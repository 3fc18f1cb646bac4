# Shared by the end-to-end tests. Each runs `plumb` as a user would and looks at what it prints and leaves behind.
set -euo pipefail

# As root, what plumb keeps on this machine is the script's own: its locks hold no other script up, and nothing is left.
# Hosts of the lab are started elsewhere.
if [ "$(id -u)" = 0 ] && [ -z "${PLUMB_OWN_STATE:-}" ] && [[ ${0##*/} != lab_* ]] && unshare --mount true 2>/dev/null; then
  mkdir -p /var/lib/plumb /run/plumb
  PLUMB_OWN_STATE=1 exec unshare --mount --propagation slave bash -c '
    for folder in /var/lib/plumb /run/plumb; do mount -t tmpfs -o mode=755 plumb-test "$folder" || exit 1; done
    exec bash "$@"' own-state "$0" "$@"
fi

plumb=$PLUMB_BIN/plumb
work=$(mktemp -d "${TMPDIR:-/tmp}/plumb-e2e.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

skip() {
  printf 'SKIPPED: %s\n' "$*"
  exit 77
}

# git_of_somebody: from here on, git commits by a name and to a branch that no settings of this machine change.
git_of_somebody() {
  git() { command git -c user.name=a -c user.email=a@example.com -c init.defaultBranch=main "$@"; }
}

# provider_of_notes FOLDER: a provider as it lies in a repository, of which only the files count: its program tells nothing.
provider_of_notes() {
  mkdir -p "$1/schemas"
  cat >"$1/provider.yaml" <<'YAML'
plumb: provider/v1
name: notes
version: 1.0.0
protocol: 1
images: true
command: [python3, ./notes.py]
kinds: {note: {schema: schemas/note.json}}
YAML
  cat >"$1/schemas/note.json" <<'JSON'
{"$schema": "http://json-schema.org/draft-07/schema#", "title": "note", "description": "A note.", "type": "object",
 "x-identity": "name", "additionalProperties": false, "required": ["name"],
 "properties": {"name": {"type": "string", "minLength": 1, "description": "Which.", "examples": ["a"]}}}
JSON
  printf 'import sys\nsys.exit(3)\n' >"$1/notes.py"
}

# exits WANTED COMMAND…: runs it, keeps what it prints in $output, and checks the exit code.
exits() {
  local wanted=$1 code=0
  shift
  output=$("$@" 2>&1) || code=$?
  [ "$code" = "$wanted" ] || fail "exit code $code instead of $wanted of: $*
$output"
}

says() {
  grep -qF -- "$1" <<<"$output" || fail "nothing says '$1' in:
$output"
}

says_not() {
  ! grep -qF -- "$1" <<<"$output" || fail "something says '$1' in:
$output"
}

# unprivileged: hosts of this machine's making are executors with homes, and so states, of their own, which root has not.
# $as is what goes before their command, $as_list the same as items of a YAML list.
unprivileged() {
  as='' as_list=''
  chmod 755 "$work"
  [ "$(id -u)" = 0 ] || return 0
  command -v setpriv >/dev/null || skip 'no setpriv here'
  as='setpriv --reuid=nobody --clear-groups'
  as_list='setpriv, --reuid=nobody, --clear-groups,'
}

# unprivileged_host: hosts.yaml of one host of this machine's making, h1, whose executor has a home of its own, and
# $host, a folder that it may write to.
unprivileged_host() {
  unprivileged
  host=$work/host
  mkdir -p state "$host"
  [ -z "$as" ] || chown nobody state "$host"
  cat >hosts.yaml <<YAML
plumb: v1
hosts:
  h1:
    connection:
      command: [${as_list} env, HOME=$work/state]
YAML
}

# with_lab N: starts the lab where it is not up, and takes its inventory of the first N hosts, however many run.
with_lab() {
  local lab=$PLUMB_SOURCE/testdata/lab/lab code=0
  "$lab" up "$1" >lab.log 2>&1 || code=$?
  [ "$code" != 77 ] || skip "$(cat lab.log)"
  [ "$code" = 0 ] || fail "the lab did not start: $(cat lab.log)"
  lab_run=${PLUMB_LAB_DIR:-/var/cache/plumb-lab}/run/bookworm
  first_hosts "$1" "$lab_run/hosts.yaml" >hosts.yaml
}

first_hosts() { # N FILE
  awk -v last="$1" '!/^  h[0-9]+:/ || substr($1, 2) + 0 <= last' "$2"
}

on_host() {
  local host=$1
  shift
  ssh -F "$lab_run/ssh_config" "$host" "$@"
}
