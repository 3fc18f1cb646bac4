# What commands print with --output json is what schemas/outputs.json says of them, and --output jsonl what schemas/events.json says;
# docs/formats/outputs.md names every command.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null || skip 'no python3 with jsonschema to judge by'

cat >judge.py <<'PYTHON'
import json, sys
import jsonschema

source = sys.argv[1]
outputs = json.load(open(f"{source}/schemas/outputs.json"))
events = json.load(open(f"{source}/schemas/events.json"))

# What the schemas do not name must not be there, so that nothing is printed of which they say nothing.
def close(schema):
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)

# These have members of documents that are described elsewhere.
FOLLOW = {"plan", "graph"}
close({name: part for name, part in outputs["$defs"].items() if name not in FOLLOW})
faults = 0

def judge(name, schema, value):
    global faults
    for error in jsonschema.Draft202012Validator(schema).iter_errors(value):
        faults += 1
        print(f"{name}: {error.message[:400]} at {list(error.path)}")

seen = set()
for line in open("asked"):
    name, definition, lines = line.split()
    seen.add(definition)
    try:
        values = [json.loads(one) for one in open(f"out/{name}")] if lines == "lines" else [json.load(open(f"out/{name}"))]
    except ValueError as error:
        faults += 1
        print(f"{name}: {error}: {open(f'out/{name}').read(200)}")
        continue
    if not values:
        faults += 1
        print(f"{name}: nothing was printed")
    schema = events if definition == "events" else {**outputs, "$ref": f"#/$defs/{definition}"}
    for value in values:
        judge(name, schema, value)

# What takes hosts, keys, clocks or networks of its own, other tests look at by the members that they need.
ELSEWHERE = {"place", "charter_show", "history_trim", "key_new"}
for name in sorted(set(outputs["$defs"]) - seen - ELSEWHERE):
    faults += 1
    print(f"{name}: no command was run for it")

page = open(f"{source}/docs/formats/outputs.md").read()
for name in outputs["$defs"]:
    if name != "place" and f"`{name}`" not in page:
        faults += 1
        print(f"{name}: the page does not name it")
for command in open("commands"):
    if f"`{command.strip()}" not in page:
        faults += 1
        print(f"{command.strip()}: a command that the page does not name")
sys.exit(1 if faults else 0)
PYTHON

export HOME=$work/home
mkdir -p home/.ssh out target tests policy/tests compliance role/tasks image/etc
git init -q .
cat >plumb.yaml <<YAML
plumb: v1
project: shop
policy: [baseline, policy]
inputs:
  port: {type: integer, default: 80}
  token: {type: string, sensitive: true, default: hunter2}
resources:
  - file: $work/target/a
    content: "port \${inputs.port}\n"
  - file: $work/target/b
    content: "\${inputs.token}"
outputs:
  url: {value: "http://localhost:\${inputs.port}"}
  token: {value: "\${inputs.token}", sensitive: true}
YAML
cat >policy/rules.yaml <<'YAML'
plumb: v1
rules:
  - name: no-tmp
    when: action.identity == '/nowhere'
    deny: not there
YAML
cat >policy/tests/rules.yaml <<'YAML'
plumb: v1
tests:
  - name: nothing is written nowhere
    project: |
      resources:
        - file: /nowhere
          content: x
    fires: [no-tmp]
YAML
cat >tests/a.yaml <<YAML
plumb: v1
tests:
  - name: it is made
    as_declared: true
    observed:
      file:$work/target/a: {content: other}
    expect:
      includes:
        file:$work/target/a: update
YAML
cat >compliance/house.yaml <<YAML
plumb: v1
profile: house
title: Rules of the house
controls:
  - {id: "1.1", title: It is there, resources: ["file:$work/target/a"]}
YAML
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n  gone: {address: 127.0.0.1, port: 9}\n' >hosts.yaml

