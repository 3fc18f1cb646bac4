#!/bin/bash
# A tour of plumb: a project, a plan, an apply, a second one with nothing to do, drift, repair, history.
# Each command is printed before it runs, and what it should do is checked. Nothing outside a scratch folder changes:
# with --root the scratch folder stands for the host.
set -euo pipefail

plumb=$(realpath "${1:-build/bin/plumb}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
host=$scratch/host
mkdir "$host"

title() { printf '\n## %s\n' "$1"; }

fail() {
  printf '\nThe demo failed: %s\n' "$1" >&2
  exit 1
}

# run CODE COMMAND...: prints the command, runs it and checks its exit code.
run() {
  local expected=$1 code=0
  shift
  printf '\n$ %s\n' "$*"
  if [ "$1" = plumb ]; then
    shift
    "$plumb" "$@" >out 2>&1 || code=$?
  else
    "$@" >out 2>&1 || code=$?
  fi
  cat out
  [ "$code" = "$expected" ] || fail "exit code $code, expected $expected"
}

# What the last command printed, or a file now holds.
expect() { grep -qF -- "$2" "$1" || fail "\`$2\` is not in $1"; }
expect_not() { ! grep -qF -- "$2" "$1" || fail "\`$2\` is in $1"; }
expect_mode() { [ "$(stat -c %a "$1")" = "$2" ] || fail "$1 has mode $(stat -c %a "$1"), expected $2"; }

title "A project"
run 0 plumb init web
cat >web/plumb.yaml <<'YAML'
plumb: v1
project: web

resources:
  - directory: /srv/www
    mode: "0755"

  - file: /srv/www/index.html
    content: |
      <h1>In plumb</h1>
    mode: "0644"

  - link: /srv/current
    target: www
YAML
mkdir host/srv
run 0 cat web/plumb.yaml
run 0 plumb -C web validate

title "What would change"
run 2 plumb -C web --root "$host" plan -o plan.json --detailed-exitcode
expect out file:/srv/www/index.html
[ ! -e "$host/srv/www" ] || fail "a plan changed the host"

title "Apply exactly that plan"
run 0 plumb -C web --root "$host" apply plan.json --yes
expect "$host/srv/www/index.html" "In plumb"
expect_mode "$host/srv/www/index.html" 644
[ "$(readlink "$host/srv/current")" = www ] || fail "the link does not point to www"

title "A second apply has nothing to do"
run 0 plumb -C web --root "$host" plan --detailed-exitcode
expect_not out warning # the first run ended, and its host has nothing left to report
run 0 plumb -C web --root "$host" apply --yes

title "Somebody edits the host by hand"
run 0 chmod 600 "$host/srv/www/index.html"
printf "\n\$ echo '<h1>Hello</h1>' >%s\n" "$host/srv/www/index.html"
echo '<h1>Hello</h1>' >"$host/srv/www/index.html"
run 2 plumb -C web --root "$host" diff
expect out drift

title "Back into plumb"
run 0 plumb -C web --root "$host" apply --yes
expect "$host/srv/www/index.html" "In plumb"
expect_mode "$host/srv/www/index.html" 644
run 0 plumb -C web --root "$host" diff

title "What happened"
run 0 plumb -C web history
run 0 plumb -C web history show last
expect out file:/srv/www/index.html
run 0 plumb -C web history verify

printf '\nAll as expected.\n'
