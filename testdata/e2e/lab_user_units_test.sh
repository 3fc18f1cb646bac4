# Units of an account on a real host: the account, its manager that stays, its unit and its service in one plan.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'loginctl disable-linger plumb-units; systemctl stop user@4711.service; sleep 0.2
    sed -i /^plumb-units:/d /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid
    rm -rf /home/plumb-units /var/lib/plumb/units' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT
# Without it no account has a manager.
on_host $host 'dpkg -s libpam-systemd >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get -qq -y install libpam-systemd' >apt.log 2>&1 ||
  skip "libpam-systemd is not to be had: $(tail -n 1 apt.log)"

own=/home/plumb-units/.config/systemd/user
project() { # SECONDS STATE ENABLED
  cat >plumb.yaml <<YAML
plumb: v1
project: units
resources:
  - user: plumb-units
    uid: 4711
    linger: true
  - directory: [/home/plumb-units/.config, /home/plumb-units/.config/systemd, $own]
    owner: plumb-units
    group: plumb-units
  - systemd_unit: $own/plumb-own.service
    Service: {ExecStart: /bin/sleep $1}
    Install: {WantedBy: default.target}
  - service: plumb-own
    scope: user
    as: plumb-units
    state: $2
    enabled: $3
    restart_on: ["systemd_unit:*"]
YAML
}
users() { on_host $host "runuser -u plumb-units -- env XDG_RUNTIME_DIR=/run/user/4711 systemctl --user $*" 2>/dev/null | tr '\n' ' ' || true; }
settles() {
  exits 0 "$plumb" apply --yes
  exits 0 "$plumb" plan --detailed-exitcode
}

project 100001 running true
exits 0 "$plumb" plan
says '+ user:plumb-units'
says '~ service:plumb-own'
settles
[ "$(users is-active plumb-own)$(users is-enabled plumb-own)" = 'active enabled ' ] || fail "it is $(users is-active plumb-own) $(users is-enabled plumb-own)"
on_host $host '! systemctl cat plumb-own >/dev/null 2>&1' || fail 'it is a unit of the host'
on_host $host 'test -e /var/lib/systemd/linger/plumb-units' || fail 'it does not linger'

# --- drift
users stop plumb-own >/dev/null
users disable plumb-own >/dev/null
exits 2 "$plumb" plan --detailed-exitcode
says 'stopped → running'
settles
[ "$(users is-active plumb-own)$(users is-enabled plumb-own)" = 'active enabled ' ] || fail 'it was not mended'

# --- another text is loaded, and what runs is restarted
project 100002 running true
settles
on_host $host 'pgrep -u plumb-units -f "sleep 100002" >/dev/null' || fail 'it runs as it did'

# --- nobody lingers any more: its units are files, and to start one is refused until the account lingers
on_host $host 'loginctl disable-linger plumb-units; systemctl stop user@4711.service; for i in $(seq 50); do [ -e /run/user/4711/systemd/private ] || break; sleep 0.1; done'
exits 0 "$plumb" plan
says '~ user:plumb-units'
says '~ service:plumb-own'
settles
sed -i '/linger: true/d' plumb.yaml
on_host $host 'loginctl disable-linger plumb-units; systemctl stop user@4711.service; for i in $(seq 50); do [ -e /run/user/4711/systemd/private ] || break; sleep 0.1; done'
exits 1 "$plumb" plan
says 'nobody is logged in as plumb-units'
says 'linger: true'
sed -i '/state: running/d' plumb.yaml
exits 0 "$plumb" plan --detailed-exitcode
sed -i 's/enabled: true/enabled: false/' plumb.yaml
settles
on_host $host "test ! -e $own/default.target.wants/plumb-own.service" || fail 'it is enabled still'

# --- undo, and the account goes with its mark
exits 0 "$plumb" undo last --yes
on_host $host "test -L $own/default.target.wants/plumb-own.service" || fail 'undo did not enable it'
project 100002 running true
settles
cat >plumb.yaml <<'YAML'
plumb: v1
project: units
resources:
  - user: plumb-units
    state: absent
    remove_home: true
YAML
settles
on_host $host 'test ! -e /var/lib/systemd/linger/plumb-units && ! id plumb-units 2>/dev/null' || fail 'something is left'
