# Files that no rename can replace: one that is a mount of its own, one in a folder that takes nothing; what a cut leaves
# is told and healed, and undo gives the old text back. Labels and extended attributes, over an image.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
[ "$(id -u)" = 0 ] && [ -n "${PLUMB_OWN_STATE:-}" ] || skip 'mounting needs root, and a namespace for mounts'

root=$work/root
trap 'umount -l "$root/etc/hosts" "$root/ro/conf" "$root/ro" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p project "$root/etc" "$root/ro" outside
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
run() { "$plumb" -C project --root "$root" "$@"; }
resources() { { printf 'plumb: v1\nproject: places\nresources:\n'; cat; } >project/plumb.yaml; }

# --- a mount of its own, as /etc/hosts in a container: refused with the way on, and then written over
echo '127.0.0.1 localhost' >outside/hosts
: >"$root/etc/hosts"
mount --bind outside/hosts "$root/etc/hosts"
resources <<'YAML'
  - file: /etc/hosts
    content: "127.0.0.1 localhost\n192.0.2.1 db\n"
YAML
exits 1 run plan
says '/etc/hosts is a mount of its own, so it can be neither replaced nor removed'
says 'in_place: true'
inode=$(stat -c %i outside/hosts)
echo '    in_place: true' >>project/plumb.yaml
exits 0 run plan
says 'written over in place, which is not atomic'
exits 0 run apply --yes
[ "$(cat outside/hosts)" = "$(printf '127.0.0.1 localhost\n192.0.2.1 db')" ] || fail "what came: $(cat outside/hosts)"
[ "$(stat -c %i outside/hosts)" = "$inode" ] || fail 'it is another file'
exits 0 run apply --yes
says 'Nothing to change'
exits 0 run undo last --yes
[ "$(cat outside/hosts)" = '127.0.0.1 localhost' ] || fail "undo left: $(cat outside/hosts)"

# Edits, by whatever kind, are one write.
resources <<'YAML'
  - host_entry: db
    address: 192.0.2.1
    in_place: true
  - line: /etc/hosts
    text: "# end"
    in_place: true
  - block: /etc/hosts
    content: "192.0.2.2 cache"
    in_place: true
YAML
exits 0 run apply --yes
says '3 changed'
grep -q '^192.0.2.1.*db' outside/hosts && grep -qx '# end' outside/hosts && grep -qx '192.0.2.2 cache' outside/hosts ||
  fail "what came: $(cat outside/hosts)"
[ "$(stat -c %i outside/hosts)" = "$inode" ] || fail 'it is another file'
exits 0 run undo last --yes
[ "$(cat outside/hosts)" = '127.0.0.1 localhost' ] || fail "undo left: $(cat outside/hosts)"

# --- a folder that takes no new files, and a file in it that can be written
echo old >outside/conf
mount -t tmpfs places "$root/ro"
: >"$root/ro/conf"
mount --bind outside/conf "$root/ro/conf"
mount -o remount,ro "$root/ro"
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >project/hosts.yaml
resources <<YAML
  - file: $root/ro/conf
    content: "new\\n"
    validate: grep -q new %s
    in_place: true
YAML
exits 0 "$plumb" -C project apply --yes
[ "$(cat outside/conf)" = new ] || fail "what came: $(cat outside/conf)"
sed -i 's/"new/"worse/' project/plumb.yaml
exits 1 "$plumb" -C project apply --yes
says 'did not pass `grep -q new %s`'
[ "$(cat outside/conf)" = new ] || fail 'what did not pass was written'
rm project/hosts.yaml

# --- what a cut leaves is drift, which the next apply heals
resources <<'YAML'
  - file: /etc/hosts
    content: "127.0.0.1 localhost\n192.0.2.1 db\n"
    in_place: true
YAML
exits 0 run apply --yes
printf '127.0.0.1 localhost\n192.0' >outside/hosts
exits 0 run plan
says '(drift)'
exits 0 run apply --yes
[ "$(cat outside/hosts)" = "$(printf '127.0.0.1 localhost\n192.0.2.1 db')" ] || fail "healed: $(cat outside/hosts)"

# --- labels of an image that is set up for them, and extended attributes
command -v python3 >/dev/null || exit 0
attribute() { python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], sys.argv[2]).rstrip(b"\0").decode())' "$root$1" "$2" 2>/dev/null; }
label() { attribute "$1" security.selinux || echo none; }
mkdir -p "$root/etc/selinux" "$root/srv"
echo SELINUX=enforcing >"$root/etc/selinux/config"
echo page >"$root/srv/page"
python3 -c 'import os, sys; os.setxattr(sys.argv[1], "security.selinux", b"unconfined_u:object_r:var_t:s0\0")' "$root/srv/page" 2>/dev/null || exit 0
python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.gone", b"x")' "$root/srv/page"
resources <<'YAML'
  - file: /srv/page
    selinux: {type: httpd_sys_content_t}
    xattrs: {user.origin: by hand, user.none: false, user.gone: false, user.word: "false"}
  - directory: /srv/web
    selinux: {type: httpd_sys_content_t}
    recurse: true
  - file: /srv/web/index
    content: "x\n"
YAML
exits 0 run plan
says 'unconfined_u:object_r:var_t:s0 → unconfined_u:object_r:httpd_sys_content_t:s0'
exits 0 run apply --yes
[ "$(label /srv/page)" = unconfined_u:object_r:httpd_sys_content_t:s0 ] || fail "the label: $(label /srv/page)"
[ "$(label /srv/web/index)" = system_u:object_r:httpd_sys_content_t:s0 ] || fail "below: $(label /srv/web/index)"
[ "$(attribute /srv/page user.origin)" = 'by hand' ] || fail 'no attribute'
! attribute /srv/page user.none || fail 'an attribute that is not to be there'
! attribute /srv/page user.gone || fail 'an attribute stayed that is not to be there'
[ "$(attribute /srv/page user.word)" = false ] || fail 'no attribute whose text is false'
exits 0 run apply --yes
says 'Nothing to change'
exits 0 run undo last --yes
[ "$(label /srv/page)" = unconfined_u:object_r:var_t:s0 ] || fail "undo left $(label /srv/page)"
! attribute /srv/page user.origin || fail 'undo left the attribute'
[ "$(attribute /srv/page user.gone)" = x ] || fail 'undo did not bring the attribute back'
# Without SELinux nobody sets one, and that is told.
echo SELINUX=disabled >"$root/etc/selinux/config"
exits 0 run plan
says 'the host has no SELinux'
