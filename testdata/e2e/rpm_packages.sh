# Sourced behind apart.sh by tests of package managers that are built on rpm: packages of the test's own, and what is there.

# The machine is as if it was rpm's: rpm has a database where it has one elsewhere, and dpkg has none.
as_of_rpm() {
  mv /var/lib/dpkg/status /var/lib/dpkg/status-away
  mkdir -p /etc/rpm
  echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.local
  rpm --initdb 2>/dev/null || skip 'rpm does not run here'
  mkdir -p /srv/plumb-repo "$work/rpm"
}

package() { # NAME [EPOCH:]VERSION-RELEASE [LINES] [SECTIONS]
  local version=${2%-*} epoch=''
  case $version in *:*) epoch="Epoch: ${version%%:*}" version=${version#*:} ;; esac
  cat >"$work/rpm/spec" <<SPEC
Name: $1
Version: $version
Release: ${2##*-}
$epoch
Summary: of a test
License: none
BuildArch: noarch
${3:-}
%description
of a test
%install
mkdir -p %{buildroot}/usr/share/plumb-test %{buildroot}/etc
echo $1 $2 >%{buildroot}/usr/share/plumb-test/$1
echo $1 >%{buildroot}/etc/$1.conf
%files
/usr/share/plumb-test/$1
%config(noreplace) /etc/$1.conf
${4:-}
SPEC
  rpmbuild -bb --quiet --define "_topdir $work/rpm/top" --define '_rpmdir /srv/plumb-repo' "$work/rpm/spec" \
    >"$work/rpm/log" 2>&1 || fail "$(cat "$work/rpm/log")"
}

source_of_packages() {
  package plumb-shell 1-1 'Provides: /bin/sh'
  for name in a b c d e old leaf; do package plumb-$name 1-1; done
  package plumb-a 2-1
  package plumb-epoch 1:1.0-1
  package plumb-epoch 9.0-1
  package plumb-x 1-1 'Conflicts: plumb-old'
  package plumb-y 1-1 'Conflicts: plumb-x'
  package plumb-needs 1-1 'Requires: plumb-lib'
  package plumb-lib 1-1 'Provides: plumb-virtual'
  package plumb-rec 1-1 'Recommends: plumb-weak'
  package plumb-weak 1-1
  package plumb-broken 1-1 'Requires: plumb-nobody-has'
  package plumb-bad 1-1 '' '%pre
echo it does not want to; exit 1'
  createrepo_c -q /srv/plumb-repo
}

. "$PLUMB_SOURCE/testdata/e2e/package_steps.sh"
release=-1
has() { rpm -q --qf '%{EVR}' "$1" 2>/dev/null || true; }
is() { # NAME VERSION
  [ "$(has "$1")" = "$2" ] || fail "$1 is $(has "$1") instead of $2"
}
goes() { is "$1" "package $1 is not installed"; }
