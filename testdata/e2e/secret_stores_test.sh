# Secrets of a vault, of the kernel and of systemd; values that are made and kept; the project's seal on files of them.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in python3 openssl curl; do command -v $program >/dev/null || skip "no $program here"; done

# --- a vault, by its documented HTTP API, with a certificate of an authority of its own

mkdir -p tls project root home
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
  -keyout tls/ca.key -out tls/ca.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=vault -keyout tls/key.pem -out tls/asked.pem 2>/dev/null
openssl x509 -req -in tls/asked.pem -CA tls/ca.pem -CAkey tls/ca.key -CAcreateserial -days 2 \
  -extfile <(echo subjectAltName=IP:127.0.0.1) -out tls/cert.pem 2>/dev/null
: >asked
python3 "$PLUMB_SOURCE/testdata/e2e/vault_server.py" tls/cert.pem tls/key.pem asked >port 2>server.log &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 600); do [ ! -s port ] || break; sleep 0.1; done
[ -s port ] || fail "the vault did not start: $(cat server.log)"
url=https://127.0.0.1:$(cat port)
export HOME=$work/home
unset VAULT_TOKEN BAO_TOKEN VAULT_ADDR BAO_ADDR

cat >project/plumb.yaml <<YAML
plumb: v1
project: vaulted
secrets:
  vault: {type: vault, url: $url, ca: ../tls/ca.pem}
  ops: {type: vault, url: $url, ca: ../tls/ca.pem, namespace: ops, token: {file: token}}
  old: {type: vault, url: $url, ca: ../tls/ca.pem, mount: old, kv: 1, approle: {role_id: 5f3c2b1a, secret_id: {env: SECRET_ID}}}
  brief: {type: vault, url: $url, ca: ../tls/ca.pem, timeout: 1}
