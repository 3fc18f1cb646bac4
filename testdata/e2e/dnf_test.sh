# Packages with the real dnf, on a copy of this machine whose packages are rpm's, from a source of the test's own.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
apart "$PLUMB_SOURCE/testdata/e2e/dnf_test.sh" dnf dnf-plugins-core createrepo-c rpm

. "$PLUMB_SOURCE/testdata/e2e/rpm_packages.sh"
as_of_rpm
mkdir -p /etc/dnf/vars /etc/yum.repos.d
echo 9 >/etc/dnf/vars/releasever
rm -f /etc/yum.repos.d/*
printf '[main]\nenabled=0\n' >/etc/dnf/plugins/local.conf
source_of_packages
cat >"$work/source" <<'REPO'
[plumb]
name=of the test
baseurl=file:///srv/plumb-repo
gpgcheck=0
REPO
cp "$work/source" /etc/yum.repos.d/plumb.repo

installs() { dnf -q -y install "$@" >/dev/null; }
runs_of_dnf() { dnf -q history list 2>/dev/null | grep -c '^ *[0-9]' || true; }

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
says '1-1'
before=$(runs_of_dnf)
exits 0 "$plumb" apply --yes
says '5 changed'
[ "$(runs_of_dnf)" = $((before + 1)) ] || fail "dnf ran $(runs_of_dnf) times, and $before before"
is plumb-a 1-1
exits 0 "$plumb" plan --detailed-exitcode

# --- newer, older, held, and epochs
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
    version: "1-1"
    hold: true
  - package: plumb-epoch
    version: "1.*"
YAML
exits 0 "$plumb" plan
says 'an older version'
settles
is plumb-a 1-1
grep -q '^plumb-a-' /etc/dnf/plugins/versionlock.list || fail 'it is not held'
what_is_held_stays_until_it_is_released 'versionlock delete'

# --- comparisons are rpm's
project <<'YAML'
  - package: plumb-epoch
    version: ">=2:0"
YAML
exits 1 "$plumb" plan
says 'plumb-epoch would be 1:1.0-1, and not >=2:0'
project <<'YAML'
  - package: plumb-epoch
    version: ">9.1"
YAML
exits 0 "$plumb" plan --detailed-exitcode

# --- nothing goes that nobody declared
nothing_goes_that_nobody_declared
project <<'YAML'
  - package: plumb-lib
    state: absent
YAML
exits 1 "$plumb" plan
says 'removing plumb-lib would remove plumb-needs'
what_is_allowed_to_go_goes

# --- two that do not go together are told with both
project <<'YAML'
  - package: plumb-y
    state: absent
YAML
settles
two_that_do_not_go_together_are_told_with_both
says 'conflicts with'

# --- what is not to be had; what is no name; what cannot be installed
what_nobody_has_is_told
project <<'YAML'
  - package: plumb-b
    version: "7"
YAML
exits 1 "$plumb" plan
says 'plumb-b is not available in version 7'
project <<'YAML'
  - package: plumb-broken
YAML
exits 1 "$plumb" plan
says 'nothing provides plumb-nobody-has'

# --- what another provides, without what is only recommended, from a file
rm -f /srv/a.rpm && cp /srv/plumb-repo/noarch/plumb-a-2-1.noarch.rpm /srv/a.rpm
dnf -q -y remove plumb-rec plumb-weak >/dev/null
project <<'YAML'
  - package: plumb-virtual
  - package: plumb-rec
    recommends: false
  - package: plumb-a
    file: /srv/a.rpm
YAML
exits 0 "$plumb" plan
says 'plumb-lib provides it'
says 'from /srv/a.rpm'
settles
is plumb-lib 1-1
goes plumb-weak
is plumb-a 2-1

# --- what came along is kept once it is declared
dnf -q -y remove plumb-lib >/dev/null
installs plumb-needs
project <<'YAML'
  - package: plumb-lib
  - package: plumb-needs
    state: absent
YAML
settles
dnf -q -y autoremove >/dev/null
is plumb-lib 1-1

# --- what goes with a package is gone for what follows
project <<'YAML'
  - package: plumb-lib
    state: absent
  - file: /usr/share/plumb-test/plumb-lib
    state: absent
YAML
exits 0 "$plumb" apply --yes
says '1 changed'

# --- a transaction that fails: each is looked at, and tried alone where none came
each_of_a_transaction_that_fails_is_told
goes plumb-bad

# --- a source that the same project brings, and one that is read anew
rm /etc/yum.repos.d/plumb.repo
mkdir /srv/plumb-more
mv /srv/plumb-repo/noarch/plumb-c-1-1.noarch.rpm /srv/plumb-more
createrepo_c -q /srv/plumb-more
createrepo_c -q /srv/plumb-repo
project <<'YAML'
  - yum_repository: plumb
    baseurl: ["file:///srv/plumb-repo"]
    gpgcheck: false
  - yum_repository: more
    baseurl: ["file:///srv/plumb-more"]
    gpgcheck: false
  - package: plumb-c
YAML
settles
is plumb-c 1-1
package plumb-late 1-1
createrepo_c -q /srv/plumb-repo
project <<'YAML'
  - package: plumb-late
YAML
exits 1 "$plumb" plan
says 'no package is called plumb-late'
find /var/cache/dnf -path '*/repodata/*' -exec touch -d '2 hours ago' {} +
project <<'YAML'
  - package: plumb-late
    refresh: 1h
YAML
exits 0 "$plumb" plan
says 'the package lists are read first'
settles
is plumb-late 1-1

# --- who has the lock is waited for
dnf -q -y remove plumb-late >/dev/null
python3 -c 'import fcntl, time; f = open("/var/lib/rpm/.rpm.lock", "r+"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(3)' &
sleep 0.5
exits 0 "$plumb" apply --yes
wait
is plumb-late 1-1

# --- an upgrade of all is listed, and does what is listed
package plumb-d 3-1
package plumb-e 3-1 'Obsoletes: plumb-c
Provides: plumb-c = 3'
createrepo_c -q /srv/plumb-repo
dnf -q makecache --refresh
project <<'YAML'
  - upgrade: safe
YAML
exits 0 "$plumb" plan
says 'plumb-d 1-1 → 3-1'
says_not 'plumb-e 1-1'
settles
is plumb-d 3-1
is plumb-c 1-1
project <<'YAML'
  - upgrade: full
YAML
exits 0 "$plumb" plan
says 'plumb-c 1-1 goes'
settles
is plumb-e 3-1
goes plumb-c

# --- adopting
what_somebody_did_is_found /etc/dnf /etc/rpm /etc/yum.repos.d

# --- nobody wrote to the host while it was only asked
touch "$work/now"
project <<'YAML'
  - package: plumb-x
YAML
exits 0 "$plumb" plan
after=$(find /var/lib/dnf /var/lib/rpm /var/cache/dnf /etc/dnf -newer "$work/now" | sort)
[ -z "$after" ] || fail "a plan wrote: $after"

