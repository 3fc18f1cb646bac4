# --output jsonl and the log: what programs read. Each line whole, each with its run; no secret in any.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

command -v python3 >/dev/null || skip 'no python3 to read JSON with'

cat >look.py <<'PYTHON'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
kinds = [line.get("event") for line in lines]
of = lambda kind: [line for line in lines if line.get("event") == kind]
sys.exit(0 if eval(sys.argv[2]) else 1)
PYTHON
# look FILE EXPRESSION: true of `lines`, the JSON objects of a file, one a line.
look() {
  python3 look.py "$1" "$2" || fail "not so in $1: $2
$(cat "$1")"
}

secret=hunter2-$RANDOM-$RANDOM
cat >plumb.yaml <<YAML
plumb: v1
project: events
inputs:
  token: {type: string, sensitive: true}
resources:
  - file: $work/target/token
    content: "\${inputs.token}"
  - file: $work/target/plain
    content: plain
  - command: says
    run: [sh, -c, "echo it says so; touch $work/target/said"]
    creates: $work/target/said
YAML
echo "token: $secret" >inputs.yaml
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >hosts.yaml
mkdir target

# --- a run: first and last line, every line with its run, the history under the same id
"$plumb" apply --yes --output jsonl --log-level trace --log-file run.log >events.jsonl 2>errors || fail "$(cat errors)"
look events.jsonl 'kinds[0] == "begin" and kinds[-1] == "summary"'
look events.jsonl 'len({line["run"] for line in lines}) == 1 and all(line["time"].endswith("Z") for line in lines)'
look events.jsonl 'of("summary")[0]["exit_code"] == 0 and of("summary")[0]["changed"] == 3 and "resume" not in of("summary")[0]'
look events.jsonl '[line["state"] for line in of("action")].count("changed") == 3'
look events.jsonl 'any("it says so" in line.get("text", "") for line in of("action") if line["state"] == "output")'
look events.jsonl 'all(line["host"] == "here" for line in lines if line["event"] in ("contacting", "reached", "change", "action", "host"))'
run=$(python3 -c 'import json; print(json.loads(open("events.jsonl").readline())["run"])')
exits 0 "$plumb" history show "$run"
says ok

# --- the log: the same run, the host, the steps with durations, the messages with sizes, and no secret
grep -q "debug run=$run host=here connected, in all: [0-9.]* ms" run.log || fail "no steps: $(cat run.log)"
grep -q "trace run=$run host=here sent apply, [0-9]* bytes" run.log || fail "no messages: $(cat run.log)"
[ "$(grep -vc "run=$run" run.log)" = 0 ] || fail "lines without a run: $(cat run.log)"
exits 0 "$plumb" diff --log-level debug --log-format json --log-file json.log
look json.log 'all({"time", "level", "run", "message"} <= set(line) for line in lines)'
look json.log 'any(line.get("host") == "here" for line in lines)'
! grep -rqF "$secret" events.jsonl errors run.log json.log || fail 'the secret is told'

# --- the other commands
rm target/plain
code=0
"$plumb" diff --output jsonl >diff.jsonl || code=$?
[ "$code" = 2 ] || fail "exit code $code of diff"
look diff.jsonl '[line["address"] for line in of("change")] == ["file:'"$work"'/target/plain"] and of("summary")[0]["exit_code"] == 2'
look diff.jsonl 'of("change")[0]["because"] and len(of("plan")) == 1'
"$plumb" observe -o snapshot --output jsonl >observe.jsonl
look observe.jsonl 'kinds[0] == "begin" and kinds[-1] == "summary" and len(of("host")) == 1'
exits 3 "$plumb" hosts --output jsonl
says 'jsonl is for plan, diff, apply, observe and run'
echo 'resources: [{file: 7}]' >>plumb.yaml
code=0
"$plumb" plan --output jsonl >invalid.jsonl || code=$?
[ "$code" = 3 ] || fail "exit code $code of an invalid project"
look invalid.jsonl 'of("diagnostic") and of("summary")[0]["exit_code"] == 3'
sed -i '$d' plumb.yaml

# --- a reader that goes away: the run is carried out and accounted for
code=0
"$plumb" apply --yes --output jsonl 2>errors | head -n 1 >first.jsonl || code=$?
[ -e target/plain ] || fail 'the run ended with its reader'
[ "$code" != 0 ] || [ ! -s errors ] || fail "an untold loss: $(cat errors)"
exits 0 "$plumb" history show last
says ok

# --- hosts that fail: named, with their first error and the command to go on with
printf 'plumb: v1\nproject: events\nresources:\n  - file: /srv/a\n    content: a\n' >plumb.yaml
rm inputs.yaml
printf 'plumb: v1\nhosts:\n  h[001:200]: {connection: {command: [plumb:simulated, failing=10%%, lost=10%%]}}\n' >hosts.yaml
code=0
"$plumb" apply --yes --output jsonl >fleet.jsonl 2>errors || code=$?
[ "$code" = 1 ] || fail "exit code $code of a fleet that fails: $(cat errors)"
look fleet.jsonl 'sum(of("summary")[0]["hosts"].values()) == 200'
look fleet.jsonl 'all("problem" in host for host in of("summary")[0]["failed"]) and of("summary")[0]["hosts"]["no_answer"] > 5'
look fleet.jsonl 'of("summary")[0]["resume"] == "plumb apply --resume " + lines[0]["run"]'
code=0
output=$("$plumb" apply --yes 2>/dev/null) || code=$?
says 'First error of each:'
says 'Go on with: plumb apply --resume'
[ "$(wc -l <<<"$output")" -lt 60 ] || fail "a long summary: $output"
