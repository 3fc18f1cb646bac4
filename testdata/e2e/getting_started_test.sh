# The page "Getting started", word for word: every block of it, in its order, on a machine that has never seen plumb. The
# machine and the page's second host are this one's files under a layer of their own, in namespaces of their own, so that
# nothing outside changes: what is written lies in memory that goes with the namespace, no folder of this machine is bound to
# where it could be written to, and nothing is cleaned up by hand. `make install` installs what is built already.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
PATH=$PATH:/usr/sbin:/sbin
if [ -z "${PLUMB_APART:-}" ]; then
  [ "$(id -u)" = 0 ] && unshare --mount --net --pid --fork true 2>/dev/null || skip 'this needs root, and namespaces'
  for program in sshd sudo ssh-keygen ip cmake; do command -v $program >/dev/null || skip "no $program here"; done
  [ -e "${PLUMB_BIN%/bin}/cmake_install.cmake" ] || skip 'this build cannot be installed'
  code=0
  PLUMB_APART=$work unshare --mount --propagation private --net --pid --fork --kill-child bash "$PLUMB_SOURCE/testdata/e2e/getting_started_test.sh" || code=$?
  exit $code
fi

# Nothing is removed at the end: from here on there are mounts below.
trap - EXIT
cd /
rmdir "$work"
work=$PLUMB_APART
build=${PLUMB_BIN%/bin}
mount -t tmpfs tmpfs "$work"
cd "$work"
# layer LOWER NAME: LOWER with what is written to it kept apart, at NAME/root.
layer() {
  mkdir -p "$2/upper" "$2/inner" "$2/root"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$work/$2/upper,workdir=$work/$2/inner" "$work/$2/root" 2>/dev/null ||
    skip 'no layered file systems here'
}
# devices ROOT: those that programs expect, made anew.
devices() {
  mount -t tmpfs -o mode=755 tmpfs "$1/dev"
  local name
  while read -r name major minor; do
    mknod -m 666 "$1/dev/$name" c "$major" "$minor"
  done <<'NODES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
NODES
  mkdir "$1/dev/pts" "$1/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$1/dev/pts"
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
  for name in stdin:0 stdout:1 stderr:2; do ln -s "fd/${name#*:}" "$1/dev/${name%:*}"; done
}
# machine NAME ACCOUNT: an empty machine at NAME/root, with an account that may use sudo without a password.
machine() {
  layer / "$1"
  local root=$work/$1/root
  mount -t proc proc "$root/proc"
  devices "$root"
  for folder in tmp run; do mount -t tmpfs -o mode=1777 tmpfs "$root/$folder"; done
  rm -rf --one-file-system "$root"/usr/local/bin/plumb* "$root/usr/local/libexec/plumb" "$root/srv/www" "$root/var/lib/plumb"
  rm -f "$root/etc/nologin"
  chroot "$root" useradd -m -s /bin/bash -p '*' "$2"
  echo "$2 ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/plumb-test"
  chmod 440 "$root/etc/sudoers.d/plumb-test"
}
machine here newcomer
machine web1 deploy

# The page's second host has the address that documents give.
ip link set lo up
ip address add 192.0.2.10/32 dev lo
chroot here/root su - newcomer -c "mkdir -m 700 .ssh && ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519"
install -d -m 700 web1/root/home/deploy/.ssh
cp here/root/home/newcomer/.ssh/id_ed25519.pub web1/root/home/deploy/.ssh/authorized_keys
chroot web1/root chown -R deploy: /home/deploy/.ssh
mkdir -p web1/root/run/sshd
chroot web1/root ssh-keygen -q -t ed25519 -N '' -f /run/host_key
chroot web1/root /usr/sbin/sshd -f /dev/null -h /run/host_key -o ListenAddress=192.0.2.10 -o PidFile=none \
  -o UsePAM=no -o Subsystem='sftp internal-sftp'

# What is built, where its CMake files say that it is.
layer "$PLUMB_SOURCE" source
layer "$build" build
for part in source:$PLUMB_SOURCE build:$build; do
  mkdir -p "here/root${part#*:}"
  mount --bind "$work/${part%%:*}/root" "here/root${part#*:}"
done
cat >here/root/usr/local/bin/make <<SH
#!/bin/sh
[ "\$*" = install ] && exec sudo cmake --install '$build' --prefix /usr/local
exit 2
SH
chmod 755 here/root/usr/local/bin/make

cat >page.py <<'PY'
"""Runs the blocks of a page of documentation: page.py PAGE ROOT ACCOUNT TERMINAL"""
import re, subprocess, sys

page, root, account, terminal = sys.argv[1:]
folder = f"/home/{account}"


def run(command, *, asks=False):
    inside = ["chroot", root, "su", "-", account, "-c", f"cd {folder} && {command}"]
    if asks:
        inside = ["python3", terminal, "/dev/stdin"] + inside
    told = subprocess.run(inside, input="wait yes\nkey yes\\n\nexits 0\n" if asks else None, text=True,
                          stdin=None if asks else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(f"$ {command}\n{told.stdout}", flush=True)
    return told.returncode, told.stdout


def write(name, text, mode):
    with open(f"{root}{folder}/{name}", mode) as file:
        file.write(text)


blocks = re.findall(r"^```(\w+)\n(.*?)^```$", open(page).read(), re.M | re.S)
assert len(blocks) > 10, blocks
for kind, text in blocks:
    if kind == "yaml":
        name = "hosts.yaml" if re.search("^hosts:", text, re.M) else "plumb.yaml"
        write(name, text if text.startswith("plumb: v1") else "\n" + text, "w" if text.startswith("plumb: v1") else "a")
        continue
    assert kind == "console", kind
    for line in text.splitlines():
        assert line.startswith("$ "), line
        command = line[2:]
        if command.startswith("cd "):
            folder += "/" + command[3:]
            continue
        code, told = run(command, asks=command == "plumb apply plan.json")
        wanted = 2 if command == "plumb diff" else 0
        assert code == wanted, f"{command}: exit code {code} instead of {wanted}"
        if command == "plumb diff":
            assert "drift" in told, told
        if command == "plumb apply":
            assert "Nothing to change" in told, told
        if command.startswith("cat image/"):
            assert told == "<h1>In plumb</h1>\n", told
PY
python3 page.py "$PLUMB_SOURCE/docs/guide/getting-started.md" here/root newcomer "$PLUMB_SOURCE/testdata/e2e/terminal.py" ||
  fail 'the page does not work as it stands'
for place in here/root web1/root; do
  [ "$(cat $place/srv/www/index.html)" = '<h1>In plumb</h1>' ] || fail "no page in $place"
done
[ -e web1/root/srv/www/robots.txt ] && [ ! -e here/root/srv/www/robots.txt ] || fail 'what is for one host went elsewhere'

# What `init` makes works as it is, on the machine and on an image that is an empty folder.
as_newcomer() { chroot here/root su - newcomer -c "$1"; }
exits 0 as_newcomer 'plumb init starter && mkdir empty && cd starter && plumb --root ../empty apply --yes && plumb apply --yes'
exits 0 as_newcomer 'cd starter && plumb plan --detailed-exitcode && plumb --root ../empty plan --detailed-exitcode'
[ -e here/root/tmp/plumb-starter/first-run ] || fail 'the starter did not run its command'
# And for root, whose programs sudo finds.
exits 0 as_newcomer 'cd starter && sudo plumb version'
