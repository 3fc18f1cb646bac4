# Packages on a real host, from a source of the test's own: they go together, nothing goes that nobody declared, and a
# transaction that fails tells what became of each.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'apt-mark unhold $(apt-mark showhold) ; dpkg --purge --force-all $(dpkg-query -W -f "\${Package} " "plumb-*")
    rm -rf /srv/plumb-repo /etc/apt/sources.list.d/plumb.list /srv/between /var/lib/plumb/packages
    rm -f /var/lib/apt/lists/_srv_plumb-repo*' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT

# What each package is, beyond its name and version: "FIELD: VALUE" lines, or a failing script.
cat >make-repo <<'SH'
set -eu
mkdir -p /srv/plumb-repo && cd /srv/plumb-repo
package() { # NAME VERSION [FIELD]
  local folder; folder=$(mktemp -d)
  mkdir -p "$folder/DEBIAN" "$folder/usr/share/plumb-test"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: a test <a@example.com>\nDescription: of a test\n%s' \
    "$1" "$2" "${3:+$3
}" >"$folder/DEBIAN/control"
  [ "$1" != plumb-bad ] || { printf '#!/bin/sh\necho it does not want to; exit 1\n' >"$folder/DEBIAN/postinst"; chmod 755 "$folder/DEBIAN/postinst"; }
  echo "$1" >"$folder/usr/share/plumb-test/$1"
  dpkg-deb --root-owner-group -b "$folder" "$1_$2.deb" >/dev/null
  { dpkg-deb -f "$1_$2.deb"; printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$1_$2.deb" "$(stat -c %s "$1_$2.deb")" "$(sha256sum "$1_$2.deb" | cut -d' ' -f1)"; } >>Packages
  rm -rf "$folder"
}
for name in a b c d e f g old bad; do package plumb-$name 1; done
package plumb-a 2
package plumb-x 1 'Conflicts: plumb-old'
package plumb-y 1 'Conflicts: plumb-x'
package plumb-needs 1 'Depends: plumb-lib'
package plumb-lib 1
echo 'deb [trusted=yes] file:/srv/plumb-repo ./' >/etc/apt/sources.list.d/plumb.list
apt-get update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/plumb.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
SH
on_host $host 'bash -s' <make-repo >repo.log 2>&1 || fail "$(cat repo.log)"

project() { # LINES of resources
  { printf 'plumb: v1\nproject: packages\nresources:\n'; cat; } >plumb.yaml
}
runs_of_apt() { on_host $host 'grep -c ^Start-Date: /var/log/apt/history.log 2>/dev/null || true'; }
has() { on_host $host "dpkg-query -W -f '\${Status} \${Version}' $1 2>/dev/null" || true; }

# One transaction, also across a file that has nothing to do with them, and an outcome each.
project <<'YAML'
  - package: plumb-a
    version: "1"
  - package: plumb-b
  - file: /srv/between
    content: "x"
  - package: plumb-c
YAML
before=$(runs_of_apt)
exits 0 "$plumb" apply --yes
says '4 changed'
[ "$(runs_of_apt)" = $((before + 1)) ] || fail "apt ran $(runs_of_apt) times, and $before before"
[ "$(has plumb-c)" = 'install ok installed 1' ] || fail "plumb-c is $(has plumb-c)"
exits 0 "$plumb" plan --detailed-exitcode

# What is held stays, and older is a matter of asking for it.
on_host $host 'apt-mark hold plumb-a' >/dev/null
project <<'YAML'
  - package: plumb-a
    version: "2"
YAML
exits 1 "$plumb" plan
says 'plumb-a is held at 1'
on_host $host 'apt-mark unhold plumb-a' >/dev/null
exits 0 "$plumb" apply --yes
project <<'YAML'
  - package: plumb-a
    version: "1"
YAML
exits 0 "$plumb" apply --yes
[ "$(has plumb-a)" = 'install ok installed 1' ] || fail "plumb-a is $(has plumb-a)"

# Nothing goes that nobody declared.
on_host $host 'apt-get install -y plumb-old' >/dev/null 2>&1
project <<'YAML'
  - package: plumb-b
  - package: plumb-x
YAML
exits 1 "$plumb" plan
says 'PL2011'
says 'installing plumb-x would remove plumb-old'
says 'plumb.yaml:5'
says '`package: plumb-old` with `state: absent`'
project <<'YAML'
  - package: plumb-x
  - package: plumb-old
    state: absent
