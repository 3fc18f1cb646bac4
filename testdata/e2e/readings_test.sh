# Readings: what programs, files and paths of a host tell decides what is there, stands in plans and is shown.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
unprivileged
mkdir home
[ "$(id -u)" != 0 ] || chown nobody home
printf 'plumb: v1\nhosts:\n  web1: {connection: {command: [%s env, HOME=%s/home]}}\n' "$as_list" "$work" >hosts.yaml
mkdir -p modules/app
cat >modules/app/module.yaml <<YAML
plumb: v1
inputs:
  folder: {type: string}
readings:
  version: {file: "\${inputs.folder}/version", match: "([0-9]+)", type: integer, absent: 0}
outputs:
  major: \${readings.version}
resources:
  - file: \${inputs.folder}/seen
    content: "version \${readings.version}\n"
YAML
project() { # readings on standard input, resources behind a line of ---
  { printf 'plumb: v1\nproject: readings\nreadings:\n'; sed 's/^---$/resources:/; s|HOME|'"$work/home"'|g'; } >plumb.yaml
}
project <<'YAML'
  shell: {command: "echo one; echo two", format: lines, type: array, items: {type: string}}
  code: {command: [sh, -c, "exit 3"], gives: exit_code, type: integer}
  missing: {command: [no-such-program], type: string, absent: none}
  settings: {file: HOME/app.json, format: json, type: object, properties: {port: {type: integer}}, required: [port], absent: {port: 80}}
  data: {path: HOME/data}
  writes: {command: "touch HOME/written 2>/dev/null; echo $?", type: integer}
  never: {command: [no-such-program], type: string}
  token: {file: HOME/token, type: string, sensitive: true, absent: none}
  made: {file: HOME/list, type: string, absent: none}
  now: {command: [date, "+%s%N"], type: string}
  broken: {command: [sh, -c, "exit 4"], type: string}
---
  - use: ./modules/app
    with: {folder: HOME}
  - file: HOME/list
    content: "${readings.shell.join(' ')} ${readings.code} ${readings.missing} ${readings.settings.port} ${modules.app.major} ${readings.writes != 0}\n"
  - directory: HOME/initialised
    when: "!readings.data.exists"
  - file: HOME/secret
    content: ${readings.token}
YAML
printf 'correct-horse-battery\n' >home/token

exits 0 "$plumb" validate
cat >>plumb.yaml <<'YAML'
outputs:
  port: ${readings.settings.port}
  made: ${readings.made}
  marked: {value: "${readings.data.exists}", type: boolean}
  found: ${modules.app.major}
  token: ${readings.token}
  now: ${readings.now}
  broken: ${readings.broken}
YAML
exits 0 "$plumb" validate
exits 1 "$plumb" output port
says 'told no facts yet'
exits 0 "$plumb" apply --yes
says_not correct-horse
says_not 'the output `token`'
# What is only given out decides nothing: another time of the day makes no plan stale, and one that fails is missing alone.
says 'warning[PL2002]: the reading `broken`'
says '  port: 80'
says 'one two 3 none 80 0 true'
[ "$(cat home/list)" = 'one two 3 none 80 0 true' ] || fail "the list is $(cat home/list)"
[ "$(cat home/seen)" = 'version 0' ] || fail 'a module reads something else'
[ "$(cat home/secret)" = correct-horse-battery ] || fail 'the secret is another'
[ -d home/initialised ] || fail 'the condition did not hold'
[ ! -e home/written ] || fail 'a reading wrote something'
exits 0 "$plumb" apply --yes
says 'Nothing to change'
! grep -rqF correct-horse .plumb || fail 'a secret was written down'

