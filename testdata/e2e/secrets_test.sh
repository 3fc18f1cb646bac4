# Secrets that stores keep: asked for where they are needed and nowhere else, and found nowhere but where they belong.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir -p project/secrets root bin
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: keeper
secrets:
  environment: {type: environment, prefix: KEEP_}
  files: {type: file, folder: secrets}
  vault: {type: command, run: [vault, kv, get, -format=json, "kv/{path}"], select: data.data}
  sealed: {type: sops, folder: secrets}
  old: {type: age, folder: secrets, identity: ~/key.txt}
inputs:
  api_token: {type: string, sensitive: true}
  db_port: {type: integer, sensitive: true}
  db_password: {type: string, sensitive: true}
  sops_password: {type: string, sensitive: true}
  age_password: {type: string, sensitive: true, default: secret://old/mail.age}
  elsewhere: {type: string, sensitive: true}
resources:
  - file: /token
    content: "${inputs.api_token}\n"
  - file: /db
    content: "${inputs.db_password}:${inputs.db_port}\n"
  - file: /sealed
    content: "${inputs.sops_password} ${inputs.age_password}\n"
  - file: /elsewhere
    on: other
    content: "${inputs.elsewhere}\n"
YAML
cat >project/inputs.yaml <<'YAML'
api_token: secret://environment/TOKEN
db_port: secret://vault/db/web#port
db_password: secret://vault/db/web#password
sops_password: secret://sealed/prod.yaml#mail.password
elsewhere: secret://vault/elsewhere
YAML
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n  other: {connection: local}\n' >project/hosts.yaml

# Faithful to what the programs print; each call is noted.
cat >bin/vault <<'SH'
#!/bin/sh
echo "$*" >>asked
[ "$5" != kv/elsewhere ] || { echo "nobody may ask for this" >&2; exit 2; }
[ "$1 $2 $3 $4" = "kv get -format=json kv/db/web" ] || { echo "no value found at $4" >&2; exit 2; }
printf '{"data": {"data": {"password": "canary-vault", "port": 5432}, "metadata": {"version": 3}}}\n'
SH
cat >bin/sops <<'SH'
#!/bin/sh
[ "$1 $2 $3" = "--decrypt --output-type json" ] || exit 9
printf '{"mail": {"password": "canary-sops"}}\n'
SH
chmod +x bin/vault bin/sops
: >project/secrets/prod.yaml
: >project/secrets/mail.age
export PATH=$work/bin:$PATH HOME=$work KEEP_TOKEN=canary-environment
if command -v age >/dev/null && command -v age-keygen >/dev/null; then
  age-keygen -o key.txt 2>/dev/null
  printf 'canary-age\n' | age -r "$(age-keygen -y key.txt)" >project/secrets/mail.age
else
  printf 'age-encryption.org/v1\n' >project/secrets/mail.age
  printf '#!/bin/sh\n[ "$1 $2" = "--decrypt --identity" ] && [ -f "$4" ] && echo canary-age\n' >bin/age
  chmod +x bin/age
fi
run() { exits "$1" "$plumb" -C project --root "$work/root" --on here "${@:2}"; }

# Looked at without asking anybody.
run 0 validate
run 0 graph
[ ! -e project/asked ] || fail 'a store was asked for nothing'

run 0 apply --yes
[ "$(cat root/token root/db root/sealed)" = "canary-environment
canary-vault:5432
canary-sops canary-age" ] || fail "$(cat root/token root/db root/sealed)"
[ "$(stat -c %a root/db)" = 600 ] || fail 'a secret is readable'
[ "$(wc -l <project/asked)" = 1 ] || fail "one path was asked for more than once: $(cat project/asked)"
run 0 apply --yes
says 'othing to change'

# A plan that is applied later takes the secrets then, and another secret by then is told.
rm root/db
run 0 plan -o "$work/plan.json"
run 0 apply --yes "$work/plan.json"
[ "$(cat root/db)" = canary-vault:5432 ] || fail 'a saved plan took no secret'
rm root/db
run 0 plan -o "$work/plan.json"
sed -i 's/canary-vault/canary-other/' bin/vault
run 5 apply --yes "$work/plan.json"
says 'PL2104'
sed -i 's/canary-other/canary-vault/' bin/vault

# What a store says when it fails; nothing is done then.
mv bin/vault bin/away
run 3 plan
says 'PL2201'
says 'there is no program `vault` here'
says 'inputs.yaml:2'
mv bin/away bin/vault
KEEP_TOKEN= run 3 plan
says 'PL2202'
unset KEEP_TOKEN
run 3 apply --yes
says 'the environment has no variable `KEEP_TOKEN`'
says 'inputs.yaml:1'
export KEEP_TOKEN=canary-environment
sed -i 's/#port/#prot/' project/inputs.yaml
run 3 plan
says 'has no field `prot`'
sed -i 's/#prot/#password/' project/inputs.yaml
run 3 plan
says 'the secret is no value for `db_port`'
sed -i '2s/#password/#port/' project/inputs.yaml

# Wrong references are told before anybody is asked.
sed -i 's,secret://vault/db/web#port,secret://valut/db/web#port,' project/inputs.yaml
run 3 validate
says 'did you mean `vault`?'
sed -i 's,secret://valut/db/web#port,secret://vault/../key,' project/inputs.yaml
run 3 validate
says 'secret://STORE/PATH'
sed -i 's,secret://vault/../key,secret://vault/db/web#port,' project/inputs.yaml

exits 3 "$plumb" -C project --on here --set 'api_token= secret://environment/TOKEN' validate
says 'begins with `secret://`'

# What plumb keeps for itself goes to no host.
mkdir shipped
cat >shipped/plumb.yaml <<'YAML'
plumb: v1
project: shipped
resources:
  - directory: /all
    source: .
YAML
cp -r project/.plumb shipped/
exits 0 "$plumb" -C shipped --root "$work/root" --yes apply
[ -e root/all/plumb.yaml ] && [ ! -e root/all/.plumb ] || fail "sent: $(find root/all)"
printf 'plumb: v1\nproject: shipped\nresources: [{file: /key, source: .plumb/key}]\n' >shipped/plumb.yaml
exits 3 "$plumb" -C shipped validate
says "plumb's own and goes nowhere"
cat >shipped/plumb.yaml <<'YAML'
plumb: v1
project: shipped
resources:
  - file: /key
    content: ${file(".plumb/key")}
YAML
exits 3 "$plumb" -C shipped --root "$work/root" plan
says "plumb's own and goes nowhere"
rm -r shipped

# Found nowhere else.
"$plumb" -C project --root "$work/root" --on here --log-level trace plan >traced 2>&1 || true
"$plumb" -C project history >>traced 2>&1 || true
found=$(grep -rl canary --exclude-dir=root --exclude-dir=bin . || true)
[ -z "$found" ] || fail "a secret stands in $found"
