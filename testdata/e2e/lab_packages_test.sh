# Packages on a real host, from a source of the test's own: they go together, nothing goes that nobody declared, and a
# transaction that fails tells what became of each.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'apt-mark unhold $(apt-mark showhold) ; dpkg --purge --force-all $(dpkg-query -W -f "\${Package} " "plumb-*")
    rm -rf /srv/plumb-repo /srv/plumb-away /etc/apt/sources.list.d/plumb.list /srv/between /srv/plumb-a.deb /var/lib/plumb/packages
    rm -f /var/lib/apt/lists/_srv_plumb-repo* /etc/apt/apt.conf.d/99plumb-test /etc/plumb-test.conf' >/dev/null 2>&1 || true
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
  [ "$1" != plumb-conf ] || { mkdir "$folder/etc"; echo /etc/plumb-test.conf >"$folder/DEBIAN/conffiles"; echo "of $2" >"$folder/etc/plumb-test.conf"; }
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
for version in 1 2 3; do package plumb-conf $version; done
package plumb-rec 1 'Recommends: plumb-f'
package plumb-cron 1 'Recommends: plumb-exim | plumb-mta'
for name in exim postfix; do package plumb-$name 1 'Provides: plumb-mta
Conflicts: plumb-mta'; done
echo 'deb [trusted=yes] file:/srv/plumb-repo ./' >/etc/apt/sources.list.d/plumb.list
apt-get update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/plumb.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
SH
on_host $host 'bash -s' <make-repo >repo.log 2>&1 || fail "$(cat repo.log)"

. "$PLUMB_SOURCE/testdata/e2e/package_steps.sh"
release=
installs() { on_host $host "apt-get install -y $*" >/dev/null 2>&1; }
runs_of_apt() { on_host $host 'grep -c ^Start-Date: /var/log/apt/history.log 2>/dev/null || true'; }
has() { on_host $host "dpkg-query -W -f '\${Status} \${Version}' $1 2>/dev/null" || true; }
is() { # NAME VERSION
  [ "$(has "$1")" = "install ok installed $2" ] || fail "$1 is $(has "$1") instead of $2"
}
goes() { [[ "$(has "$1")" != 'install ok installed'* ]] || fail "$1 is still there"; }

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
is plumb-c 1
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
is plumb-a 1

# Nothing goes that nobody declared.
before=$(runs_of_apt)
nothing_goes_that_nobody_declared
[ "$(runs_of_apt)" = $((before + 2)) ] || fail 'coming and going were not one transaction'

# Two that do not go together are told with both, before anything is done.
on_host $host 'dpkg --purge plumb-x' >/dev/null 2>&1
two_that_do_not_go_together_are_told_with_both
project <<'YAML'
  - package: plumb-needs
  - package: plumb-lib
    state: absent
YAML
exits 1 "$plumb" plan
says 'installing plumb-needs would bring plumb-lib, which is to be absent'

# A configuration file that somebody changed stays, unless the package's is asked for.
installs plumb-conf=1
on_host $host 'echo mine >/etc/plumb-test.conf'
project <<'YAML'
  - package: plumb-conf
    version: "2"
    conffiles: keep
YAML
exits 0 "$plumb" plan
says 'configuration files that were changed stay'
exits 0 "$plumb" apply --yes
is plumb-conf 2
[ "$(on_host $host 'cat /etc/plumb-test.conf')" = mine ] || fail 'the changed file is gone'
project <<'YAML'
  - package: plumb-conf
    version: "3"
    conffiles: new
YAML
exits 0 "$plumb" plan
says "configuration files that were changed give way to the package's"
exits 0 "$plumb" apply --yes
[ "$(on_host $host 'cat /etc/plumb-test.conf /etc/plumb-test.conf.dpkg-old')" = "$(printf 'of 3\nmine')" ] || fail 'the changed file stays'
exits 0 "$plumb" plan --detailed-exitcode
on_host $host 'dpkg --purge plumb-conf' >/dev/null 2>&1

