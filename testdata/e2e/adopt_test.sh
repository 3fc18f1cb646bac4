# An image that somebody worked on by hand is adopted: what is written plans nothing, holds no secret, and says what was left.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root"/etc/{app,nginx,sysctl.d,cron.d,ssl/private,security/limits.d,systemd/system,sudoers.d} \
  "$root"/var/lib/{dpkg/info,apt} "$root"/home/alice/.ssh "$root/lib/systemd"
touch "$root/lib/systemd/systemd"
printf 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000:Alice:/home/alice:/bin/bash\n' >"$root/etc/passwd"
printf 'root:x:0:\nalice:x:1000:\nweb:x:1700:alice\n' >"$root/etc/group"
printf 'root:*:19000::::::\nalice:$6$abcdefgh$%086d:19000:0:99999:7:::\n' 0 >"$root/etc/shadow"
printf 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbK0pYjX7mAgBv5vEhpGfR1Yhh0nCGZ5XJqXQmZ0Q1a alice@desk\n' >"$root/home/alice/.ssh/authorized_keys"
md5() { printf '%s' "$1" | md5sum | cut -d' ' -f1; }
cat >"$root/var/lib/dpkg/status" <<STATUS
Package: nginx
Status: install ok installed
Priority: optional
Architecture: amd64
Version: 1
Conffiles:
 /etc/nginx/nginx.conf $(md5 'as it came')
 /etc/nginx/mime.types $(md5 'types')

Package: base
Status: install ok installed
Priority: required
Architecture: amd64
Version: 1
STATUS
: >"$root/var/lib/apt/extended_states"
printf '/etc\n/etc/nginx\n/etc/cron.d\n/etc/ssl\n/etc/ssl/private\n/etc/sysctl.d\n/etc/sudoers.d\n/etc/systemd\n/etc/systemd/system\n/etc/security\n/etc/security/limits.d\n' >"$root/var/lib/dpkg/info/nginx.list"
printf changed >"$root/etc/nginx/nginx.conf"
printf types >"$root/etc/nginx/mime.types"
printf 'name = ${HOSTNAME} %%{x}\n' >"$root/etc/app/app.conf"
chmod 640 "$root/etc/app/app.conf"
seq 1 400 >"$root/etc/app/long.conf"
printf 'key: "value"\n' >"$root/etc/app/odd name: \"x\" #1 \${y}"
printf x >"$root/etc/app/$(printf 'b\377d')"
printf x >"$root/etc/app/$(printf 'two\nlines')"
printf 'a\r\nb\r\n' >"$root/etc/app/lines"
printf 'client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=\n' >"$root/etc/app/cluster"
head -c 3000 /dev/urandom >"$root/etc/app/bytes"
head -c 400000 /dev/zero >"$root/etc/app/large"
printf 'password = correct-horse\n' >"$root/etc/app/db.conf"
printf 'alice:$apr1$abcdefgh$0123456789abcdefghijkl\n' >"$root/etc/app/users"
printf -- '-----BEGIN RSA PRIVATE KEY-----\nx\n' >"$root/etc/ssl/private/app.pem"
printf 'what only root may read\n' >"$root/etc/app/private"
chmod 600 "$root/etc/app/private"
printf 'net.ipv4.ip_forward = 1\n' >"$root/etc/sysctl.d/50-app.conf"
printf 'app soft nofile 4096\n' >"$root/etc/security/limits.d/app.conf"
printf '# plumb: tidy\n5 4 * * * root /bin/true\n' >"$root/etc/cron.d/tidy"
printf '[Service]\nExecStart=/bin/true ${A}\n' >"$root/etc/systemd/system/app.service"
printf '[Service]\nEnvironment=DB_PASSWORD=correct-horse\nExecStart=/bin/true\n' >"$root/etc/systemd/system/db.service"
printf 'web1\n' >"$root/etc/hostname"
printf 'UUID=r / ext4 defaults 0 1\nLABEL=data /srv ext4 noatime 0 2\n' >"$root/etc/fstab"

mkdir own
cd own
exits 0 "$plumb" --root "$root" adopt localhost
says 'Taken from localhost: '
says 'file /etc/ssl/private/app.pem: a private key'
says 'file /etc/app/users: a password'
says 'file /etc/app/cluster: a private key'
says 'file /etc/app/two lines: '
says 'file /etc/app/b\xffd: its name is no text'
says 'file /etc/app/private: only its owner may read it'
says 'systemd_unit /etc/systemd/system/db.service: a password'
says 'user alice: password_hash is a password'
says 'file /etc/app/large: it has 390 KiB'
says 'its name is no text'
says 'Written to this folder; `plumb plan` changes nothing'
exits 0 "$plumb" validate
exits 0 "$plumb" --root "$root" plan
says 'Nothing to change'
exits 3 "$plumb" --root "$root" adopt localhost
says 'there is a project here already'
cd ..
for secret in correct-horse 'PRIVATE KEY' '$apr1$' '$6$' 'what only root'; do
  ! grep -rqF -- "$secret" own || fail "$secret is in the project: $(grep -rF -- "$secret" own)"
done
cmp -s own/files/etc/app/bytes "$root/etc/app/bytes" || fail 'bytes did not come as they are'
cmp -s own/files/etc/app/app.conf "$root/etc/app/app.conf" || fail 'a text with ${ is another one'
for one in 'package: nginx' 'user: alice' 'group: web' 'sysctl: net.ipv4.ip_forward' 'limits: app soft nofile' 'cron: tidy' \
  'systemd_unit: /etc/systemd/system/app.service' 'hostname: web1' 'mount: /srv' 'directory: /etc/app'; do
  grep -rqF -- "- $one" own --include='*.yaml' || fail "nothing says $one: $(cat own/*.yaml)"
done
exits 0 "$plumb" -C own fmt --check

exits 0 "$plumb" --root "$root" --output json adopt localhost -o told
says '"host": "localhost"'
says '"user": 1'

# --- one kind, to paste; nothing is written
exits 0 "$plumb" --root "$root" adopt --print localhost package
[ "$output" = '  - package: nginx' ] || fail "not what can be pasted: $output"
exits 3 "$plumb" adopt --print localhost
exits 3 "$plumb" adopt localhost no_kind -o other
says 'is no kind'
[ ! -e other ] || fail 'a folder was made for nothing'

# --- some kinds alone
exits 0 "$plumb" --root "$root" adopt localhost user group -o accounts
[ "$(cd accounts && ls)" = "$(printf 'accounts.yaml\nhosts.yaml\nplumb.yaml')" ] || fail "more than was asked for: $(ls accounts)"

# --- a host of an inventory, without a project
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >inventory.yaml
exits 0 "$plumb" --root "$root" -i inventory.yaml adopt here hostname -o named
grep -q 'here: {connection: local}' named/hosts.yaml || fail "the host is another one: $(cat named/hosts.yaml)"

# --- an image that says nothing of packages
rm -r "$root/var/lib/dpkg"
exits 0 "$plumb" --root "$root" adopt localhost -o unknown
says 'no package manager that tells'
grep -q 'user: alice' unknown/accounts.yaml || fail 'accounts are told without packages, too'
[ ! -e unknown/files ] || fail 'files of the distribution were taken for somebody'"'"'s own'
