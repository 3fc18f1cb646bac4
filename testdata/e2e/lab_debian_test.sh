# What packages of Debian bring and ask, on a real host: a file of theirs gives way to the project's and comes back, and their
# questions are answered before they come.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v dpkg-deb >/dev/null || skip 'no dpkg-deb here'
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'dpkg --purge --force-all plumb-asks; rm -f /srv/plumb-asks*.deb /etc/plumb-asks*
    dpkg-divert --no-rename --remove /etc/plumb-asks.conf
    for question in name password; do echo "UNREGISTER plumb-asks/$question" | debconf-communicate plumb-asks; done' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT

# A package with a file, and with a question and a password that it takes and clears.
deb() { # VERSION TEXT
  rm -rf package && mkdir -p package/DEBIAN package/etc
  printf 'Package: plumb-asks\nVersion: %s\nArchitecture: all\nDepends: debconf\nMaintainer: a test <a@example.com>\nDescription: of a test\n' "$1" >package/DEBIAN/control
  echo "$2" >package/etc/plumb-asks.conf
  printf 'Template: plumb-asks/name\nType: string\nDefault: nobody\nDescription: Who?\n\nTemplate: plumb-asks/password\nType: password\nDescription: How?\n' \
    >package/DEBIAN/templates
  printf '#!/bin/sh\n. /usr/share/debconf/confmodule\ndb_input high plumb-asks/name || true\ndb_go || true\n' >package/DEBIAN/config
  printf '#!/bin/sh\n. /usr/share/debconf/confmodule\ndb_get plumb-asks/name\necho "$RET" >/etc/plumb-asks.name\ndb_get plumb-asks/password\n[ -z "$RET" ] || echo "$RET" >/etc/plumb-asks.password\ndb_set plumb-asks/password ""\ndb_stop\n' \
    >package/DEBIAN/postinst
  chmod 755 package/DEBIAN/config package/DEBIAN/postinst
  dpkg-deb --root-owner-group -b package "plumb-asks_$1.deb" >/dev/null
  on_host $host "cat >/srv/plumb-asks_$1.deb" <"plumb-asks_$1.deb"
}
deb 1 'of the package'
deb 2 'of the newer package'

cat >project.yaml <<'YAML'
plumb: v1
project: debian
inputs:
  password: {type: string, sensitive: true, default: "it's a 'secret' \\ one"}
resources:
  - debconf: plumb-asks/name
    type: string
    value: somebody
  - debconf: plumb-asks/password
    type: password
    value: ${inputs.password}
    sensitive: [value]
YAML
project() { { cat project.yaml; cat; } >plumb.yaml; }

# --- the answers are there when the package comes; what it took it is not asked for again
project <<'YAML'
  - command: install it
    run: [dpkg, -i, /srv/plumb-asks_1.deb]
    env: {DEBIAN_FRONTEND: noninteractive}
    creates: /etc/plumb-asks.name
YAML
exits 0 "$plumb" plan
says '+ debconf:plumb-asks/name'
says_not secret
exits 0 "$plumb" apply --yes
says_not secret
[ "$(on_host $host cat /etc/plumb-asks.name)" = somebody ] || fail 'the answer did not reach the package'
[ "$(on_host $host cat /etc/plumb-asks.password)" = "it's a 'secret' \\ one" ] || fail 'the password did not reach the package'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- drift of an answer
on_host $host 'echo "plumb-asks plumb-asks/name string other" | debconf-set-selections'
exits 0 "$plumb" plan
says 'other → somebody'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode

# --- the package's file gives way, and one of the project takes its place in the same plan
diverted() {
  project <<'YAML'
  - file: /etc/plumb-asks.conf
    content: "of the project\n"
  - dpkg_divert: /etc/plumb-asks.conf
YAML
}
diverted
exits 0 "$plumb" plan
says '+ file:/etc/plumb-asks.conf'
says '+ dpkg_divert:/etc/plumb-asks.conf'
says_not bounded
exits 0 "$plumb" apply --yes
[ "$(on_host $host cat /etc/plumb-asks.conf)" = 'of the project' ] || fail 'the file is not the project'"'"'s'
[ "$(on_host $host cat /etc/plumb-asks.conf.distrib)" = 'of the package' ] || fail 'the file of the package did not move'
exits 0 "$plumb" plan --detailed-exitcode

# --- a newer package keeps away from it
on_host $host 'dpkg -i /srv/plumb-asks_2.deb' >/dev/null 2>&1
[ "$(on_host $host cat /etc/plumb-asks.conf.distrib)" = 'of the newer package' ] || fail 'the package wrote elsewhere'
exits 0 "$plumb" plan --detailed-exitcode

# --- drift: somebody takes the diversion out
on_host $host 'dpkg-divert --no-rename --remove /etc/plumb-asks.conf' >/dev/null
exits 1 "$plumb" plan
says '/etc/plumb-asks.conf.distrib is there already'
on_host $host 'mv /etc/plumb-asks.conf.distrib /etc/plumb-asks.conf'
exits 0 "$plumb" apply --yes
says '2 changed'
exits 0 "$plumb" plan --detailed-exitcode

# --- it comes back, and the questions go
cat >plumb.yaml <<'YAML'
plumb: v1
project: debian
resources:
  - dpkg_divert: /etc/plumb-asks.conf
    state: absent
    delete: true
  - debconf: plumb-asks/name
    state: absent
YAML
exits 0 "$plumb" apply --yes
[ "$(on_host $host cat /etc/plumb-asks.conf)" = 'of the newer package' ] || fail 'the file of the package did not come back'
on_host $host '! dpkg-divert --list | grep plumb-asks' || fail 'the diversion is still there'
on_host $host '! grep plumb-asks/name /var/cache/debconf/config.dat' || fail 'the question is still there'
exits 0 "$plumb" apply --yes
says 'Nothing to change'
