# The packages of a release on clean hosts of Debian 11, 12 and 13: installed, upgraded and removed, and the tarball; each
# keeps its own host. `make release` leaves them where this looks.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
packages=${PLUMB_PACKAGES:-${PLUMB_BIN%/bin}/packages}
deb=$(ls "$packages"/plumbline_*_amd64.deb 2>/dev/null | tail -n 1) || true
tarball=$(ls "$packages"/plumbline-*-linux-x86_64.tar.gz 2>/dev/null | tail -n 1) || true
[ -n "$deb" ] && [ -n "$tarball" ] && [ "$(uname -m)" = x86_64 ] || skip 'no packages of this platform: `make release` makes them'
command -v dpkg-deb >/dev/null || skip 'no dpkg-deb here'
version=$(dpkg-deb -f "$deb" Version)

# The same under an older number, to be upgraded from.
mkdir older
dpkg-deb -R "$deb" older/tree
sed -i 's/^Version: .*/Version: 0.0.1/' older/tree/DEBIAN/control
dpkg-deb --root-owner-group -Znone --build older/tree older/plumbline_0.0.1_amd64.deb >/dev/null

# What is done on each host: a project of its own, with a package's way and the tarball's.
cat >there <<'SH'
set -eu
export DEBIAN_FRONTEND=noninteractive
cd /root
uses() { # PLUMB: it finds its executor, and does what it is for
  rm -rf web && "$1" init web >/dev/null
  cd web
  "$1" apply --yes >/dev/null
  "$1" plan --detailed-exitcode >/dev/null
  "$1" history | grep -q ' ok '
  cd ..
  [ -f /tmp/plumb-web/motd ]
  rm -rf /tmp/plumb-web /var/lib/plumb/web
}
apt-get -qq install -y --no-install-recommends ./plumbline_0.0.1_amd64.deb >log 2>&1 || { cat log; exit 1; }
uses plumb
apt-get -qq install -y --no-install-recommends ./new.deb >log 2>&1 || { cat log; exit 1; }
[ "$(dpkg-query -W -f '${Version}' plumbline)" = "$1" ]
[ "$(plumb version)" = "plumb $1" ]
uses plumb
for file in /usr/share/man/man1/plumb-apply.1.gz /usr/share/bash-completion/completions/plumb /usr/share/doc/plumbline/copyright; do [ -f $file ]; done
! dpkg -L plumbline | grep -v '^/usr\|^/[.]$' || { echo 'it has files elsewhere'; exit 1; }
apt-get -qq purge -y plumbline >log 2>&1 || { cat log; exit 1; }
[ ! -e /usr/bin/plumb ] && [ ! -e /usr/libexec/plumb ] && [ ! -e /usr/share/doc/plumbline ] || { echo 'it is not gone'; exit 1; }
[ -d /var/lib/plumb ] || { echo 'the records of the host are gone'; exit 1; }
mkdir -p elsewhere
tar -C elsewhere --strip-components=1 -xf tarball.tar.gz
uses /root/elsewhere/bin/plumb
SH

for release in bullseye bookworm trixie; do
  lab=$PLUMB_SOURCE/testdata/lab/lab code=0
  "$lab" up 1 --release $release >lab.log 2>&1 || code=$?
  [ "$code" != 77 ] || skip "$(cat lab.log)"
  [ "$code" = 0 ] || fail "the lab did not start: $(cat lab.log)"
  lab_run=${PLUMB_LAB_DIR:-/var/cache/plumb-lab}/run/$release
  host=$(sed -n 's/^Host \([a-z].*\)/\1/p' "$lab_run/ssh_config" | head -n 1)
  for file in "$deb:new.deb" "$tarball:tarball.tar.gz" older/plumbline_0.0.1_amd64.deb:plumbline_0.0.1_amd64.deb; do
    on_host "$host" "cat >/root/${file##*:}" <"${file%:*}"
  done
  on_host "$host" "bash -s $version" <there >log 2>&1 || fail "on $release: $(cat log)"
  on_host "$host" 'rm -rf /root/*.deb /root/*.tar.gz /root/elsewhere /root/web /root/log'
done
