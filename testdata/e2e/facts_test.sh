# What a host tells of itself, in an image whose files say it, and in expressions.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir -p project root/etc root/usr/share/zoneinfo/Europe
printf 'ID=ubuntu\nID_LIKE=debian\nNAME=Ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n' >root/etc/os-release
: >root/usr/share/zoneinfo/Europe/Berlin
ln -s ../usr/share/zoneinfo/Europe/Berlin root/etc/localtime
mkdir root/etc/default
printf '# comment\nLANG="de_DE.UTF-8"\n' >root/etc/default/locale
printf 'search example.com\nnameserver 192.0.2.53\n' >root/etc/resolv.conf
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: facts
resources:
  - file: /told
    when: facts.os.version_major >= 20
    content: "${facts.os.id} ${facts.os.version_major} ${facts.timezone} ${facts.locale} ${facts.dns.servers[0]}\n"
  - file: /never
    when: facts.mounts.exists(m, m.path == '/') || facts.network.address != ''
    content: "an image is not mounted anywhere\n"
YAML
exits 0 "$plumb" -C project --root "$work/root" --yes apply
[ "$(cat root/told)" = 'ubuntu 22 Europe/Berlin de_DE.UTF-8 192.0.2.53' ] || fail "told: $(cat root/told)"
[ ! -e root/never ] || fail 'an image has mounts or an address'
exits 0 "$plumb" -C project facts --output json
says '"interfaces"'
