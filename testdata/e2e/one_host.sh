# The example of one host that does it all, from the modules of docs/modules: bare Debian, one plan, one apply; a second plan is
# empty, every service answers, what is changed by hand in each kind is found and healed, and an undo brings back what was
# there before it was healed.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 1
lab=$PLUMB_SOURCE/testdata/lab/lab
"$lab" fresh 1 >/dev/null
trap '"$lab" fresh 1 >/dev/null; rm -rf "$work"' EXIT
ip=$(sed -n 's/^  h1: {address: \([0-9.]*\),.*/\1/p' hosts.yaml)

cp -rL "$PLUMB_SOURCE/docs/examples/one-host" one
cp hosts.yaml one/hosts.yaml
cat >here.yaml <<YAML
address: $ip
# The kernel and the network are those of the machine that the lab is on.
own_kernel: false
container_storage: vfs
updates: false
ports: {front: 8091, http: 8092, https: 8093, postgresql: 5439, mariadb: 3309, redis: 6389, metrics: 9109, smtp: 2525}
containers:
  app: {image: "localhost/app:1", archive: /srv/images/app.tar, running: false, networks: [front], volumes: ["app:/data"], ports: ["127.0.0.1:8099:80"]}
passwords: {shop: for-the-shop-1, blog: for-the-blog-1, cache: for-the-cache-12345, backup: for-the-backup-1, wiki: for-the-wiki-1}
YAML
one() { "$plumb" -C one --inputs "$PWD/here.yaml" "$@"; }

. "$PLUMB_SOURCE/testdata/e2e/image_file.sh"
image_file localhost/app:1 app.tar
on_host h1 'mkdir -p /srv/images && cat >/srv/images/app.tar' <app.tar

# --- how much it is
exits 0 one validate
one graph --output json >graph.json
grep -oE '"address": *"([A-Za-z0-9_]+/)*[a-z_]+:[^"]*"' graph.json | sed 's/^"address": *"//; s/"$//' >addresses
sed -E 's#^([A-Za-z0-9_]+(\[[^]]*\])?/)*##; s/:.*//' addresses | sort | uniq -c | sort -rn >kinds
printf '%s resources over %s kinds:%s\n' "$(wc -l <addresses)" "$(wc -l <kinds)" "$(awk '{ printf " %s %s,", $2, $1 }' kinds)"
[ "$(wc -l <addresses)" -ge 150 ] || fail 'there are fewer than 150 resources'
[ "$(wc -l <kinds)" -ge 30 ] || fail 'there are fewer than 30 kinds'

# --- one plan, and nothing is left to do
SECONDS=0
exits 0 one apply --yes
printf 'applied in %s s\n' "$SECONDS"
exits 0 one plan --detailed-exitcode
says 'Nothing to change'

# --- what it is for
check() { # WHAT COMMAND: on the host
  on_host h1 "$2" >answer 2>&1 || fail "$1: $(cat answer)"
}
check 'nginx serves the shop over TLS' "curl -fsS --cacert /etc/ssl/one-host.pem --resolve shop.example.org:8093:$ip https://shop.example.org:8093/ | grep 'The shop'"
check 'HTTP leads there' "curl -sS -o /dev/null -w '%{redirect_url}' -H 'Host: shop.example.org' http://$ip:8092/ | grep '^https://shop.example.org:8093/'"
check 'HAProxy serves the blog' "curl -fsS -H 'Host: blog.example.org' http://$ip:8091/ | grep 'What we think'"
check 'nobody gets an answer for another name' "! curl -sS -H 'Host: other.example.org' http://$ip:8092/"
check 'the wiki asks who one is' "curl -sS -o /dev/null -w '%{http_code}' -H 'Host: wiki.example.org' http://$ip:8092/ | grep 401"
check 'the wiki lets ada in' "curl -fsS -u ada:for-the-wiki-1 -H 'Host: wiki.example.org' http://$ip:8092/ | grep 'What we know'"
check 'PostgreSQL keeps strangers out' "! PGPASSWORD=for-the-shop-1 psql -h $ip -p 5439 -U shop -d shop -c 'SELECT 1'"
check 'PostgreSQL has its settings' "cd /; runuser -u postgres -- psql -p 5439 -tAc 'SHOW work_mem' | grep 16MB"
check 'a reader of the shop reads it' "cd /; runuser -u postgres -- psql -p 5439 -d shop -c 'SET ROLE shop; CREATE TABLE IF NOT EXISTS one (n int); SET ROLE report; SELECT * FROM one'"
check 'MariaDB lets the blog in' "mariadb -u blog -pfor-the-blog-1 -e 'SELECT 1' blog"
check 'MariaDB has its settings' "mariadb -Ne 'SELECT @@max_connections' | grep '^50\$'"
check 'Redis asks for a password' "redis-cli -h $ip -p 6389 PING | grep NOAUTH"
check 'Redis answers' "REDISCLI_AUTH=for-the-cache-12345 redis-cli -h $ip -p 6389 PING | grep PONG"
check 'Postfix greets' "exec 3<>/dev/tcp/$ip/2525; read -r -t 10 line <&3; echo \"\$line\" | grep '^220 one.example.org'"
check 'Prometheus is told figures' "curl -fsS http://$ip:9109/metrics | grep node_systemd_unit_state"
check 'fail2ban watches sshd' 'fail2ban-client status sshd'
check 'the key of WireGuard is made' 'wg pubkey </etc/wireguard/wg0.key'
check 'the container is there' 'podman inspect app --format "{{.Config.Image}}" | grep localhost/app:1'
check 'sshd takes keys alone' "sshd -T | grep -i '^passwordauthentication no'"
check 'the umask of a login' "bash -lc umask | grep 0027"
check 'a backup is made' 'systemctl start backup.service && /usr/local/sbin/backup list | grep /var/lib/backup'
check 'the dump of the shop is in it' '/usr/local/sbin/backup run ls latest | grep /var/lib/backup/shop.sql'
check 'nothing has failed' '[ -z "$(systemctl --failed --no-legend)" ] || { systemctl --failed; false; }'
exits 0 one plan --detailed-exitcode
says 'Nothing to change'

