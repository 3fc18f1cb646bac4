# Services with the real programs of OpenRC, runit and supervisor, on a copy of this machine that systemd does not start.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
apart "$PLUMB_SOURCE/testdata/e2e/managers_test.sh" openrc runit supervisor

project() { # LINES of resources
  { printf 'plumb: v1\nproject: managers\nresources:\n'; cat; } >plumb.yaml
}
settles() {
  exits 0 "$plumb" apply --yes
  exits 0 "$plumb" plan --detailed-exitcode
}
pids() { pgrep -f "sleep $1" | sort | tr '\n' ' '; }

# --- OpenRC
mkdir -p /run/openrc/{starting,started,stopping,inactive,wasinactive,failed,hotplugged,daemons,options,exclusive,scheduled,tmp}
touch /etc/insserv.conf
echo default >/run/openrc/softlevel
command -v rc-service >/dev/null || skip 'OpenRC is not there'
openrc_project() { # SECONDS STATE ENABLED
  project <<YAML
  - file: /etc/init.d/plumb-sleeper
    mode: "0755"
    content: |
      #!/sbin/openrc-run
      command=/bin/sleep
      command_args=$1
      command_background=yes
      pidfile=/run/plumb-sleeper.pid
  - service: plumb-sleeper
    state: $2
    enabled: $3
    restart_on: ["file:/etc/init.d/plumb-sleeper"]
YAML
}
openrc_project 100001 running true
exits 0 "$plumb" plan
says '+ file:/etc/init.d/plumb-sleeper'
says '~ service:plumb-sleeper'
settles
rc-service plumb-sleeper status >/dev/null 2>&1 || fail 'it does not run'
[ -L /etc/runlevels/default/plumb-sleeper ] || fail 'it does not start with the host'
before=$(pids 100001)
[ -n "$before" ] || fail 'nothing runs'

rc-service plumb-sleeper stop >/dev/null 2>&1
rc-update del plumb-sleeper default >/dev/null
exits 2 "$plumb" plan --detailed-exitcode
says 'stopped → running'
settles
rc-service plumb-sleeper status >/dev/null 2>&1 || fail 'it was not started again'

openrc_project 100002 running true
settles
[ -n "$(pids 100002)" ] && [ -z "$(pids 100001)" ] || fail 'it was not restarted'

openrc_project 100002 stopped false
settles
[ -z "$(pids 100002)" ] || fail 'it runs still'
[ ! -e /etc/runlevels/default/plumb-sleeper ] || fail 'it starts with the host still'
exits 0 "$plumb" undo last --yes
rc-service plumb-sleeper status >/dev/null 2>&1 || fail 'undo did not start it'
[ -L /etc/runlevels/default/plumb-sleeper ] || fail 'undo did not enable it'

project <<'YAML'
  - service: plumb-sleeper
    masked: true
YAML
exits 1 "$plumb" plan
says 'plumb-sleeper cannot be masked: OpenRC masks no services'
project <<'YAML'
  - service: plumb-nothing
    state: running
YAML
exits 1 "$plumb" plan
says 'unit:plumb-nothing'
project <<'YAML'
  - file: /etc/init.d/plumb-broken
    mode: "0755"
    content: |
      #!/sbin/openrc-run
      start() { eerror "it is broken"; return 1; }
  - service: plumb-broken
    state: running
YAML
exits 1 "$plumb" apply --yes
says 'it is broken'
rc-service plumb-sleeper stop >/dev/null 2>&1
rm -rf /run/openrc

# --- runit beside it: it is named
command -v runsvdir >/dev/null || skip 'runit is not there'
mkdir -p /etc/service /run/runit
runsvdir /etc/service >/dev/null 2>&1 &
runit_project() { # SECONDS STATE ENABLED
  project <<YAML
  - directory: /etc/sv/plumb-runs
  - file: /etc/sv/plumb-runs/run
    mode: "0755"
    content: "#!/bin/sh\nexec sleep $1\n"
  - service: plumb-runs
    manager: runit
    state: $2
    enabled: $3
    restart_on: ["file:/etc/sv/plumb-runs/run"]
YAML
}
runit_project 200001 running true
settles
[ -n "$(pids 200001)" ] && [ -L /etc/service/plumb-runs ] && [ ! -e /etc/sv/plumb-runs/down ] || fail "runit: $(ls -l /etc/service /etc/sv/plumb-runs)"
sv stop plumb-runs >/dev/null
exits 2 "$plumb" plan --detailed-exitcode
settles
runit_project 200002 running false
settles
[ -n "$(pids 200002)" ] && [ -e /etc/sv/plumb-runs/down ] || fail 'it runs, and does not start with the host'
runit_project 200002 stopped false
settles
[ -z "$(pids 200002)" ] || fail 'it runs still'
# Looked after for the first time, and not to run now.
project <<'YAML'
  - directory: /etc/sv/plumb-later
  - file: /etc/sv/plumb-later/run
    mode: "0755"
    content: "#!/bin/sh\nexec sleep 200003\n"
  - service: plumb-later
    manager: runit
    state: stopped
    enabled: true
YAML
settles
sleep 1.2
[ -z "$(pids 200003)" ] || fail 'to be enabled is not to be started'

# --- supervisor
command -v supervisord >/dev/null || skip 'supervisor is not there'
project <<'YAML'
  - file: /etc/supervisor/conf.d/plumb-app.conf
    content: "[program:plumb-app]\ncommand=sleep 300001\nstartsecs=0\n"
  - service: plumb-app
    manager: supervisor
    state: running
YAML
exits 1 "$plumb" plan
says 'supervisord does not answer'
supervisord -c /etc/supervisor/supervisord.conf >/dev/null 2>&1
for _ in $(seq 50); do supervisorctl status >/dev/null 2>&1 && break; sleep 0.1; done
settles
[ -n "$(pids 300001)" ] || fail "supervisor: $(supervisorctl status)"
supervisorctl stop plumb-app >/dev/null
exits 2 "$plumb" plan --detailed-exitcode
settles
sed -i 's/300001/300002/' plumb.yaml
sed -i 's/    state: running/    state: running\n    restart_on: ["file:*"]/' plumb.yaml
settles
[ -n "$(pids 300002)" ] && [ -z "$(pids 300001)" ] || fail "supervisor did not restart it: $(supervisorctl status)"
sed -i 's/state: running/state: stopped/' plumb.yaml
settles
[ -z "$(pids 300002)" ] || fail 'it runs still'
