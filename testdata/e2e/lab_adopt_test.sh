# A host that somebody worked on by hand is adopted: the plan of what was written is empty, and no key and no hash is in it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 1
lab=$PLUMB_SOURCE/testdata/lab/lab
"$lab" fresh 1 >/dev/null
trap '"$lab" fresh 1 >/dev/null; rm -rf "$work"' EXIT

on_host h1 'bash -s' <<'HOST'
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install -y --no-install-recommends cron jq openssl sudo >/dev/null 2>&1
groupadd -g 1700 web
useradd -m -u 1600 -s /bin/bash -c 'Alice Example' -G web alice
echo 'alice:correct-horse' | chpasswd
useradd -r -d /srv/runner runner
mkdir -p ~alice/.ssh /etc/app /etc/ssl/private /etc/systemd/system/cron.service.d
echo 'restrict,from="192.0.2.0/24" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbK0pYjX7mAgBv5vEhpGfR1Yhh0nCGZ5XJqXQmZ0Q1a alice@desk' >~alice/.ssh/authorized_keys
chown -R alice: ~alice/.ssh
echo 'alice ALL=(root) NOPASSWD: /usr/bin/systemctl restart cron' >/etc/sudoers.d/alice && chmod 440 /etc/sudoers.d/alice
echo '# changed' >>/etc/crontab
printf 'listen = 8080\nname = ${HOSTNAME} %%{x}\n' >/etc/app/app.conf && chgrp web /etc/app/app.conf && chmod 640 /etc/app/app.conf
seq 1 400 >/etc/app/long.conf
printf 'db\n  password = correct-horse\n' >/etc/app/db.conf
printf 'alice:$apr1$abcdefgh$0123456789abcdefghijkl\n' >/etc/app/htpasswd
ln -s app.conf /etc/app/current
touch '/etc/app/odd name: "x" #1'
touch "/etc/app/$(printf 'b\377d')"
openssl genrsa -out /etc/ssl/private/app.pem 2048 2>/dev/null && chmod 644 /etc/ssl/private/app.pem
echo 'net.ipv4.conf.lo.forwarding = 1' >/etc/sysctl.d/50-app.conf
printf '[Unit]\nDescription=App\n[Service]\nExecStart=/bin/sh -c "while :; do sleep 60; done"\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/app.service
printf '[Unit]\nDescription=Tidy\n[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n' >/etc/systemd/system/tidy.timer
printf '[Service]\nExecStart=/bin/true\n' >/etc/systemd/system/tidy.service
printf '[Service]\nRestart=always\n' >/etc/systemd/system/cron.service.d/own.conf
systemctl daemon-reload
systemctl enable --now app.service tidy.timer >/dev/null 2>&1
systemctl mask systemd-pstore.service >/dev/null 2>&1
echo '15 3 * * * root /usr/bin/true' >/etc/cron.d/plain
printf 'MAILTO=root\n# plumb: tidy up\n5 4 * * * root /usr/bin/true\n' >/etc/cron.d/named
echo '30 2 * * * /usr/bin/true' | crontab -u alice -
echo '192.0.2.7 db.example db' >>/etc/hosts
echo 'alice soft nofile 4096' >/etc/security/limits.d/app.conf
echo 'APP_ENV=production' >>/etc/environment
ln -sf /usr/share/zoneinfo/Etc/GMT-1 /etc/localtime
echo Etc/GMT-1 >/etc/timezone
HOST

mkdir fleet
cp hosts.yaml fleet/hosts.yaml
printf 'plumb: v1\nproject: fleet\nresources: []\n' >fleet/plumb.yaml

# --- one kind, to paste
exits 0 "$plumb" -C fleet adopt --print h1 user
says '  - user: alice'
says '    uid: 1600'
says_not '$y$'
exits 3 "$plumb" -C fleet adopt --print h1
exits 3 "$plumb" -C fleet adopt h1 -o fleet
says 'holds `'

# --- all of it
exits 0 "$plumb" -C fleet adopt h1 -o adopted
says 'Taken from h1: '
says 'file /etc/ssl/private/app.pem: a private key'
says 'file /etc/app/htpasswd: a password'
says 'file /etc/app/db.conf: a password'
says 'user alice: password_hash is a password'
exits 0 "$plumb" -C adopted validate
exits 0 "$plumb" -C adopted diff
exits 0 "$plumb" -C adopted plan
says 'Nothing to change'

has() { grep -qF -- "$1" "adopted/$2" || fail "no $2 says '$1': $(cat "adopted/$2")"; }
has_not() { ! grep -rqE -- "$1" adopted || fail "something of $1 is in the project: $(grep -rE -- "$1" adopted)"; }
has 'jq' packages.yaml
has 'user: alice' accounts.yaml
has 'user: runner' accounts.yaml
has 'group: web' accounts.yaml
has 'restrict' accounts.yaml
has 'sudoers: alice' accounts.yaml
has '/etc/systemd/system/app.service' services.yaml
has '/etc/systemd/system/cron.service.d/own.conf' services.yaml
has 'service: [app, tidy.timer]' services.yaml
has 'masked: true' services.yaml
has 'cron: tidy up' schedules.yaml
has '/etc/cron.d/plain' files.yaml
has '/var/spool/cron/crontabs/alice' files.yaml
has 'source: files/etc/app/long.conf' files.yaml
has 'link: /etc/app/current' files.yaml
has 'net.ipv4.conf.lo.forwarding' kernel.yaml
has 'host_entry: db.example' network.yaml
has 'alice soft nofile' system.yaml
has 'environment: APP_ENV' system.yaml
has 'timezone: Etc/GMT-1' system.yaml
has_not 'PRIVATE KEY'
has_not '\$(y|6|apr1)\$'
has_not 'correct-horse'
grep -q '^  # - file: /etc/ssl/private/app.pem' adopted/files.yaml || fail "the key has no comment: $(cat adopted/files.yaml)"
[ "$(cat adopted/files/etc/app/long.conf | wc -l)" = 400 ] || fail 'a file did not come whole'
# What a person would have written: few files, and nothing of what every host has.
for other in machine-id ld.so.cache shadow passwd- resolv.conf ssh_host_ ssl/certs; do has_not "/etc/$other"; done

# --- what changes afterwards is drift
exits 0 "$plumb" -C adopted apply --yes
says 'Nothing to change'
on_host h1 'echo more >>/etc/app/long.conf; usermod -s /bin/sh alice'
exits 2 "$plumb" -C adopted diff
says 'file:/etc/app/long.conf'
says 'user:alice'

# --- by somebody who is not root there, into the folder that one stands in
sed 's/user: root/user: deploy/' hosts.yaml >fleet/hosts.yaml
mkdir here
(cd here && exits 0 "$plumb" -C ../fleet adopt h1 -o ../unprivileged && says 'Left out: ') || exit 1
exits 0 "$plumb" -C unprivileged plan
says 'Nothing to change'
