# Probes that decide whether a roll-out goes on; tags, limits and maintenance windows. Over hosts of this machine's
# making.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

command -v python3 >/dev/null || skip 'no python3 here'
# Each host is an executor with a home, and so a state, of its own.
unprivileged
mkdir homes health
{
  printf 'plumb: v1\ngroups: {web: {}}\nhosts:\n'
  for host in w01 w02 w03 w04 w05 w06; do
    mkdir homes/$host
    printf '  %s: {groups: [web], connection: {command: [%s env, HOME=%s/homes/%s]}}\n' "$host" "$as_list" "$work" "$host"
  done
} >hosts.yaml
[ "$(id -u)" != 0 ] || chown -R nobody homes

# A server that is well for the hosts that have a file in health/.
cat >server.py <<'PYTHON'
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        well = os.path.exists(sys.argv[1] + '/health' + self.path)
        self.send_response(200 if well else 503)
        self.end_headers()
        self.wfile.write(b'all is well' if well else b'out of order')
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
with open(sys.argv[1] + '/port.new', 'w') as file:
    file.write(str(server.server_port))
os.rename(sys.argv[1] + '/port.new', sys.argv[1] + '/port')
server.serve_forever()
PYTHON
python3 server.py "$work" &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
for _ in $(seq 600); do
  if [ -f port ]; then break; fi
  sleep 0.1
done
port=$(cat port)

