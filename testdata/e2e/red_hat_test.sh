# What hosts of Red Hat's family have, over an image: repositories with a password beside them, the mode of SELinux, and what only a
# running host has.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root"/etc/{yum.repos.d,selinux,pki} "$root/var/lib/selinux/targeted/active" "$root/srv"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
printf '# how\nSELINUX=disabled\nSELINUXTYPE=targeted\n' >"$root/etc/selinux/config"
printf '[base]\nname = Base\nmetalink=https://mirrors.example.org/metalink\nenabled=1\n\n[extra]\n# for tests\nenabled = 0\n' >"$root/etc/yum.repos.d/base.repo"

exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
resources() { { printf 'plumb: v1\nproject: family\ninputs: {password: {type: string, sensitive: true, default: correct-horse}}\nresources:\n'; cat; } >project/plumb.yaml; }
same() { # FILE TEXT
  [ "$(cat "$root$1")" = "$2" ] || fail "$1 is: $(cat "$root$1")"
}

resources <<'YAML'
  - file: /etc/pki/internal
    content: "a key\n"
  - yum_repository: base
    file: base
    baseurl: [https://mirror.example.org/9]
    gpgcheck: true
  - yum_repository: internal
    description: Of our own
    baseurl: ["https://rpm.example.org/el9", "https://rpm2.example.org/el9"]
    gpgkey: [file:///etc/pki/internal]
    username: deploy
    exclude: ["kernel*", nginx]
    options: {countme: 1}
  - ini: /etc/yum.repos.d/internal.repo
    section: internal
    options: {password: "${inputs.password}"}
    sensitive: [options]
  - selinux_mode: enforcing
YAML
exits 0 run validate
exits 0 run plan
says '~ yum_repository:base#base'
says '+ yum_repository:internal'
says '~ selinux_mode:enforcing'
says 'counts once the host has started again'
says_not correct-horse
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
same /etc/yum.repos.d/base.repo '[base]
name = Base
enabled=1
baseurl=https://mirror.example.org/9
gpgcheck=1

[extra]
# for tests
enabled = 0'
grep -q '^password *= *correct-horse$' "$root/etc/yum.repos.d/internal.repo" || fail 'the password is not there'
grep -q '^baseurl=https://rpm.example.org/el9 https://rpm2.example.org/el9$' "$root/etc/yum.repos.d/internal.repo" || fail 'one of two places'
same /etc/selinux/config '# how
SELINUX=enforcing
SELINUXTYPE=targeted'

# --- drift
sed -i 's/gpgcheck=1/gpgcheck=0/' "$root/etc/yum.repos.d/base.repo"
sed -i 's/enforcing/permissive/' "$root/etc/selinux/config"
exits 0 run plan
says '~ yum_repository:base#base'
says '~ selinux_mode:enforcing'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode

# --- what needs a host that runs is told
resources <<'YAML'
  - selinux_boolean: httpd_can_network_connect
    value: true
  - selinux_port: 8080
    type: http_port_t
YAML
exits 1 run plan
says 'SELinux is not there on this host'

# --- it goes, and other sections stay
resources <<'YAML'
  - yum_repository: base
    file: base
    state: absent
  - yum_repository: internal
    state: absent
YAML
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
same /etc/yum.repos.d/base.repo '[extra]
# for tests
enabled = 0'
same /etc/yum.repos.d/internal.repo ''

# --- zypper keeps them elsewhere
rm -r "$root/etc/yum.repos.d"
mkdir -p "$root/etc/zypp/repos.d"
resources <<'YAML'
  - yum_repository: tools
    baseurl: [https://download.example.org/tools]
    options: {autorefresh: 1}
YAML
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
same /etc/zypp/repos.d/tools.repo '[tools]
autorefresh=1
baseurl=https://download.example.org/tools'

# --- what is wrong is told where it stands
resources <<'YAML'
  - yum_repository: tools
    baseurl: [download.example.org]
  - yum_repository: both
    baseurl: [https://a.example]
    metalink: https://b.example
  - selinux_mode: strict
  - pip: requests
    version: ">=2"
YAML
exits 3 run validate
says 'expected a URL, such as'
says 'metalink'
says 'enforcing'
says 'expected a version, such as 2.31.0'
