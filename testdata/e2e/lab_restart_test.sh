# Waits and restarts on a real host: what comes in time and what does not, and a run that goes on after its host restarted.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 2
sed -i '/^  h1:/d' hosts.yaml
host=h2

clean() {
  on_host $host 'systemctl disable --now plumb-slow; systemctl daemon-reload
    rm -rf /etc/systemd/system/plumb-slow.service /srv/plumb-restart /run/plumb-ready /run/reboot-required
    rm -rf /var/lib/plumb/restart /etc/plumb-stays' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT
start_of() { on_host $host "sed 's/.*) //' /proc/1/stat | cut -d' ' -f20"; }
lines_in() { on_host $host "wc -l <$1"; }

project() {
  { printf 'plumb: v1\nproject: restart\nresources:\n'; cat; } >plumb.yaml
}

# --- waits: a service that is ready some time after its start
project <<'YAML'
  - directory: /srv/plumb-restart
  - file: /srv/plumb-restart/slow
    mode: "0755"
    content: |
      #!/bin/sh
      rm -f /run/plumb-ready
      sleep 2
      echo it is ready >/run/plumb-ready
      exec perl -MIO::Socket::INET -e '
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 47801, Listen => 5, ReuseAddr => 1) or die;
        while (my $c = $s->accept) { close $c }'
  - file: /etc/systemd/system/plumb-slow.service
    content: |
      [Service]
      ExecStart=/srv/plumb-restart/slow
  - service: plumb-slow
    state: running
    restart_on: ["file:/etc/systemd/system/plumb-slow.service"]
  - wait: it is ready
    path: /run/plumb-ready
    contains: it is ready
    within: 20s
    after: ["service:plumb-slow"]
  - wait: its port
    tcp: localhost:47801
    within: 20s
    after: ["service:plumb-slow"]
  - command: what comes next
    run: cat /run/plumb-ready >/srv/plumb-restart/next
    creates: /srv/plumb-restart/next
YAML
exits 0 "$plumb" plan
says '! wait:it is ready  (bounded)'
says 'waits until /run/plumb-ready holds the text that is asked for, within 20 s'
says '! wait:its port  (bounded)'
says 'waits until port localhost:47801 is open, within 20 s'
exits 0 "$plumb" apply --yes
says 'wait:it is ready'
[ "$(on_host $host cat /srv/plumb-restart/next)" = 'it is ready' ] || fail 'what comes next did not wait'
exits 0 "$plumb" plan --detailed-exitcode

# What holds is decided again after what it comes after, and found to hold.
on_host $host systemctl stop plumb-slow
exits 0 "$plumb" plan
says 'decided after service:plumb-slow'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode

# --- what does not come in its time: what is behind it is not done
project <<'YAML'
  - wait: it never comes
    tcp: 47802
    within: 2s
  - directory: /srv/plumb-restart/behind
YAML
exits 1 "$plumb" apply --yes
says 'error[PL4112]'
says 'the wait until port 127.0.0.1:47802 is open failed'
says 'Connection refused'
on_host $host test ! -e /srv/plumb-restart/behind || fail 'what is behind the wait was done'

# --- a port that closes, and a program
on_host $host '(sleep 3; systemctl stop plumb-slow) >/dev/null 2>&1 &'
project <<'YAML'
  - wait: the port closes
    tcp: 47801
    state: absent
    within: 20s
  - wait: nothing runs there
    command: "! systemctl is-active --quiet plumb-slow"
    within: 20s
YAML
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode

# --- a restart in the middle of a run
project <<'YAML'
  - directory: /srv/plumb-restart
  - command: before
    run: echo x >>/srv/plumb-restart/before
  - reboot: after updates
    when_exists: /run/reboot-required
  - command: behind
    run: echo x >>/srv/plumb-restart/behind
  - file: /srv/plumb-restart/last
    content: "done\n"
YAML
on_host $host 'touch /run/reboot-required; rm -rf /srv/plumb-restart/*'
began=$(start_of)
exits 0 "$plumb" plan
says '! reboot:after updates  (bounded)'
says 'restarts the host, and goes on once it takes a login, within 10m'
exits 0 "$plumb" apply --yes
says 'the host restarts'
says 'file:/srv/plumb-restart/last'
[ "$(start_of)" != "$began" ] || fail 'the host was not restarted'
[ "$(lines_in /srv/plumb-restart/before)" = 1 ] || fail "the command before ran $(lines_in /srv/plumb-restart/before) times"
[ "$(lines_in /srv/plumb-restart/behind)" = 1 ] || fail 'the command behind did not run once'
[ "$(on_host $host cat /srv/plumb-restart/last)" = 'done' ] || fail 'the run did not go on'
exits 0 "$plumb" history
says '1 host'
exits 0 "$plumb" plan
says_not 'reboot:after updates  (bounded)'

# --- when what it watches changed: once
project <<'YAML'
  - directory: /srv/plumb-restart
  - file: /srv/plumb-restart/setting
    content: "1\n"
  - reboot: for the setting
    run_on: ["file:/srv/plumb-restart/setting"]
    verify: {command: "true"}
  - file: /srv/plumb-restart/last
    content: "done again\n"
YAML
began=$(start_of)
exits 0 "$plumb" apply --yes
[ "$(start_of)" != "$began" ] || fail 'the host was not restarted'
[ "$(on_host $host cat /srv/plumb-restart/last)" = 'done again' ] || fail 'the run did not go on'
exits 0 "$plumb" plan --detailed-exitcode

# --- what asks for it still is told, and restarts nothing twice
on_host $host touch /etc/plumb-stays
project <<'YAML'
  - reboot: for ever
    when_exists: /etc/plumb-stays
YAML
exits 1 "$plumb" apply --yes
says 'reboot:for ever asks for one more restart of the host: /etc/plumb-stays exists'

# --- a host that is not back in time; the next run goes on
on_host $host 'rm /etc/plumb-stays; touch /run/reboot-required'
project <<'YAML'
  - reboot: quickly
    when_exists: /run/reboot-required
    within: 1s
  - file: /srv/plumb-restart/last
    content: "at last\n"
YAML
exits 4 "$plumb" apply --yes
says 'error[PL3109]'
for _ in $(seq 100); do
  on_host $host true >/dev/null 2>&1 && break
  sleep 0.3
done
exits 0 "$plumb" apply --yes
[ "$(on_host $host cat /srv/plumb-restart/last)" = 'at last' ] || fail 'the next run did not go on'

# --- not the machine that we are on
cat >hosts.yaml <<'YAML'
plumb: v1
hosts:
  here: {connection: local}
YAML
cat >plumb.yaml <<'YAML'
plumb: v1
project: restart
resources:
  - reboot: never
    unless: "false"
YAML
exits 1 "$plumb" plan
says 'reboot:never would end this run'
