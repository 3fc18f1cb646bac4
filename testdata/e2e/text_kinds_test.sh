# Kinds that know the form of their files: rows, sections, trees; files that only a host can place, and that are a user's.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root"/{etc/security,etc/sudoers.d,etc/cron.d,var/spool/cron/crontabs,root,srv}
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\ncrontab:x:105:\n' >"$root/etc/group"
printf 'root:*:19000:0:99999:7:::\n' >"$root/etc/shadow"
chgrp 105 "$root/var/spool/cron/crontabs"
printf '127.0.0.1\tlocalhost # first\n10.0.0.9 db.example.org\n' >"$root/etc/hosts"
printf '[mysqld]\n; port = 1\nuser   = mysql\n\n[client]\nport=1\n' >"$root/etc/my.cnf"
printf '{"log-driver": "json-file", "big": 12345678901234567890123}\n' >"$root/etc/daemon.json"
printf '# End of file\n' >"$root/etc/security/limits.conf"

exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
resources() { { printf 'plumb: v1\nproject: rows\ninputs: {password: {type: string, sensitive: true, default: correct-horse}}\nresources:\n'; cat; } >project/plumb.yaml; }

# --- all of them in one plan, with the user that files are to belong to
all() {
  resources <<'YAML'
  - authorized_key: deploy
    key: ssh-ed25519 AAAAC3Nza me@example.org
    options: [restrict, 'command="/bin/true"']
    exclusive: true
  - cron: nightly
    user: deploy
    hour: 3
    minute: 0
    job: /bin/backup "a b"
  - cron: MAILTO
    user: deploy
    value: ops@example.org
  - user: deploy
    uid: 1500
    home: /srv/deploy
    create_home: true
  - ini: /etc/my.cnf
    section: mysqld
    options: {port: 3306, skip-name-resolve:, password: "${inputs.password}"}
  - structured: /etc/daemon.json
    set: {log-opts.max-size: 10m}
  - host_entry: db.example.org
    address: 10.0.0.21
    aliases: [db]
  - host_entry: localhost
    address: 127.0.0.1
  - environment: EDITOR
    value: vim
  - limits: deploy soft nofile
    value: 65536
  - sudoers: deploy
    user: deploy
    nopassword: true
    commands: [/bin/true]
YAML
}
all
exits 0 run plan
says '+ authorized_key:deploy#ssh-ed25519 AAAAC3Nza me@example.org'
says 'makes /srv/deploy/.ssh'
says '10.0.0.9 db.example.org → 10.0.0.21 db.example.org db'
says_not correct-horse
says_not bounded
exits 0 run apply --yes
says_not correct-horse
[ "$(cat "$root/srv/deploy/.ssh/authorized_keys")" = 'restrict,command="/bin/true" ssh-ed25519 AAAAC3Nza me@example.org' ] ||
  fail "the keys are $(cat "$root/srv/deploy/.ssh/authorized_keys")"
[ "$(stat -c '%a %u %g' "$root/srv/deploy/.ssh" "$root/srv/deploy/.ssh/authorized_keys" | tr '\n' ' ')" = '700 1500 1500 600 1500 1500 ' ] ||
  fail 'the keys are not their user'\''s'
