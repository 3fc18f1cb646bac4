# A file system that keeps neither owners nor modes and does not say so, as one of FUSE may be (vfat says so, and is told at
# plan): what asks for neither works, the rest is refused and nothing of it is left.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
[ "$(id -u)" = 0 ] || skip 'mounting needs root'
command -v python3 >/dev/null || skip 'no python3 to serve a file system'
[ -e /dev/fuse ] || skip 'there is no FUSE here'

root=$work/root
mkdir -p "$root/etc" "$root/mnt" project
printf 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nweb:x:1000:\n' >"$root/etc/group"
printf 'plumb: v1\nhosts:\n  localhost: {connection: local}\n' >project/hosts.yaml
python3 "$PLUMB_SOURCE/testdata/e2e/modeless.py" "$root/mnt" 0644 0755 >served.log 2>&1 &
server=$!
trap 'umount -l "$root/mnt" 2>/dev/null; kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 600); do
  ! grep -q mounted served.log || break
  kill -0 $server 2>/dev/null || skip "no file system can be served here: $(cat served.log)"
  sleep 0.1
done

run() { "$plumb" -C project --root "$root" "$@"; }
resources() {
  printf 'plumb: v1\nproject: modeless\nresources:\n' >project/plumb.yaml
  cat >>project/plumb.yaml
}

resources <<'YAML'
  - file: /mnt/x
    content: "a\n"
  - line: /mnt/lines
    text: b
    create: true
  - directory: /mnt/d
  - file: /mnt/d/x
    content: "a\n"
  - directory: /mnt/tree
  - directory: /mnt/tree/below
    mode: "0755"
    owner: root
YAML
exits 0 run apply --yes
[ "$(cat "$root/mnt/x" "$root/mnt/lines" "$root/mnt/d/x")" = "$(printf 'a\nb\na')" ] || fail 'something else was written'
exits 0 run diff
sed -i 's/"a\\n"/"c\\n"/' project/plumb.yaml
exits 0 run apply --yes
exits 0 run diff
[ -z "$(find "$root/mnt" -name '.plumb-*')" ] || fail 'temporary files are left'

refused() {
  resources
  exits 1 run apply --yes
  [ ! -e "$root/mnt/new" ] || fail "it is left: $(ls -ld "$root/mnt/new")"
}
refused <<'YAML'
  - {directory: /mnt/new, mode: "0700"}
YAML
says 'is on a file system that gives new folders the mode 0755 and owner 0 and keeps no other'
refused <<'YAML'
  - {directory: /mnt/new, owner: web}
YAML
says 'keeps no other'
refused <<'YAML'
  - {file: /mnt/new, content: x, owner: web}
YAML
says 'cannot change the owner of /mnt/new: Operation not permitted'
# Nobody else may read what is sensitive.
refused <<'YAML'
  - {file: /mnt/new, content: x, sensitive: true}
YAML
says 'cannot change the mode of /mnt/new: Operation not permitted'
resources <<'YAML'
  - {file: /mnt/x, content: "c\n", mode: "0600"}
YAML
exits 1 run apply --yes
says 'cannot change the mode of /mnt/x'

resources <<'YAML'
  - {file: /mnt/x, state: absent}
  - {directory: /mnt/d, state: absent, recurse: true}
YAML
exits 0 run apply --yes
[ ! -e "$root/mnt/x" ] && [ ! -e "$root/mnt/d" ] || fail 'it is still there'
exits 0 run diff
echo ok