YAML
before=$(runs_of_apt)
exits 0 "$plumb" apply --yes
[ "$(runs_of_apt)" = $((before + 1)) ] || fail 'coming and going were not one transaction'
[ "$(has plumb-x)" = 'install ok installed 1' ] || fail "plumb-x is $(has plumb-x)"

# Two that do not go together are told with both, before anything is done.
on_host $host 'dpkg --purge plumb-x' >/dev/null 2>&1
project <<'YAML'
  - package: plumb-x
  - package: plumb-y
YAML
exits 1 "$plumb" plan
says 'plumb.yaml:4'
says 'plumb.yaml:5'
project <<'YAML'
  - package: plumb-needs
  - package: plumb-lib
    state: absent
YAML
exits 1 "$plumb" plan
says 'installing plumb-needs would bring plumb-lib, which is to be absent'

# What nobody declares goes only where the one that takes it away allows it.
on_host $host 'apt-get install -y plumb-x plumb-needs' >/dev/null 2>&1
project <<'YAML'
  - package: plumb-y
YAML
exits 1 "$plumb" plan
says 'installing plumb-y would remove plumb-x'
project <<'YAML'
  - package: plumb-y
    allow_removal: [plumb-x]
  - package: plumb-lib
    state: absent
    allow_removal: [plumb-needs]
YAML
exits 0 "$plumb" apply --yes
[ "$(has plumb-y)" = 'install ok installed 1' ] || fail "plumb-y is $(has plumb-y)"
for name in plumb-x plumb-needs plumb-lib; do
  case $(has $name) in 'install ok installed'*) fail "$name is still there" ;; esac
done
exits 0 "$plumb" plan --detailed-exitcode

# What a tag leaves out takes nothing away.
on_host $host 'apt-get install -y plumb-old; dpkg --purge plumb-y' >/dev/null 2>&1
project <<'YAML'
  - package: plumb-x
    tags: [new]
  - package: plumb-old
    state: absent
YAML
exits 1 "$plumb" plan --tags new
says 'installing plumb-x would remove plumb-old'

# Names are names.
project <<'YAML'
  - package: plumb-old-
YAML
exits 1 "$plumb" plan
says 'no package is called plumb-old-'
[ "$(has plumb-old)" = 'install ok installed 1' ] || fail "plumb-old is $(has plumb-old)"

# An architecture in a name means what it means to apt; what came along is kept once it is declared.
on_host $host 'apt-get install -y plumb-needs; apt-mark auto plumb-lib' >/dev/null 2>&1
for name in plumb-lib:amd64 plumb-lib:native plumb-lib:any; do
  on_host $host 'apt-mark auto plumb-lib' >/dev/null 2>&1
  project <<YAML
  - package: $name
YAML
  exits 0 "$plumb" apply --yes
  [ -z "$(on_host $host 'apt-mark showauto plumb-lib')" ] || fail "$name is still there for others alone"
  exits 0 "$plumb" plan --detailed-exitcode
done
project <<'YAML'
  - package: plumb-lib
  - package: plumb-lib:any
YAML
exits 1 "$plumb" plan
says '`package:plumb-lib` and `package:plumb-lib:any` are both the package plumb-lib on this host'

# A transaction that fails half way: what came all the same has changed.
project <<'YAML'
  - package: plumb-d
  - package: plumb-bad
  - package: plumb-e
YAML
exits 1 "$plumb" apply --yes
says '2 changed'
says 'package:plumb-bad is there, and not as planned'
says 'it does not want to'
[ "$(has plumb-e)" = 'install ok installed 1' ] || fail "plumb-e is $(has plumb-e)"
# What was begun and not ended is there, and goes.
project <<'YAML'
  - package: plumb-bad
    state: absent
YAML
exits 0 "$plumb" plan
says 'half-configured'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode

# One that fails as a whole: each is tried alone.
on_host $host 'rm /srv/plumb-repo/plumb-g_1.deb'
project <<'YAML'
  - package: plumb-f
  - package: plumb-g
YAML
exits 1 "$plumb" apply --yes
says '1 changed'
[ "$(has plumb-f)" = 'install ok installed 1' ] || fail "plumb-f is $(has plumb-f)"
exits 0 "$plumb" history show last
