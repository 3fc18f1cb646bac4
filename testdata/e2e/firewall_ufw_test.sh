# Rules of ufw with the real program, in a network of their own.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
PATH=$PATH:/usr/sbin:/sbin
apart "$PLUMB_SOURCE/testdata/e2e/firewall_ufw_test.sh" ufw
ufw --force reset >/dev/null 2>&1 && ufw --force enable >/dev/null 2>&1 || skip 'ufw does not run here'
ufw --force reset >/dev/null

project() {
  { printf 'plumb: v1\nproject: firewall\nresources:\n'; cat; } >plumb.yaml
}
shown() { ufw show added; }
ufw allow 9999/tcp comment 'by hand' >/dev/null
ufw allow 443/tcp >/dev/null

project <<'YAML'
  - firewall: ssh
    manager: ufw
    source: [10.0.0.0/8, 192.0.2.5, "2001:db8::/32"]
    interface: eth0
  - firewall: https
    manager: ufw
  - firewall: web
    manager: ufw
    port: [80, "8000-8010"]
    comment: the shop
  - firewall: 25/tcp
    manager: ufw
    action: reject
    direction: out
    log: true
  - firewall: 53
    manager: ufw
    action: limit
  - firewall: lan
    manager: ufw
    direction: forward
    interface: eth0
    out_interface: eth1
  - firewall: bad
    manager: ufw
    action: deny
    source: 203.0.113.0/24
  - firewall: policy
    manager: ufw
    incoming: reject
    forwarded: deny
    logging: medium
    enabled: true
YAML
exits 0 "$plumb" plan
says "allow in on eth0 proto tcp from 10.0.0.0/8 to any port 22 comment 'ssh'"
says_not firewall:https
exits 0 "$plumb" apply --yes
output=$(ufw status verbose)
says 'Status: active'
says 'Default: reject (incoming)'
says 'Logging: on (medium)'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# A project of what is there says the same, with what somebody did by hand.
exits 0 "$plumb" adopt localhost firewall -o found
says 'firewall            9'
exits 0 "$plumb" -C found plan --detailed-exitcode
for one in 'firewall: ssh' 'firewall: by hand' 'firewall: allow in 443/tcp' 'firewall: policy' 'comment: the shop' 'out_interface: eth1'; do
  grep -qF -- "$one" found/network.yaml || fail "nothing says $one: $(cat found/network.yaml)"
done

# What somebody takes away comes back.
ufw delete allow in on eth0 proto tcp from 10.0.0.0/8 to any port 22 >/dev/null
exits 2 "$plumb" plan --detailed-exitcode
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode

# A rule that is another one by now takes the place of the old one; what is not ours stays.
project <<'YAML'
  - firewall: ssh
    manager: ufw
    source: 192.0.2.0/24
  - firewall: web
    manager: ufw
    state: absent
  - firewall: lan
    manager: ufw
    state: absent
YAML
exits 0 "$plumb" apply --yes
output=$(shown)
says 'from 192.0.2.0/24 to any port 22'
says_not 10.0.0.0/8
says_not 2001:db8
says_not shop
says_not route
says 'by hand'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

export SSH_CONNECTION='192.0.2.5 50022 192.0.2.1 22'
project <<'YAML'
  - firewall: ssh
    manager: ufw
    state: absent
YAML
exits 1 "$plumb" plan
says 'would cut the line over which this host is reached: port 22 from 192.0.2.5'

# What no new login confirms comes back: the rule by which they would come in.
unset SSH_CONNECTION
cat >login <<'SH'
#!/bin/sh
ufw show added | grep 'port 22' >/dev/null || { echo 'the packet is rejected' >&2; exit 1; }
exec "$@"
SH
chmod 755 login
cat >hosts.yaml <<YAML
plumb: v1
hosts:
  w1: {connection: {command: [$work/login]}}
YAML
project <<'YAML'
  - firewall: ssh
    manager: ufw
    state: absent
    confirm_within: 5s
  - firewall: policy
    manager: ufw
    incoming: deny
    confirm_within: 5s
YAML
exits 1 "$plumb" apply --yes
says 'no new login confirmed the changes within 5s'
output=$(shown)
says 'from 192.0.2.0/24 to any port 22'
output=$(ufw status verbose)
says 'Default: reject (incoming)'