inputs:
  password: {type: string, sensitive: true, default: "secret://vault/db/web#password"}
  port: {type: integer, sensitive: true, default: "secret://vault/db/web#port"}
  before: {type: string, sensitive: true, default: "secret://vault/db/web?version=1#password"}
  all: {type: object, additionalProperties: true, sensitive: true, default: secret://vault/db/web}
  of_ops: {type: string, sensitive: true, default: "secret://ops/db/web#password"}
  of_old: {type: string, sensitive: true, default: "secret://old/mail#password"}
  elsewhere: {type: string, sensitive: true, default: "secret://vault/elsewhere#password"}
resources:
  - file: /db
    content: "\${inputs.password} \${inputs.port} \${inputs.before} \${inputs.all['port']} \${inputs.of_ops} \${inputs.of_old}\n"
  - file: /elsewhere
    on: other
    content: "\${inputs.elsewhere}\n"
YAML
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n  other: {connection: local}\n' >project/hosts.yaml
echo hvs.root >project/token
echo hvs.reader >home/.vault-token
export SECRET_ID=canary-secret-id
run() { exits "$1" "$plumb" -C project --root "$work/root" --on here "${@:2}"; }

run 0 validate
run 0 secret list
says 'secret://vault/db/web#password'
[ ! -s asked ] || fail "asked for nothing: $(cat asked)"
run 0 apply --yes
[ "$(cat root/db)" = 'canary-vault 5432 canary-vault-old 5432 canary-ops canary-first' ] || fail "$(cat root/db)"
sort asked >sorted
cmp sorted - <<'TEXT' || fail "not each once: $(cat asked)"
GET /v1/old/mail
GET /v1/secret/data/db/web
GET /v1/secret/data/db/web
GET /v1/secret/data/db/web?version=1
POST /v1/auth/approle/login
TEXT
run 0 apply --yes
says 'othing to change'

# A snapshot holds what has to do with secrets, and a plan from it is the plan of the host.
run 0 observe -o here.snapshot
run 0 plan --snapshot here.snapshot
says 'othing to change'
run 0 eval 'inputs.password + inputs.of_ops'
says '(sensitive)'

# What goes wrong, and what helps.
refused() { # WHAT SAYS…: with this in the place of the password's reference
  sed -i "s|^  password: .*|  password: {type: string, sensitive: true, default: \"$1\"}|" project/plumb.yaml
  run 3 plan
  shift
  for text in "$@"; do says "$text"; done
}
refused 'secret://vault/db/none#password' PL2202 'is not there' plumb.yaml:9
refused 'secret://vault/gone#password' PL2202 'was deleted'
refused 'secret://vault/db/web?version=9#password' PL2202 'version 9 is not there'
refused 'secret://vault/db/web#user' PL2202 'has no field `user`'
refused 'secret://vault/sealed#password' PL2201 'Vault is sealed' 'vault status'
refused 'secret://vault/moved#password' PL2201 'answered 307' 'a token goes nowhere else'
refused 'secret://vault/large#password' PL2201 'prints more than 1 MiB'
refused 'secret://brief/slow#password' PL2201 'did not answer within 1 s'
refused 'secret://old/db?version=2#password' PL2201 'keeps no versions'
sed -i 's|^  password: .*|  password: {type: string, sensitive: true, default: "secret://vault/db/web#password"}|' project/plumb.yaml
echo hvs.none >home/.vault-token
run 3 plan
says 'answered 403: 1 error occurred: * permission denied'
says '`read` on secret/data/db/web'
rm home/.vault-token
run 3 plan
says 'there is no token for the vault'
says 'vault login'
echo hvs.reader >home/.vault-token
SECRET_ID=wrong run 3 plan
says 'invalid role or secret ID'
SECRET_ID=wrong run 1 secret list --check
says 'invalid role or secret ID'
cp project/plumb.yaml good
sed -i 's|, ca: ../tls/ca.pem||' project/plumb.yaml
run 3 plan
says 'certificate'
says '`ca` of the store'
sed -i 's|url: https://127.0.0.1|url: http://vault.test|' project/plumb.yaml
run 3 validate
says 'without encryption'
cp good project/plumb.yaml
sed -i 's|  vault: {type: vault,|  vault: {type: vault, kv: 1,|; s|?version=1||' project/plumb.yaml
run 3 plan
says 'is of version 2'
says '`kv: 2`'
cp good project/plumb.yaml
sed -i "s|token: {file: token}|token: {file: token}, approle: {role_id: a, secret_id: {env: B}}|" project/plumb.yaml
run 3 validate
cp good project/plumb.yaml

# --- what is made: never by a plan, by an apply once, anew by a command

mkdir made made/bin
cat >made/plumb.yaml <<YAML
plumb: v1
project: made
secrets:
  vault: {type: vault, url: $url, ca: ../tls/ca.pem, token: {env: MAKER}}
  team: {type: sealed, folder: secrets}
  pass: {type: command, run: [cat, "$work/kept/{path}"], absent: 1, write: [$work/made/bin/keep, "{path}"]}
  files: {type: file, folder: plain}
inputs:
  of_vault: {type: string, sensitive: true, default: "secret://vault/made/db#password", generate: {length: 40, set: hex}}
  of_team: {type: string, sensitive: true, default: "secret://team/db#password", pattern: "[0-9]", generate: {length: 12}}
  of_pass: {type: string, sensitive: true, default: secret://pass/mail, generate: {set: letters}}
resources:
  - file: /made
    content: "\${inputs.of_vault} \${inputs.of_team} \${inputs.of_pass}\n"
YAML
printf '#!/bin/sh\necho "$*" >>"%s/keeper"\nmkdir -p "%s/kept" && cat >"%s/kept/$1"\n' "$work" "$work" "$work" >made/bin/keep
chmod 755 made/bin/keep
export MAKER=hvs.root
made() { exits "$1" "$plumb" -C made --root "$work/root" "${@:2}"; }

made 0 validate
made 0 plan
says 'PL2202'
says '`plumb secret make`'
made 2 diff
made 0 observe -o unmade.snapshot
says 'warning[PL2202]'
mkdir made/compliance
printf 'plumb: v1\nprofile: house\ncontrols: [{id: "1", title: A, resources: ["file:/made"]}]\n' >made/compliance/house.yaml
made 2 compliance
made 3 compliance --evidence "$work/evidence"
made 3 plan -o plan.json
says 'PL2203'
[ ! -e plan.json ] && [ ! -e made/secrets ] && [ ! -e kept ] || fail 'a plan made something'
! grep -q 'POST.*made' asked || fail 'a plan wrote to the vault'
made 3 apply
says 'no terminal'
[ ! -e made/secrets ] || fail 'something was made without a yes'
made 0 secret list --check
[ "$(grep -c 'not there' <<<"$output")" = 3 ] || fail "$output"

made 0 apply --yes
read -r of_vault of_team of_pass <root/made
[[ $of_vault =~ ^[0-9a-f]{40}$ && $of_team =~ ^[0-9A-Za-z]{12}$ && $of_team =~ [0-9] && $of_pass =~ ^[A-Za-z]{32}$ ]] ||
  fail "$(cat root/made)"
[ "$(cat kept/mail)" = "$of_pass" ] || fail 'the program keeps something else'
[ "$(cat keeper)" = mail ] || fail "a value in an argument: $(cat keeper)"
head -1 made/secrets/db | grep -q 'BEGIN AGE' || fail 'the file is not sealed'
made 0 apply --yes
says 'othing to change'
made 0 secret make
says 'no secret to be made'
made 0 secret list --check
[ "$(grep -c ' there$' <<<"$output")" = 3 ] || fail "$output"

# A new value is a difference, and the one before it is nowhere any more.
made 3 secret rotate of_taem
says 'did you mean `of_team`?'
made 3 secret rotate of_team
says 'no terminal'
made 0 --yes secret rotate of_team secret://pass/mail
made 0 plan
says 'file:/made'
made 0 apply --yes
read -r again other_team other_pass <root/made
[ "$again" = "$of_vault" ] && [ "$other_team" != "$of_team" ] && [ "$other_pass" != "$of_pass" ] || fail "$(cat root/made)"

# What somebody chose, from standard input; it has to be a value for the input.
exits 0 "$plumb" -C made secret set of_team <<<canary-7-chosen
says 'Kept secret://team/db#password'
exits 3 "$plumb" -C made secret set of_team <<<canary-without-a-digit
says 'the secret is no value for `of_team`'
exits 3 "$plumb" -C made secret set of_none </dev/null
printf '7\377\376' >binary
exits 1 "$plumb" -C made secret set of_team <binary
says 'is not UTF-8'
made 0 apply --yes
other_team=canary-7-chosen
[ "$(cut -d' ' -f2 root/made)" = $other_team ] || fail "$(cat root/made)"

# Saved plans take what was made before; what is not made where nothing can be kept is told.
made 0 --yes secret rotate of_vault
made 0 plan -o plan.json
made 0 apply --yes plan.json
sed -i 's|default: secret://pass/mail|default: secret://files/mail|' made/plumb.yaml
made 3 plan
says 'none is generated there'
made 1 --yes secret rotate of_pass
says 'PL2203'
says 'is only read'
sed -i 's|default: secret://files/mail|default: secret://pass/mail|' made/plumb.yaml
for wrong in 'type: integer, sensitive: true' 'type: string, sensitive: true, minLength: 50'; do
  cp made/plumb.yaml kept.yaml
  sed -i "s|^  of_pass: {type: string, sensitive: true|  of_pass: {$wrong|" made/plumb.yaml
  made 3 validate
  says 'can be generated'
  cp kept.yaml made/plumb.yaml
done

# The project's key, rotated: its files are sealed anew, and the values stay.
made 0 --yes project-key rotate
says 'Sealed 1 file of secrets anew'
cp made/secrets/db db.sealed
made 0 apply --yes
[ "$(cut -d' ' -f2 root/made)" = "$other_team" ] || fail "another value: $(cat root/made)"
printf '%064d\n' 7 >made/.plumb/key
made 3 plan
says 'PL2201'
says "the project's key does not open it"

# --- keys of the kernel, and credentials of systemd

mkdir -p other/bin other/given
cat >other/plumb.yaml <<YAML
plumb: v1
project: other
secrets:
  kernel: {type: keyring, prefix: "plumb-test:"}
  unit: {type: credentials}
  encrypted: {type: credentials, folder: encrypted}
inputs:
  of_kernel: {type: string, sensitive: true, default: secret://kernel/db}
  of_unit: {type: string, sensitive: true, default: secret://unit/token}
resources:
  - file: /other
    content: "\${inputs.of_kernel} \${inputs.of_unit}\n"
YAML
other() { exits "$1" "$plumb" -C other --root "$work/root" "${@:2}"; }
if ! keyctl session - true >/dev/null 2>&1; then # faithful to what it prints
  cat >other/bin/keyctl <<'SH'
#!/bin/sh
[ "$*" = "search @s user plumb-test:db" ] && { echo 4711; exit; }
[ "$*" = "pipe 4711" ] && { printf canary-kernel; exit; }
echo "keyctl_search: Required key not available" >&2
exit 1
SH
  chmod 755 other/bin/keyctl
  PATH=$work/other/bin:$PATH
fi
with_key='exec "$@"'
[ -e other/bin/keyctl ] || with_key='printf canary-kernel | keyctl padd user plumb-test:db @s >/dev/null && exec "$@"'
in_session() { # in a session of its own, where the kernel has keyrings
  if [ -e other/bin/keyctl ]; then "$@"; else keyctl session - sh -c "exec 2>&1; $with_key" session "$@" 2>/dev/null; fi
}
printf canary-unit >other/given/token
keyed() { exits "$1" in_session "$plumb" -C other --root "$work/root" "${@:2}"; }
keyed 3 apply --yes
says 'LoadCredential='
export CREDENTIALS_DIRECTORY=$work/other/given
keyed 0 apply --yes
[ "$(cat root/other)" = 'canary-kernel canary-unit' ] || fail "$(cat root/other)"
sed -i 's|secret://kernel/db|secret://kernel/none|' other/plumb.yaml
keyed 3 plan
says 'holds no key `plumb-test:none`'
sed -i 's|secret://kernel/none|secret://kernel/db|; s|secret://unit/token|secret://encrypted/token|' other/plumb.yaml
mkdir other/encrypted
# The key of the machine is one of the script's own.
if [ -n "${PLUMB_OWN_STATE:-}" ] && command -v systemd-creds >/dev/null && mount -t tmpfs plumb-test /var/lib/systemd &&
  printf canary-encrypted | systemd-creds encrypt --with-key=host --name=token - other/encrypted/token 2>/dev/null; then
  keyed 0 apply --yes
  [ "$(cat root/other)" = 'canary-kernel canary-encrypted' ] || fail "$(cat root/other)"
  printf tampered >>other/encrypted/token
fi
[ -e other/encrypted/token ] || : >other/encrypted/token
keyed 3 plan
says PL2201

# --- found nowhere else

for project in project made other; do
  "$plumb" -C $project --root "$work/root" --log-level trace plan >>traced 2>&1 || true
  "$plumb" -C $project history >>traced 2>&1 || true
  "$plumb" -C $project secret list --check --output json >>traced 2>&1 || true
done
for value in canary "$of_vault" "$of_team" "$of_pass" "$other_team" "$other_pass" hvs.r; do
  found=$(grep -rlaF -e "$value" --exclude-dir=root --exclude-dir=bin --exclude-dir=kept --exclude-dir=given --exclude-dir=home \
    --exclude=token . || true)
  [ -z "$found" ] || fail "$value stands in $found"
done
