# Over SSH, against servers of the test's own on loopback ports: good ones and bad ones in one run. The bad ones fail in
# time, each in its own words, and the others finish.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

[ -x /usr/sbin/sshd ] || skip 'no sshd'
command -v ssh >/dev/null || skip 'no ssh'
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd

servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT
for key in host other user; do ssh-keygen -q -t ed25519 -N '' -f "$key"; done
cp user.pub authorized_keys

# Ports that are free now.
port() { perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0); bind(S,sockaddr_in(0,INADDR_LOOPBACK)); print((sockaddr_in(getsockname(S)))[0])'; }

# serve NAME [LINE…]: an sshd whose port is left in $served.
serve() {
  local name=$1
  shift
  served=$(port)
  printf '%s\n' "$@" "Port $served" 'ListenAddress 127.0.0.1' "HostKey $work/host" 'PidFile none' 'UsePAM no' \
    'StrictModes no' 'PasswordAuthentication no' 'PermitRootLogin yes' "AuthorizedKeysFile $work/authorized_keys" \
    "SetEnv XDG_CACHE_HOME=$work/cache XDG_STATE_HOME=$work/state" >"$name.conf"
  /usr/sbin/sshd -D -f "$work/$name.conf" 2>/dev/null &
  servers+=($!)
  for _ in $(seq 600); do
    ssh-keyscan -p "$served" 127.0.0.1 2>/dev/null | grep -q . && return
    sleep 0.05
  done
  fail "sshd $name does not start"
}

serve good
good=$served
serve jump
jump=$served
free=$(port)
cat >config <<CONFIG
Host behind
  ProxyJump jump
Host jump
  Port $jump
Host silent
  ProxyCommand sleep 60
Host refused
  Port $free
Host changed
  HostKeyAlias changed
Host unknown
  HostKeyAlias unknown
Host *
  HostName 127.0.0.1
  IdentityFile $work/user
  IdentitiesOnly yes
  UserKnownHostsFile $work/known
  Port $good
CONFIG
key=$(cut -d' ' -f1,2 host.pub)
{
  for name in "[127.0.0.1]:$good" "[127.0.0.1]:$jump"; do printf '%s %s\n' "$name" "$key"; done
  printf 'changed %s\n' "$(cut -d' ' -f1,2 other.pub)"
} >known

mkdir -p root/srv
cat >plumb.yaml <<'YAML'
plumb: v1
project: reach
resources:
  - file: /srv/${host.name}
    content: here
YAML
cat >hosts.yaml <<YAML
plumb: v1
defaults: {ssh_config: $work/config, connect_timeout: 3}
hosts:
  plain:
  behind:
  program: {connection: openssh}
  silent:
  refused:
  changed:
  unknown:
YAML

run() { "$plumb" --root "$work/root" "$@"; }

begin=$(date +%s)
exits 4 run plan
[ $(($(date +%s) - begin)) -lt 30 ] || fail 'a host held the others up'
says 'Plan: 3 to create on 3 hosts'
says 'No plan for 4 hosts: changed, refused, silent, unknown'
says 'PL3001'
says 'Connection refused'
says 'PL3002'
says 'PL3003'
says 'PL3004'
says '--accept-new-host-keys'

# One host at a time, since all of them are this machine.
exits 4 run --forks 1 apply --yes
for name in plain behind program; do
  [ -e "root/srv/$name" ] || fail "$name did not finish: $output"
done
exits 0 run --forks 1 --on plain:behind:program apply --yes
says 'Nothing to change'

exits 0 "$plumb" hosts
says 'openssh program'

# Nobody to ask: an encrypted key is an error that says so.
ssh-keygen -q -p -P '' -N secret -f user
exits 4 run --on plain plan
says 'encrypted, and not in an agent'
says 'run plumb on a terminal'
