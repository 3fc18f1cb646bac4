# Rules of nftables with the real program, in a network of their own: they run, stay, are found when somebody flushes them, and
# go; a table of others is left alone; the line is not cut.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
PATH=$PATH:/usr/sbin:/sbin
apart "$PLUMB_SOURCE/testdata/e2e/firewall_nftables_test.sh" nftables
nft list ruleset >/dev/null 2>&1 || skip 'this kernel has no nftables'

rm -rf /etc/nftables.d
printf '#!/usr/sbin/nft -f\nflush ruleset\n' >/etc/nftables.conf
nft -f - <<'NFT'
table ip others {
  chain input { type filter hook input priority 10; tcp dport 4444 drop comment "theirs"; }
}
NFT
project() {
  { printf 'plumb: v1\nproject: firewall\nresources:\n'; cat; } >plumb.yaml
}
rules() { nft list table inet plumb; }

project <<'YAML'
  - firewall: ssh
    manager: nftables
    source: [10.0.0.0/8, 192.0.2.5, "2001:db8::/32"]
  - firewall: web
    manager: nftables
    port: [80, 443, "8000-8010"]
    protocol: tcp
    comment: the shop
  - firewall: 25/tcp
    manager: nftables
    action: reject
    direction: out
    log: true
  - firewall: 53
    manager: nftables
    action: limit
    interface: lo
  - firewall: redirect
    manager: nftables
    chain: prerouting
    expression: tcp dport 81 redirect to :8081
  - firewall: policy
    manager: nftables
    incoming: deny
    forwarded: deny
    outgoing: allow
YAML
exits 0 "$plumb" plan
says 'input tcp dport { 80, 443, 8000-8010 } accept'
exits 0 "$plumb" apply --yes
output=$(rules)
says 'policy drop;'
says 'ip saddr { 10.0.0.0/8, 192.0.2.5 } tcp dport 22 accept'
says 'ip6 saddr 2001:db8::/32 tcp dport 22 accept'
says 'log prefix "25/tcp: " reject'
says 'redirect to :8081'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# What somebody flushes is found, and what is theirs stays.
nft flush table inet plumb
exits 2 "$plumb" plan --detailed-exitcode
exits 0 "$plumb" apply --yes
output=$(rules)
says 'the shop'
output=$(nft list table ip others)
says theirs

# They count when the host starts.
nft flush ruleset
nft -f /etc/nftables.conf
output=$(rules)
says 'policy drop;'
says 'the shop'
exits 0 "$plumb" plan --detailed-exitcode

# The line over which the host is reached.
export SSH_CONNECTION='192.0.2.5 50022 192.0.2.1 22'
project <<'YAML'
  - firewall: ssh
    manager: nftables
    source: 10.0.0.0/8
YAML
exits 1 "$plumb" plan
says 'would cut the line over which this host is reached: port 22 from 192.0.2.5'
project <<'YAML'
  - firewall: ssh
    manager: nftables
    source: 192.0.2.0/24
YAML
exits 0 "$plumb" apply --yes
unset SSH_CONNECTION

# A rule that nft does not take is not written.
project <<'YAML'
  - firewall: wrong
    manager: nftables
    expression: tcp dport nonsense frobnicate
YAML
exits 1 "$plumb" apply --yes
[ ! -e /etc/nftables.d/plumb/5-wrong.nft ] || fail 'a rule that nft refuses was written'

# What no new login confirms the host takes back: here one that the policy keeps out.
project <<'YAML'
  - firewall: policy
    manager: nftables
    state: absent
YAML
exits 0 "$plumb" apply --yes
cat >login <<'SH'
#!/bin/sh
nft list table inet plumb | grep -q 'policy drop' && { echo 'the packet is dropped' >&2; exit 1; }
exec env SSH_CONNECTION='203.0.113.5 50022 192.0.2.1 22' "$@"
SH
chmod 755 login
cat >hosts.yaml <<YAML
plumb: v1
hosts:
  w1: {connection: {command: [$work/login]}}
YAML
project <<'YAML'
  - firewall: policy
    manager: nftables
    incoming: deny
    confirm_within: 5s
YAML
exits 1 "$plumb" apply --yes
says 'no new login confirmed the changes within 5s'
says 'put back'
output=$(rules)
says_not 'policy drop'
[ ! -e /etc/nftables.d/plumb/0-policy.nft ] || fail 'the policy stayed for the next start'

# Through sudo, which does not hand on what sshd says.
if command -v sudo >/dev/null && command -v setpriv >/dev/null; then
  useradd -m -s /bin/sh deploy
  echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/plumb-test
  chmod 440 /etc/sudoers.d/plumb-test
  cat >login <<'SH'
#!/bin/sh
exec setpriv --reuid=deploy --regid=deploy --init-groups env HOME=/home/deploy SSH_CONNECTION='203.0.113.5 50022 192.0.2.1 22' "$@"
SH
  chmod 755 "$work"
  sed -i 's|}$|, become: sudo}|' hosts.yaml
  project <<'YAML'
  - firewall: policy
    manager: nftables
    incoming: deny
YAML
  exits 1 "$plumb" plan
  says 'would cut the line over which this host is reached: port 22 from 203.0.113.5'
fi
rm hosts.yaml

project <<'YAML'
  - firewall: policy
    manager: nftables
    state: absent
  - firewall: ssh
    manager: nftables
    state: absent
  - firewall: web
    manager: nftables
    state: absent
  - firewall: 25/tcp
    manager: nftables
    state: absent
  - firewall: 53
    manager: nftables
    state: absent
  - firewall: redirect
    manager: nftables
    state: absent
YAML
exits 0 "$plumb" apply --yes
[ -z "$(ls /etc/nftables.d/plumb)" ] || fail 'a file stayed'
output=$(rules)
says_not accept
exits 0 "$plumb" apply --yes
says 'Nothing to change'
