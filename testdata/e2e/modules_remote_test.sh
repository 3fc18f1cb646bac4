# Modules from git over a network: by ssh from a server of its own, and by https, from one that can only hand out files.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v git >/dev/null || skip 'no git here'
[ -x /usr/sbin/sshd ] || skip 'no sshd here'

export HOME=$work GIT_CONFIG_NOSYSTEM=1
git config --global user.name tester
git config --global user.email tester@example.com
git init -q -b main library
cat >library/module.yaml <<'YAML'
plumb: v1
inputs: {greeting: {type: string}}
resources:
  - file: /etc/motd
    content: "${inputs.greeting}\n"
YAML
git -C library add -A
git -C library commit -qm one
commit=$(git -C library rev-parse HEAD)

mkdir -p root/etc
printf 'root:x:0:0:root:/root:/bin/sh\n' >root/etc/passwd
printf 'root:x:0:\n' >root/etc/group

# fetches URL: a project that uses it is fetched, locked and applied, and then needs no network.
fetches() {
  rm -rf project root/etc/motd
  mkdir project
  printf 'plumb: v1\nproject: remote\nresources:\n  - use: {git: "%s", commit: %s}\n    id: motd\n    with: {greeting: far}\n' \
    "$1" "$commit" >project/plumb.yaml
  printf 'plumb: v1\nhosts: {localhost: {connection: local}}\n' >project/hosts.yaml
  exits 0 "$plumb" -C project module update
  grep -qF "$1" project/plumb.lock || fail 'the lock does not name the source'
  exits 0 env GIT_SSH_COMMAND=false GIT_SSL_NO_VERIFY=0 "$plumb" -C project --root "$work/root" apply --yes
  [ "$(cat root/etc/motd)" = far ] || fail 'the module was not applied'
  exits 0 "$plumb" -C project schema export
  grep -q '"greeting"' project/.plumb/schemas/project.json || fail 'editors do not learn the inputs of the module'
}

stop_servers() {
  [ -z "${sshd:-}" ] || kill "$sshd" 2>/dev/null || true
  [ -z "${https:-}" ] || kill "$https" 2>/dev/null || true
  rm -rf "$work"
}
trap stop_servers EXIT

free_port() { # any that nothing listens on
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  fail 'no free port'
}
answers() { for _ in $(seq 600); do if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi; sleep 0.1; done; fail "nothing answers on $1"; }

# --- ssh
mkdir -p keys /run/sshd
ssh-keygen -q -t ed25519 -N '' -f keys/host
ssh-keygen -q -t ed25519 -N '' -f keys/id
port=$(free_port)
/usr/sbin/sshd -D -p "$port" -f /dev/null -o ListenAddress=127.0.0.1 -o HostKey="$work/keys/host" \
  -o AuthorizedKeysFile="$work/keys/id.pub" -o StrictModes=no -o PidFile=none -o PermitRootLogin=yes 2>sshd.log &
sshd=$!
answers "$port"
export GIT_SSH_COMMAND="ssh -F /dev/null -i $work/keys/id -o IdentitiesOnly=yes -o UserKnownHostsFile=$work/known_hosts -o StrictHostKeyChecking=yes"

printf 'plumb: v1\nproject: remote\nresources:\n  - use: {git: "ssh://root@127.0.0.1:%s%s/library", ref: main}\n    with: {greeting: far}\n' \
  "$port" "$work" >unknown.yaml
mkdir unknown && mv unknown.yaml unknown/plumb.yaml
exits 1 "$plumb" -C unknown module update
says 'Host key verification failed'
printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 keys/host.pub)" >known_hosts
fetches "ssh://$(id -un)@127.0.0.1:$port$work/library"

# --- https, from a server that knows nothing of git and has only the files of a bare repository
if ! command -v python3 >/dev/null || ! command -v openssl >/dev/null; then
  echo 'ok, https left out: no python3 or openssl here'
  exit 0
fi
git clone -q --bare library files/library.git
git -C files/library.git update-server-info
openssl req -x509 -newkey rsa:2048 -nodes -keyout keys/tls.key -out keys/tls.crt -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost 2>/dev/null
port=$(free_port)
python3 - "$port" "$work" 2>https.log <<'PYTHON' &
import functools, http.server, ssl, sys
port, work = int(sys.argv[1]), sys.argv[2]
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=work + "/files")
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(work + "/keys/tls.crt", work + "/keys/tls.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
PYTHON
https=$!
answers "$port"
mkdir -p distrust
printf 'plumb: v1\nproject: remote\nresources:\n  - use: {git: "https://localhost:%s/library.git", commit: %s}\n    with: {greeting: far}\n' \
  "$port" "$commit" >distrust/plumb.yaml
exits 1 "$plumb" -C distrust module update
says 'certificate'
export GIT_SSL_CAINFO=$work/keys/tls.crt
fetches "https://localhost:$port/library.git"
echo ok
