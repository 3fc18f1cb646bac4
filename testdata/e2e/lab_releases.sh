# One project on three releases of Debian: the same plan of bare hosts, the same result in every byte, and nothing left to do.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
lab=$PLUMB_SOURCE/testdata/lab/lab
trap 'for release in bullseye bookworm trixie; do "$lab" fresh 1 --release $release >/dev/null 2>&1; done; rm -rf "$work"' EXIT

mkdir -p project/tree/conf.d
printf 'one\n' >project/tree/conf.d/one
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: releases
inputs:
  hash: {type: string, sensitive: true, default: "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/"}
values:
  packages: [cron, jq, logrotate, rsync, sudo]
resources:
  - package: ${name}
    for_each: {name: "${values.packages}"}
    recommends: false
  - package: nano
    state: absent
  - group: app
    gid: 1800
  - user: app
    uid: 1800
    group: app
    groups: [adm]
    shell: /bin/bash
    password_hash: ${inputs.hash}
    password_max_days: 365
  - authorized_key: app
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVtcHR5ZW1wdHllbXB0eWVtcHR5ZW1wdHllbXB0eWVt
  - sudoers: app
    user: app
    commands: [/usr/bin/systemctl restart app]
    nopassword: true
  - directory: /srv/app
    owner: app
    group: app
    mode: "0750"
  - directory: /srv/tree
    source: tree
    purge: true
  - file: /srv/app/app.conf
    owner: app
    mode: "0640"
    content: |
      name = ${host.groups[0]}
  - link: /srv/current
    target: app
  - ini: /etc/app.ini
    section: server
    options: {port: "8080"}
    create: true
  - structured: /etc/app.json
    format: json
    set: {listen: {port: 8080}}
    create: true
  - line: /etc/profile
    text: umask 027
  - block: /etc/motd
    content: kept by plumb
    create: true
  - sysctl: vm.swappiness
    value: "10"
    live: false
  - cron: nightly
    user: app
    job: /bin/true
    minute: "5"
  - host_entry: db.example.com
    address: 192.0.2.5
  - environment: APP_ENV
    value: production
  - limits: app - nofile
    value: "4096"
  - systemd_unit: /etc/systemd/system/app.service
    Unit: {Description: An app}
    Service: {ExecStart: /bin/sleep infinity, User: app}
    Install: {WantedBy: multi-user.target}
  - systemd_unit: /etc/systemd/system/app-tidy.timer
    Timer: {OnCalendar: daily}
    Install: {WantedBy: timers.target}
  - systemd_unit: /etc/systemd/system/app-tidy.service
    Service: {ExecStart: /bin/true, Type: oneshot}
  - service: app
    state: running
    enabled: true
    restart_on: ["file:/srv/app/app.conf"]
  - service: app-tidy.timer
    state: running
    enabled: true
  - ini: /etc/logrotate.d/none.ini
    section: none
    options: {a: b}
    create: true
  - timezone: Europe/Berlin
  - command: what the app was told
    read: [cat, /srv/app/told]
    want: told
    run: echo told >/srv/app/told
YAML
{
  printf 'plumb: v1\nsources:\n'
  for release in bullseye bookworm trixie; do printf -- '  - inventory: %s.yaml\n' $release; done
  printf 'hosts: {}\n'
} >hosts.yaml
for release in bullseye bookworm trixie; do
  code=0
  "$lab" up 1 --release $release >lab.log 2>&1 || code=$?
  [ "$code" != 77 ] || skip "$(cat lab.log)"
  [ "$code" = 0 ] || fail "the lab did not start: $(cat lab.log)"
  "$lab" fresh 1 --release $release >lab.log 2>&1 || fail "the lab has no fresh host: $(cat lab.log)"
  first_hosts 1 "${PLUMB_LAB_DIR:-/var/cache/plumb-lab}/run/$release/hosts.yaml" | sed 's/^  h1:/  bookworm-h1:/' >$release.yaml
done
plumb() { "$plumb" -C project -i "$work/hosts.yaml" "$@"; }
of() { # RELEASE COMMAND…
  lab_run=${PLUMB_LAB_DIR:-/var/cache/plumb-lab}/run/$1
  on_host "$(sed -n 's/^Host \([a-z].*\)/\1/p' "$lab_run/ssh_config" | head -n 1)" "${@:2}"
}

# --- what is planned for one is planned for each
plumb plan --output json >plan.json 2>log || fail "no plan: $(cat log)"
python3 - <<'PY'
import json
for host, planned in json.load(open("plan.json"))["hosts"].items():
    with open(host.removesuffix("-h1") + ".actions", "w") as actions:
        for action in planned["actions"]:
            print(action["op"], action["address"], file=actions)
PY
for release in bullseye bookworm trixie; do
  [ "$(wc -l <"$release.actions")" -ge 25 ] || fail "a plan of $release: $(cat $release.actions)"
  cmp -s bullseye.actions "$release.actions" || fail "another plan on $release: $(diff bullseye.actions "$release.actions")"
done

# --- and done on each, once
exits 0 plumb apply --yes
exits 0 plumb plan --detailed-exitcode
says 'Nothing to change'
exits 0 plumb apply --yes
says 'Nothing to change'

# --- with the same result
result='set -e
for path in /srv/app /srv/app/app.conf /srv/app/told /srv/tree/conf.d/one /srv/current /etc/app.ini /etc/app.json /etc/sysctl.d/90-plumb.conf \
  /etc/systemd/system/app.service /etc/systemd/system/app-tidy.timer /etc/logrotate.d/none.ini /home/app/.ssh/authorized_keys; do
  stat -c "%n %F %a %U:%G" "$path"
  [ ! -f "$path" ] || sha256sum <"$path"
done
getent passwd app; getent group app; id app; chage -l app | grep Maximum
sudo -l -U app | tail -n 1; crontab -l -u app
tail -n 1 /etc/profile; cat /etc/motd; readlink /etc/localtime
grep app /etc/security/limits.conf; grep db.example.com /etc/hosts; grep APP_ENV /etc/environment
systemctl is-active app app-tidy.timer; systemctl is-enabled app app-tidy.timer
for package in jq rsync logrotate nano; do
  dpkg-query -W -f "\${db:Status-Status}\n" $package 2>/dev/null | grep -qx installed && echo "$package" || echo "no $package"
done'
for release in bullseye bookworm trixie; do
  of $release "$result" >$release.result 2>&1 || fail "on $release: $(cat $release.result)"
  cmp -s bullseye.result $release.result || fail "another result on $release: $(diff bullseye.result $release.result)"
done

# --- what is changed by hand is found on each, and healed
for release in bullseye bookworm trixie; do of $release 'echo x >>/srv/app/app.conf; systemctl stop app; usermod -s /bin/sh app'; done
plumb plan --output json >plan.json 2>log || fail "no plan of what was changed: $(cat log)"
python3 - <<'PY' || fail 'what was changed by hand is not what is found'
import json
for host, planned in json.load(open("plan.json"))["hosts"].items():
    # What a program reads is asked in its turn.
    found = {action["address"] for action in planned["actions"] if not action["address"].startswith("command:")}
    assert found == {"file:/srv/app/app.conf", "service:app", "user:app"}, (host, found)
PY
exits 0 plumb apply --yes
exits 0 plumb plan --detailed-exitcode
says 'Nothing to change'
