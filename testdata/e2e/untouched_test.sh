# What plumb writes where it has nothing to do: a plan, and an apply after which nothing is left to do, change nothing of the
# host. Every system call is looked at, of plumb itself, of its executor and of the programs that they start.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v strace >/dev/null || skip 'no strace here'
[ "$(id -u)" = 0 ] || skip 'accounts are made as root'
strace -qq -o /dev/null true 2>/dev/null || skip 'nothing may be traced here'

mkdir -p project/tree/below root/etc/{apt,skel,sysctl.d,modules-load.d,security,sudoers.d,ssh,systemd/system} root/var/spool/cron/crontabs \
  root/{usr/bin,bin,home,srv,var/lib,run,tmp}
cp /etc/os-release root/etc/os-release
printf 'root:x:0:0:root:/root:/bin/sh\n' >root/etc/passwd
printf 'root:x:0:\n' >root/etc/group
printf 'root:*:19000::::::\n' >root/etc/shadow
: >root/bin/sh
printf 'port = 1\n' >root/etc/app.ini
printf '{"a": 1}\n' >root/etc/app.json
printf 'one\ntwo\n' >root/etc/lines
echo below >project/tree/below/file
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: untouched
inputs:
  password: {type: string, sensitive: true, default: secret}
readings:
  lines: {file: /etc/lines, format: lines, type: array, items: {type: string}, absent: []}
resources:
  - group: app
    gid: 900
  - user: app
    uid: 900
    group: app
    comment: An app
  - directory: /srv/app
    owner: app
    mode: "0750"
  - directory: /srv/tree
    source: tree
    purge: true
  - file: /srv/app/conf
    content: "${inputs.password} ${size(readings.lines) > 1 ? 'many' : 'one'}\n"
    sensitive: [content]
    mode: "0600"
  - link: /srv/current
    target: app
  - line: /etc/lines
    text: three
  - block: /etc/lines
    content: in a block
  - replace: /etc/lines
    match: ^two$
    text: "2"
  - ini: /etc/app.ini
    section: server
    options: {port: "8080"}
  - structured: /etc/app.json
    set: {b: 2}
  - sysctl: net.ipv4.ip_forward
    value: "1"
    live: false
  - kernel_module: br_netfilter
    persistent: true
  - cron: nightly
    user: root
    job: /bin/true
    minute: "5"
  - host_entry: db.example.com
    address: 192.0.2.5
  - environment: LANGUAGE
    value: en
  - limits: app - nofile
    value: "4096"
  - sudoers: app
    user: app
    commands: [/bin/true]
  - known_host: git.example.com
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVtcHR5ZW1wdHllbXB0eWVtcHR5ZW1wdHllbXB0eWVt
  - authorized_key: app
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVtcHR5ZW1wdHllbXB0eWVtcHR5ZW1wdHllbXB0eWVt
  - systemd_unit: /etc/systemd/system/app.service
    Service: {ExecStart: /bin/true}
  - hostname: web1
  - timezone: UTC
YAML
mkdir -p root/usr/share/zoneinfo && cp /usr/share/zoneinfo/Etc/UTC root/usr/share/zoneinfo/UTC
plumb() { "$plumb" -C project --root "$work/root" "$@"; }
exits 0 plumb apply --yes

# written COMMAND…: $written is what it changed, but for what is plumb's own: the project's .plumb, its state and locks on this
# machine, its record and lock on the host, the scratch of what is confined, devices, and what it says of itself in /proc.
written() {
  local code=0
  strace -f -y -qq -s 4096 -o trace -e trace='!read,write,pread64,pwrite64,mmap,munmap,brk,futex,poll,ppoll' \
    "$plumb" -C project --root "$work/root" "$@" >said 2>&1 || code=$?
  [ "$code" = 0 ] || fail "exit code $code of: $* under strace
$(cat said)"
  [ "$(wc -l <trace)" -gt 100 ] || fail 'nothing was traced'
  written=$(python3 "$PLUMB_SOURCE/testdata/e2e/written_paths.py" trace | sort -u |
    grep -vE " ($work/project/\.plumb|($work/root)?/(var/lib|run)/plumb|/dev|/proc)(/|$)" || true)
}
tree() { (cd root && find . -path ./var/lib/plumb -prune -o -path ./run/plumb -prune -o -printf '%p %y %m %U:%G %s %T@ %C@ %i %l\n' | sort); }

tree >before
written plan --detailed-exitcode
grep -q 'Nothing to change' said || fail "there was something to do: $(cat said)"
[ -z "$written" ] || fail "a plan wrote:
$written"
written apply --yes
[ -z "$written" ] || fail "an apply with nothing to do wrote:
$written"
written facts
[ -z "$written" ] || fail "asking for facts wrote:
$written"
tree >after
cmp -s before after || fail "something was touched: $(diff before after | head)"

# The test sees what is written: a plan with something to do writes nothing either, and its apply that very file.
echo drift >root/srv/app/conf
written plan
[ -z "$written" ] || fail "a plan of a change wrote:
$written"
written apply --yes
grep -q "$work/root/srv/app/conf$" <<<"$written" || fail "the file that was written is not seen: $written"
! grep -vF " $work/root/srv/app" <<<"$written" || fail 'more was written than the file and its folder'
