# Services on a real host: units that the same plan mends, units enabled anew, what its package has only just started, and
# a probe that asks a server while it reloads.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'systemctl disable --now plumb-own plumb-packed; systemctl unmask plumb-own
    dpkg --purge --force-all plumb-packed
    rm -rf /etc/systemd/system/plumb-own.service* /usr/local/lib/systemd/system/plumb-own.service
    rm -rf /etc/systemd/system/*.wants/plumb-own.service /srv/plumb-services /var/lib/plumb/services
    rm -f /etc/apt/sources.list.d/plumb-services.list /var/lib/apt/lists/_srv_plumb-services*
    rm -f /etc/nginx/conf.d/plumb-health.conf; systemctl daemon-reload; systemctl reload nginx' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT

project() { # LINES of resources
  { printf 'plumb: v1\nproject: services\nresources:\n'; cat; } >plumb.yaml
}
unit=/etc/systemd/system/plumb-own.service
# own INSTALL [LINE of the service's own]: the unit as it should be, and its service.
own() {
  project <<YAML
  - file: $unit
    content: |
      [Service]
      ExecStart=/bin/sleep infinity
      ${2:-}
      [Install]
      WantedBy=$1
  - service: plumb-own
    state: running
    enabled: true
    restart_on: ["file:$unit"]
YAML
}
state() { on_host $host "systemctl is-active plumb-own; systemctl is-enabled plumb-own" 2>/dev/null | tr '\n' ' ' || true; }

# --- a unit that cannot be used as it is, and that the same plan mends
bad() { # NAME, the unit's text comes on standard input
  on_host $host "systemctl disable --now plumb-own; rm -f $unit; cat >$unit; systemctl daemon-reload; systemctl start plumb-own" >/dev/null 2>&1 || true
  own multi-user.target
  exits 0 "$plumb" plan
  says "decided after file:$unit"
  exits 0 "$plumb" apply --yes
  [ "$(state)" = 'active enabled ' ] || fail "$1: it is $(state)"
  exits 0 "$plumb" plan --detailed-exitcode
}
printf '[Service]\nExecStart=nowhere\n[Install]\nWantedBy=multi-user.target\n' | bad 'a program without a path'
printf '[Service]\nExecStart=/bin/sleep infinity\n' | bad 'no [Install]'
printf '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' | bad 'a one-shot'

# --- a unit that a condition keeps from starting: its manager calls that a success, the log has why
on_host $host "systemctl disable --now plumb-own; rm -f $unit; systemctl daemon-reload" >/dev/null 2>&1 || true
project <<YAML
  - file: $unit
    content: |
      [Unit]
      ConditionPathExists=/srv/plumb-services/nowhere
      [Service]
      ExecStart=/bin/sh -c "echo line 7 is wrong; exit 3"
  - service: plumb-own
    state: running
YAML
exits 1 "$plumb" apply --yes
says 'PL4002'
says 'its last journal lines:'
says 'ConditionPathExists=/srv/plumb-services/nowhere'
says 'plumb.yaml:10:14'
# What the log says of the start before is no part of what this one failed with.
sed -i '/Condition/d' plumb.yaml
exits 1 "$plumb" apply --yes
# It ends by itself at once, which the start or the look after it is the first to see.
grep -qE 'PL4109|PL4002' <<<"$output" || fail "nothing says that it ended: $output"
says 'line 7 is wrong'
says_not 'ConditionPathExists=/srv/plumb-services/nowhere)'

# --- one that is masked, and whose mask the same plan takes away
on_host $host "systemctl disable --now plumb-own; rm -f $unit; systemctl mask plumb-own; mkdir -p /usr/local/lib/systemd/system" >/dev/null 2>&1
project <<YAML
  - link: $unit
    state: absent
  - file: /usr/local/lib/systemd/system/plumb-own.service
    content: |
      [Service]
      ExecStart=/bin/sleep infinity
      [Install]
      WantedBy=multi-user.target
  - service: plumb-own
    state: running
    enabled: true
YAML
exits 0 "$plumb" apply --yes
[ "$(state)" = 'active enabled ' ] || fail "unmasked: it is $(state)"
exits 0 "$plumb" plan --detailed-exitcode
on_host $host 'systemctl disable --now plumb-own; rm -f /usr/local/lib/systemd/system/plumb-own.service; systemctl daemon-reload' >/dev/null 2>&1

# --- another [Install] section enables it anew, and nothing else does
own multi-user.target
exits 0 "$plumb" apply --yes
own graphical.target
exits 0 "$plumb" apply --yes
links=$(on_host $host 'cd /etc/systemd/system; ls -d *.wants/plumb-own.service')
[ "$links" = graphical.target.wants/plumb-own.service ] || fail "it is linked by $links"
exits 0 "$plumb" plan --detailed-exitcode
own graphical.target Nice=5
exits 0 "$plumb" plan
says_not 'decided after'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode

# --- what the project itself contradicts is told with both places
project <<YAML
  - file: $unit
    content: |
      [Service]
      ExecStart=/bin/sleep infinity
  - service: plumb-own
    enabled: true
YAML
exits 1 "$plumb" plan
says 'plumb-own.service cannot be enabled, because it has no [Install] section'
says 'plumb.yaml:8'
says 'plumb.yaml:4'

# --- one thing under two names
project <<'YAML'
  - service: ssh
  - service: sshd
YAML
exits 1 "$plumb" plan
says '`service:ssh` and `service:sshd` are both the unit ssh.service on this host'

# --- what its own package starts is not started twice
on_host $host 'bash -s' <<'SH' >repo.log 2>&1 || fail "$(cat repo.log)"
set -eu
mkdir -p /srv/plumb-services/d/DEBIAN /srv/plumb-services/d/lib/systemd/system && cd /srv/plumb-services
printf 'Package: plumb-packed\nVersion: 1\nArchitecture: all\nMaintainer: a test <a@example.com>\nDescription: of a test\n' >d/DEBIAN/control
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' >d/lib/systemd/system/plumb-packed.service
printf '#!/bin/sh\nsystemctl daemon-reload; systemctl enable --now plumb-packed\n' >d/DEBIAN/postinst
chmod 755 d/DEBIAN/postinst
dpkg-deb --root-owner-group -b d plumb-packed_1.deb
{ dpkg-deb -f plumb-packed_1.deb; printf 'Filename: ./plumb-packed_1.deb\nSize: %s\nSHA256: %s\n' "$(stat -c %s plumb-packed_1.deb)" "$(sha256sum plumb-packed_1.deb | cut -d' ' -f1)"; } >Packages
SH
project <<'YAML'
  - file: /etc/apt/sources.list.d/plumb-services.list
    content: |
      deb [trusted=yes] file:/srv/plumb-services ./
  - package: plumb-packed
  - service: plumb-packed
    state: running
    enabled: true
    restart_on: ["package:plumb-packed"]
YAML
exits 0 "$plumb" plan
says 'bounded'
starts() { on_host $host 'journalctl --boot --output=cat --unit=plumb-packed | grep -c "^Started" || true'; }
before=$(starts)
exits 0 "$plumb" apply --yes
[ "$(starts)" = $((before + 1)) ] || fail "it was started $(($(starts) - before)) times"
exits 0 "$plumb" plan --detailed-exitcode

# --- a source that is there since a run that did not come to its package
on_host $host 'dpkg --purge --force-all plumb-packed; rm -f /var/lib/apt/lists/_srv_plumb-services*' >/dev/null 2>&1
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode

# --- the guide's own example asks a server that reloads, and does not take the old workers' word
port=8096
{
  cat <<YAML
  - package: nginx
  - file: /etc/nginx/sites-enabled/default
    state: absent
  - file: /etc/nginx/conf.d/plumb-health.conf
    content: |
      server {
        listen 127.0.1.13:$port;
        location = /health { \${inputs.answer} }
      }
YAML
  sed -n '/^  - service: nginx$/,/^```$/p' "$PLUMB_SOURCE/docs/guide/rollouts.md" |
    sed "/^\`\`\`/d; s/127.0.0.1:8080/127.0.1.13:$port/; s/within: 1m/within: 6/"
} | project
sed -i 's/^project: services$/&\ninputs: {answer: {type: string}}/' plumb.yaml
grep -q 'verify:' plumb.yaml || fail 'the guide has no such example any more'
exits 0 "$plumb" apply --yes --set 'answer=return 200 ready;'
for try in 1 2 3; do
  exits 1 "$plumb" apply --yes --set "answer=return 403;"
  says 'PL4111'
  says 'it answered 403'
  exits 0 "$plumb" apply --yes --set "answer=return 200 'ready $try';"
done
exits 0 "$plumb" plan --set 'answer=return 200 ready;'
says 'answers 200 with the text that is asked for, 3 times in a row, within 6 s'
