# Canaries from further sources: stores of secrets, readings, data, values that hosts held before, and what is imported; through
# rules, checks, outputs, undo, prune, moves and every report. Afterwards nobody finds one where it was not asked for.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir project out tmp root root/etc root/srv store
export TMPDIR=$work/tmp
root=$work/root
printf 'root:x:0:0:root:/root:/bin/sh\n' >root/etc/passwd
printf 'root:x:0:\n' >root/etc/group

# As in canaries_test.sh: looked for as it is, turned round, in base64 and hexadecimal; and digests, which could be guessed at.
mark=Vk4sJq9wTb
canary() { printf 'c%04d-%s-%04d' "$1" $mark "$1"; }
{
  printf '%s\n%s\n' $mark "$(rev <<<$mark)"
  for before in '' a aa; do
    encoded=$(printf '%s%s' "$before" $mark | base64)
    printf '%s\n' "${encoded:4:8}"
  done
  printf %s $mark | od -An -tx1 | tr -d ' \n'
  echo
  for n in $(seq 200); do canary "$n" | sha256sum | cut -c1-64; done
} >patterns
none_in() { # PLACE…: no canary is in any of the files
  local found
  found=$(grep -raliF -f patterns "$@" || true)
  [ -z "$found" ] || fail "a canary is in $found:
$(grep -raihoE ".{0,80}$mark.{0,20}" $found | head -n 10)"
}
count=0
run() { # CODE ARGUMENT…: in the project
  local wanted=$1 code=0
  shift
  count=$((count + 1))
  "$plumb" -C project --root "$root" "$@" >"out/$count.out" 2>"out/$count.err" </dev/null || code=$?
  [ "$wanted" = any ] || [ "$code" = "$wanted" ] || fail "exit code $code instead of $wanted of: $*
$(tail -n 20 "out/$count.err" "out/$count.out")"
}
told() { # TEXT: of the run before
  grep -qF -- "$1" "out/$count.out" "out/$count.err" || fail "nothing says '$1' in:
$(tail -n 30 "out/$count.err" "out/$count.out")"
}
every_report() {
  local form
  for form in json jsonl markdown html; do run any --output $form plan; done
  run any plan
  run any plan --full
  run any diff
  run any --output json diff
  for form in sarif github gitlab; do run any --output $form validate; done
}


# --- where the values come from

