# Conditions over readings that actions of the plan itself may change: the plan holds what they decide on with both
# outcomes, and the host does it or leaves it when its turn comes.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
unprivileged
mkdir home
[ "$(id -u)" != 0 ] || chown nobody home
printf 'plumb: v1\nhosts:\n  web1: {connection: {command: [%s env, HOME=%s/home]}}\n' "$as_list" "$work" >hosts.yaml
project() { # readings on standard input, resources behind a line of ---
  { printf 'plumb: v1\nproject: turns\nreadings:\n'; sed 's/^---$/resources:/; s|HOME|'"$work/home"'|g'; } >plumb.yaml
}
afresh() {
  rm -rf home/* home/.local
}

project <<'YAML'
  version: {file: HOME/version, match: "([0-9]+)", type: integer, absent: 0}
  data: {path: HOME/data}
---
  - file: HOME/version
    content: "v15.2\n"
  - file: HOME/new
    content: "new\n"
    when: readings.version >= 15 && facts.os.family != 'none'
  - file: HOME/old
    content: "old\n"
    when: readings.version < 15
  - command: seen
    run: [sh, -c, "echo ran >>HOME/ran"]
    run_on: ["file:HOME/new"]
    when: readings.version >= 15
  - resources:
      - directory: HOME/data
      - file: HOME/data/seed
        content: "seed\n"
    when: readings.version >= 15
  - command: first
    run: [sh, -c, "echo first >>HOME/first"]
    creates: HOME/first
    when: "!readings.data.exists"
YAML

# --- the plan says what decides and why it is not known yet; a host that went another way would be as right
exits 0 "$plumb" plan -o p.json
says 'only if readings.version >= 15'
says 'decided in its turn by readings.version, since file:'
says '(bounded)'
says_not 'for the next plan'
exits 0 "$plumb" show p.json
says 'only if readings.version < 15'
python3 - <<'PY'
import json
actions = {a['address'].rsplit('/', 1)[-1]: a for a in json.load(open('p.json'))['hosts']['web1']['actions']}
new = actions['new']
assert new['fidelity'] == 'bounded' and new['operations'] == [] and new['op'] == 'update', new
assert new['when']['test'] == {'at_most': [{'value': 15}, {'reading': 'version'}]}, new['when']
assert new['when']['readings']['version']['source']['match'] == '([0-9]+)', new['when']
assert any('version' in one for one in new['unknown_until']), new
PY

# --- one plan does it all, and none is left
exits 0 "$plumb" apply p.json --yes
says 'skipped: readings.version told 15'
[ -e home/new ] && [ ! -e home/old ] && [ -e home/data/seed ] || fail "there is $(ls -R home)"
[ "$(cat home/ran)" = ran ] || fail 'what the change sets off was not done'
[ ! -e home/first ] || fail 'the folder was there in its turn'
exits 0 "$plumb" history show last
says 'readings.version told 15'
exits 0 "$plumb" plan
says 'Nothing to change'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- what it decides on is asked of the host, and not of what was told before
afresh
exits 0 "$plumb" plan -o p.json
sed -i 's/v15.2/v14.9/' plumb.yaml
exits 0 "$plumb" apply --yes --output jsonl
says '"skipped: readings.version told 14"'
[ -e home/old ] && [ ! -e home/new ] && [ ! -e home/ran ] && [ -e home/first ] || fail "there is $(ls home)"
sed -i 's/v14.9/v15.2/' plumb.yaml

# --- a run that ended in the middle is gone on with, by its plan or by another
afresh
cat >>plumb.yaml <<YAML
  - command: breaks
    run: [test, -e, $work/home/ok]
    creates: $work/home/ok2
YAML
exits 0 "$plumb" plan -o p.json
exits 1 "$plumb" apply p.json --yes
[ -e home/new ] || fail 'the first part was not done'
touch home/ok home/ok2
exits 0 "$plumb" apply p.json --yes
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- a reading that cannot be had in its turn fails the action, and names itself
afresh
project <<'YAML'
  version: {file: HOME/version, type: integer, absent: 0}
---
  - file: HOME/version
    content: "fifteen\n"
  - file: HOME/new
    content: "new\n"
    when: readings.version > 10
YAML
exits 1 "$plumb" apply --yes
says PL2002
says 'the reading `version`: what it told is no integer: "fifteen'
[ ! -e home/new ] || fail 'something was decided by a guess'

# --- what comes of a reading otherwise, or by more than a comparison, is for a second plan of the same run
afresh
project <<'YAML'
  version: {file: HOME/version, match: "([0-9]+)", type: integer, absent: 0}
  name: {file: HOME/name, type: string, absent: ""}
---
  - file: HOME/version
    content: "15\n"
  - file: HOME/seen
    content: "${readings.version}\n"
  - file: HOME/new
    content: "new\n"
    when: readings.version in [14, 15]
  - file: HOME/twice
    content: old
    when: readings.version < 15
  - file: HOME/twice
    content: new
    when: readings.version >= 15
YAML
exits 0 "$plumb" plan -o p.json
says 'only if readings.version in [14, 15]'
says 'what comes of it is for the next plan'
exits 2 "$plumb" apply p.json --yes
says PL4014
[ -e home/new ] && [ ! -e home/seen ] && [ ! -e home/twice ] || fail "there is $(ls home)"
exits 0 "$plumb" apply --yes
[ "$(cat home/twice)" = new ] && [ "$(cat home/seen)" = 15 ] || fail "there is $(ls home)"
exits 0 "$plumb" apply --yes
says 'Nothing to change'

cp plumb.yaml several.yaml
afresh
project <<'YAML'
  version: {file: HOME/version, match: "([0-9]+)", type: integer, absent: 0}
---
  - file: HOME/version
    content: "15\n"
  - file: HOME/long
    content: "long\n"
    when: readings.version + 1 > 15
YAML
exits 0 "$plumb" plan -o p.json
exits 2 "$plumb" apply p.json --yes
[ ! -e home/long ] || fail 'more than a comparison was decided in its turn'
exits 0 "$plumb" apply --yes
[ -e home/long ] || fail 'the second plan did not do it'

# --- also where something waits for the reading, a plan that broke off behind what changed it is gone on with
afresh
project <<'YAML'
  version: {file: HOME/version, match: "([0-9]+)", type: integer, absent: 0}
---
  - file: HOME/version
    content: "15\n"
  - file: HOME/new
    content: "new\n"
    when: readings.version >= 15
  - file: HOME/seen
    content: "${readings.version}\n"
  - command: breaks
    run: [test, -e, HOME/ok]
    creates: HOME/ok2
YAML
sed -i "s|HOME|$work/home|g" plumb.yaml
exits 0 "$plumb" plan -o p.json
exits 1 "$plumb" apply p.json --yes
[ -e home/new ] || fail 'the first part was not done'
touch home/ok home/ok2
exits 2 "$plumb" apply --resume "$("$plumb" history --limit 1 | grep -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' | head -n 1)" --yes
says_not PL4001
says PL4014
exits 0 "$plumb" apply --yes
[ "$(cat home/seen)" = 15 ] || fail "there is $(ls home)"

# --- of an apply that makes a second plan one document is printed
afresh
touch home/ok home/ok2
"$plumb" apply --yes --output json 2>/dev/null >both.json || fail 'it was not applied'
python3 - <<'PY'
import json
both = json.load(open('both.json'))
first, = both['earlier']
assert both['run'] != first['run'] and both['plan'] != first['plan'], both
assert first['hosts']['web1']['changed'] == 2 and both['hosts']['web1']['changed'] == 3, both
PY

# --- a plan that was tampered with is refused
afresh
mv several.yaml plumb.yaml
exits 0 "$plumb" plan -o p.json
sed -i 's/{"in":/{"like":/' p.json
exits 3 "$plumb" apply p.json --yes
says PL2109
says '`like` is no test'
[ ! -e home/version ] || fail 'it was begun'

# --- cases of tests see both outcomes
mkdir -p modules/app/tests
cat >modules/app/module.yaml <<'YAML'
plumb: v1
readings:
  version: {file: /srv/version, type: integer, absent: 0}
resources:
  - file: /srv/version
    content: "15"
  - file: /srv/new
    content: "new\n"
    when: readings.version > 10
YAML
cat >modules/app/tests/app.yaml <<'YAML'
plumb: v1
tests:
  - name: decided in its turn
    readings: {version: 1}
    expect: {actions: {"file:/srv/version": create, "file:/srv/new": update}}
YAML
exits 0 "$plumb" -C modules/app test
