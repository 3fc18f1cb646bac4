# Executors for machines of other kinds, under emulation: what one of them plans and applies is what the native one does.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

emulator() {
  case $1 in
    linux-armv7l) echo qemu-arm-static ;;
    *) echo "qemu-${1#linux-}-static" ;;
  esac
}

cat >plumb.yaml <<'YAML'
plumb: v1
project: foreign
resources:
  - directory: /srv/app
  - file: /srv/app/site.conf
    content: "on ${facts.arch}\n"
    mode: "0640"
  - file: /srv/app/large
    source: large
  - link: /srv/current
    target: app
YAML
printf 'plumb: v1\nhosts:\n  image: {connection: local}\n' >hosts.yaml
head -c 3000000 /dev/zero | tr '\0' x >large

tried=
for program in "$PLUMB_BIN"/plumb-exec-linux-*; do
  [ -x "$program" ] && [ "${program%.gz}" = "$program" ] || continue
  platform=${program##*/plumb-exec-}
  command -v "$(emulator "$platform")" >/dev/null || continue
  tried="$tried $platform"

  # An installation whose own executor is the foreign one.
  there=$work/$platform
  mkdir -p "$there/bin" "$there/root/srv"
  cp "$plumb" "$there/bin/plumb"
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$(emulator "$platform")" "$program" >"$there/bin/plumb-exec"
  chmod +x "$there/bin/plumb-exec"
  run() { "$there/bin/plumb" --root "$there/root" "$@"; }

  exits 0 run facts
  case $platform in
    linux-aarch64) says 'arch = arm64' ;;
    linux-armv7l) says 'arch = armhf' ;;
    linux-riscv64) says 'arch = riscv64' ;;
  esac
  exits 0 run apply --yes
  says '4 changed'
  grep -qx 'on [a-z0-9]*' "$there/root/srv/app/site.conf" || fail 'the template is wrong'
  [ "$(stat -c %a "$there/root/srv/app/site.conf")" = 640 ] || fail 'the mode is wrong'
  cmp large "$there/root/srv/app/large" || fail 'the content is wrong'
  exits 0 run apply --yes
  says 'Nothing to change'
  echo more >>"$there/root/srv/app/large"
  exits 2 run diff
  says '(drift)'
  exits 0 run apply --yes
  cmp large "$there/root/srv/app/large" || fail 'drift was not healed'
done
[ -n "$tried" ] || skip 'no executors for other machines with an emulator here: make executors'
