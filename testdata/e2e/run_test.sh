# A program on hosts beside all plans, and files that are brought from them: what is printed, how equal answers are put
# together, what is masked, how it ends, what the history holds.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
unprivileged
mkdir homes
{
  printf 'plumb: v1\nhosts:\n'
  for host in w1 w2 w3; do
    mkdir homes/$host
    printf '  %s: {groups: [web], connection: {command: [%s env, HOME=%s/homes/%s]}}\n' $host "$as_list" "$work" $host
  done
  printf '  gone: {connection: {command: ["false"]}}\n'
  printf 'groups:\n  web: {inputs: {token: correct-horse-battery}}\n'
} >hosts.yaml
[ "$(id -u)" != 0 ] || chown -R nobody homes
cat >plumb.yaml <<'YAML'
plumb: v1
project: beside
inputs:
  token: {type: string, sensitive: true, default: nothing-to-see}
resources: []
YAML

# --- where is said, never guessed
exits 3 "$plumb" run -- true
says 'wants to know where'
exits 3 "$plumb" run --on web
exits 3 "$plumb" run --on web --env NAME -- true
says 'takes NAME=VALUE'
exits 3 "$plumb" run --on nobody -- true

# --- equal answers stand together
exits 0 "$plumb" run --on web -- echo 'two  words' ''
says 'w[1:3] (3 hosts)'
says '  two  words'
says '3 ok'
exits 0 "$plumb" run --on web --env GREETING='good day' --shell -- 'echo "$GREETING" | tr a-z A-Z; echo beware >&2'
says '  GOOD DAY'
says '  beware'
echo one >homes/w1/which; echo two >homes/w2/which; chmod 644 homes/w*/which
exits 0 "$plumb" run --on w1:w2 --shell -- "test -d / && echo here"
says 'w1, w2 (2 hosts)'

# --- exit codes are those of everything else
exits 1 "$plumb" run --on w1 -- sh -c 'echo wrong; exit 7'
says 'exit code 7'
says '  wrong'
says '1 failed'
exits 1 "$plumb" run --on w1 -- no-such-program
says 'no-such-program'
exits 4 "$plumb" run --on w1:gone -- true
says '1 ok'

# --- for programs
"$plumb" run --on w1:w2 --output json -- sh -c 'printf out; printf err >&2; exit 2' >out.json 2>errors || true
python3 - <<'PY'
import json
document = json.load(open('out.json'))
for host in ('w1', 'w2'):
    one = document['hosts'][host]
    assert (one['state'], one['exit_code'], one['output'], one['errors']) == ('failed', 2, 'out', 'err'), one
PY
"$plumb" run --on w1 --output jsonl -- sh -c 'echo a; echo b >&2' >events
python3 - <<'PY'
import json
events = [json.loads(line) for line in open('events')]
printed = {(e['stream'], e['text']) for e in events if e['event'] == 'printed'}
assert printed == {('output', 'a\n'), ('errors', 'b\n')}, printed
assert [e['exit_code'] for e in events if e['event'] == 'ended'] == [0]
assert events[0]['command'] == 'run' and events[-1]['event'] == 'summary'
PY

# --- lines as they come, each with its host
# What nobody reads any more ends.
exits 0 sh -c "timeout 60 '$plumb' run --on w1 --stream -- yes 2>/dev/null | head -n 1"
says 'w1: y'
exits 0 "$plumb" run --on web --stream -- sh -c 'echo a; echo b'
says 'w1: a'
says 'w3: b'

# --- what the project knows to be sensitive is not printed, and nothing of a host commands a terminal
exits 0 "$plumb" run --on w1 -- sh -c 'echo the token is correct-horse-battery; printf "\033[31mred\033[0m\a\n"'
says 'the token is (sensitive)'
says '  red'
! grep -q $'\033\|\a' <<<"$output" || fail 'a host writes to the terminal'
exits 0 "$plumb" run --on w1 --stream -- echo correct-horse-battery
says 'w1: (sensitive)'

# --- much of it is cut, and told to be
exits 0 "$plumb" run --on w1 -- sh -c 'head -c 3000000 /dev/zero | tr "\0" x'
says 'bytes more, which are not kept'
[ "${#output}" -lt 1200000 ] || fail 'more is printed than is kept'

# --- the history has it, as a run without a plan
exits 0 "$plumb" run --on w2 -- echo remembered
exits 0 "$plumb" history show last
says 'kind      run'
says 'run echo remembered'
says '      remembered'
says_not 'plan '
run=$("$plumb" history --output json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
exits 1 "$plumb" apply --resume "$run"
says 'holds no plan of run'
exits 0 "$plumb" history verify
! grep -rqF correct-horse .plumb || fail 'a secret was written down'

# --- a stop ends the program on the host
"$plumb" run --on w1 -- sh -c "trap 'echo ended >$work/homes/w1/ended; exit 9' TERM; echo >$work/homes/w1/begun; while :; do sleep 0.1; done" >out 2>&1 &
pid=$!
for _ in $(seq 200); do
  [ ! -e homes/w1/begun ] || break
  sleep 0.1
done
kill -INT "$pid"
code=0
wait "$pid" || code=$?
[ "$code" = 130 ] || fail "exit code $code of an interrupted run: $(cat out)"
[ "$(cat homes/w1/ended)" = ended ] || fail 'the program was not told to end'

# --- files come here
mkdir -p homes/w1/deep
head -c 2000000 /dev/urandom >homes/w1/deep/data
chmod 644 homes/w1/deep/data
exits 0 "$plumb" get "w1:$work/homes/w1/deep/data" there
cmp homes/w1/deep/data "there/w1$work/homes/w1/deep/data" || fail 'another file came'
[ "$(stat -c %a "there/w1$work/homes/w1/deep/data")" = 600 ] || fail 'others may read what came'
exits 0 "$plumb" get web:/etc/hostname "w2:$work/homes/w2/which" there
for host in w1 w2 w3; do cmp /etc/hostname there/$host/etc/hostname || fail "$host gave another file"; done
exits 1 "$plumb" get w1:/no/such/file "w1:/etc" "w1:$work/homes/w1/which" there
says '/no/such/file'
cmp homes/w1/which "there/w1$work/homes/w1/which" || fail 'one file that is not there kept another from coming'
[ ! -e there/w1/no/such/file ] || fail 'a file that is not there came'
exits 4 "$plumb" get gone:/etc/hostname there
exits 3 "$plumb" get w1:/etc/../shadow there
exits 3 "$plumb" get w1:relative there
exits 3 "$plumb" get w1:/etc/hostname
"$plumb" get w1:/etc/hostname there --output json | python3 -c 'import json, sys; assert json.load(sys.stdin)["w1"][0]["path"] == "/etc/hostname"'