# --- outputs tell them as they are when the run is done, and later
[ "$("$plumb" output port) $("$plumb" output marked) $("$plumb" output found)" = '80 false 0' ] || fail "outputs: $("$plumb" output 2>&1)"
exits 0 "$plumb" output port
says_not token
exits 1 "$plumb" output broken
says 'reads what the host did not tell yet'
echo 'version 7' >home/version
mkdir home/data
exits 0 "$plumb" apply --yes
says 'one two 3 none 80 7 true'
[ "$("$plumb" output marked) $("$plumb" output found)" = 'true 7' ] || fail "outputs: $("$plumb" output 2>&1)"
rm home/version
rmdir home/data
exits 0 "$plumb" apply --yes
[ "$("$plumb" output marked) $("$plumb" output found)" = 'false 0' ] || fail "outputs: $("$plumb" output 2>&1)"
cp plumb.yaml kept.yaml
sed -i 's|^outputs:|  - command: fails\n    run: ["false"]\n    after: ["file:*"]\noutputs:|' plumb.yaml
echo 'version 9' >home/version
exits 1 "$plumb" apply --yes
[ "$("$plumb" output made)" = 'one two 3 none 80 9 true' ] || fail "a run that failed half way left: $("$plumb" output made 2>&1)"
mv kept.yaml plumb.yaml
rm home/version
exits 0 "$plumb" apply --yes
sed -i '/^outputs:/,$d' plumb.yaml

# --- they are shown, and asked for
exits 0 "$plumb" facts
says 'readings.app/version = 0'
says 'readings.token = (sensitive)'
says_not correct-horse
says_not 'readings.never'
exits 0 "$plumb" eval --host web1 'readings.settings.port + readings.code'
says 83
exits 0 "$plumb" eval 'readings.code'
sed '$p' hosts.yaml | sed '$s/web1/web2/' >two.yaml
exits 3 "$plumb" -i two.yaml eval 'readings.code'
says 'no host is chosen'
exits 0 "$plumb" explain reading code
says 'exit_code'

# --- a plan stands on them, as far as somebody reads them
echo 'v16.1' >home/version
exits 0 "$plumb" plan -o plan.json
says '+version 16'
echo 'v16.2' >home/version
exits 0 "$plumb" plan -o same.json
cmp plan.json same.json || fail 'what nobody reads of a file is in the plan'
echo 'v17' >home/version
exits 5 "$plumb" apply plan.json --yes
says PL4001
says 'the reading `app/version` is another'
[ "$(cat home/seen)" = 'version 0' ] || fail 'a stale plan was carried out'
echo 'v16.9' >home/version
exits 0 "$plumb" apply plan.json --yes
[ "$(cat home/seen)" = 'version 16' ] || fail 'the plan was not carried out'

# --- a snapshot holds them, but for what is sensitive
exits 0 "$plumb" observe -o secret.snapshot
! grep -qF correct-horse secret.snapshot || fail 'a secret is in a snapshot'
code=0
output=$("$plumb" plan --snapshot secret.snapshot 2>&1) || code=$?
[ "$code" != 0 ] || fail 'a plan was made without a sensitive reading'
says 'is sensitive, and so in no snapshot'
project <<'YAML'
  version: {file: HOME/version, match: "([0-9]+)", type: integer}
---
  - file: HOME/seen
    content: "version ${readings.version}\n"
YAML
exits 0 "$plumb" observe -o web1.snapshot
echo 'v18' >home/version
exits 0 "$plumb" plan --snapshot web1.snapshot
says 'Nothing to change'
exits 0 "$plumb" plan
says '+version 18'

# --- what an action of the plan changes decides only afterwards: in a second plan of the same apply
rm -f home/after
project <<'YAML'
  marker: {path: HOME/marker}
---
  - file: HOME/marker
    content: here
  - file: HOME/after
    content: "there ${readings.marker.exists}\n"