for n in $(seq 1 20); do export "APP_C$n=$(canary "$n")"; done
for n in $(seq 21 40); do canary "$n" >store/c$n; done
for n in $(seq 41 60); do printf '{"data": {"password": "%s", "rest": [1]}}' "$(canary "$n")" >store/c$n.json; done
cat >store/client <<SH
#!/bin/sh
cat "$work/store/\$1.json"
SH
chmod 755 store/client
# What systemd gives a unit, what the kernel holds, a vault; and values that plumb makes itself.
mkdir store/given store/bin tls
for n in $(seq 31 34); do canary "$n" >store/given/c$n; done
for n in $(seq 35 38); do canary "$n" >store/key-$n; done
cat >store/bin/keyctl <<SH
#!/bin/sh
[ "\$1" = search ] && { echo "\${4#app:c}"; exit; }
cat "$work/store/key-\$2"
SH
chmod 755 store/bin/keyctl
export PATH=$work/store/bin:$PATH CREDENTIALS_DIRECTORY=$work/store/given
for program in python3 openssl curl; do command -v $program >/dev/null || skip "no $program here"; done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
  -addext subjectAltName=IP:127.0.0.1 -keyout tls/key.pem -out tls/cert.pem 2>/dev/null
{
  printf '{'
  for n in $(seq 56 60); do printf '"c%s": {"password": "%s"}, ' "$n" "$(canary "$n")"; done
  printf '"last": {}}'
} >store/vault.json
python3 "$PLUMB_SOURCE/testdata/e2e/vault_server.py" tls/cert.pem tls/key.pem store/asked store/vault.json >store/port 2>store/log &
vault=$!
trap 'kill $vault 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 600); do [ ! -s store/port ] || break; sleep 0.1; done
[ -s store/port ] || fail "the vault did not start: $(cat store/log)"
export VAULT_TOKEN=hvs.root
for n in $(seq 61 80); do canary "$n" >root/etc/c$n; done
for n in $(seq 81 90); do printf 'k%s: %s\n' "$n" "$(canary "$n")"; done >project/secret.yaml
for n in $(seq 121 140); do canary "$n" >root/srv/f$n; done # they are there, and what is asked for is sensitive
mkdir project/rules
{
  printf 'plumb: v1\nproject: elsewhere\npolicy: [baseline, rules]\n'
  cat <<YAML
secrets:
  variables: {type: environment, prefix: APP_}
  files: {type: file, folder: $work/store}
  client: {type: command, run: [$work/store/client, "{path}"], select: data}
  unit: {type: credentials}
  kernel: {type: keyring, prefix: "app:"}
  vault: {type: vault, url: "https://127.0.0.1:$(cat store/port)", ca: ../tls/cert.pem}
  sealed: {type: sealed, folder: sealed}
data:
  kept: {file: secret.yaml, schema: {type: object, additionalProperties: {type: string}, sensitive: true}}
inputs:
YAML
  for n in $(seq 60); do printf '  c%s: {type: string, sensitive: true}\n' "$n"; done
  printf '  made: {type: string, sensitive: true, default: "secret://sealed/made#password", generate: {length: 40}}\n'
  printf '  vaulted: {type: string, sensitive: true, default: "secret://vault/made#password", generate: {length: 40}}\n'
  printf 'readings:\n'
  for n in $(seq 61 80); do printf '  c%s: {file: /etc/c%s, type: string, sensitive: true}\n' "$n" "$n"; done
  printf 'checks:\n  - condition: inputs.c1 != "" && size(inputs.c21) < 5\n    severity: warning\n    message: that is long\n'
  printf 'outputs:\n  told: ${inputs.c1}\n  also: {value: "${data.kept.k81}", sensitive: true}\n  read: ${readings.c61}\n'
  printf 'resources:\n'
  for n in $(seq 60); do printf '  - file: /srv/f%s\n    content: "${inputs.c%s}"\n' "$n" "$n"; done
  for n in $(seq 61 80); do printf '  - file: /srv/f%s\n    content: "${readings.c%s}"\n' "$n" "$n"; done
  for n in $(seq 81 90); do printf '  - file: /srv/f%s\n    content: "${data.kept.k%s}"\n' "$n" "$n"; done
  for n in $(seq 121 130); do printf '  - file: /srv/f%s\n    content: "other ${inputs.c1}"\n' "$n"; done
  for n in $(seq 131 140); do printf '  - line: /srv/f%s\n    id: l%s\n    text: "key=${inputs.c%s}"\n' "$n" "$n" "$((n - 130))"; done
  printf '  - file: /srv/public\n    content: for all\n'
  printf '  - file: /srv/made\n    content: "${inputs.made}\\n${inputs.vaulted}\\n"\n'
  printf '  - ini: /srv/app.ini\n    section: s\n    create: true\n    options: {password: "${inputs.c2}"}\n'
  for form in toml yaml json; do
    printf '  - structured: /srv/app.%s\n    create: true\n    set: {password: "${inputs.c3}", list: ["${inputs.c4}"]}\n' $form
  done
} >project/plumb.yaml
{
  for n in $(seq 1 20); do printf 'c%s: secret://variables/C%s\n' "$n" "$n"; done
  for n in $(seq 21 30) 39 40; do printf 'c%s: secret://files/c%s\n' "$n" "$n"; done
  for n in $(seq 31 34); do printf 'c%s: secret://unit/c%s\n' "$n" "$n"; done
  for n in $(seq 35 38); do printf 'c%s: secret://kernel/c%s\n' "$n" "$n"; done
  for n in $(seq 41 55); do printf 'c%s: secret://client/c%s#password\n' "$n" "$n"; done
  for n in $(seq 56 60); do printf 'c%s: secret://vault/c%s#password\n' "$n" "$n"; done
} >project/inputs.yaml
printf 'plumb: v1\nhosts:\n  image: {connection: local}\n' >project/hosts.yaml
# Rules that say all that they can see of an action.
cat >project/rules/rules.yaml <<'YAML'
plumb: v1
rules:
  - name: all-of-it
    when: action.kind != 'nothing'
    warn: ${json.encode(action.desired)} ${json.encode(action.before)} ${json.encode(action.after)} ${json.encode(action.texts)}
  - name: some-of-it
    when: has(action.desired.content) && action.desired.content.startsWith('c0')
    deny: the rule could read ${action.desired.content}
