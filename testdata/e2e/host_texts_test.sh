# What a host has by way of names, link targets, comments, contents and facts says nothing to a terminal, whichever command
# shows it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
escape=$'\033'
mkdir -p "$root/etc" "$root/srv/d" project
printf 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000:one%s[2Jtwo:/home/web:/bin/sh\n' "$escape" >"$root/etc/passwd"
printf 'root:x:0:\nweb:x:1000:\n' >"$root/etc/group"
printf 'na%s]0;title\ame\n' "$escape" >"$root/etc/hostname"
printf 'ID=debian\nVERSION_ID="12%s[31m"\nNAME="Debian%s[2J"\n' "$escape" "$escape" >"$root/etc/os-release"
ln -s "to$escape[2J" "$root/srv/link"
: >"$root/srv/d/name$escape[2J"
printf 'old%s[2J\n' "$escape" >"$root/srv/file"
printf 'plumb: v1\nhosts:\n  localhost: {connection: local}\n' >project/hosts.yaml
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: texts
resources:
  - {link: /srv/link, target: new}
  - {directory: /srv/d, purge: true}
  - {user: web, comment: fine}
  - {file: /srv/file, content: "new\n"}
YAML
run() {
  exits 0 "$plumb" -C project --root "$root" "$@"
  ! grep -qF "$escape" <<<"$output" || fail "an escape sequence comes from: $*"
}
for output_form in human json; do
  run --output $output_form facts
  run --output $output_form plan -o plan.json
  run --output $output_form show plan.json
done
run plan --full
says '\x1b[2J'
run observe -o hosts.snapshot
run plan --snapshot hosts.snapshot
! grep -qF "$escape" plan.json hosts.snapshot || fail 'an escape sequence stands in a file'
run apply --yes
says '4 changed'
run history show last --plan
run history
run apply --yes
says 'Nothing to change'
echo ok