[ "$(cat "$root/var/spool/cron/crontabs/deploy")" = 'MAILTO=ops@example.org
# plumb: nightly
0 3 * * * /bin/backup "a b"' ] || fail "the crontab is $(cat "$root/var/spool/cron/crontabs/deploy")"
[ "$(stat -c '%a %u %g' "$root/var/spool/cron/crontabs/deploy")" = '600 1500 105' ] || fail 'the crontab is not its user'\''s'
[ "$(cat "$root/etc/my.cnf")" = '[mysqld]
; port = 1
port = 3306
user   = mysql
password = correct-horse
skip-name-resolve

[client]
port=1' ] || fail "the options are $(cat "$root/etc/my.cnf")"
[ "$(cat "$root/etc/daemon.json")" = '{"log-driver": "json-file", "big": 12345678901234567890123, "log-opts": {"max-size":"10m"}}' ] ||
  fail "the values are $(cat "$root/etc/daemon.json")"
[ "$(cat "$root/etc/hosts")" = "$(printf '127.0.0.1\tlocalhost # first\n10.0.0.21 db.example.org db')" ] || fail "the names are $(cat "$root/etc/hosts")"
[ "$(cat "$root/etc/environment")" = EDITOR=vim ] || fail 'there is no variable'
[ "$(cat "$root/etc/security/limits.conf")" = 'deploy soft nofile 65536
# End of file' ] || fail 'there is no limit'
[ "$(cat "$root/etc/sudoers.d/deploy")" = 'deploy ALL=(ALL) NOPASSWD: /bin/true' ] || fail 'there is no rule'
[ "$(stat -c %a "$root/etc/sudoers.d/deploy")" = 440 ] || fail 'others may read the rule'
exits 0 run apply --yes
says 'Nothing to change'

# --- drift is found and healed
echo 'ssh-rsa AAAAB3 stranger' >>"$root/srv/deploy/.ssh/authorized_keys"
sed -i 's/^0 3/0 4/' "$root/var/spool/cron/crontabs/deploy"
sed -i 's/3306/3307/' "$root/etc/my.cnf"
exits 2 run diff
says '~ authorized_key:deploy#ssh-ed25519'
says '~ cron:nightly#deploy'
says '~ ini:/etc/my.cnf#mysqld'
says_not host_entry
says_not correct-horse
exits 0 run apply --yes
says '3 changed'
exits 0 run apply --yes
says 'Nothing to change'

# --- what a user puts in the place of the folder leads nowhere
mv "$root/srv/deploy/.ssh" "$root/srv/deploy/old"
mkdir "$root/root/.ssh"
ln -s ../../root/.ssh "$root/srv/deploy/.ssh"
exits 1 run plan
says '/srv/deploy/.ssh is a symbolic link'
rm "$root/srv/deploy/.ssh"
mv "$root/srv/deploy/old" "$root/srv/deploy/.ssh"

# --- what cannot be written is refused before a host is asked
refused() {
  resources
  exits 3 run validate
  says "$1"
}
refused 'cron passes over others' <<'YAML'
  - cron: x
    file: a.b
    job: x
YAML
refused 'a command on one line' <<'YAML'
  - cron: x
    job: "a\nb"
YAML
refused 'one public key' <<'YAML'
  - authorized_key: deploy
    key: "ssh-ed25519 AAAA\nssh-rsa BBBB"
YAML
refused 'an IPv4 or IPv6 address' <<'YAML'
  - host_entry: a
    address: nowhere
YAML
refused 'say `options: {NAME: VALUE}`' <<'YAML'
  - ini: /etc/x
    option: a
YAML

# --- files that are no such thing
echo '{ // a comment' >"$root/etc/daemon.json"
resources <<'YAML'
  - structured: /etc/daemon.json
    set: {a: 1}
YAML
exits 1 run plan
says 'line 1 is no JSON'

# --- YAML and TOML, with all that stands beside what is changed
printf 'network: # lan\n  version: 2\n  old: yes\n  shared: &lan {dhcp4: no}\n  eth0: *lan\n' >"$root/etc/lan.yaml"
printf '# images\nroot = "/var/lib/x" # state\n[grpc]\nport = 1\n' >"$root/etc/x.toml"
resources <<'YAML'
  - structured: /etc/lan.yaml
    set: {network.renderer: networkd, network.names: [a, "yes"]}
    remove: [network.old]
  - structured: /etc/x.toml
    set: {root: /srv/x, grpc.address: "[::]"}
    merge: {metrics: {on: true}}
YAML
exits 0 run apply --yes
[ "$(cat "$root/etc/lan.yaml")" = 'network: # lan
  version: 2
  shared: &lan {dhcp4: no}
  eth0: *lan
  names:
    - a
    - "yes"
  renderer: networkd' ] || fail "the YAML is: $(cat "$root/etc/lan.yaml")"
[ "$(cat "$root/etc/x.toml")" = '# images
root = "/srv/x" # state
[grpc]
port = 1
address = "[::]"

[metrics]
on = true' ] || fail "the TOML is: $(cat "$root/etc/x.toml")"
exits 0 run apply --yes
says 'Nothing to change'
resources <<'YAML'
  - structured: /etc/lan.yaml
    set: {network.eth0.dhcp4: true}
YAML
exits 1 run plan
says '`network.eth0` in line 4 is an alias of what stands elsewhere'