YAML

# --- planned, applied, shown, taken back

run 0 validate
every_report
run any plan
told 'not made yet'
run 0 --log-level trace secret make --yes
run 0 secret list --check
run 0 --output json secret list --check
run 0 plan -o plan.json
run 0 show --full plan.json
for form in json markdown html; do run 0 --output $form show plan.json; done
run 0 --log-level trace --log-file out/trace.log --log-format json apply plan.json --yes --junit "$work/out/apply.xml"
[ "$(grep -rlaF -f patterns root/srv | wc -l)" -ge 110 ] || fail 'the canaries are not where they were asked for'
run 0 plan --detailed-exitcode
run any facts
run any --output json facts
for what in 'inputs.c1' 'readings.c61' 'data.kept' '[inputs.c1, readings.c62]' 'int(readings.c61)' 'int(inputs.c21)'; do
  run any eval "$what" --host image
  run any --output json eval "$what" --host image
done
for what in 'input c1' 'input c21' 'reading c61' 'resource file:/srv/f1' 'resource file:/srv/f61'; do run any explain $what --host image; done
run any output
run any --output json output
run any observe -o snapshot.jsonl
cat root/srv/made >made
run 0 --log-level trace secret rotate made vaulted --yes
every_report
run 0 --output jsonl apply --yes
cat root/srv/made >>made
[ "$(sort -u made | grep -cE '^[0-9A-Za-z]{40}$')" = 4 ] || fail 'no four values were made'
mv made store/
for n in $(seq 20); do export "APP_C$n=other-$(canary "$n")"; done
sed -i 's/content: for all/content: for everybody/' project/plumb.yaml
every_report
run 0 --output jsonl apply --yes
run 0 history show last
run 0 --output json history show last
run 0 undo last -o undo.json
told 'file:/srv/public'
run any show --full undo.json
run any --output json show undo.json
run any undo last --yes
every_report

# --- other addresses, orphans, what was sensitive and is not

cp -a project before
sed -i 's|^resources:|moved:\n  - {from: "file:/srv/f1", to: "file:first"}\nresources:|; s|^  - file: /srv/f1$|&\n    id: first|' project/plumb.yaml
run 0 validate
every_report
cp -a before/plumb.yaml project/plumb.yaml
python3 - project/plumb.yaml <<'PYTHON' || skip 'no python3 here'
import re, sys
text = open(sys.argv[1]).read()
# Files of the first ten inputs are nobody's any more; of the next ten the content is public.
for n in range(1, 11):
    text = text.replace(f'  - file: /srv/f{n}\n    content: "${{inputs.c{n}}}"\n', '')
for n in range(11, 21):
    text = text.replace(f'content: "${{inputs.c{n}}}"', 'content: public')
open(sys.argv[1], 'w').write(text)
PYTHON
every_report
run any plan --prune
run any --output json plan --prune
run any apply --prune --yes
run any history show last
run any undo last --yes
run 0 history verify

