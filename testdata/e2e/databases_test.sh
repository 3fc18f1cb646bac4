# Databases of servers of the test's own, by their sockets: names that hold whatever names can hold, passwords that are recognised and
# stand nowhere else, drift, removal, and a server that is down.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
. "$PLUMB_SOURCE/testdata/e2e/cut_off.sh"
apart "$PLUMB_SOURCE/testdata/e2e/databases_test.sh" postgresql mariadb-server
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
chmod 755 "$work"
stop() {
  [ ! -s "$work/pg/data/postmaster.pid" ] || kill -s QUIT "$(head -n 1 "$work/pg/data/postmaster.pid")" 2>/dev/null || true
  [ ! -s "$work/my/pid" ] || kill -s KILL "$(cat "$work/my/pid")" 2>/dev/null || true
}
trap 'stop; rm -rf "$work"' EXIT

# --- a server of PostgreSQL that logs every statement
install -d -o postgres pg
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/ "$@"; }
as_postgres "$bin/initdb" -D "$work/pg/data" --auth-local=peer --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8 >pg.log 2>&1 || fail "$(cat pg.log)"
start_pg() {
  as_postgres "$bin/pg_ctl" -D "$work/pg/data" -l "$work/pg/log" -w start \
    -o "-c listen_addresses= -c unix_socket_directories=$work/pg -c log_statement=all -c fsync=off" >pg.log 2>&1 || fail "$(cat pg.log pg/log)"
}
start_pg
ask() { as_postgres psql -X -A -t -h "$work/pg" -d "${2:-postgres}" -c "$1"; }

secret="s3cr3t of \\ 'the' \"test\" \$HOME %s"
printf '%s\n' "$secret" >secret
printf 's3cr3t of' >seek
cat >hosts.yaml <<'YAML'
plumb: v1
hosts:
  localhost: {connection: local}
YAML
project() {
  cat <<YAML
plumb: v1
project: databases-$$
inputs:
  password: {type: string, sensitive: true}
  socket: {type: string, default: $work/pg}
  mysql: {type: string, default: $work/my/socket}
resources:
YAML
  cat
}
with() { "$plumb" "$@" --inputs secrets.yaml; }
python3 - "$secret" >secrets.yaml <<'PY'
import json, sys
print("password: " + json.dumps(sys.argv[1]))
PY

odd='we"i''r\\d; DROP ROLE app; --'
pg() {
  project >plumb.yaml <<YAML
  - postgresql_grant: app reads
    socket: \${inputs.socket}
    role: 're "ad'
    database: 'da"ta'
    type: table
    objects: [ALL]
    privileges: [SELECT]
  - postgresql_grant: app reads what comes
    socket: \${inputs.socket}
    role: 're "ad'
    database: 'da"ta'
    type: table
    default: true
    owner_role: "ap'p"
    schema: public
    privileges: [SELECT, INSERT]
  - postgresql_grant: nobody connects
    socket: \${inputs.socket}
    role: PUBLIC
    database: 'da"ta'
    type: database
    state: absent
  - postgresql_grant: app makes schemas
    socket: \${inputs.socket}
    role: "ap'p"
    database: 'da"ta'
    type: database
    privileges: [CREATE, CONNECT]
  - postgresql_database: 'da"ta'
    socket: \${inputs.socket}
    owner: "ap'p"
    encoding: UTF8
    connection_limit: 7
  - postgresql_extension: plpgsql
    socket: \${inputs.socket}
    database: 'da"ta'
  - postgresql_role: "ap'p"
    socket: \${inputs.socket}
    password: \${inputs.password}
    connection_limit: 9
    member_of: ['re "ad']
  - postgresql_role: 're "ad'
    socket: \${inputs.socket}
    login: false
    expires: "2040-01-01"
  - postgresql_role: '$odd'
    socket: \${inputs.socket}
    createdb: true
  - postgresql_setting: work_mem
    socket: \${inputs.socket}
    value: 65536kB
  - postgresql_setting: max_connections
    socket: \${inputs.socket}
    value: 33
$1
YAML
}