# In one transaction the second is what the first recommends; in two the first brings another, and the order is the way
# out.
project <<'YAML'
  - package: plumb-cron
  - file: /srv/between
    content: "y"
    after: ["package:plumb-cron"]
  - package: plumb-postfix
YAML
exits 1 "$plumb" plan
says 'PL2011'
says 'package:plumb-postfix does not go together with what package:plumb-cron brings before it: plumb-exim'
says 'plumb.yaml:4'
says 'plumb.yaml:8'
sed -i 's/- package: plumb-cron$/&\n    after: ["package:plumb-postfix"]/' plumb.yaml
exits 0 "$plumb" apply --yes
is plumb-postfix 1
goes plumb-exim
exits 0 "$plumb" plan --detailed-exitcode
on_host $host 'dpkg --purge plumb-cron plumb-postfix' >/dev/null 2>&1

# What nobody declares goes only where the one that takes it away allows it.
installs plumb-x plumb-needs
project <<'YAML'
  - package: plumb-y
YAML
exits 1 "$plumb" plan
says 'installing plumb-y would remove plumb-x'
what_is_allowed_to_go_goes

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
is plumb-old 1

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
each_of_a_transaction_that_fails_is_told
says 'package:plumb-bad is there, and not as planned'
# What was begun and not ended is there, and goes.
project <<'YAML'
  - package: plumb-bad
    state: absent
YAML
exits 0 "$plumb" plan
says 'half-configured'
settles

# One that fails as a whole: each is tried alone.
on_host $host 'rm /srv/plumb-repo/plumb-g_1.deb'
project <<'YAML'
  - package: plumb-f
  - package: plumb-g
YAML
exits 1 "$plumb" apply --yes
says '1 changed'
is plumb-f 1
exits 0 "$plumb" history show last

# With configuration files or without; what is only recommended; nothing of either twice.
project <<'YAML'
  - package: plumb-conf
  - package: plumb-rec
    recommends: false
YAML
on_host $host 'dpkg --purge plumb-f' >/dev/null 2>&1
exits 0 "$plumb" apply --yes
says 'without what it recommends'
[[ "$(has plumb-f)" != install* ]] || fail "plumb-f came along: $(has plumb-f)"
exits 0 "$plumb" plan --detailed-exitcode
project <<'YAML'
  - package: plumb-conf
    state: absent
YAML
exits 0 "$plumb" apply --yes
on_host $host 'test -e /etc/plumb-test.conf' || fail 'absent took the configuration file along'
exits 0 "$plumb" plan --detailed-exitcode
project <<'YAML'
  - package: plumb-conf
    state: purged
  - package: plumb-rec
    state: purged
YAML
exits 0 "$plumb" plan
says 'config-files'
exits 0 "$plumb" apply --yes
on_host $host 'test ! -e /etc/plumb-test.conf' || fail 'purged left the configuration file'
[ -z "$(has plumb-rec)" ] || fail "plumb-rec is $(has plumb-rec)"
exits 0 "$plumb" plan --detailed-exitcode

# What the project holds, it may change itself.
project <<'YAML'
  - package: plumb-a
    version: "1"
    hold: true
YAML
exits 0 "$plumb" apply --yes
[ "$(has plumb-a)" = 'hold ok installed 1' ] || fail "plumb-a is $(has plumb-a)"
exits 0 "$plumb" plan --detailed-exitcode
sed -i 's/version: "1"/version: "2"/' plumb.yaml
exits 0 "$plumb" apply --yes
[ "$(has plumb-a)" = 'hold ok installed 2' ] || fail "plumb-a is $(has plumb-a)"
exits 0 "$plumb" plan --detailed-exitcode
project <<'YAML'
  - package: plumb-a
    state: absent
    hold: false
YAML
exits 0 "$plumb" apply --yes
case $(has plumb-a) in *installed*) fail "plumb-a is $(has plumb-a)" ;; esac

