# Rules of firewalld with the real program, in a network of their own.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
PATH=$PATH:/usr/sbin:/sbin
apart "$PLUMB_SOURCE/testdata/e2e/firewall_firewalld_test.sh" firewalld dbus
mkdir -p /run/dbus
dbus-daemon --system --fork || skip 'no bus runs here'
firewalld --nofork --nopid >/tmp/firewalld.log 2>&1 &
for _ in $(seq 60); do
  ! firewall-cmd --state >/dev/null 2>&1 || break
  sleep 0.5
done
firewall-cmd --state >/dev/null 2>&1 || skip "firewalld does not run here: $(tail -n 1 /tmp/firewalld.log)"

project() {
  { printf 'plumb: v1\nproject: firewall\nresources:\n'; cat; } >plumb.yaml
}
running() { output=$(firewall-cmd --zone=public --list-all); }
kept() { output=$(firewall-cmd --permanent --zone=public --list-all); }
firewall-cmd -q --zone=public --add-port=9999/tcp
firewall-cmd -q --permanent --zone=public --add-port=9999/tcp

project <<'YAML'
  - firewall: 443/tcp
    manager: firewalld
  - firewall: web
    manager: firewalld
    port: [80, "8000-8010"]
    protocol: tcp
  - firewall: office
    manager: firewalld
    service: ssh
    source: [10.0.0.0/8, "2001:db8::/32"]
    log: true
  - firewall: bad
    manager: firewalld
    action: deny
    order: first
    source: 203.0.113.0/24
  - firewall: now
    manager: firewalld
    port: 7777
    protocol: udp
    persistent: false
YAML
exits 0 "$plumb" plan
says 'rule family="ipv4" source address="10.0.0.0/8" service name="ssh" log prefix="office: " accept'
exits 0 "$plumb" apply --yes
running
says '7777/udp'
says '443/tcp'
says 'rule priority="-100" family="ipv4" source address="203.0.113.0/24" drop'
kept
says '8000-8010/tcp'
says_not 7777
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# What somebody takes away of what runs, or of what is kept, comes back.
firewall-cmd -q --zone=public --remove-port=443/tcp
firewall-cmd -q --permanent --zone=public --remove-port=80/tcp
exits 0 "$plumb" plan
says '~ firewall:443/tcp'
says '~ firewall:web'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode

# What a name stood for before goes; what is not ours stays.
project <<'YAML'
  - firewall: web
    manager: firewalld
    port: 81
    protocol: tcp
  - firewall: office
    manager: firewalld
    state: absent
  - firewall: 443/tcp
    manager: firewalld
    state: absent
YAML
exits 0 "$plumb" apply --yes
for look in running kept; do
  $look
  says '81/tcp'
  says '9999/tcp'
  says_not 8000
  says_not 443/tcp
  says_not office
done
exits 0 "$plumb" apply --yes
says 'Nothing to change'
