# The providers of docs/examples/providers: judged by their own cases, and the project of each applied, made anew after drift and
# taken away, on real servers: slapd, Redis, an API, named's checker of zones, systemd-nspawn. No password of theirs is ever an
# argument or in an environment.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v python3 >/dev/null || skip 'no python3 here'
cp -r "$PLUMB_SOURCE/docs/examples/providers" providers
chmod 755 "$work"
left_out=()

# Helpers are those of the SDK, and programs are short.
for helper in providers/*/provider/plumb_provider.py; do
  cmp -s "$helper" "$PLUMB_SOURCE/providers/outside/sdk/python/plumb_provider.py" || fail "$helper is another one"
done
cmp -s providers/nspawn/provider/plumb-provider.sh "$PLUMB_SOURCE/providers/outside/sdk/sh/plumb-provider.sh" || fail 'the helper in sh is another one'
for program in providers/*/provider/*-provider{,.py,.cc}; do
  [ ! -e "$program" ] || [ "$(wc -l <"$program")" -lt 150 ] || fail "$program is too long"
done

# --- somebody who looks at all processes
cat >words <<'WORDS'
an example's token
an example of "one"
an administrator's word
a word of ann's
WORDS
cat >inputs.yaml <<'YAML'
token: an example's token
password: an example of "one"
admin_password: an administrator's word
ann_password: a word of ann's
YAML
(while [ -e words ]; do grep -laFf words /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null >>seen || true; sleep 0.2; done) &
watcher=$!
trap 'kill $watcher 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -c 'import time; time.sleep(9)' "a word of ann's" &
shown=$!
for _ in $(seq 50); do grep -qs "/proc/$shown/" seen && break; sleep 0.1; done
grep -qs "/proc/$shown/" seen || fail 'nobody looks at the processes'
kill $shown 2>/dev/null || true

judge() {
  exits 0 "$plumb" provider test "providers/$1/provider"
  says 'ok    converges'
  says 'ok    twice'
  says 'all is kept'
}
run() { "$plumb" -C "providers/$project" -i "$work/hosts.yaml" "$@"; }
printf 'plumb: v1\nhosts:\n  localhost: {connection: local}\n' >hosts.yaml

# begin PROJECT INPUTS PLANNED: its plan says this, and once applied it has nothing to do. INPUTS are those that it is given.
begin() {
  project=$1
  mkdir -p "$1.place"
  grep -E "^($2): " inputs.yaml >"providers/$1/inputs.yaml" || true
  exits 0 "$plumb" fmt --check "providers/$1/plumb.yaml"
  exits 0 run validate
  exits 0 run plan
  says "$3"
  exits 0 run apply --yes
  exits 0 run apply --yes
  says 'Nothing to change'
  ! grep -rqFf words "providers/$1/.plumb" || fail "$1: a password was kept"
}
# What somebody else changed is seen, and made as it was.
again() {
  exits 2 run diff
  says '(drift)'
  exits 0 run apply --yes
  exits 0 run diff
}
remove() { # the resources whose line has this
  sed -i "/^  - .*$1/a\\    state: absent" "providers/$project/plumb.yaml"
  exits 0 run apply --yes
  exits 0 run apply --yes
  says 'Nothing to change'
}
with_input() { printf '%s: %s\n' "$1" "$2" >>inputs.yaml; }

# --- objects behind an API
judge http-api
mkdir api
PORT=8941 python3 providers/http-api/provider/tests/server.py "$work/api"
with_input api http://127.0.0.1:8941/things
api() {
  python3 - "$@" <<'PY'
import json, sys, urllib.request
asked = urllib.request.Request("http://127.0.0.1:8941/things/" + sys.argv[1], headers={"Authorization": "Bearer an example's token"})
if len(sys.argv) > 2:
    asked.data, asked.method = sys.argv[2].encode(), "PUT"
try:
    print(urllib.request.urlopen(asked).read().decode())
except urllib.error.HTTPError as error:
    print(error.code)
PY
}
begin http-api 'api|token' '+ api_object:ann'
api ann | grep -q '"groups": \["staff", "operators"\].*"revision": 1' || fail "the API has: $(api ann)"
api ann '{"email": "somebody@example.com"}' >api.log
again
api ann | grep -q '"email": "ann@example.com".*"revision": 3' || fail "the API has: $(api ann)"
remove 'api_object: ann'
[ "$(api ann)$(api bob | grep -c bob@)" = 4041 ] || fail 'the wrong object is gone'
printf '%s\n' 'token: another' "api: http://127.0.0.1:8941/things" >providers/http-api/inputs.yaml
exits 1 run apply --yes
says '401 Unauthorized'
says 'is the token right'

# --- a zone
command -v named-checkzone >/dev/null || left_out+=('named-checkzone: what it says of a zone')
judge dns-zone
cp providers/dns-zone/provider/tests/zone zone
with_input file "$work/zone"
begin dns-zone file '~ dns_record:www.example.com A'
grep -q '^ *2026113003 ; serial 2026113001$' zone || fail "the serial: $(cat zone)"
grep -q '^www.example.com. 300 IN A 192.0.2.21$' zone && grep -q '^www.example.com. .*IN AAAA 2001:db8::20$' zone || fail "$(cat zone)"
sed -i 's/192.0.2.21/192.0.2.99/' zone
again
remove 'www.example.com A$'
! grep -q '192.0.2.2[0-9]' zone || fail "$(cat zone)"
exits 0 run undo last --yes
grep -q '^www.example.com. 300 IN A 192.0.2.21$' zone || fail "undo: $(cat zone)"
command -v named-checkzone >/dev/null && {
  named-checkzone -i local example.com zone >check.log || fail "$(cat check.log)"
  sed -i 's/192.0.2.20, 192.0.2.21/192.0.2.300/; /state: absent/d' providers/dns-zone/plumb.yaml
  exits 1 run apply --yes
  says 'bad dotted quad'
  ! grep -q 192.0.2.300 zone || fail 'a zone that is not valid was written'
}

# --- a directory
if command -v slapd >/dev/null || [ -x /usr/sbin/slapd ] && command -v ldapsearch >/dev/null; then
  judge ldap
  mkdir directory
  PORT=8942 providers/ldap/provider/tests/server "$work/directory" || fail 'slapd does not start'
  with_input server ldap://127.0.0.1:8942
  ldap() { program=$1; shift; "$program" -x -H ldap://127.0.0.1:8942 -D cn=admin,dc=example,dc=com -y directory.ldap/password "$@" 2>&1; }
  ann=uid=ann,ou=operators,dc=example,dc=com
  begin ldap 'server|admin_password|ann_password' "+ ldap_entry:$ann"
  ldap ldapsearch -LLL -b $ann >found
  grep -q '^mail: ann@example.com$' found && grep -q '^userPassword:: ' found || fail "$(cat found)"
  [ "$(ldapwhoami -x -H ldap://127.0.0.1:8942 -D $ann -y <(printf %s "a word of ann's"))" = "dn:$ann" ] || fail 'ann cannot log in'
  printf 'dn: %s\nchangetype: modify\nreplace: mail\nmail: somebody@example.com\n' $ann | ldap ldapmodify >/dev/null
  again
  ldap ldapsearch -LLL -b $ann mail | grep -q '^mail: ann@example.com$' || fail 'the drift is still there'
  ldap ldappasswd $ann -T <(printf %s another) >/dev/null
  exits 0 run apply --yes
  ldapwhoami -x -H ldap://127.0.0.1:8942 -D $ann -y <(printf %s "a word of ann's") >/dev/null || fail 'the password was not set again'
  remove uid=ann
  ldap ldapsearch -LLL -b $ann >found && fail 'ann is still there'
else
  left_out+=('slapd or ldap-utils: entries of a directory')
fi

# --- settings of Redis, by a program that is built with the SDK
if command -v redis-server >/dev/null && command -v cmake >/dev/null && [ -e /usr/include/nlohmann/json.hpp ]; then
  cmake -S "$PLUMB_SOURCE/providers/outside/sdk/cpp" -B sdk -DCMAKE_INSTALL_PREFIX="$work/installed" >build.log && cmake --install sdk >build.log &&
    cmake -S providers/redis/provider -B providers/redis/provider/.build -DCMAKE_PREFIX_PATH="$work/installed" >build.log &&
    cmake --build providers/redis/provider/.build >build.log 2>&1 || fail "$(cat build.log)"
  judge redis
  mkdir cache
  providers/redis/provider/tests/server "$work/cache"
  sed -i '/^server: /d' inputs.yaml
  with_input server "$work/cache.redis/socket"
  redis() { printf 'AUTH "an example of \\"one\\""\n%s\n' "$*" | redis-cli -s "$work/cache.redis/socket" | tail -n 1; }
  begin redis 'server|password' '~ redis_setting:maxmemory'
  [ "$(redis CONFIG GET maxmemory) $(redis CONFIG GET maxmemory-policy)" = '104857600 allkeys-lru' ] || fail 'the settings'
  grep -q '^maxmemory 100mb' cache.redis/redis.conf || fail "the file: $(cat cache.redis/redis.conf)"
  redis CONFIG SET maxmemory-policy noeviction >/dev/null
  again
  [ "$(redis CONFIG GET maxmemory-policy)" = allkeys-lru ] || fail 'the drift is still there'
  printf 'server: %s\npassword: another\n' "$work/cache.redis/socket" >providers/redis/inputs.yaml
  exits 1 run apply --yes
  says 'WRONGPASS'
  says 'is `password` right?'
  says_not another
else
  left_out+=('redis-server, cmake or nlohmann-json: settings of Redis')
fi

# --- a machine, whose file systemd-nspawn itself reads
judge nspawn
mkdir machines shared
with_input machines "$work/machines"
with_input settings "$work/machines"
sed -i "s|/srv/build:/build|$work/shared:/build|; s|boot: true|program: /bin/busybox touch /build/was-here|; s|network: veth|network: private|" \
  providers/nspawn/plumb.yaml
begin nspawn 'machines|settings' '+ nspawn_machine:build'
if [ "$(id -u)" = 0 ] && command -v systemd-nspawn >/dev/null && busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1; then
  mkdir -p machines/build/{usr,etc,bin}
  cp "$busybox" machines/build/bin/busybox
  timeout 60 systemd-nspawn --quiet --settings=trusted --register=no --keep-unit --machine="build-$$" -D machines/build >nspawn.log 2>&1 &&
    fail 'a file of another machine was read'
  timeout 60 systemd-nspawn --quiet --settings=trusted --register=no --keep-unit -D machines/build >nspawn.log 2>&1 || fail "$(cat nspawn.log)"
  [ -e shared/was-here ] || fail 'the machine did not run as its file says'
else
  left_out+=('root, systemd-nspawn or a static busybox: a machine that runs')
fi
[ -d /run/systemd/system ] || left_out+=('systemd as the init: machines that it starts and enables')
sed -i 's/^Private=yes/Private=no/' machines/build.nspawn
again
printf '# by hand\n' >>machines/build.nspawn
sed -i 's/network: private/network: host/' providers/nspawn/plumb.yaml
exits 1 run apply --yes
says 'holds what this provider does not know'
sed -i '/by hand/d' machines/build.nspawn
remove nspawn_machine
[ ! -e machines/build.nspawn ] && [ -d machines/build ] || fail 'the wrong thing is gone'

# What it asks of systemd, where a script stands for systemctl: a machine is started, restarted for what changed, and stopped.
if [ -n "${PLUMB_OWN_STATE:-}" ]; then
  mkdir -p /run/systemd units
  mount -t tmpfs -o mode=755 plumb-test /run/systemd
  mount -t tmpfs -o mode=755 plumb-test /usr/local/sbin
  mkdir /run/systemd/system
  cat >/usr/local/sbin/systemctl <<SCRIPT
#!/bin/sh
cd $work/units
case \$* in
is-active*) exec test -e active ;;
is-enabled*) exec test -e enabled ;;
start*|restart*) touch active ;;
enable*) touch enabled ;;
stop*) rm active ;;
disable\ --now*) rm -f active enabled ;;
disable*) rm enabled ;;
esac
echo "\$*" >>asked
SCRIPT
  chmod 755 /usr/local/sbin/systemctl
  asks() { # WORDS LINES: applied with these lines below the machine, it has asked for this since the last time
    sed -i '/^  - nspawn_machine/,$d' providers/nspawn/plumb.yaml
    printf '  - nspawn_machine: build\n    machines: %s\n    file: %s\n%b' "$work/machines" "$work/machines/build.nspawn" "$2" >>providers/nspawn/plumb.yaml
    : >units/asked
    exits 0 run apply --yes
    [ "$(sed 's/ systemd-nspawn@build.service$//' units/asked | tr '\n' ' ')" = "$1" ] || fail "for $2 it asks: $(cat units/asked)"
  }
  asks 'enable restart ' '    boot: true\n    running: true\n    enabled: true\n'
  asks '' '    boot: true\n    running: true\n    enabled: true\n'
  asks 'restart ' '    network: private\n    running: true\n'
  asks 'stop ' '    running: false\n'
  asks 'disable --now ' '    state: absent\n'
fi

# --- what was seen
kill $watcher
! grep -v "/proc/$shown/" seen | grep -q . || fail "a password was an argument or in an environment: $(grep -v "/proc/$shown/" seen | sort -u)"
for each in "${left_out[@]}"; do echo "SKIPPED: not tried without $each"; done