# --- what has no value, and stores that answer what nobody asked for

cp -a project whole
sed -i 's|{file: /etc/c61, type: string, sensitive: true}|{file: /etc/c61, type: integer, sensitive: true}|; s|{file: /etc/c62, type: string, sensitive: true}|{file: /etc/c62, format: json, type: object, sensitive: true}|; s|{file: /etc/c63, type: string, sensitive: true}|{file: /etc/c63, match: "(", type: string, sensitive: true}|; s|{file: /etc/c64, type: string, sensitive: true}|{file: /etc/c64, type: string, enum: [a], sensitive: true}|; s|{file: /etc/c65, type: string, sensitive: true}|{command: "cat /etc/c65 >\&2; cat /etc/c65; exit 3", type: string, sensitive: true}|' project/plumb.yaml
every_report
cp whole/plumb.yaml project/plumb.yaml
for answer in '{"data": {"password": ["MARK"]}}' '{"data": {"MARK": 1}}' '{"data": "MARK"}' 'MARK' '{"data": {"password": "MARK"}' '"MARK' '{"MARK": {"password": 1}}'; do
  printf '%s' "${answer//MARK/$mark}" >store/c41.json
  run any plan
  run any validate
done
printf '{"data": {"password": "%s", "rest": [1]}}' "$(canary 41)" >store/c41.json
for reference in "secret://files/c21#$mark" "secret://$mark/x" "secret://files/../$mark" "secret://variables/$mark"; do
  sed -i "s|^c42: .*|c42: $reference|" project/inputs.yaml
  run any plan >/dev/null
done
# What stands in a reference is no secret: these four name the mark themselves.
for n in $(seq $((count - 3)) $count); do rm out/$n.*; done
sed -i 's|^c42: .*|c42: secret://client/c42#password|' project/inputs.yaml
sed -i "s|^c43: .*|c43: $mark in the place of a reference|" project/inputs.yaml
sed -i 's|  c43: {type: string,|  c43: {type: integer,|' project/plumb.yaml
every_report
printf 'k81: "%s\n' "$mark" >project/secret.yaml
every_report
printf 'k81: {%s: [%s]}\n' "$mark" "$mark" >project/secret.yaml
every_report
rm -r project && mv whole project

# --- what is imported: secrets of inventories are sensitive inputs, and no report has them

mkdir -p ansible/roles/web/tasks ansible/roles/web/defaults ansible/group_vars
cat >ansible/roles/web/tasks/main.yml <<'YAML'
- copy: {dest: /etc/app, content: "password={{ app_password }} {{ app_token }}"}
  no_log: true
- command: "echo {{ app_password | int }}"
- debug: {msg: "{{ app_password }}"}
YAML
printf 'app_password: ""\napp_token: ""\n' >ansible/roles/web/defaults/main.yml
printf -- '- hosts: all\n  roles: [web]\n' >ansible/site.yml
printf 'h1 ansible_host=127.0.0.1 ansible_password=%s ansible_become_pass=%s\n' "$(canary 150)" "$(canary 151)" >ansible/hosts
printf 'app_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  %s\n' "$(canary 152)" >ansible/group_vars/all.yml
for form in text html; do
  count=$((count + 1))
  rm -rf imported
  "$plumb" import ansible ansible --out imported ${report:+--report "$report"} >out/$count.out 2>out/$count.err || true
  report=$work/out/report.html
done
grep -rqF 'app_password' imported || fail "nothing was imported: $(cat out/$count.err out/$count.out)"

none_in out project/.plumb plan.json snapshot.jsonl undo.json root/var tmp imported
grep -raF -f store/made out project plan.json snapshot.jsonl undo.json root/var tmp && fail 'a value that was made is told'
! grep -raF "$VAULT_TOKEN" out project plan.json undo.json root/var tmp || fail 'the token is told'
echo "$count runs"
