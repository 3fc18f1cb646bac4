# A host as Alpine's are: BusyBox and nothing of the shadow suite, OpenRC, apk. The system is a folder with a real BusyBox;
# apk, rc-service and rc-update are scripts that answer and change files as theirs do.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
apart "$PLUMB_SOURCE/testdata/e2e/alpine_test.sh" busybox-static
busybox=$(command -v busybox) || skip 'no busybox'

root=$work/root
mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,dev,proc,root,tmp,home,lib/apk/db,etc/apk,etc/init.d,etc/runlevels/{sysinit,boot,default},run/openrc/{started,starting,stopping,inactive},var/cache/apk,var/lib}
cp "$busybox" "$root/bin/busybox"
for name in $("$root/bin/busybox" --list); do [ -e "$root/bin/$name" ] || ln -s busybox "$root/bin/$name"; done
printf '#!/bin/sh\nexit 1\n' >"$root/sbin/nologin"
chmod 755 "$root/sbin/nologin"
# As BusyBox of Alpine has them: no useradd, usermod, groupadd, chage.
printf 'root:x:0:0:root:/root:/bin/ash\nbin:x:1:1:bin:/bin:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:root\nbin:x:1:root,bin\nwheel:x:10:root\nusers:x:100:\nnogroup:x:65533:\n' >"$root/etc/group"
printf 'root:*::0:::::\nbin:!::0:::::\nnobody:!::0:::::\n' >"$root/etc/shadow"
chmod 640 "$root/etc/shadow"
printf '/bin/sh\n/bin/ash\n' >"$root/etc/shells"
printf 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\n' >"$root/etc/os-release"
echo default >"$root/run/openrc/softlevel"
printf 'https://mirror.example.org/v3.20/main\n' >"$root/etc/apk/repositories"
touch "$root/var/cache/apk/APKINDEX.0a1b2c3d.tar.gz" "$root/etc/apk/world"
printf 'C:Q1=\nP:musl\nV:1.2.5-r0\nA:x86_64\n\n' >"$root/lib/apk/db/installed"

cat >"$root/sbin/apk" <<'APK'
#!/bin/sh
# Knows two packages, of which one needs the other.
simulate= words=
while [ $# -gt 0 ]; do
  case $1 in
    --simulate) simulate=1 ;;
    --wait) shift ;;
    --) shift && break ;;
    -*) ;;
    *) words="$words $1" ;;
  esac
  shift
done
has() { grep -q "^P:$1$" /lib/apk/db/installed; }
todo= n=0
for name in "$@"; do
  name=${name%%[=<>~]*}
  case $words,$name in
    *add,nginx) has pcre || todo="$todo pcre"; has nginx || todo="$todo nginx" ;;
    *add,pcre) has pcre || todo="$todo pcre" ;;
    *del,nginx) has nginx && todo="$todo nginx" ;;
    *) printf 'ERROR: unable to select packages:\n  %s (no such package):\n    required by: world[%s]\n' "$name" "$name" >&2; exit 1 ;;
  esac
done
total=$(set -- $todo; echo $#)
for name in $todo; do
  n=$((n + 1))
  case $words in
    *add) echo "($n/$total) Installing $name (1.26.2-r0)" ;;
    *) echo "($n/$total) Purging $name (1.26.2-r0)" ;;
  esac
  [ -z "$simulate" ] || continue
  case $words in
    *add) printf 'C:Q1=\nP:%s\nV:1.26.2-r0\nA:x86_64\n\n' "$name" >>/lib/apk/db/installed
      [ "$name" != nginx ] || { printf '#!/sbin/openrc-run\nextra_started_commands="reload"\n' >/etc/init.d/nginx; chmod 755 /etc/init.d/nginx; mkdir -p /etc/nginx; } ;;
    *) awk -v name="$name" 'BEGIN { RS = ""; ORS = "\n\n" } $0 !~ "P:" name "\n" { print }' /lib/apk/db/installed >/tmp/db
      mv /tmp/db /lib/apk/db/installed
      rm -f /etc/init.d/nginx ;;
  esac
done
if [ -z "$simulate" ]; then
  for name in "$@"; do
    grep -vx "$name" /etc/apk/world >/tmp/world
    case $words in *add) echo "$name" >>/tmp/world ;; esac
    mv /tmp/world /etc/apk/world
  done
fi
echo 'OK: 9 MiB in 15 packages'
APK
cat >"$root/sbin/rc-service" <<'RC'
#!/bin/sh
[ "$1" != --nocolor ] || shift
[ -f "/etc/init.d/$1" ] || { echo " * rc-service: service \`$1' does not exist" >&2; exit 1; }
echo "$2 $1" >>/run/rc.log
case $2 in
  start | restart) ln -sf "/etc/init.d/$1" "/run/openrc/started/$1" ;;
  stop) rm -f "/run/openrc/started/$1" ;;
  status) [ -L "/run/openrc/started/$1" ] || exit 3 ;;