# project TEXT WITHIN: a file with a probe, and a file that comes after it.
project() {
  cat >plumb.yaml <<YAML
plumb: v1
project: waves
rollout: {canary: 1}
resources:
  - file: $work/homes/\${host.name}/conf
    content: $1
    verify: {http: "http://127.0.0.1:$port/\${host.name}", body: all is well, within: $2}
  - file: $work/homes/\${host.name}/after
    content: $1
YAML
}
with() { # FILE TEXT: the hosts whose FILE holds TEXT
  grep -lx "$2" homes/*/"$1" 2>/dev/null | cut -d/ -f2 | tr '\n' ' ' || true
}
all='w01 w02 w03 w04 w05 w06 '

# --- the plan says what will be asked, and asks nothing
project one 0
exits 0 "$plumb" plan -o plan.json
says '? file:'
says "then checks: http://127.0.0.1:$port/<host> answers 200 with the text that is asked for"
exits 0 "$plumb" plan -o again.json
cmp plan.json again.json || fail 'the same plan has other bytes'

# --- a canary that fails its probe stops the roll-out; the other hosts are not touched
exits 1 "$plumb" apply --yes
says 'PL4111'
says 'it answered 503'
says 'PL4008'
says 'hosts 1 failed, 5 not started'
says "owed to the next run: file:$work/homes/w01/conf"
[ "$(with conf one)" = 'w01 ' ] || fail "touched: $(with conf one)"
[ -z "$(with after one)" ] || fail "went on after the probe: $(with after one)"
exits 0 "$plumb" history show last
says 'verify'
says 'PL4111'

# --- what was not seen to work is asked again by the next plan
exits 0 "$plumb" plan --limit w01
says 'owed from an earlier run'
says "then checks: http://127.0.0.1:$port/w01"
says_not 'w02'

# --- gone on with, once the cause is mended: exactly what is left
touch health/w01 health/w02 health/w03 health/w04 health/w05 health/w06
exits 0 "$plumb" apply --resume last --yes
says 'hosts 6 ok'
says '6 verified'
[ "$(with after one)" = "$all" ] || fail "not all: $(with after one)"
exits 0 "$plumb" diff
exits 0 "$plumb" apply --resume last --yes
says 'Nothing is left of run'

# --- tried until it passes
project two 30s
rm health/w01
(sleep 2 && touch health/w01) &
exits 0 "$plumb" apply --yes
says '6 verified'
exits 0 "$plumb" diff

# --- a probe that fails in a later wave is a failed host like others
project three 0
sed -i 's/rollout: .*/rollout: {batch: 2, max_failures: 1}/' plumb.yaml
rm health/w01 health/w04
exits 1 "$plumb" apply --yes --forks 1
says '2 of 6 hosts failed, and 1 is tolerated in the run'
says 'hosts 2 ok, 2 failed, 2 not started'
[ "$(with conf three)" = 'w01 w02 w03 w04 ' ] || fail "touched: $(with conf three)"
touch health/w01 health/w04

# --- a probe that is no longer asked for is no longer owed
rm health/w01
exits 1 "$plumb" apply --limit w01 --yes
says 'owed to the next run'
sed -i '/verify:/d' plumb.yaml
exits 0 "$plumb" apply --yes
says_not 'owed'
exits 0 "$plumb" diff
says_not 'owed'

# --- ports and programs; several at once; what a sensitive resource prints is not shown
cat >plumb.yaml <<YAML
plumb: v1
project: waves
resources:
  - file: $work/homes/\${host.name}/conf
    content: four
    verify:
      - tcp: $port
      - command: [test, -e, "$work/homes/\${host.name}/conf"]
  - file: $work/homes/\${host.name}/secret
    content: hush
    sensitive: true
    verify: {command: "cat $work/homes/\${host.name}/secret; exit 7", within: 0}
YAML
exits 1 "$plumb" apply --limit w01 --yes
says "verified"
says 'PL4111'
says_not 'hush'
exits 0 "$plumb" history show last
says_not 'hush'

# --- a stop ends the waiting
sed -i 's/exit 7", within: 0/exit 7", within: 1h/' plumb.yaml
"$plumb" apply --limit w02 --yes >waiting.log 2>&1 &
pid=$!
for _ in $(seq 600); do
  if [ -e homes/w02/secret ]; then break; fi
  sleep 0.1
done
sleep 1
kill -INT $pid
code=0
wait $pid || code=$?
[ "$code" = 130 ] || fail "exit code $code after Ctrl-C: $(cat waiting.log)"

# --- tags: only what is chosen is planned, and nothing that it sets off is lost
mkdir -p modules/extra
cat >modules/extra/module.yaml <<YAML
plumb: v1
inputs: {folder: {type: string}}
resources:
  - file: \${inputs.folder}/extra
    content: extra
YAML
cat >plumb.yaml <<YAML
plumb: v1
project: tagged
resources:
  - file: $work/homes/\${host.name}/conf
    content: five
    tags: [config]
  - command: react
    run: [touch, "$work/homes/\${host.name}/reacted"]
    run_on: ["file:$work/homes/*"]
    tags: [reaction, slow]
  - use: ./modules/extra
    with: {folder: "$work/homes/\${host.name}"}
    tags: [config, extra]
YAML
exits 3 "$plumb" plan --tags confg
says 'PL1213'
says 'did you mean `config`?'
exits 0 "$plumb" plan --tags config --skip-tags extra -o narrow.json
says 'Only resources tagged config not tagged extra; 12 are left out'
says 'leaves the run of command:react to a later run'
says_not 'extra/file'
says_not 'no longer in the configuration'
exits 0 "$plumb" show narrow.json
says 'Only resources tagged config'
exits 3 "$plumb" apply narrow.json --tags extra --yes
exits 0 "$plumb" apply narrow.json --yes
says 'Only resources tagged config'
[ "$(with conf five)" = "$all" ] || fail "not all: $(with conf five)"
[ -z "$(ls homes/*/extra homes/*/reacted 2>/dev/null)" ] || fail 'more was done than was chosen'
exits 0 "$plumb" plan --tags extra
says 'extra/file'
says_not 'command:react'
exits 0 "$plumb" plan
says 'owed from an earlier run, because of file:'
says_not 'no longer in the configuration'
exits 0 "$plumb" apply --yes
[ "$(ls homes/*/reacted | wc -l)" = 6 ] || fail 'what was owed was lost'
exits 0 "$plumb" diff

# --- limits: of the hosts that are asked for, those that match too
sed -i 's/five/six/' plumb.yaml
exits 3 "$plumb" plan --limit nobody
says 'PL1205'
exits 3 "$plumb" plan --on w01 --limit w02
says 'no host of `w01` matches the limit `w02` too'
exits 0 "$plumb" plan --limit 'w0[1:2]' -o limited.json
says 'Only hosts that match w0[1:2].'
exits 0 "$plumb" apply limited.json --yes
says_not 'not in the plan'
[ "$(with conf six)" = 'w01 w02 ' ] || fail "touched: $(with conf six)"
exits 0 "$plumb" plan -o whole.json
exits 0 "$plumb" apply whole.json --limit w03 --yes
[ "$(with conf six)" = 'w01 w02 w03 ' ] || fail "touched: $(with conf six)"
exits 0 "$plumb" validate --limit w01
says '1 host'

# --- maintenance windows
window() { # DAYS [TIMEZONE]
  sed -i '/^rollout:/d' plumb.yaml
  sed -i "s|^project: .*|&\nrollout: {window: {days: [$1], from: \"00:00\", to: \"24:00\", timezone: ${2:-UTC}}}|" plumb.yaml
}
day() { LC_ALL=C date -u -d "$1" +%a | tr '[:upper:]' '[:lower:]'; }
window "$(day '+3 days')"
exits 0 "$plumb" plan -o window.json
says 'It begins hosts'
exits 5 "$plumb" apply --yes
says 'PL4009'
says 'it opens next at'
exits 5 "$plumb" apply window.json --yes
says 'PL4009'
[ "$(with conf six)" = 'w01 w02 w03 ' ] || fail "touched: $(with conf six)"
# A named time zone stands in the plan by its name.
window "$(day '+3 days')" Europe/Berlin
exits 0 "$plumb" plan -o window.json
says '00:00 to 24:00 Europe/Berlin'
grep -q '"timezone":"Europe/Berlin"' window.json || fail 'the plan does not name its time zone'
exits 5 "$plumb" apply window.json --yes
says 'from 00:00 to 24:00 Europe/Berlin, and it is'
says 'it opens next at 20'
window "$(day '+3 days')" Europe/Berlim
exits 3 "$plumb" validate
says 'did you mean `Europe/Berlin`?'
window "$(day '+3 days')"
exits 0 "$plumb" apply window.json --ignore-window --limit w04 --yes
exits 0 "$plumb" history show last
says 'window ignored'
window 'mon, tue, wed, thu, fri, sat, sun'
exits 0 "$plumb" apply --yes
[ "$(with conf six)" = "$all" ] || fail "not all: $(with conf six)"
window "$(day '+3 days')"
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- mistakes
mistake() { # VERIFY
  printf 'plumb: v1\nproject: waves\nresources: [{file: /a, content: a, verify: %s}]\n' "$1" >plumb.yaml
  exits 3 "$plumb" validate
}
mistake '{http: "ftp://127.0.0.1/"}'
says 'a URL that begins with http:// or https://'
mistake '{tcp: 80, command: [date]}'
mistake '{command: [date], status: 200}'
mistake '{tcp: "${host.name}", within: "${host.groups}"}'
says '`within` must be'
echo ok
