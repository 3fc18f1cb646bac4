# A repository of packages on a real host, signed by a key of the test's own: it comes with its key, apt reads it, what only it
# brings is installed in the same plan, and the second apply does nothing.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in gpg dpkg-deb; do command -v $program >/dev/null || skip "no $program here"; done
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'dpkg --purge --force-all plumb-signed; rm -rf /srv/plumb-signed /etc/apt/sources.list.d/plumb-signed.* \
    /etc/apt/keyrings/plumb-signed.asc /var/lib/apt/lists/_srv_plumb-signed* /var/lib/plumb/repository' >/dev/null 2>&1 || true
}
clean
trap 'clean; gpgconf --kill all 2>/dev/null || true; rm -rf "$work"' EXIT

export GNUPGHOME=$work/gnupg
mkdir -m 700 "$GNUPGHOME"
key() { # NAME: makes a key, and NAME.asc
  gpg --batch --quiet --passphrase '' --quick-generate-key "$1@example.com" rsa2048 sign never 2>gpg.log || skip "gpg makes no key: $(cat gpg.log)"
  gpg --batch --quiet --armor --export "$1@example.com" >"$1.asc"
}
key right
key wrong

repo=$work/repo
mkdir -p "$repo/dists/one/main/binary-amd64" "$repo/pool" package/DEBIAN
printf 'Package: plumb-signed\nVersion: 1\nArchitecture: all\nMaintainer: a test <a@example.com>\nDescription: of a test\n' >package/DEBIAN/control
dpkg-deb --root-owner-group -b package "$repo/pool/plumb-signed_1.deb" >/dev/null
packages=$repo/dists/one/main/binary-amd64/Packages
{
  cat package/DEBIAN/control
  printf 'Filename: pool/plumb-signed_1.deb\nSize: %s\nSHA256: %s\n\n' "$(stat -c %s "$repo/pool/plumb-signed_1.deb")" \
    "$(sha256sum "$repo/pool/plumb-signed_1.deb" | cut -d' ' -f1)"
} >"$packages"
{
  printf 'Suite: one\nCodename: one\nComponents: main\nArchitectures: amd64\nDate: %s\nSHA256:\n' "$(LC_ALL=C date -Ru)"
  printf ' %s %s main/binary-amd64/Packages\n' "$(sha256sum "$packages" | cut -d' ' -f1)" "$(stat -c %s "$packages")"
} >Release
gpg --batch --quiet --local-user right@example.com --clearsign --output "$repo/dists/one/InRelease" Release
tar -C "$repo" -c . | on_host $host 'mkdir -p /srv/plumb-signed && tar -C /srv/plumb-signed -x && chmod -R a+rX /srv/plumb-signed'

project() { # KEY
  cat >plumb.yaml <<YAML
plumb: v1
project: repository
resources:
  - directory: /etc/apt/keyrings
  - apt_repository: plumb-signed
    uris: ["file:/srv/plumb-signed"]
    suites: [one]
    components: [main]
    architectures: [amd64]
    key_source: $1.asc
  - package: plumb-signed
YAML
}

project right
exits 0 "$plumb" plan
says '+ apt_repository:plumb-signed'
says '+ package:plumb-signed  (bounded)'
exits 0 "$plumb" apply --yes
[ "$(on_host $host "dpkg-query -W -f '\${Version}' plumb-signed")" = 1 ] || fail 'the package is not there'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# Drift, and an older file of the same.
on_host $host 'sed -i s/main/main\ extra/ /etc/apt/sources.list.d/plumb-signed.sources'
exits 0 "$plumb" apply --yes
says '1 changed'
on_host $host 'echo "deb file:/srv/plumb-signed one main" >/etc/apt/sources.list.d/plumb-signed.list; sed -i s/main/other/ /etc/apt/sources.list.d/plumb-signed.sources'
exits 1 "$plumb" plan
says 'plumb-signed.list:1 declares this repository with another key'
on_host $host 'rm /etc/apt/sources.list.d/plumb-signed.list'
exits 0 "$plumb" apply --yes

# Another key than the one that signed: apt does not take it, and the next plan knows.
on_host $host 'rm -f /var/lib/apt/lists/_srv_plumb-signed*'
project wrong
output=$("$plumb" apply --yes 2>&1) && fail "a wrong key was taken: $output"
says 'apt_repository:plumb-signed'
exits 0 "$plumb" plan
says 'not read → read'
project right
exits 0 "$plumb" apply --yes

cat >plumb.yaml <<'YAML'
plumb: v1
project: repository
resources:
  - package: plumb-signed
    state: absent
  - apt_repository: plumb-signed
    state: absent
    key_source: right.asc
YAML
exits 0 "$plumb" apply --yes
on_host $host '! ls /etc/apt/sources.list.d/plumb-signed.sources /etc/apt/keyrings/plumb-signed.asc 2>/dev/null' || fail 'something is left'
exits 0 "$plumb" apply --yes
says 'Nothing to change'