YAML
exits 0 "$plumb" plan -o half.json
says 'the reading marker may be another after file:'
exits 2 "$plumb" apply half.json --yes
[ -e home/marker ] && [ ! -e home/after ] || fail 'what was not to be decided yet was done'
rm home/marker
exits 0 "$plumb" apply --yes
[ "$(cat home/after)" = 'there true' ] || fail "a second plan made: $(cat home/after)"
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- packages, units and URLs tell too
if command -v curl >/dev/null || command -v wget >/dev/null; then
  mkdir web
  printf '{"port": 8443}\n' >web/settings.json
  : >web.log # the server's own may be opened after it is read here
  (cd web && exec python3 -u -m http.server --bind 127.0.0.1 0) >web.log 2>&1 &
  server=$!
  trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
  for _ in $(seq 100); do
    port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' web.log)
    [ -z "$port" ] || break
    sleep 0.1
  done
  project <<YAML
  settings: {url: "http://127.0.0.1:$port/settings.json", format: json, type: object, properties: {port: {type: integer}}, required: [port], timeout: 5}
  gone: {url: "http://127.0.0.1:$port/gone", type: string}
---
  - file: HOME/port
    content: "\${readings.settings.port}\n"
YAML
  exits 0 "$plumb" apply --yes
  [ "$(cat home/port)" = 8443 ] || fail 'the URL told something else'
  exits 0 "$plumb" plan -o port.json
  printf '{"port": 9443}\n' >web/settings.json
  exits 0 "$plumb" plan -o port.json
  printf '{"port": 9444}\n' >web/settings.json
  exits 5 "$plumb" apply port.json --yes
  says 'the reading `settings` is another'
  exits 1 "$plumb" eval --host web1 'readings.gone'
  says "/gone did not come"
fi
if [ -e /var/lib/dpkg/status ]; then
  project <<'YAML'
  dpkg: {package: dpkg, match: "^[0-9]+", type: integer}
  nothing: {package: no-such-package, type: string, absent: none}
---
  - file: HOME/packages
    content: "${readings.dpkg > 0} ${readings.nothing}\n"
YAML
  exits 0 "$plumb" apply --yes
  [ "$(cat home/packages)" = 'true none' ] || fail "the packages are $(cat home/packages)"
fi
project <<'YAML'
  both: {unit: cron, package: cron}
---
  []
YAML
exits 3 "$plumb" validate
project <<'YAML'
  typed: {unit: cron, type: string}
  untyped: {package: cron}
  unasked: {url: "ssh://example.com/", type: string}
---
  []
YAML
exits 3 "$plumb" validate
says 'a type of its own'
says 'expected a URL'

# --- what fails names itself, its line and the last output
project <<'YAML'
  broken: {command: "echo it is broken >&2; exit 4", type: string}
  slow: {command: [sleep, "30"], timeout: 1, type: string}
  gone: {file: HOME/gone, type: string}
  typed: {file: HOME/version, type: integer}
---
  - file: HOME/list
    content: ${readings.broken}${readings.slow}${readings.gone}${readings.typed}
YAML
exits 1 "$plumb" plan
says PL2002
says 'the reading `broken`'
says 'it is broken'
says 'plumb.yaml:4'
says 'took longer than 1 s'
says 'gone is not there'
says 'say with `absent`'
says 'the reading `typed`'

# --- what goes on with a plan finds readings as that has left them; what came of one has to be done by then
project <<'YAML'
  mode: {file: HOME/mode, type: string, absent: none}
---
  - file: HOME/of_it
    content: ${readings.mode}
  - file: HOME/mode
    content: slow
  - command: late
    run: [sh, -c, "test -e HOME/may && touch HOME/late"]
    creates: HOME/late
YAML
exits 1 "$plumb" apply --yes
touch home/may
exits 0 "$plumb" apply --resume last --yes
[ "$(cat home/of_it home/mode)" = noneslow ] || fail 'not what was planned'
[ -e home/late ] || fail 'nothing went on'
project <<'YAML'
  mode: {file: HOME/mode, type: string, absent: none}
---
  - command: first
    run: [sh, -c, "test -e HOME/may2 && printf %s ${readings.mode} >HOME/of_it2"]
    creates: HOME/of_it2
  - file: HOME/mode
    content: fast
YAML
exits 1 "$plumb" apply --yes --keep-going
touch home/may2
exits 5 "$plumb" apply --resume last --yes
says 'the reading `mode` is another than when the plan was made'
