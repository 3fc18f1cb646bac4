# The time zone, the name and units of a real host: set, found again after drift, and what depends on a unit beside it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3
zone=$(on_host $host 'readlink /etc/localtime' || true)
listed=$(on_host $host 'cat /etc/timezone' 2>/dev/null || true)

clean() {
  on_host $host "systemctl disable --now plumb-tick.timer plumb-tick; hostname $host; echo $host >/etc/hostname
    rm -rf /etc/systemd/system/plumb-tick.* /srv/plumb-tick
    ${zone:+ln -sfn $zone /etc/localtime}
    ${listed:+echo $listed >/etc/timezone}
    systemctl daemon-reload" >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT

project() { { printf 'plumb: v1\nproject: system\nresources:\n'; cat; } >plumb.yaml; }
all() { # the timer's calendar
  project <<YAML
  - package: tzdata
  - timezone: Europe/Berlin
  - hostname: plumb-$host
  - systemd_unit: /etc/systemd/system/plumb-tick.service
    Service: {Type: oneshot, ExecStart: /bin/touch /srv/plumb-tick}
  - systemd_unit: /etc/systemd/system/plumb-tick.timer
    Timer: {OnCalendar: $1, AccuracySec: 1s}
    Install: {WantedBy: timers.target}
  - service: plumb-tick.timer
    state: running
    enabled: true
    restart_on: ["systemd_unit:/etc/systemd/system/plumb-tick.timer"]
YAML
}
all '"*:*:*"'
exits 0 "$plumb" plan
says '+ systemd_unit:/etc/systemd/system/plumb-tick.timer'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode
[ "$(on_host $host 'hostname; cat /etc/hostname' | sort -u)" = "plumb-$host" ] || fail 'the name'
[ "$(on_host $host 'date +%Z')" != UTC ] || fail 'the zone'
[ "$(on_host $host 'systemctl is-active plumb-tick.timer; systemctl is-enabled plumb-tick.timer' | tr '\n' ' ')" = 'active enabled ' ] ||
  fail 'the timer'
for _ in 1 2 3 4 5 6 7 8 9 10; do
  on_host $host test -e /srv/plumb-tick && break
  sleep 1
done
on_host $host test -e /srv/plumb-tick || fail 'the timer starts nothing'

# --- another calendar: systemd reads it, and the timer begins anew
all '"2031-01-01 00:00:00"'
exits 0 "$plumb" apply --yes
[ "$(on_host $host 'systemctl show --property=NeedDaemonReload --value plumb-tick.timer')" = no ] || fail 'an old unit is loaded'
on_host $host 'systemctl show --property=TimersCalendar plumb-tick.timer' | grep -q 2031 || fail 'an old calendar'

# --- drift
on_host $host 'hostname other; ln -sfn /usr/share/zoneinfo/Etc/UTC /etc/localtime; echo OnBootSec=9 >>/etc/systemd/system/plumb-tick.timer'
exits 0 "$plumb" plan
for one in "~ hostname:plumb-$host" '~ timezone:Europe/Berlin' '~ systemd_unit:/etc/systemd/system/plumb-tick.timer'; do says "$one"; done
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode
