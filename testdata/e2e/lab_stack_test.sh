# The example of three modules on real hosts in two groups, with inputs from every layer, and what explain says of each.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -n 's/^defaults: .*/&/p' hosts.yaml >defaults
for i in 1 2 3; do
  on_host "h$i" 'apt-get purge -y -q nginx nginx-common "postgresql*" >/dev/null 2>&1; rm -rf /etc/nginx /etc/postgresql /var/lib/postgresql /srv/www /var/lib/plumb/web-stack; groupdel admins; true' 2>/dev/null
done

cp -r "$PLUMB_SOURCE/docs/examples/web-stack" stack
cat >stack/hosts.yaml <<YAML
plumb: v1
$(cat defaults)
groups:
  production:
    inputs: {motto: handle with care}
    children: [web, db]
  web:
    inputs: {worker_connections: 1024}
  db:
    inputs: {db_port: 5433}
hosts:
  h1: {address: 127.0.1.11, groups: [web]}
  h2: {address: 127.0.1.12, groups: [web], inputs: {worker_connections: 2048}}
  h3: {address: 127.0.1.13, groups: [db]}
YAML
echo 'http_port: 8097' >port.yaml
stack() { PLUMB_INPUT_DOMAIN=lab.test "$plumb" -C stack --inputs port.yaml --set 'motto=from the command line' "$@"; }

# at FILE KEY: where the last value on the first line with KEY stands, as file:line:column.
at() {
  awk -v key="$2" -v file="$1" 'index($0, key) { match($0, key ": *"); print file ":" NR ":" RSTART + RLENGTH; exit }' "stack/$1"
}
default_of() { awk -v key="  $1:" -v file=plumb.yaml 'index($0, key) { print file ":" NR ":" index($0, "default: ") + 9; exit }' stack/plumb.yaml; }

# --- each value comes from the layer that it should
exits 0 "$plumb" -C stack explain input worker_connections
says 'worker_connections on h1 is 1024'
says "* group web  $(at hosts.yaml worker_connections)  1024"
says 'worker_connections on h2 is 2048'
says "* host h2    hosts.yaml:13:73  2048"
says "    default    $(default_of worker_connections)  512"
exits 0 "$plumb" -C stack explain input db_port --host h3
says "* group db  $(at hosts.yaml db_port)  5433"
exits 0 "$plumb" -C stack explain input motto --host h1
says "* group production  $(at hosts.yaml motto)  \"handle with care\""
exits 0 stack explain input domain --host h1
says '* environment  PLUMB_INPUT_domain:1:1  "lab.test"'
says '  inputs.yaml  inputs.yaml:1:9  "shop.test"'
exits 0 stack explain input http_port --host h1
says '* --inputs port.yaml  port.yaml:1:12  8097'
exits 0 stack explain input motto --host h1
says '* --set             --set motto:1:1  "from the command line"'
exits 0 stack explain resource nginx/service:nginx --host h3
says 'nginx/service:nginx is not on h3'
says 'only on hosts that match `web`, which h3 does not'
exits 0 stack explain resource nginx/file:/srv/www/api/index.html --host h3
says 'for each site of ${inputs.sites}'

# --- what tests promise offline comes true
exits 0 stack validate
exits 0 stack apply --yes
says '3 ok'
exits 0 stack apply --yes
says 'Nothing to change'
for i in 1 2; do
  page=$(on_host "h$i" "exec 3<>/dev/tcp/127.0.1.1$i/8097; printf 'GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n' >&3; tail -n 1 <&3")
  [ "$page" = 'Welcome to www.lab.test' ] || fail "h$i serves '$page'"
done
[ "$(on_host h2 'grep -o "worker_connections [0-9]*" /etc/nginx/nginx.conf')" = 'worker_connections 2048' ] || fail 'h2 has other connections'
on_host h1 'grep -q "# Databases: 127.0.1.13" /etc/nginx/nginx.conf' || fail 'the web hosts do not know the database host'
[ "$(on_host h3 'cd /; su postgres -c "psql -p 5433 -tAc \"show max_connections\""')" = 200 ] || fail 'PostgreSQL has other connections'
[ "$(on_host h3 'cat /etc/motd')" = 'h3 (Debian GNU/Linux)
from the command line' ] || fail 'the message of the day is another'

# --- the facts are known now: what a change means needs no host
exits 0 stack eval --host h3 'facts.os.family'
[ "$output" = '"debian"' ] || fail "eval prints $output"
exits 0 stack observe -o stack.snapshot
exits 0 stack diff --snapshot stack.snapshot
exits 2 stack diff --snapshot stack.snapshot --set http_port=8098
says '~ nginx/file:/etc/nginx/conf.d/www.conf'
says '* nginx/service:nginx  reload'
