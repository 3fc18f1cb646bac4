# What packs a release: the same input gives the same bytes, and each package has what it should. Programs of a few KiB stand for
# the real ones; those are e2e.lab_install's.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in python3 dpkg-deb dpkg-shlibdeps objdump; do command -v $program >/dev/null || skip "no $program here"; done
[ "$(uname -m)" = x86_64 ] || skip 'this is about packages for x86_64'
pack=$PLUMB_SOURCE/cmake/packaging/pack
cp "$(type -P true)" plumb
cp plumb plumb-exec-linux-x86_64
cp plumb plumb-exec-linux-aarch64
gzip -9 -n -k plumb-exec-linux-*
export PLUMB_HERE=$plumb
exits 0 "$pack" first linux-x86_64 plumb plumb-exec-*
touch -d '2001-01-01' plumb*
(umask 077 && cd / && exits 0 "$pack" "$work/second" linux-x86_64 "$work/plumb" "$work"/plumb-exec-*)
for file in first/*; do cmp "$file" "second/${file##*/}" || fail "$file is not the same the second time"; done
version=$("$plumb" version | cut -d' ' -f2)
deb=first/plumbline_${version}_amd64.deb tarball=first/plumbline-$version-linux-x86_64.tar.gz

exits 0 tar -tvf "$tarball"
for name in bin/plumb libexec/plumb/plumb-exec-linux-aarch64.gz share/man/man1/plumb-apply.1.gz share/bash-completion/completions/plumb \
  share/doc/plumbline/LICENSE share/doc/plumbline/guide/getting-started.md; do says "plumbline-$version-linux-x86_64/$name"; done
! grep -v ' 0/0 ' <<<"$output" || fail 'something belongs to somebody'
exits 0 dpkg-deb -c "$deb"
for name in usr/bin/plumb usr/libexec/plumb/plumb-exec-linux-x86_64 usr/share/zsh/vendor-completions/_plumb usr/share/doc/plumbline/copyright; do says "./$name"; done
! awk '{ print $6 }' <<<"$output" | grep -v '^\./usr/\|^\./$' || fail 'a package puts nothing outside of /usr'
exits 0 dpkg-deb -f "$deb" Version Depends
says "Version: $version"
says 'libc6 (>= '
if command -v lintian >/dev/null; then
  # Of what stands for the programs lintian would say that they are Debian's own.
  exits 0 lintian --allow-root --fail-on error "$deb"
fi
if command -v rpm >/dev/null && command -v rpmbuild >/dev/null; then
  exits 0 rpm -qpl "first/plumbline-$version-1.x86_64.rpm"
  says /usr/libexec/plumb/plumb-exec-linux-aarch64
  says /usr/share/man/man1/plumb.1.gz
fi

# The list of parts: what was linked, with versions and sums, and nothing whose license nobody knows.
library() { # PACKAGE VERSION
  mkdir -p "made/$1/DEBIAN"
  printf 'Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: a <a@example.org>\nDescription: a\n' "$1" "$2" >"made/$1/DEBIAN/control"
  dpkg-deb --root-owner-group -b "made/$1" "$1.deb" >/dev/null
}
library zlib1g-dev 1:1.2.13.dfsg-1
library left-pad-dev 1
sbom() { env VERSION="$version" SOURCE_DATE_EPOCH=1700000000 "$PLUMB_SOURCE/cmake/packaging/sbom" linux-x86_64 plumb "$@"; }
exits 0 sbom zlib1g-dev.deb
printf '%s' "$output" >parts
python3 - parts "$(sha256sum <plumb | cut -d' ' -f1)" <<'PY' || fail "$(cat parts)"
import json, sys
document = json.load(open(sys.argv[1]))
assert document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0", document
parts = {one["name"]: one for one in document["packages"]}
assert parts["plumbline"]["checksums"][0]["checksumValue"] == sys.argv[2], parts["plumbline"]
assert parts["zlib"]["versionInfo"] == "1:1.2.13.dfsg-1" and parts["zlib"]["licenseConcluded"] == "Zlib", parts["zlib"]
ids = {one["SPDXID"] for one in document["packages"]}
assert all(r["relatedSpdxElement"] in ids for r in document["relationships"]), document["relationships"]
assert document["creationInfo"]["created"] == "2023-11-14T22:13:20Z", document["creationInfo"]
PY
exits 1 sbom left-pad-dev.deb
says 'left-pad-dev is linked into plumb, and sbom does not know its license'
