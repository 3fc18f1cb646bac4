# Changes that can lock plumb out: what no new login confirms, the host undoes by itself.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

# A host of this machine's making, whose door can be closed by what plumb writes there.
unprivileged
mkdir home
printf open >home/door
cat >login <<SH
#!/bin/sh
grep -qx closed $work/home/door && { echo 'the door is closed' >&2; exit 1; }
exec $as env HOME=$work/home "\$@"
SH
chmod 755 login
[ "$(id -u)" != 0 ] || chown -R nobody home
cat >hosts.yaml <<YAML
plumb: v1
hosts:
  w1: {connection: {command: [$work/login]}}
YAML

project() { # CONTENT-OF-THE-DOOR TIME
  cat >plumb.yaml <<YAML
plumb: v1
project: doors
resources:
  - file: $work/home/plain
    content: $1
  - file: $work/home/door
    content: $1
    mode: "0640"
    confirm_within: $2
  - command: apply-door
    run: [sh, -c, "cat $work/home/door >>$work/home/log; echo >>$work/home/log"]
    run_on: ["file:$work/home/door"]
YAML
}
state=home/.local/state/plumb/doors
wait_for() {
  for _ in $(seq 600); do
    if "$@"; then return; fi
    sleep 0.1
  done
  fail "waited in vain for: $*"
}
door_is() { grep -qx "$1" home/door; }

# --- the good case: confirmed, nothing is left of it, and a second apply changes nothing
project wide-open 20s
exits 0 "$plumb" plan
says 'must be confirmed within 20s'
exits 0 "$plumb" apply --yes
says 'w1  new login to confirm, 20 s left'
door_is wide-open || fail 'not applied'
[ ! -e $state/undo.json ] && [ ! -e $state/undo ] || fail "left: $(ls $state)"
exits 0 "$plumb" diff
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- locked out: what was guarded comes back, with its owner's mode, and what it set off is done again
chmod 604 home/door
rm home/log
project closed 5s
exits 0 "$plumb" plan -o closed.json
exits 1 "$plumb" apply closed.json --yes
says 'PL4010'
says "put back file:$work/home/door"
says 'restarted command:apply-door'
says 'the door is closed'
says 'undone: not confirmed in time'
door_is wide-open || fail "the door is $(cat home/door)"
[ "$(stat -c %a home/door)" = 604 ] || fail "the door's mode is $(stat -c %a home/door)"
[ "$(tr '\n' ' ' <home/log)" = 'closed wide-open ' ] || fail "the command saw: $(cat home/log)"
[ "$(cat home/plain)" = closed ] || fail 'what was not guarded was undone'
[ ! -e $state/undoing.json ] && [ ! -e $state/undo ] || fail "left: $(ls $state)"
exits 0 "$plumb" history show last
says 'undone'
# The record does not claim it, so a plan holds it again, and the plan that was undone may be applied again.
exits 2 "$plumb" diff
says_not PL4006
exits 1 "$plumb" apply closed.json --yes --output jsonl
says '"event":"confirming","host":"w1","milliseconds":5000'
says 'PL4010'

# --- the controller dies while the host waits: the host does it alone, and the next run tells
"$plumb" apply closed.json --yes >killed.log 2>&1 &
controller=$!
wait_for door_is closed
kill -KILL $controller
wait $controller 2>/dev/null || true
wait_for door_is wide-open
wait_for test ! -e $state/undoing.json
exits 2 "$plumb" diff
says PL4006
exits 0 "$plumb" history verify
says 'Runs that never ended, and that nothing seals: 1'

# --- a kind that a host cannot undo
cat >plumb.yaml <<'YAML'
plumb: v1
project: doors
resources:
  - command: x
    run: ["true"]
    creates: /x
    confirm_within: 1m
  - file: /x
    confirm_within: 2
YAML
exits 3 "$plumb" validate
says 'plumb.yaml:7:5'
says 'a command cannot be undone by the host alone'
says 'plumb.yaml:9:21'
echo ok
