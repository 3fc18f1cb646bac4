# sshd and the network of a real host, broken by one plan: both come back, both are restarted, and the run is a failed
# one. The hosts of the lab share the machine's network, so a unit that notes what it was started with stands in for it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'rm -rf /etc/ssh/sshd_config.d/00-plumb.conf /var/lib/plumb/lockout; systemctl restart ssh
    systemctl disable --now line 2>/dev/null; rm -f /etc/systemd/system/line.service /etc/line.conf /etc/line.log
    systemctl daemon-reload' >/dev/null 2>&1
}
clean
# A way in without a login.
inside() {
  local nspawn child
  nspawn=$(cat "$lab_run/host3/pid")
  for child in $(cat "/proc/$nspawn/task/$nspawn/children"); do
    [ "$(cat "/proc/$child/comm")" = systemd ] && nsenter -t "$child" -a sh -c "$1" && return
  done
  return 1
}
mend() {
  clean || { inside 'rm -f /etc/ssh/sshd_config.d/00-plumb.conf; systemctl restart ssh' && clean; } || true
  rm -rf "$work"
}
trap mend EXIT

project() { # SSHD-SETTING LINE TIME
  cat >plumb.yaml <<YAML
plumb: v1
project: lockout
resources:
  - file: /etc/systemd/system/line.service
    content: |
      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=/bin/sh -c 'cat /etc/line.conf >>/etc/line.log'
  - file: /etc/line.conf
    content: "$2\n"
    confirm_within: $3
  - service: line
    state: running
    restart_on: ["file:/etc/line.conf"]
  - file: /etc/ssh/sshd_config.d/00-plumb.conf
    content: "$1\n"
    mode: "0600"
    validate: /usr/sbin/sshd -t -f %s
  - service: ssh
    state: running
    restart_on: ["file:/etc/ssh/*"]
    confirm_within: $3
YAML
}
started() { on_host $host 'systemctl show -p ActiveEnterTimestampMonotonic --value ssh'; }

# --- the good case
project 'ClientAliveInterval 30' 'up' 60s
exits 0 "$plumb" apply --yes
exits 0 "$plumb" diff
[ "$(on_host $host 'ls /var/lib/plumb/lockout')" = record.json ] || fail "left: $(on_host $host 'ls /var/lib/plumb/lockout')"
! on_host $host 'pgrep -x plumb-watchdog' || fail 'a watchdog is left'

# --- both broken by one plan
before=$(started)
project 'DenyUsers root' 'down' 10s
exits 0 "$plumb" plan
[ "$(grep -c 'must be confirmed within 10s' <<<"$output")" = 3 ] || fail "not all are guarded: $output"
exits 1 "$plumb" apply --yes
says 'PL4010'
says 'file:/etc/line.conf'
says 'file:/etc/ssh/sshd_config.d/00-plumb.conf'
says 'service:line'
says 'service:ssh'
says 'the last login'
[ "$(on_host $host 'cat /etc/line.conf')" = up ] || fail 'the network is not back'
[ "$(on_host $host 'cat /etc/ssh/sshd_config.d/00-plumb.conf')" = 'ClientAliveInterval 30' ] || fail 'sshd is not back'
[ "$(on_host $host 'tail -n 2 /etc/line.log | tr "\n" " "')" = 'down up ' ] || fail 'the network was not restarted'
[ "$(started)" -gt "$before" ] || fail 'sshd was not restarted'
exits 0 "$plumb" history show last
says 'undone'
exits 2 "$plumb" diff

# --- the same with the executor killed before its time is up
"$plumb" apply --yes >killed.log 2>&1 &
controller=$!
for _ in $(seq 600); do
  if ! on_host $host true 2>/dev/null; then break; fi
  sleep 0.1
done
inside 'kill -KILL $(pgrep ^exec-)' || fail 'there was no executor to kill'
code=0
wait $controller || code=$?
[ "$code" = 1 ] || fail "exit code $code instead of 1: $(cat killed.log)"
[ "$(on_host $host 'cat /etc/line.conf')" = up ] || fail 'the network is not back after the executor was killed'
echo ok
