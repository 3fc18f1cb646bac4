# A lock on a real host: a colleague's checkout sees it, a service is not restarted while it stands, and is afterwards.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'rm -rf /var/lib/plumb/locked /etc/locked; systemctl disable --now locked 2>/dev/null
    rm -f /etc/systemd/system/locked.service; systemctl daemon-reload' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT

mkdir mine colleagues
cp hosts.yaml mine
project() { # CONTENT
  cat >mine/plumb.yaml <<YAML
plumb: v1
project: locked
resources:
  - file: /etc/systemd/system/locked.service
    content: |
      [Service]
      ExecStart=/bin/sleep infinity
  - directory: /etc/locked
  - file: /etc/locked/settings
    content: "$1\n"
  - file: /etc/locked/other
    content: "$1\n"
  - service: locked
    state: running
    restart_on: ["file:/etc/locked/*"]
YAML
  cp mine/* colleagues
}
pid() { on_host $host 'systemctl show -p MainPID --value locked'; }

project one
exits 0 "$plumb" -C mine apply --yes
before=$(pid)
exits 0 "$plumb" -C mine lock $host --items file:/etc/locked/settings service:locked --for 2h --reason 'a trial' --owner ada
on_host $host 'echo trial >/etc/locked/settings'

project two
exits 0 "$plumb" -C colleagues plan
says 'locked by ada until'
says 'file:/etc/locked/settings  is left alone; update was due'
says 'service:locked  is left alone; restart was due'
exits 0 "$plumb" -C colleagues apply --yes
[ "$(on_host $host 'cat /etc/locked/settings /etc/locked/other')" = "$(printf 'trial\ntwo')" ] ||
  fail "the host has $(on_host $host 'cat /etc/locked/*')"
[ "$(pid)" = "$before" ] || fail 'a locked service was restarted'

exits 0 "$plumb" -C colleagues unlock $host --owner ada
exits 0 "$plumb" -C colleagues apply --yes
[ "$(on_host $host 'cat /etc/locked/settings')" = two ] || fail 'what was locked was not caught up on'
[ "$(pid)" != "$before" ] || fail 'the restart that was owed did not come'
exits 0 "$plumb" -C mine diff
echo ok
