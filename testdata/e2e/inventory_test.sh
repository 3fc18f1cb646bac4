# Inventories from elsewhere: programs asked once, answers kept for a while, failures told by name.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir -p project && cd project
cat >plumb.yaml <<'YAML'
plumb: v1
project: sources
inputs:
  a: {type: [string, "null"], default: null}
  b: {type: [string, "null"], default: null}
  c: {type: [string, "null"], default: null}
  n: {type: [integer, "null"], default: null}
resources:
  - file: /etc/motd
    content: "${host.name}\n"
YAML

# --- a program is asked once while its answer is fresh
cat >cmdb.sh <<'SH'
#!/bin/sh
echo asked >>"$(dirname "$0")/asked"
cat "$(dirname "$0")/answer.json"
SH
chmod +x cmdb.sh
echo '{"web": {"hosts": ["web1"], "vars": {"a": "x", "other": 1}}, "_meta": {"hostvars": {"web1": {"ansible_host": "192.0.2.1", "n": 5}}}}' >answer.json
cat >hosts.yaml <<'YAML'
plumb: v1
sources:
  - command: [./cmdb.sh, --list]
    cache: 10m
YAML
exits 0 "$plumb" hosts
says 'web1  ssh 192.0.2.1  web     ./cmdb.sh --list:'
says '1 variable that no input of the project takes: other'
exits 0 "$plumb" hosts --output json
says '"value": 5'
says '"address": "./cmdb.sh --list:'
exits 0 "$plumb" explain input a --host web1
says 'group web  ./cmdb.sh --list:'
[ "$(wc -l <asked)" = 1 ] || fail "the program was asked $(wc -l <asked) times"
[ "$(stat -c %a .plumb/inventory/*)" = 600 ] || fail 'others may read what is kept'
exits 0 "$plumb" hosts --refresh
[ "$(wc -l <asked)" = 2 ] || fail 'a refresh does not ask'

# --- what is kept serves offline however old it is, and no run
touch -d '2 days ago' .plumb/inventory/*
exits 0 "$plumb" validate
[ "$(wc -l <asked)" = 2 ] || fail 'validate asks though an answer is kept'
printf '#!/bin/sh\necho "no route to the database" >&2\nexit 4\n' >cmdb.sh
exits 0 "$plumb" validate
exits 3 "$plumb" hosts
says 'error[PL1209]: ./cmdb.sh --list ends with exit code 4; it said: no route to the database'
says 'hosts.yaml:3:14'
printf '#!/bin/sh\nsleep 60\n' >cmdb.sh
sed -i 's/cache: 10m/timeout: 1s/' hosts.yaml
exits 3 "$plumb" validate
says 'takes longer than 1 s'

# --- equal hosts, however they are written, give equal plans
cat >hosts.yaml <<'YAML'
plumb: v1
hosts:
  localhost: {connection: local, inputs: {a: x}}
YAML
root=$work/root
mkdir -p "$root/etc"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
exits 0 "$plumb" --root "$root" plan -o own.json
cat >hosts.yaml <<'YAML'
plumb: v1
sources:
  - ansible: inventory.ini
YAML
echo 'localhost ansible_connection=local a=x' >inventory.ini
exits 0 "$plumb" --root "$root" plan -o other.json
for plan in own other; do
  sed -E 's/"inventory":"sha256:[0-9a-f]+"//' "$plan.json" >"$plan.rest"
done
cmp own.rest other.rest || fail 'the plan depends on how the host is written down'