# From a file that the same project brings.
on_host $host 'cat /srv/plumb-repo/plumb-a_1.deb' >plumb-a.deb
project <<'YAML'
  - package: plumb-a
    file: /srv/plumb-a.deb
    version: "1"
  - file: /srv/plumb-a.deb
    source: plumb-a.deb
YAML
exits 0 "$plumb" apply --yes
says 'from /srv/plumb-a.deb'
is plumb-a 1
exits 0 "$plumb" plan --detailed-exitcode
on_host $host 'dpkg --purge plumb-a' >/dev/null 2>&1

# From here on the host has no source but this one.
cat >alone <<'SH'
printf '%s\n' 'Dir::Etc::sourcelist "/etc/apt/sources.list.d/plumb.list";' 'Dir::Etc::sourceparts "-";' 'APT::Get::List-Cleanup "0";' \
  >/etc/apt/apt.conf.d/99plumb-test
dpkg --purge plumb-e plumb-needs plumb-lib
apt-get update
apt-get install -y plumb-b=1 plumb-c=1 plumb-needs
apt-mark auto plumb-lib
SH
on_host $host 'bash -s' <alone >alone.log 2>&1 || fail "$(cat alone.log)"
cat >newer <<'SH'
set -eu
touch -d '2 days ago' /var/lib/apt/lists
[ ! -e /var/lib/apt/periodic/update-success-stamp ] || touch -d '2 days ago' /var/lib/apt/periodic/update-success-stamp
for name in plumb-b plumb-c; do
  folder=$(mktemp -d)
  dpkg-deb -R /srv/plumb-repo/${name}_1.deb "$folder"
  sed -i 's/^Version: 1/Version: 2/' "$folder/DEBIAN/control"
  cd /srv/plumb-repo
  dpkg-deb --root-owner-group -b "$folder" ${name}_2.deb >/dev/null
  { dpkg-deb -f ${name}_2.deb; printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' ${name}_2.deb "$(stat -c %s ${name}_2.deb)" "$(sha256sum ${name}_2.deb | cut -d' ' -f1)"; } >>Packages
  rm -rf "$folder"
done
SH
on_host $host 'bash -s' <newer >newer.log 2>&1 || fail "$(cat newer.log)"

# Old lists are read first, once; a source that cannot be read is no success.
project <<'YAML'
  - package: plumb-b
    state: latest
    refresh: 1h
YAML
on_host $host 'mv /srv/plumb-repo /srv/plumb-away'
exits 1 "$plumb" apply --yes
on_host $host 'mv /srv/plumb-away /srv/plumb-repo'
says 'while refreshing the package lists'
says '/srv/plumb-repo'
exits 0 "$plumb" apply --yes
says 'the package lists are read first'
is plumb-b 2
exits 0 "$plumb" plan --detailed-exitcode

# An upgrade of all says what it brings; what is held stays, and what nothing needs any more goes.
on_host $host 'apt-get install -y --allow-downgrades plumb-b=1; apt-mark hold plumb-b' >/dev/null 2>&1
project <<'YAML'
  - upgrade: safe
YAML
exits 0 "$plumb" plan
says 'plumb-c 1 → 2'
says_not 'plumb-b 1 →'
exits 0 "$plumb" apply --yes
is plumb-c 2
[ "$(has plumb-b)" = 'hold ok installed 1' ] || fail "plumb-b is $(has plumb-b)"
exits 0 "$plumb" plan --detailed-exitcode
project <<'YAML'
  - package: plumb-needs
    state: absent
  - package: plumb-b
    hold: false
  - upgrade: full
    autoremove: true
    refresh: 1h
YAML
exits 0 "$plumb" apply --yes
is plumb-b 2
[[ "$(has plumb-lib)" != install* ]] || fail "plumb-lib is $(has plumb-lib)"
exits 0 "$plumb" plan --detailed-exitcode