# --- one thing of each kind, by hand
on_host h1 '
  set -e
  exec >/dev/null; cd /
  apt-get remove -y -q tree 2>&1
  hostname other
  sed -i "s/^127.0.1.1.*/127.0.1.1 other/" /etc/hosts
  ln -sf /usr/share/zoneinfo/Europe/Paris /etc/localtime
  sed -i "s/^LANG=.*/LANG=C/" /etc/default/locale
  chmod 0777 /var/lib/one-host
  echo "served by nobody" >/srv/sites/blog/index.html
  ln -sfn elsewhere /var/lib/one-host/current
  systemctl disable -q --now redis-server 2>&1
  gpasswd -a ben sugroup
  usermod -s /bin/sh ben
  echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9g stranger" >>/home/ben/.ssh/authorized_keys
  echo "%admins ALL=(ALL) /bin/true" >/etc/sudoers.d/admins
  sed -i "s/^ada:.*/ada:!/" /etc/nginx/users/wiki
  sed -i "s/^kernel.sysrq.*/kernel.sysrq = 1/" /etc/sysctl.d/99-z-cis.conf
  sed -i "s/^\*.*hard.*core.*/* hard core 9/" /etc/security/limits.conf
  umount -l /tmp
  sed -i "s/^UMASK.*/UMASK 022/" /etc/login.defs
  sed -i "s/^INACTIVE.*/INACTIVE=-1/" /etc/default/useradd
  sed -i "s/^Storage=.*/Storage=volatile/" /etc/systemd/journald.conf.d/50-cis.conf
  sed -i "s/02:30/04:30/" /etc/systemd/system/backup.timer
  echo "postfix postfix/mailname string other.example.org" | debconf-set-selections
  rm /etc/aliases.db
  sed -i "/^EDITOR=/d" /etc/environment
  update-alternatives --set editor /usr/bin/vim.basic 2>/dev/null || update-alternatives --remove editor /usr/bin/vim.tiny
  sed -i "/HISTSIZE/d" /etc/bash.bashrc
  sed -i "s/@daily/@weekly/" /etc/cron.d/one-host
  rm /etc/ssl/one-host.pem; chmod 0644 /etc/ssl/private/one-host.key
  sed -i "s/docker.io/quay.io/" /etc/containers/registries.conf.d/50-plumb.conf
  podman rm -f app 2>&1; podman rmi -f localhost/app:1 2>&1; podman network rm back; podman volume rm app
  psql() { runuser -u postgres -- psql -q -v ON_ERROR_STOP=1 -p 5439 "$@"; }
  psql -c "ALTER SYSTEM SET work_mem = 1024"
  psql -c "SELECT pg_reload_conf()"
  psql -c "ALTER ROLE shop CONNECTION LIMIT 1"
  psql -c "ALTER DATABASE stock OWNER TO postgres"
  psql -c "GRANT CONNECT ON DATABASE stock TO PUBLIC"
  psql -d shop -c "DROP EXTENSION citext"
  mariadb -e "CREATE DATABASE test; DROP USER reader@localhost; REVOKE ALL ON wiki.* FROM blog@localhost"
'
exits 2 one plan --detailed-exitcode
for kind in $(awk '{ print $2 }' kinds); do
  # What is waited for is no state of the host.
  [ $kind != wait ] || continue
  grep -Eq "^ *[~+*!±-] ([A-Za-z0-9_]+/)*$kind:" <<<"$output" || fail "no change of a $kind is planned: $output"
done
look() {
  on_host h1 'cd /; cat /etc/hosts /etc/environment /etc/security/limits.conf /etc/sudoers.d/admins /srv/sites/blog/index.html \
      /etc/systemd/system/backup.timer /etc/cron.d/one-host /etc/bash.bashrc /etc/default/useradd
    hostname; readlink /etc/localtime; cat /etc/default/locale /etc/locale.gen; getent passwd ben; id -Gn ben
    readlink /var/lib/one-host/current; stat -c "%a %U" /var/lib/one-host /etc/ssl/private/one-host.key
    systemctl is-active redis-server; systemctl is-enabled redis-server 2>/dev/null; dpkg-query -W -f "\${Status}\n" tree 2>/dev/null'
}
look >by_hand || true
exits 0 one apply --yes
exits 0 one plan --detailed-exitcode
says 'Nothing to change'
look >healed || true
! cmp -s by_hand healed || fail 'nothing was healed'

# --- and back to what was there before
exits 0 one undo last --yes
for one in base/hostname:one.example.org base/locale:en_US.UTF-8 base/timezone:Etc/UTC base/user:ben; do
  says_not "\`$one\` is left as it is"
done
look >undone || true
diff by_hand undone >&2 || fail 'the undo left something else than there was'
exits 0 one apply --yes
exits 0 one plan --detailed-exitcode
says 'Nothing to change'