esac
RC
cat >"$root/sbin/rc-update" <<'RC'
#!/bin/sh
case $1 in
  add) ln -s "/etc/init.d/$2" "/etc/runlevels/$3/$2" ;;
  del) rm "/etc/runlevels/$3/$2" ;;
esac
RC
chmod 755 "$root"/sbin/{apk,rc-service,rc-update}
mount -t proc proc "$root/proc" || skip 'nothing can be mounted here'
mknod -m 666 "$root/dev/null" c 1 3
inside() { chroot "$root" /bin/busybox "$@"; }

mkdir site
cat >site/hosts.yaml <<YAML
plumb: v1
hosts:
  edge: {connection: {command: [chroot, $root]}}
YAML
cat >site/plumb.yaml <<'YAML'
plumb: v1
project: edge
inputs:
  hash: {type: string, sensitive: true, default: "$6$abcdefgh$T8X8oXpYwbp1d3ATWJ1dmYVZ4Cp1B0Eo4eFKNMPeY0eZzSIh2LsTzr1Vu5m8s3l9zYB7xJ7l0n0z0m6o3k1abc"}
resources:
  - group: web
    gid: 1500
  - user: deploy
    uid: 1500
    group: web
    groups: [wheel]
    shell: /bin/ash
    password_hash: ${inputs.hash}
  - user: worker
    system: true
    shell: /sbin/nologin
  - package: nginx
  - file: /etc/nginx/nginx.conf
    content: "worker_processes 1;\n"
  - file: /etc/by
    content: "${facts.os.family} ${facts.package_manager} ${facts.init}\n"
  - service: nginx
    state: running
    enabled: true
    reload_on: ["file:/etc/nginx/*"]
YAML
run() { "$plumb" -C site "$@"; }
exits 0 run plan
says '+ user:deploy'
says '+ package:nginx'
says 'brings pcre'
says '~ service:nginx'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(cat "$root/etc/by")" = 'alpine apk openrc' ] || fail "facts: $(cat "$root/etc/by")"

# Accounts are as BusyBox reads them.
[ "$(inside id deploy)" = 'uid=1500(deploy) gid=1500(web) groups=10(wheel),1500(web)' ] ||
  [ "$(inside id deploy)" = 'uid=1500(deploy) gid=1500(web) groups=1500(web),10(wheel)' ] || fail "id: $(inside id deploy)"
[ "$(inside su deploy -c 'echo $HOME $(pwd)')" != '' ] || fail 'su does not know it'
[ -d "$root/home/deploy" ] && [ "$(stat -c %u:%g "$root/home/deploy")" = 1500:1500 ] || fail 'no home'
grep -q '^deploy:\$6\$abcdefgh\$' "$root/etc/shadow" || fail 'the hash is not there'
grep -q '^worker:\*:' "$root/etc/shadow" || fail 'without PAM a key opens no account with an exclamation mark'
[ "$(inside id -u worker)" -lt 1000 ] || fail "worker has uid $(inside id -u worker)"
[ "$(stat -c %a "$root/etc/shadow")" = 640 ] || fail 'the mode of /etc/shadow is another'
[ "$(stat -c %a "$root/etc/passwd")" = 644 ] || fail 'the mode of /etc/passwd is another'

# What was done by hand is seen, and put right.
sed -i 's/^wheel:x:10:root,deploy$/wheel:x:10:root/; s/^users:x:100:$/users:x:100:deploy/' "$root/etc/group"
rm "$root/run/openrc/started/nginx"
exits 2 run plan --detailed-exitcode
says '~ user:deploy'
says '~ service:nginx'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
: >"$root/run/rc.log"
sed -i 's/worker_processes 1/worker_processes 2/' site/plumb.yaml
exits 0 run apply --yes
grep -qx 'reload nginx' "$root/run/rc.log" || fail "it was not reloaded: $(cat "$root/run/rc.log")"

# --- what needs systemd says so
cp site/plumb.yaml site/kept.yaml
cat >>site/plumb.yaml <<'YAML'
  - systemd_unit: /etc/systemd/system/app.service
    Service: {ExecStart: /bin/true}
YAML
exits 1 run plan
says 'this host has no systemd'
cp site/kept.yaml site/plumb.yaml

# --- gone, and back
sed -i 's/^  - package: nginx/  - package: nginx\n    state: absent/; s/^    state: running/    state: stopped/; s/^    enabled: true/    enabled: false/; s/^  - user: deploy/  - user: deploy\n    state: absent/' site/plumb.yaml
sed -i '/nginx.conf/,/worker_processes/d; /reload_on/d' site/plumb.yaml
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
! inside id deploy >/dev/null 2>&1 || fail 'deploy is there still'
[ ! -e "$root/etc/runlevels/default/nginx" ] || fail 'nginx starts with the host still'