# What processes are given, while they run.
watch_processes() {
  while [ -e watching ]; do
    grep -aslF -f seek /proc/[0-9]*/cmdline /proc/[0-9]*/environ >>seen 2>/dev/null || true
  done
}
pg ''
: >seen
touch watching
watch_processes &
watcher=$!
exits 0 with plan
says '+ postgresql_role:ap'
says 'counts once the server is restarted'
exits 0 with apply --yes
rm watching
wait "$watcher" || true
[ ! -s seen ] || fail "the password was in $(sort -u seen)"
! grep -aqF -f seek "$work/pg/log" || fail "the server's log has the password"
! grep -raqF -f seek "$work/.plumb" || fail 'the history has the password'
ask "select rolpassword from pg_authid where rolname = 'ap''p'" | grep -q '^SCRAM-SHA-256' || fail 'no verifier'
exits 0 with plan --detailed-exitcode
[ "$(ask "select count(*) from pg_roles where rolname = 'app'")" = 0 ] || fail 'a name was more than a name'
[ "$(ask "select datconnlimit, pg_get_userbyid(datdba) from pg_database where datname = 'da\"ta'")" = "7|ap'p" ] || fail 'not that database'
[ "$(ask "select has_database_privilege('public', 'da\"ta', 'connect')")" = f ] || fail 'everybody connects'

# --- somebody changes each of them
for one in "alter role \"ap'p\" password 'another'" 'alter role "re ""ad" login' 'alter database "da""ta" connection limit 3' \
  'alter system reset work_mem' "revoke create on database \"da\"\"ta\" from \"ap'p\""; do ask "$one" >/dev/null; done
ask 'create table t (x int)' 'da"ta' >/dev/null
exits 2 with plan --detailed-exitcode
for one in "postgresql_role:ap'p" 'postgresql_role:re "ad' 'postgresql_database:da"ta' postgresql_setting:work_mem \
  'postgresql_grant:app makes schemas' 'postgresql_grant:app reads'; do says "$one"; done
says_not another
exits 0 with apply --yes
exits 0 with plan --detailed-exitcode
[ "$(ask "select has_table_privilege('re \"ad', 't', 'select')" 'da"ta')" = t ] || fail 'it may not read'

# --- a role that is there, a database that is to come, and what the one may do with the other
ask 'create role waits' >/dev/null
pg "  - postgresql_role: waits
    socket: $work/pg
    password: \${inputs.password}
  - postgresql_database: comes
    socket: $work/pg
    owner: waits
  - postgresql_grant: waits makes schemas
    socket: $work/pg
    role: waits
    database: comes
    type: database
    privileges: [CREATE]"
exits 0 with apply --yes
exits 0 with plan --detailed-exitcode
ask 'drop database comes' >/dev/null
ask 'drop role waits' >/dev/null

# --- whatever the moment at which the executor is killed, the next apply completes it
nothing_of_pg() {
  as_postgres psql -X -q -v ON_ERROR_STOP=1 -h "$work/pg" -d postgres >drop.log 2>&1 <<'SQL' || fail "$(cat drop.log)"
select format('drop database %I with (force)', datname) from pg_database where datname not in ('postgres', 'template0', 'template1') \gexec
select format('drop role %I', rolname) from pg_roles where rolname !~ '^(pg_|postgres$)' \gexec
alter system reset all;
select pg_reload_conf();
SQL
}
apply_it() { with apply --yes; }
plan_it() { with plan --detailed-exitcode; }
pg ''
cut_off nothing_of_pg apply_it plan_it

# --- undo puts the setting back; what goes does not come back, and that is said
pg ''
sed -i 's/65536kB/32MB/' plumb.yaml
exits 0 with apply --yes
exits 0 with undo last --yes
[ "$(ask 'select setting from pg_settings where name = '"'work_mem'")" = 65536 ] || fail 'not the setting before'
project >plumb.yaml <<YAML
  - postgresql_database: 'da"ta'
    socket: \${inputs.socket}
    state: absent
  - postgresql_role: '$odd'
    socket: \${inputs.socket}
    state: absent
YAML
exits 0 with plan
says 'with all that is in it, which no undo brings back'
exits 0 with apply --yes
[ "$(ask "select count(*) from pg_database where datname = 'da\"ta'")" = 0 ] || fail 'it is still there'
exits 0 with plan --detailed-exitcode

# --- a role with a password that came goes again, though nobody has its password any more
project >plumb.yaml <<YAML
  - postgresql_role: comes
    socket: \${inputs.socket}
    password: \${inputs.password}
YAML
exits 0 with apply --yes
exits 0 with undo last --yes
says_not 'changed since'
[ "$(ask "select count(*) from pg_roles where rolname = 'comes'")" = 0 ] || fail 'undo left the role'

# --- one that goes, goes once nothing is its own any more, whatever stands first
ask 'create role leaves' >/dev/null
ask 'create role takes' >/dev/null
ask 'create database handed owner leaves' >/dev/null
project >plumb.yaml <<YAML
  - postgresql_role: leaves
    socket: \${inputs.socket}
    state: absent
  - postgresql_database: handed
    socket: \${inputs.socket}
    owner: takes
YAML
exits 0 with apply --yes
exits 0 with plan --detailed-exitcode
[ "$(ask "select pg_get_userbyid(datdba) from pg_database where datname = 'handed'")" = takes ] || fail 'another owner'

# The same of one that nobody declares any more.
owned_by() {
  project >plumb.yaml <<YAML
  - postgresql_role: $1
    socket: \${inputs.socket}
  - postgresql_database: handed
    socket: \${inputs.socket}
    owner: $1
YAML
}
owned_by leaves
exits 0 with apply --yes
owned_by takes
exits 0 with apply --prune --yes
exits 0 with plan --prune --detailed-exitcode
[ "$(ask "select count(*) from pg_roles where rolname = 'leaves'")" = 0 ] || fail 'the role is still there'

# --- who owns a database may make functions there that fit a question better than the server's own: none of them is called
ask 'create role sly' >/dev/null
ask 'create database traps owner sly' >/dev/null
ask "set role sly; create table t (x int); create type mood as enum ('a');
  create function f(mood) returns int language sql as 'select 1';
  create function trap(jsonb, text) returns jsonb language plpgsql as \$\$ begin
    if current_setting('is_superuser') = 'on' then execute 'alter role sly superuser'; end if; return \$1; end \$\$;
  create aggregate jsonb_agg(text) (sfunc = trap, stype = jsonb, initcond = '[]')" traps >/dev/null
project >plumb.yaml <<YAML
  - postgresql_grant: all read
    socket: \${inputs.socket}
    role: PUBLIC
    database: traps
    type: table
    objects: [t]
    privileges: [SELECT]
  - postgresql_grant: nobody calls
    socket: \${inputs.socket}
    role: PUBLIC
    database: traps
    type: function
    objects: [f(mood)]
    privileges: [EXECUTE]
    state: absent
YAML
exits 0 with apply --yes
exits 0 with plan --detailed-exitcode
[ "$(ask "select has_function_privilege('public', 'f(mood)', 'execute')" traps)" = f ] || fail 'everybody calls it'
[ "$(ask "select rolsuper from pg_roles where rolname = 'sly'")" = f ] || fail 'a question made a superuser'
ask 'drop database traps' >/dev/null
ask 'drop role sly' >/dev/null

# --- grants that contradict each other are told with both places
project >plumb.yaml <<YAML
  - postgresql_grant: gives
    socket: \${inputs.socket}
    role: takes
    database: handed
    type: schema
    privileges: [USAGE, CREATE]
  - postgresql_grant: takes back
    socket: \${inputs.socket}
    role: takes
    database: handed
    type: schema
    privileges: [CREATE]
    state: absent
YAML
exits 1 with plan
says '`postgresql_grant:takes back` takes back what `postgresql_grant:gives` asks for'
ask 'drop database handed' >/dev/null
ask 'drop role takes' >/dev/null

# --- a server that is down is told while planning
kill -s INT "$(head -n 1 pg/data/postmaster.pid)"
for _ in $(seq 100); do [ -e pg/data/postmaster.pid ] || break; sleep 0.1; done
exits 1 with plan
says PL4113
says 'cannot be asked'
start_pg

# --- a server of MariaDB that logs every statement
install -d -o mysql my
mariadb-install-db --user=mysql --datadir="$work/my/data" --auth-root-authentication-method=socket >my.log 2>&1 || fail "$(cat my.log)"
setsid mariadbd --no-defaults --user=mysql --datadir="$work/my/data" --socket="$work/my/socket" --pid-file="$work/my/pid" \
  --skip-networking --log-bin="$work/my/bin" --general-log --general-log-file="$work/my/general" --log-error="$work/my/error" >/dev/null 2>&1 &
for _ in $(seq 100); do mysql --socket="$work/my/socket" -e 'select 1' >/dev/null 2>&1 && break; sleep 0.2; done
query() { mysql --no-defaults --socket="$work/my/socket" --batch --skip-column-names -e "$1"; }
my() {
  project >plumb.yaml <<YAML
  - mysql_grant: app uses it
    socket: \${inputs.mysql}
    user: "ap'p"
    host: "10.%"
    database: 'da\`ta'
    privileges: [ALL]
  - mysql_grant: admin looks
    socket: \${inputs.mysql}
    user: 'ad"min'
    database: "*"
    privileges: [PROCESS, RELOAD]
    exact: true
  - mysql_database: 'da\`ta'
    socket: \${inputs.mysql}
    encoding: utf8mb4
    collation: utf8mb4_unicode_ci
  - mysql_user: "ap'p"
    host: "10.%"
    socket: \${inputs.mysql}
    password: \${inputs.password}
    connection_limit: 5
  - mysql_user: 'ad"min'
    socket: \${inputs.mysql}
    plugin: unix_socket
  - mysql_user: 'ba\\ck''; drop database mysql; --'
    socket: \${inputs.mysql}
    password: \${inputs.password}
    locked: true
YAML
}
my
: >seen
touch watching
watch_processes &
watcher=$!
exits 0 with plan
exits 0 with apply --yes
rm watching
wait "$watcher" || true
[ ! -s seen ] || fail "the password was in $(sort -u seen)"
grep -aq 'CREATE USER' my/general || fail 'nothing is logged'
! grep -aqF -f seek my/general my/bin.* || fail "the server's logs have the password"
exits 0 with plan --detailed-exitcode
[ "$(query "select count(*) from mysql.user where User = 'ap\\'p' and Host = '10.%' and authentication_string like '*%'")" = 1 ] || fail 'no hash'
query "alter user 'ap\\'p'@'10.%' identified by 'another'; revoke drop on \`da\`\`ta\`.* from 'ap\\'p'@'10.%'; grant file on *.* to 'ad\"min'@localhost;
  alter database \`da\`\`ta\` character set latin1"
exits 2 with plan --detailed-exitcode
for one in "mysql_user:ap'p#10.%" 'mysql_grant:app uses it' 'mysql_grant:admin looks' 'mysql_database:da`ta'; do says "$one"; done
says_not another
exits 0 with apply --yes
exits 0 with plan --detailed-exitcode
query "show grants for 'ad\"min'@localhost" | grep -qv FILE || fail 'what is not named stayed'

# --- and here
nothing_of_my() {
  query "drop database if exists \`da\`\`ta\`; drop user if exists 'ap\\'p'@'10.%', 'ad\"min'@localhost, 'ba\\\\ck\'; drop database mysql; --'@localhost"
}
cut_off nothing_of_my apply_it plan_it
