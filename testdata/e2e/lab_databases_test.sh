# Servers of databases from nothing, by one plan each; a second plan is empty, what is changed by hand is found and healed, and a
# password is found nowhere but where it belongs: not in arguments and variables of processes while it runs, nor in any log.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 2
sed -i '/^  h[13-9]/d' hosts.yaml
host=h2
lab=$PLUMB_SOURCE/testdata/lab/lab
"$lab" fresh 2 >/dev/null
trap '"$lab" fresh 2 >/dev/null; rm -rf "$work"' EXIT

secret='hunter2-of-the-lab'
printf 'password: "%s"\n' "$secret" >secrets.yaml
with() { "$plumb" "$@" --inputs secrets.yaml; }
# From here on the host looks at its processes, and keeps the names of those that show the password.
watch_host() {
  printf %s "$secret" | on_host $host 'umask 077; cat >/root/seek; : >/root/seen; touch /root/watching
    nohup sh -c "while [ -e /root/watching ]; do grep -aslF -f /root/seek /proc/[0-9]*/cmdline /proc/[0-9]*/environ >>/root/seen; done" </dev/null >/dev/null 2>&1 &'
}
look() {
  on_host $host 'rm /root/watching; sleep 1; cat /root/seen' >seen
  [ ! -s seen ] || fail "the password was in $(sort -u seen)"
  on_host $host 'grep -rlaF -f /root/seek /var/log /run/log /var/lib/postgresql /var/lib/mysql /var/lib/plumb /tmp /root/.psql_history 2>/dev/null; journalctl --no-pager | grep -cF -f /root/seek' >seen || true
  [ "$(cat seen)" = 0 ] || fail "the password is in $(cat seen)"
}
begin() {
  cat <<'YAML'
plumb: v1
project: databases
inputs:
  password: {type: string, sensitive: true}
resources:
YAML
}

# --- PostgreSQL, with every statement logged
postgresql() {
  { begin; cat <<'YAML'; } >plumb.yaml
  - postgresql_grant: report reads the shop
    role: report
    database: shop
    type: table
    objects: [ALL]
    privileges: [SELECT]
  - postgresql_grant: shop may connect
    role: shop
    database: shop
    type: database
    privileges: [CONNECT]
  - postgresql_extension: plpgsql
    database: shop
  - postgresql_database: shop
    owner: shop
    encoding: UTF8
    lc_collate: C.UTF-8
    lc_ctype: C.UTF-8
  - postgresql_role: shop
    password: ${inputs.password}
    member_of: [report]
  - postgresql_role: report
    login: false
  - postgresql_setting: log_statement
    value: all
  - postgresql_setting: max_connections
    value: 44
    restart: true
  - service: postgresql
    state: running
    enabled: true
  - package: postgresql
YAML
}
postgresql
watch_host
exits 0 with plan
says '+ postgresql_role:shop'
exits 0 with apply --yes
look
exits 0 with plan --detailed-exitcode
exits 0 with apply --yes
says 'Nothing to change'
ask() { on_host $host "cd /; su postgres -c \"psql -XAt -c \\\"$1\\\" ${2:-postgres}\""; }
[ "$(ask 'show max_connections')" = 44 ] || fail 'the server was not restarted'
on_host $host "PGPASSWORD=$secret psql -XAt -h 127.0.0.1 -U shop -c 'select 1' shop" | grep -q '^1$' || fail 'shop does not get in'

for one in "alter role shop password 'other'" 'alter role report login' 'alter database shop owner to postgres' 'alter system reset log_statement' \
  'revoke report from shop'; do ask "$one" >/dev/null; done
ask 'create table goods (x int)' shop >/dev/null
exits 2 with plan --detailed-exitcode
for one in postgresql_role:shop postgresql_role:report postgresql_database:shop postgresql_setting:log_statement; do says "~ $one"; done
says 'postgresql_grant:report reads the shop'
watch_host
exits 0 with apply --yes
look
exits 0 with plan --detailed-exitcode

# --- adopted: what is in the server, and nothing that it keeps of passwords
ask 'create table odd (x int); grant insert on odd to report with grant option; create schema extra; grant usage on schema extra to report; alter default privileges for role shop revoke execute on functions from public' shop >/dev/null
exits 0 "$plumb" adopt $host postgresql_role postgresql_database postgresql_grant postgresql_extension postgresql_setting -o pg
says 'postgresql_role     2'
exits 0 "$plumb" -C pg diff
for one in 'postgresql_role: shop' 'member_of: [report]' 'postgresql_grant: "report: INSERT on the table odd of public in shop, to hand on"' \
  'postgresql_grant: "PUBLIC: no ALL on later functions by shop in shop"' 'postgresql_setting: max_connections'; do
  grep -qF -- "$one" pg/databases.yaml || fail "nothing says $one: $(cat pg/databases.yaml)"
done
! grep -rqE 'SCRAM|hunter2' pg || fail 'a password came along'

# --- down by itself, that is told; a plan that starts it says what it does not know
on_host $host 'systemctl stop postgresql'
sed -i '/^  - service/,/enabled/d; /^  - package/d' plumb.yaml
exits 1 with plan
says PL4113
postgresql
exits 0 with plan
says '~ service:postgresql'
exits 0 with apply --yes
exits 0 with plan --detailed-exitcode
on_host $host 'systemctl stop postgresql'

# --- MariaDB, with every statement logged, and kept for copies
mariadb() {
  { begin; cat <<'YAML'; } >plumb.yaml
  - mysql_grant: blog uses its database
    user: blog
    database: blog
    privileges: [ALL]
  - mysql_grant: backup reads all
    user: backup
    database: "*"
    privileges: [SELECT, LOCK TABLES]
    exact: true
  - mysql_database: blog
    encoding: utf8mb4
    collation: utf8mb4_unicode_ci
  - mysql_user: blog
    password: ${inputs.password}
  - mysql_user: backup
    plugin: unix_socket
  - service: mariadb
    state: running
    restart_on: ["file:/etc/mysql/mariadb.conf.d/99-logs.cnf"]
  - file: /etc/mysql/mariadb.conf.d/99-logs.cnf
    after: ["package:mariadb-server"]
    content: |
      [mysqld]
      general_log = 1
      log_bin = copies
  - package: mariadb-server
YAML
}
mariadb
watch_host
exits 0 with plan
exits 0 with apply --yes
look
exits 0 with plan --detailed-exitcode
on_host $host "MYSQL_PWD=$secret mysql -u blog -e 'create table goods (x int)' blog" || fail 'blog does not get in'
on_host $host "mysql -e \"alter user blog@localhost identified by 'other'; alter database blog character set latin1; revoke drop on blog.* from blog@localhost; grant file on *.* to backup@localhost\""
exits 2 with plan --detailed-exitcode
for one in mysql_user:blog mysql_database:blog 'mysql_grant:blog uses its database' 'mysql_grant:backup reads all'; do says "$one"; done
watch_host
exits 0 with apply --yes
look
exits 0 with plan --detailed-exitcode
exits 0 with apply --yes
says 'Nothing to change'

exits 0 "$plumb" adopt $host mysql_database mysql_user mysql_grant -o my
says 'mysql_grant         2'
exits 0 "$plumb" -C my diff
for one in 'mysql_user: blog' 'plugin: unix_socket' 'mysql_grant: "backup: *"' 'collation: utf8mb4_unicode_ci'; do
  grep -qF -- "$one" my/databases.yaml || fail "nothing says $one: $(cat my/databases.yaml)"
done
! grep -rqE '\*[0-9A-F]{40}|hunter2' my || fail 'a password came along'
