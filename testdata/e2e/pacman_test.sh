# Packages with the real pacman, on a copy of this machine whose packages are pacman's, from a source of the test's own.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
apart "$PLUMB_SOURCE/testdata/e2e/pacman_test.sh" pacman-package-manager makepkg libarchive-tools

. "$PLUMB_SOURCE/testdata/e2e/package_steps.sh"
release=-1
# Another one may provide the name.
has() { pacman -Q "$1" 2>/dev/null | sed -n "s/^$1 //p"; }
is() { # NAME VERSION
  [ "$(has "$1")" = "$2" ] || fail "$1 is $(has "$1") instead of $2"
}
goes() { is "$1" ''; }
pacman() { command pacman --noconfirm "$@"; }
installs() { pacman -S "$@" >"$work/pacman.log" 2>&1 || fail "pacman: $(cat "$work/pacman.log")"; }

package() { # NAME VERSION-RELEASE [LINES]
  local folder=$work/package
  rm -rf "$folder"
  mkdir -p "$folder/usr/share/plumb-test" "$folder/etc"
  echo "$1 $2" >"$folder/usr/share/plumb-test/${file:-$1}"
  echo "$1" >"$folder/etc/$1.conf"
  printf '%s\n' "pkgname = $1" "pkgver = $2" 'pkgdesc = of a test' 'builddate = 1600000000' 'packager = none' \
    'size = 10' 'arch = any' "backup = etc/$1.conf" "${3:-}" >"$folder/.PKGINFO"
  (cd "$folder" && bsdtar --uid 0 --gid 0 -czf "/srv/plumb-repo/$1-${2//:/_}-any.pkg.tar.gz" .PKGINFO usr etc)
}
index() { # of all that is there; the newest of a name is the one that counts
  rm -f /srv/plumb-repo/plumb.*
  repo-add -q /srv/plumb-repo/plumb.db.tar.gz $(ls /srv/plumb-repo/*.pkg.tar.gz | sort -V) >"$work/repo.log" 2>&1 ||
    fail "$(cat "$work/repo.log")"
}

mv /var/lib/dpkg/status /var/lib/dpkg/status-away
mkdir -p /srv/plumb-repo /var/cache/pacman/pkg
cat >/etc/pacman.conf <<'CONF'
[options]
Architecture = auto
SigLevel = Never
VerbosePkgLists

[plumb]
Server = file:///srv/plumb-repo
CONF
for name in b c d e old leaf; do package plumb-$name 1-1; done
package plumb-a 2-1
package plumb-epoch 1:1.0-1
package plumb-x 1-1 'conflict = plumb-old'
package plumb-y 1-1 'conflict = plumb-x'
package plumb-needs 1-1 'depend = plumb-lib'
package plumb-lib 1-1 'provides = plumb-virtual'
package plumb-broken 1-1 'depend = plumb-nobody-has'
package plumb-group-1 1-1 'group = plumb-group'
# A file that nobody's package brought is in its way.
file='it does not want to' package plumb-bad 1-1
mkdir -p /usr/share/plumb-test
touch '/usr/share/plumb-test/it does not want to'
index
command pacman -V >/dev/null || skip 'pacman does not run here'
mkdir -p /var/lib/pacman/local
echo 9 >/var/lib/pacman/local/ALPM_DB_VERSION

sources_that_were_never_read_are_read_first

# --- one transaction, also across a file that has nothing to do with them; what comes along is named where it belongs
project <<'YAML'
  - package: plumb-a
    version: "2"
  - package: plumb-needs
  - file: /srv/between
    content: "x"
  - package: plumb-epoch
  - package: plumb-b
    state: latest
YAML
exits 0 "$plumb" plan
brings_alone 'plumb-lib 1-1'
says '1:1.0-1'
exits 0 "$plumb" apply --yes
says '5 changed'
is plumb-a 2-1
is plumb-epoch 1:1.0-1
exits 0 "$plumb" plan --detailed-exitcode
[ "$(grep -c 'transaction completed' /var/log/pacman.log)" = 2 ] || fail "$(grep transaction /var/log/pacman.log)"

# --- newer, older, held; one that somebody brought in a newer version stays at it
package plumb-a 3-1
index
pacman -Syy >/dev/null
project <<'YAML'
  - package: plumb-a
    version: ">=2"
  - package: plumb-b
YAML
exits 0 "$plumb" plan --detailed-exitcode
project <<'YAML'
  - package: plumb-a
    state: latest
    hold: false
YAML
settles
is plumb-a 3-1
rm /srv/plumb-repo/plumb-a-3-1-any.pkg.tar.gz
index
pacman -Syy >/dev/null
exits 0 "$plumb" plan --detailed-exitcode
project <<'YAML'
  - package: plumb-a
    version: "2*"
    hold: true
YAML
exits 0 "$plumb" plan
says 'an older version'
settles
is plumb-a 2-1
grep -qx 'IgnorePkg = plumb-a' /etc/pacman.conf || fail 'it is not held'
project <<'YAML'
  - package: plumb-a
    state: absent
YAML
exits 1 "$plumb" plan
says 'plumb-a is held at 2-1'
project <<'YAML'
  - package: plumb-a
    state: absent
    hold: false
YAML
echo changed >>/etc/plumb-a.conf
settles
goes plumb-a
! grep -q plumb-a /etc/pacman.conf || fail 'it is still held'
[ -e /etc/plumb-a.conf.pacsave ] || fail 'its configuration is gone'
project <<'YAML'
  - package: plumb-b
    state: purged
YAML
echo changed >>/etc/plumb-b.conf
settles
[ -z "$(ls /etc/plumb-b.conf* 2>/dev/null)" ] || fail 'its configuration is still there'

# --- nothing goes that nobody declared; coming and going
nothing_goes_that_nobody_declared
what_is_allowed_to_go_goes

# --- two that do not go together; what is not to be had; what cannot be installed
project <<'YAML'
  - package: plumb-y
    state: absent
YAML
settles
two_that_do_not_go_together_are_told_with_both
what_nobody_has_is_told
project <<'YAML'
  - package: plumb-b
    version: "9"
YAML
exits 1 "$plumb" plan
says 'plumb-b is not available in version 9'
project <<'YAML'
  - package: plumb-group
YAML
exits 1 "$plumb" plan
says 'plumb-group is a group of packages, and no package'
project <<'YAML'
  - package: plumb-broken
YAML
exits 1 "$plumb" plan
says "unable to satisfy dependency 'plumb-nobody-has' required by plumb-broken"

# --- what another provides, from a file; what came along is kept once it is declared
cp /srv/plumb-repo/plumb-a-2-1-any.pkg.tar.gz /srv/a.pkg.tar.gz
project <<'YAML'
  - package: plumb-virtual
  - package: plumb-a
    file: /srv/a.pkg.tar.gz
YAML
exits 0 "$plumb" plan
says 'plumb-lib provides it'
settles
is plumb-lib 1-1
is plumb-a 2-1
pacman -R plumb-lib >/dev/null
installs plumb-needs
project <<'YAML'
  - package: plumb-lib
YAML
settles
[ -n "$(pacman -Qeq plumb-lib)" ] || fail 'it is still there for others alone'

# --- a transaction that fails: none came, so each is tried alone
project <<'YAML'
  - package: plumb-d
  - package: plumb-bad
  - package: plumb-e
YAML
exits 1 "$plumb" apply --yes --keep-going
says '2 changed'
says 'it does not want to exists in filesystem'
is plumb-d 1-1
is plumb-e 1-1
goes plumb-bad

# --- somebody else works with pacman
project <<'YAML'
  - package: plumb-c
YAML
touch /var/lib/pacman/db.lck
(sleep 2; rm /var/lib/pacman/db.lck) &
settles
wait
is plumb-c 1-1

# --- a list that is older than what is asked for
package plumb-late 1-1
index
project <<'YAML'
  - package: plumb-late
YAML
exits 1 "$plumb" plan
says 'no package is called plumb-late'
touch -d '2 hours ago' /var/lib/pacman/sync
project <<'YAML'
  - package: plumb-late
    refresh: 1h
YAML
settles
is plumb-late 1-1

# --- an upgrade of all is listed, and does what is listed
package plumb-d 3-1
package plumb-f 3-1 'replaces = plumb-c
conflict = plumb-c
provides = plumb-c'
index
pacman -Syy >/dev/null
project <<'YAML'
  - upgrade: safe
YAML
exits 0 "$plumb" plan
says 'plumb-d 1-1 → 3-1'
! grep -q 'plumb-c 1-1 goes' <<<"$output" || fail "others go: $output"
project <<'YAML'
  - upgrade: full
    autoremove: true
YAML
pacman -D --asdeps plumb-leaf >/dev/null
exits 0 "$plumb" plan
says 'plumb-d 1-1 → 3-1'
says 'plumb-c 1-1 goes'
says 'plumb-leaf 1-1 goes'
settles
is plumb-d 3-1
is plumb-f 3-1
goes plumb-c
goes plumb-leaf

# --- adopting
pacman -D --asdeps plumb-lib >/dev/null
what_somebody_did_is_found /etc/pacman.conf

# --- nobody writes to the host while it is only asked
touch "$work/now"
project <<'YAML'
  - package: plumb-x
YAML
exits 0 "$plumb" plan
after=$(find /var/lib/pacman /var/cache/pacman /etc/pacman.conf /var/log/pacman.log -newer "$work/now" | sort)
[ -z "$after" ] || fail "a plan wrote: $after"
