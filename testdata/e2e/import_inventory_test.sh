# Inventories out of what is there: ssh's settings, known_hosts, a file like /etc/hosts. What comes out is an inventory that
# plumb reads, with hosts that are reached as ssh reaches them.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'
export HOME=$work/home
mkdir -p home/.ssh/conf.d
cat >home/.ssh/config <<'SSH'
# what holds for all
Include conf.d/*.conf missing.conf
Host web-1 web-2
  HostName 192.0.2.10
  ProxyJump bastion
Host="bastion"
  Port=2222
Host web-* !web-3
  User deploy
Host github.com
  User git
Host odd:name *
  User ops
Match host web-1 exec "true"
  User nobody
SSH
printf 'Host db1\n  HostName db1.example.com\nHost web-3\n' >home/.ssh/conf.d/db.conf
mkdir project
printf 'plumb: v1\nproject: found\nresources: []\n' >project/plumb.yaml
exits 0 "$plumb" import ssh-config -o project/hosts.yaml
says 'Wrote project/hosts.yaml: 5 hosts'
cat >wanted <<YAML
# 5 hosts of $work/home/.ssh/config, where plumb reads how each is reached.
plumb: v1
groups:
  web: {}
hosts:
  bastion: {}  # ops@bastion:2222
  db1: {}  # ops@db1.example.com
  web-1: {groups: [web]}  # deploy@192.0.2.10 by bastion
  web-2: {groups: [web]}  # deploy@192.0.2.10 by bastion
  web-3: {}  # ops@web-3
YAML
diff wanted project/hosts.yaml || fail 'another inventory'
exits 0 "$plumb" -C project hosts
says 'web-2'
exits 1 "$plumb" import ssh-config -o project/hosts.yaml
says 'is there already'
exits 0 "$plumb" import ssh-config -o project/hosts.yaml --force
# Settings elsewhere are named, since ssh reads others by itself.
cp home/.ssh/conf.d/db.conf elsewhere
exits 0 "$plumb" import ssh-config elsewhere
says "defaults: {ssh_config: $work/elsewhere}"
exits 1 "$plumb" import ssh-config nowhere
says 'nowhere'

# --- keys of hosts, and names
for key in a b c d; do ssh-keygen -q -t ed25519 -N '' -f $key; done
known() { printf '%s %s\n' "$1" "$(cut -d' ' -f1,2 "$2.pub")"; }
{
  known web1.example.com,192.0.2.10 a
  known 192.0.2.11 a
  known '[gate]:2222' b
  known 2001:db8::7 c
  known github.com d
  known '*.example.com' d
  printf '@cert-authority *.example.com ssh-ed25519 AAAA\n'
  echo 'nonsense'
} >known_hosts
known hashed a >hashed
ssh-keygen -q -H -f hashed 2>/dev/null
cat hashed >>known_hosts
printf '127.0.0.1 localhost\n::1 localhost\n192.0.2.20 db1 db1.example.com # the database\n192.0.2.10 web1.example.com\n' >hosts
exits 0 "$plumb" import hosts known_hosts hosts -o project/hosts.yaml --force
says '1 name is hashed'
says 'known_hosts:8: neither a host and its key'
says '`github.com` has repositories'
cat >wanted <<YAML
# 4 hosts of known_hosts and hosts.
plumb: v1
hosts:
  "2001_db8__7": {address: "2001:db8::7"}
  db1: {address: "192.0.2.20"}  # also db1.example.com
  gate: {port: 2222}
  web1.example.com: {address: "192.0.2.10"}
YAML
diff wanted project/hosts.yaml || fail 'another inventory'
exits 0 "$plumb" -C project hosts --output json
says 'ssh 192.0.2.20'
cp known_hosts home/.ssh/
exits 0 "$plumb" import hosts
says 'gate: {port: 2222}'
# A host that has the name of the group of all is no host that an inventory can have.
printf 'Host all one\n  HostName %%h.example.com\n' >whole
exits 0 "$plumb" import ssh-config whole -o project/hosts.yaml --force
says '`all` is no name that a host can have here'
grep -q 'one: {}  # one.example.com' project/hosts.yaml || fail "$(cat project/hosts.yaml)"
exits 0 "$plumb" -C project hosts
# A text of anything makes no inventory that plumb would not read.
head -c 100000 /dev/urandom >noise
printf 'Host a"b c\\d é {x}\n  User "#x: {y"\n' >odd
for command in 'ssh-config noise' 'ssh-config odd' 'hosts noise'; do
  exits 0 "$plumb" import $command -o project/hosts.yaml --force
  output=$("$plumb" -C project hosts 2>&1) || says 'no host matches the pattern'
done
