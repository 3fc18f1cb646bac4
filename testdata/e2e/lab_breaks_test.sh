# Runs that break half way: the executor, the controller and the host die in the middle. No file is partial, what is left
# is planned, what was done is in the history, and an owed reload is done by the next run.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 1
sed -i '/^  h[2-9]/d' hosts.yaml

on_host h1 'systemctl disable --now beat 2>/dev/null; rm -rf /srv/breaks /run/old /run/new /var/lib/plumb/breaks /etc/beat* /etc/systemd/system/beat.service; systemctl daemon-reload'

# wait_for COMMAND…: until it succeeds, a minute at most.
wait_for() {
  for _ in $(seq 600); do
    if "$@"; then return; fi
    sleep 0.1
  done
  fail "waited in vain for: $*"
}

files() { # CONTENT
  printf 'plumb: v1\nproject: breaks\nresources:\n  - directory: /srv/breaks\n'
  printf '  - command: first\n    run: [sh, -c, "sleep 2; touch /run/%s"]\n    creates: /run/%s\n' "$1" "$1"
  for f in $(seq 200); do printf '  - file: /srv/breaks/f%s\n    content: "%s %s"\n' "$f" "$1" "$f"; done
}

# The executor is killed as soon as the sixtieth new file is there: looked for while the first command sleeps, and from
# then on without starting a process. On a busy machine all may be done by then, and it is tried again.
kill_executor='
  until executors=$(pgrep ^exec-); do sleep 0.05; done
  until read -r text </srv/breaks/f60; [[ $text == new* ]]; do :; done
  kill -KILL $executors'
for _ in $(seq 5); do
  files old >plumb.yaml
  on_host h1 'rm -f /run/new'
  exits 0 "$plumb" apply --yes
  files new >plumb.yaml
  on_host h1 "bash -c '$kill_executor'" 2>/dev/null &
  killer=$!
  code=0
  output=$("$plumb" apply --yes 2>&1) || code=$?
  wait $killer || true
  [ "$code" = 0 ] || break
done
[ "$code" = 1 ] || fail "exit code $code instead of 1: $output"
partial=$(on_host h1 'cd /srv/breaks; for f in $(seq 200); do grep -qxE "(old|new) $f" f$f || echo f$f; done')
[ -z "$partial" ] || fail "neither old nor new: $partial"
left=$(on_host h1 'grep -l old /srv/breaks/f* | wc -l')
[ "$left" -gt 0 ] || fail 'the executor was not killed in the middle'
exits 2 "$plumb" diff
[ "$(grep -c 'file:/srv/breaks/f' <<<"$output")" = "$left" ] || fail "$left files are left and the plan says otherwise:
$output"
exits 0 "$plumb" history show last
[ "$(grep -cE '^ *changed +.*file:/srv/breaks/f' <<<"$output")" = $((200 - left)) ] || fail "the history tells something else than $((200 - left)) changed files:
$output"
exits 0 "$plumb" apply --yes
exits 0 "$plumb" diff
strays=$(on_host h1 'ls -A /srv/breaks | grep -vE "^f[0-9]+$" || true')
[ -z "$strays" ] || fail "temporary files are left: $strays"

# A service that counts its reloads, and a slow action between its configuration and its reload.
beat() { # CONTENT
  cat >plumb.yaml <<YAML
plumb: v1
project: breaks
resources:
  - file: /etc/systemd/system/beat.service
    content: |
      [Service]
      ExecStart=/bin/sleep infinity
      ExecReload=/bin/sh -c 'echo again >>/etc/beat.reloads'
      [Install]
      WantedBy=multi-user.target
  - file: /etc/beat.conf
    content: $1
  - command: slow
    run: [sh, -c, "sleep 4; touch /etc/beat.quick"]
    creates: /etc/beat.quick
  - service: beat
    state: running
    enabled: true
    reload_on: ["file:/etc/beat.conf"]
    after: ["command:slow"]
YAML
}
reloads() { on_host h1 'cat /etc/beat.reloads 2>/dev/null | wc -l'; }
written() { on_host h1 "grep -qx $1 /etc/beat.conf"; }

on_host h1 'touch /etc/beat.quick'
beat one >plumb.yaml
exits 0 "$plumb" apply --yes

# The controller is killed while the slow action runs.
on_host h1 'rm /etc/beat.quick'
beat two
"$plumb" apply --yes >killed.log 2>&1 &
controller=$!
wait_for written two
kill -KILL $controller
wait $controller 2>/dev/null || true
# The executor ends the action in hand and holds the host until then.
wait_for on_host h1 '! pgrep ^exec- >/dev/null'
on_host h1 'test -e /etc/beat.quick' || fail 'the action in hand was not finished'
[ "$(reloads)" = 0 ] || fail 'reloaded before the run was killed'
exits 0 "$plumb" plan
says 'was cut off on this host'
says 'owed from an earlier run'
exits 0 "$plumb" apply --yes
[ "$(reloads)" = 1 ] || fail "reloaded $(reloads) times instead of once"
exits 0 "$plumb" diff
exits 0 "$plumb" history
says unfinished

# The host is rebooted while the slow action runs.
on_host h1 'rm /etc/beat.quick'
beat three
"$plumb" apply --yes >rebooted.log 2>&1 &
controller=$!
wait_for written three
"$PLUMB_SOURCE/testdata/lab/lab" reboot 1 >/dev/null
code=0
wait $controller || code=$?
[ "$code" = 4 ] || fail "exit code $code instead of 4 after the host was lost: $(cat rebooted.log)"
grep -q 'no answer  1 changed' rebooted.log || fail "what was done before the host was lost is not counted: $(cat rebooted.log)"
on_host h1 'touch /etc/beat.quick'
exits 0 "$plumb" plan
says 'owed from an earlier run'
exits 0 "$plumb" apply --yes
[ "$(reloads)" = 2 ] || fail "reloaded $(reloads) times instead of twice"
exits 0 "$plumb" diff

on_host h1 'systemctl disable --now beat; rm -rf /srv/breaks /run/old /run/new /var/lib/plumb/breaks /etc/beat* /etc/systemd/system/beat.service; systemctl daemon-reload'
echo ok
