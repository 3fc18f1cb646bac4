# Undo on a real host: packages, accounts, units, services and files are as they were before the run that built them, and
# what cannot be is told. And a host that is forgotten.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 4
sed -i '/^  h[1235-9]/d' hosts.yaml
host=h4

clean() {
  on_host $host 'systemctl disable --now plumb-undo.service; rm -f /etc/systemd/system/plumb-undo.service; systemctl daemon-reload
    dpkg --purge --force-all plumb-undo-a plumb-undo-b; userdel plumbundo; groupdel plumbundo; groupdel plumbshare
    rm -rf /srv/plumb-undo /srv/plumb-undo-repo /etc/apt/sources.list.d/plumb-undo.list /var/lib/plumb/undo' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT

cat >make-repo <<'SH'
set -eu
mkdir -p /srv/plumb-undo-repo && cd /srv/plumb-undo-repo
for name in a b; do
  folder=$(mktemp -d)
  mkdir -p "$folder/DEBIAN" "$folder/usr/share/plumb-undo"
  printf 'Package: plumb-undo-%s\nVersion: 1\nArchitecture: all\nMaintainer: a test <a@example.com>\nDescription: of a test\n' "$name" >"$folder/DEBIAN/control"
  echo "$name" >"$folder/usr/share/plumb-undo/$name"
  dpkg-deb --root-owner-group -b "$folder" "$name.deb" >/dev/null
  { dpkg-deb -f "$name.deb"; printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$name.deb" "$(stat -c %s "$name.deb")" "$(sha256sum "$name.deb" | cut -d' ' -f1)"; } >>Packages
  rm -rf "$folder"
done
echo 'deb [trusted=yes] file:/srv/plumb-undo-repo ./' >/etc/apt/sources.list.d/plumb-undo.list
apt-get update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/plumb-undo.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
# What is there before.
mkdir -p /srv/plumb-undo
head -c 400000 /dev/zero | tr '\0' '\377' >/srv/plumb-undo/binary
printf 'old\n' >/srv/plumb-undo/text
chmod 640 /srv/plumb-undo/text
printf 'goes\n' >/srv/plumb-undo/goes
groupadd plumbshare
dpkg -i b.deb
SH
on_host $host 'bash -s' <make-repo >repo.log 2>&1 || fail "$(cat repo.log)"

# The whole tree, but for what the host itself writes all the time, and caches and logs of its programs.
cat >look <<'SH'
find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log \
  -o -path /var/cache -o -path /var/lib/plumb -o -path /var/lib/apt -o -path /var/lib/systemd -o -path /root/.cache \
  -o -path '/home/*/.cache' \) -prune -o \
  ! -path '/etc/*-' ! -path /etc/.pwd.lock ! -path /var/lib/dpkg/status-old ! -path /var/lib/dpkg/available \
  ! -path '/var/lib/dpkg/lock*' ! -path /var/lib/dpkg/triggers/Lock -printf '%p %y %m %u:%g %l\n' | sort
find /etc /srv /usr/share/plumb-undo /home -xdev -type f ! -path '/etc/*-' -print0 2>/dev/null | sort -z | xargs -0 sha256sum
dpkg-query -W -f '${Package} ${Version} ${Status}\n'
systemctl is-active plumb-undo.service; systemctl is-enabled plumb-undo.service 2>/dev/null
exit 0
SH
look() { on_host $host 'LC_ALL=C bash -s' <look; }

cat >plumb.yaml <<'YAML'
plumb: v1
project: undo
resources:
  - package: plumb-undo-a
  - package: plumb-undo-b
    state: absent
  - user: plumbundo
    shell: /bin/sh
    groups: [plumbshare]
    create_home: false
  - directory: /srv/plumb-undo/new
    owner: plumbundo
    mode: "0750"
  - file: /srv/plumb-undo/new/page
    content: "page\n"
    owner: plumbundo
  - file: /srv/plumb-undo/binary
    content: "no more\n"
  - file: /srv/plumb-undo/text
    content: "new\n"
    mode: "0600"
  - file: /srv/plumb-undo/goes
    state: absent
  - line: /etc/hosts
    text: "192.0.2.9 undo.example"
  - systemd_unit: /etc/systemd/system/plumb-undo.service
    Unit: {Description: undo}
    Service: {ExecStart: /bin/sleep infinity}
    Install: {WantedBy: multi-user.target}
  - service: plumb-undo.service
    state: running
    enabled: true
    restart_on: ["systemd_unit:*", "file:/srv/plumb-undo/text"]
  - command: forever
    run: "touch /srv/plumb-undo/made"
    creates: /srv/plumb-undo/made
YAML
before=$(look)
exits 0 "$plumb" -C . apply --yes
after=$(look)
[ "$before" != "$after" ] || fail 'nothing was changed'
grep -qx active <<<"$after" || fail "the service does not run: $output"

exits 0 "$plumb" -C . undo last --yes
says '`command:forever` is left as it is: what a command did has no inverse'
left=$(diff <(echo "$before") <(look) || true)
# What is left is what was told, and nothing else.
others=$(grep '^[<>]' <<<"$left" | grep -v '/srv/plumb-undo/made' || true)
[ -z "$others" ] || fail "not all is back, and nothing said so: $output
$others"
grep -q 'srv/plumb-undo/made' <<<"$left" || fail 'the command was undone, which nobody can'

# What was undone is built again, and what is declared no more goes.
exits 0 "$plumb" -C . apply --yes
cat >plumb.yaml <<'YAML'
plumb: v1
project: undo
resources: []
YAML
exits 0 "$plumb" -C . apply --prune --yes
says 'only forgotten: what a `command` did has no inverse'
now=$(look)
for gone in /srv/plumb-undo/new /etc/systemd/system/plumb-undo.service 'plumb-undo-a 1 install'; do
  ! grep -qF "$gone" <<<"$now" || fail "$gone is still there"
done
! on_host $host getent passwd plumbundo >/dev/null || fail 'the user is still there'
# An account that was removed is nothing that anybody can make again as it was.
exits 0 "$plumb" -C . undo last --address 'systemd_unit:*' --address 'service:*' --address 'package:*' --yes
on_host $host systemctl is-active plumb-undo.service >/dev/null || fail "the service does not run again: $output"

# What plumb keeps there for itself goes, and nothing else.
on_host $host 'ls /var/lib/plumb/undo/record.json' >/dev/null || fail 'there is no record'
exits 1 "$plumb" -C . forget $host
exits 0 "$plumb" -C . forget $host --yes
says 'removed the record, /var/lib/plumb/undo'
! on_host $host 'ls /var/lib/plumb/undo/record.json' >/dev/null 2>&1 || fail 'the record is still there'
on_host $host systemctl is-active plumb-undo.service >/dev/null || fail 'what is managed went'
exits 0 "$plumb" -C . forget $host --gone
says 'its runs'
exits 3 "$plumb" -C . forget nobody --gone