# asks NAME DEFINITION [lines] -- ARGUMENT…: keeps what is printed as JSON, and by what it is judged.
asks() {
  local name=$1 definition=$2 lines=whole
  shift 2
  [ "$1" = -- ] || { lines=$1 && shift; }
  shift
  "$plumb" "$@" >"out/$name" 2>"out/$name.errors" </dev/null || true
  [ -s "out/$name" ] || fail "plumb $* prints nothing: $(cat "out/$name.errors")"
  echo "$name $definition $lines" >>asks.new
}
json() { asks "$1" "$2" -- "${@:3}" --output json; }

json validate validate validate
json plan plan plan --limit here
"$plumb" plan --limit here -o plan.json >log 2>&1 || fail "$(cat log)"
json show plan show plan.json
json slices slices show plan.json --slices
json policy_list policy_list policy list
json policy_check policy_check policy check plan.json
json apply apply apply --yes
asks events events lines -- diff --limit here --output jsonl
grep -q . out/apply.errors || fail 'nothing is said of the host that is gone'
cp out/apply.errors out/findings && echo 'findings finding lines' >>asks.new
echo x >target/a
asks apply_events events lines -- apply --yes --limit here --output jsonl
json again apply apply --yes --limit here
json output output output
json output_one output_one output url
json hosts hosts hosts
json facts facts facts --limit here
json doctor doctor doctor
json graph graph graph --on here
json eval eval eval 'inputs.port'
json word explain_word explain drift
json code explain_code explain PL1007
json input explain_input explain input port --host here
asks test test lines -- test --output json
asks policy_test policy_test lines -- policy test --output json
json fmt fmt fmt --check --diff
json modules modules module list
json locks locks lock here --items 'file:*' --for 10m --reason trial
json unlocked locks unlock here
json locks_left locks locks --limit here
json version version version
json ci ci_init ci init generic
asks run run -- run --on here --yes --output json -- echo hello
json get get get "here:$work/target/a" got
json compliance compliance compliance --limit here
json secrets secrets secret list
json providers providers provider list
printf -- '- name: a\n  copy: {dest: /etc/a, content: x}\n' >role/tasks/main.yml
json import_ansible import_ansible import ansible role -o imported
printf 'Host web\n  HostName 192.0.2.5\n' >ssh_config
json import_inventory import_inventory import ssh-config ssh_config -o inventory.yaml
json adopt adopt adopt --root image here file -o adopted
json history history history
run=$(python3 -c 'import json; print(*[one["id"] for one in json.load(open("out/history")) if one["kind"] == "apply"][:2])')
json undo apply undo "${run#* }" --yes
json history_show history_show history show "${run% *}"
# shellcheck disable=SC2086
json history_diff history_diff history diff $run
json history_verify history_verify history verify
json replay policy_replay policy replay
json backup history_backup history backup copy.db
json restore history_restore history restore copy.db
"$plumb" history export -o lines.jsonl >log 2>&1 || fail "$(cat log)"
json history_import history_import history import lines.jsonl
ssh-keygen -q -t ed25519 -N '' -C ann@example.com -f home/.ssh/id_ed25519
echo "ann@example.com namespaces=\"plan@plumbline,approval@plumbline,history@plumbline\" $(cut -d' ' -f1,2 home/.ssh/id_ed25519.pub)" >signers
json keys keys key list
json sign sign sign plan.json --key home/.ssh/id_ed25519
json approve approve approve plan.json --key home/.ssh/id_ed25519 --yes
json verify verify verify plan.json --allowed-signers signers
json history_sign history_sign history sign --key home/.ssh/id_ed25519 -o head
json project_key project_key project-key share home/.ssh/id_ed25519.pub

mv asks.new asked
"$plumb" --help | sed -n "s/^  \([a-z][a-z-]*\)  .*/\1/p" | sort -u >commands
[ "$(wc -l <commands)" -gt 40 ] || fail "few commands: $(cat commands)"
python3 judge.py "$PLUMB_SOURCE" >faults || fail "$(cat faults)"
