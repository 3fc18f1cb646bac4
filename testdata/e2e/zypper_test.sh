# Packages with the real zypper, on a copy of this machine whose packages are rpm's, from a source of the test's own.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
apart "$PLUMB_SOURCE/testdata/e2e/zypper_test.sh" zypper createrepo-c rpm

. "$PLUMB_SOURCE/testdata/e2e/rpm_packages.sh"
as_of_rpm
mkdir -p /etc/zypp/repos.d /etc/products.d
printf '[main]\n' >/etc/zypp/zypp.conf
package glibc 1-1
source_of_packages
cat >/etc/zypp/repos.d/plumb.repo <<'REPO'
[plumb]
name=of the test
baseurl=dir:///srv/plumb-repo
enabled=1
gpgcheck=0
autorefresh=0
REPO
zypper() { command zypper --non-interactive "$@" >"$work/zypper.log" 2>&1 || fail "zypper $*: $(cat "$work/zypper.log")"; }

installs() { zypper install "$@"; }
# No host of SUSE's is without it.
zypper install glibc
rm -rf /var/cache/zypp

sources_that_were_never_read_are_read_first

# --- one transaction, also across a file that has nothing to do with them; what comes along is named where it belongs
project <<'YAML'
  - package: plumb-a
    version: "1"
  - package: plumb-needs
  - file: /srv/between
    content: "x"
  - package: plumb-rec
  - package: plumb-b
YAML
exits 0 "$plumb" plan
brings_alone 'plumb-lib 1-1' 'plumb-weak 1-1'
exits 0 "$plumb" apply --yes
says '5 changed'
is plumb-a 1-1
exits 0 "$plumb" plan --detailed-exitcode

# --- newer, older, held, epochs, and versions by their beginning
project <<'YAML'
  - package: plumb-a
    state: latest
  - package: plumb-epoch
YAML
exits 0 "$plumb" plan
says '1:1.0-1'
settles
is plumb-a 2-1
is plumb-epoch 1:1.0-1
project <<'YAML'
  - package: plumb-a
    version: "1*"
    hold: true
YAML
exits 0 "$plumb" plan
says 'an older version'
settles
is plumb-a 1-1
grep -q '^solvable_name: plumb-a$' /etc/zypp/locks || fail 'it is not held'
what_is_held_stays_until_it_is_released 'zypper removelock'

# --- nothing goes that nobody declared; coming and going are one transaction
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
  - package: plumb-broken
YAML
exits 1 "$plumb" plan
says 'nothing provides plumb-nobody-has'

# --- what another provides, without what is only recommended, from a file; what came along is kept once it is declared
cp /srv/plumb-repo/noarch/plumb-a-2-1.noarch.rpm /srv/a.rpm
zypper remove plumb-rec plumb-weak
project <<'YAML'
  - package: plumb-virtual
  - package: plumb-rec
    recommends: false
  - package: plumb-a
    file: /srv/a.rpm
YAML
exits 0 "$plumb" plan
says 'plumb-lib provides it'
settles
is plumb-lib 1-1
goes plumb-weak
is plumb-a 2-1
zypper remove plumb-lib
installs plumb-needs
grep -qx plumb-lib /var/lib/zypp/AutoInstalled || fail 'plumb-lib did not come along'
project <<'YAML'
  - package: plumb-lib
YAML
settles
! grep -qx plumb-lib /var/lib/zypp/AutoInstalled || fail 'it is still there for others alone'

# --- a transaction that fails: each is looked at, and tried alone where none came
each_of_a_transaction_that_fails_is_told
goes plumb-bad

# --- a source that the same project brings, and one that is read anew
mkdir /srv/plumb-more
mv /srv/plumb-repo/noarch/plumb-c-1-1.noarch.rpm /srv/plumb-more
createrepo_c -q /srv/plumb-more
createrepo_c -q /srv/plumb-repo
project <<'YAML'
  - yum_repository: more
    baseurl: ["dir:///srv/plumb-more"]
    enabled: true
    gpgcheck: false
  - package: plumb-c
YAML
zypper refresh
settles
is plumb-c 1-1
package plumb-late 1-1
createrepo_c -q /srv/plumb-repo
project <<'YAML'
  - package: plumb-late
YAML
exits 1 "$plumb" plan
says 'no package is called plumb-late'
find /var/cache/zypp/raw -name repomd.xml -exec touch -d '2 hours ago' {} +
project <<'YAML'
  - package: plumb-late
    refresh: 1h
YAML
settles
is plumb-late 1-1

# --- an upgrade of all is listed, and does what is listed
package plumb-d 3-1
package plumb-e 3-1 'Obsoletes: plumb-c
Provides: plumb-c = 3'
createrepo_c -q /srv/plumb-repo
zypper refresh
project <<'YAML'
  - upgrade: full
YAML
exits 0 "$plumb" plan
says 'plumb-d 1-1 → 3-1'
says 'plumb-c 1-1 goes'
settles
is plumb-d 3-1
is plumb-e 3-1
goes plumb-c

# --- adopting; what comes along is nobody's wish
zypper remove plumb-needs plumb-lib
what_somebody_did_is_found /etc/zypp /etc/rpm

# --- nobody writes to the host while it is only asked
touch "$work/now"
project <<'YAML'
  - package: plumb-x
YAML
exits 0 "$plumb" plan
after=$(find /var/lib/zypp /var/lib/rpm /var/cache/zypp /etc/zypp /var/log/zypp -newer "$work/now" | sort)
[ -z "$after" ] || fail "a plan wrote: $after"
