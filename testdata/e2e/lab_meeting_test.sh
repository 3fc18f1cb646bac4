# Services, their files and packages that meet on a real host: every two of them, in both orders, over two starts. What
# is planned happens, and a second plan is empty; or they are refused with both places. Here a few of the pairs,
# PLUMB_LONG=1 takes them all.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3
units=/etc/systemd/system

cat >clean <<'SH'
systemctl disable --now plumb-meet plumb-meet-tool
systemctl unmask plumb-meet
rm -rf /etc/systemd/system/plumb-meet.service* /etc/systemd/system/*.wants/plumb-meet*
dpkg --purge --force-all $(dpkg-query -W -f '${Package} ' 'plumb-meet-*')
systemctl daemon-reload
systemctl reset-failed plumb-meet plumb-meet-tool
SH
cat >start <<'SH'
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/plumb-meet.service
systemctl daemon-reload
systemctl enable --now plumb-meet
apt-get install -y -q plumb-meet-tool
SH
clean() { on_host $host 'sh -s' <clean >/dev/null 2>&1 || true; }
leave() {
  clean
  on_host $host 'rm -rf /srv/plumb-meet /etc/apt/sources.list.d/plumb-meet.list /var/lib/plumb/packages
    rm -f /var/lib/apt/lists/_srv_plumb-meet*' >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap leave EXIT
clean

# plumb-meet-tool brings a unit of its name and needs plumb-meet-lib; plumb-meet-rival does not go together with it.
cat >make-repo <<'SH'
set -eu
rm -rf /srv/plumb-meet && mkdir -p /srv/plumb-meet && cd /srv/plumb-meet
package() { # NAME FIELD
  folder=$(mktemp -d)
  mkdir -p "$folder/DEBIAN"
  printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: a test <a@example.com>\nDescription: of a test\n%s' \
    "$1" "${2:+$2
}" >"$folder/DEBIAN/control"
  if [ "$1" = plumb-meet-tool ]; then
    mkdir -p "$folder/lib/systemd/system"
    printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' \
      >"$folder/lib/systemd/system/$1.service"
    printf '#!/bin/sh\nsystemctl daemon-reload\n' >"$folder/DEBIAN/postinst"
    chmod 755 "$folder/DEBIAN/postinst"
  fi
  dpkg-deb --root-owner-group -b "$folder" "$1_1.deb" >/dev/null
  { dpkg-deb -f "$1_1.deb"; printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$1_1.deb" "$(stat -c %s "$1_1.deb")" \
    "$(sha256sum "$1_1.deb" | cut -d' ' -f1)"; } >>Packages
  rm -rf "$folder"
}
package plumb-meet-lib ''
package plumb-meet-tool 'Depends: plumb-meet-lib'
package plumb-meet-rival 'Conflicts: plumb-meet-tool'
echo 'deb [trusted=yes] file:/srv/plumb-meet ./' >/etc/apt/sources.list.d/plumb-meet.list
apt-get update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/plumb-meet.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
SH
on_host $host 'bash -s' <make-repo >repo.log 2>&1 || fail "$(cat repo.log)"

resources=(
  "file: $units/plumb-meet.service
    content: \"[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n\""
  "file: $units/plumb-meet.service
    content: \"[Service]\nExecStart=/bin/sleep infinity\n\""
  "file: $units/plumb-meet.service
    content: \"[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n\""
  "file: $units/plumb-meet.service
    state: absent"
  "file: $units/plumb-meet.service.d/x.conf
    content: \"[Service]\nEnvironment=A=1\n\""
  "directory: $units/plumb-meet.service.d"
  "directory: $units/plumb-meet.service.d
    state: absent"
  "line: $units/plumb-meet.service
    text: \"[Install]\"
    state: absent"
  "link: $units/multi-user.target.wants/plumb-meet.service
    target: $units/plumb-meet.service"
  "service: plumb-meet
    state: running
    enabled: true"
  "service: plumb-meet
    state: stopped
    enabled: false"
  "service: plumb-meet
    masked: true"
  "service: plumb-meet
    state: running
    restart_on: [\"file:*\"]"
  "service: plumb-meet-tool
    state: running
    enabled: true"
  "package: plumb-meet-tool"
  "package: plumb-meet-tool
    state: absent"
  "package: plumb-meet-lib
    state: absent"
  "package: plumb-meet-lib
    state: absent
    allow_removal: [plumb-meet-tool]"
  "package: plumb-meet-rival"
  "package: plumb-meet-rival
    allow_removal: [plumb-meet-tool]"
)

project() { # RESOURCE...
  { printf 'plumb: v1\nproject: meet\nresources:\n'; printf '  - %s\n' "$@"; } >plumb.yaml
}
refused_alone() {
  project "$1"
  ! "$plumb" plan >alone.log 2>&1
}

held=0 refused=0
meet() { # FIRST SECOND START
  local a=${resources[$1]} b=${resources[$2]} second
  project "$a" "$b"
  second=$(grep -n '^  - ' plumb.yaml | sed -n '2s/:.*//p')
  cp plumb.yaml pair.yaml
  if ! "$plumb" plan -o plan.json >plan.log 2>&1; then
    refused=$((refused + 1))
    local places
    places=$(grep -o 'plumb.yaml:[0-9]*' plan.log | cut -d: -f2 | sort -nu)
    [ -n "$places" ] || fail "refused without a place: $(cat pair.yaml plan.log)"
    # One that is refused by itself says nothing of how two meet.
    if [ "$(echo "$places" | tail -n 1)" -lt "$second" ] || [ "$(echo "$places" | head -n 1)" -ge "$second" ]; then
      refused_alone "$a" || refused_alone "$b" || fail "one place told: $(cat pair.yaml plan.log)"
    fi
    return
  fi
  "$plumb" apply plan.json --yes >apply.log 2>&1 || fail "start $3: $(cat pair.yaml plan.log apply.log)"
  "$plumb" diff >diff.log 2>&1 || fail "the second plan, start $3: $(cat pair.yaml plan.log diff.log)"
  held=$((held + 1))
}

every=23
[ -z "${PLUMB_LONG:-}" ] || every=1
count=${#resources[@]}
for ((i = ${FIRST:-0}; i < count * count * 2; i += every)); do
  first=$((i / 2 / count)) second=$((i / 2 % count))
  [ $first != $second ] || continue
  clean
  [ $((i % 2)) = 0 ] || on_host $host 'sh -s' <start >start.log 2>&1 || fail "$(cat start.log)"
  meet $first $second $((i % 2))
done
echo "$held pairs held, $refused were refused"
[ $held -gt 0 ] || fail 'no pair was planned'
