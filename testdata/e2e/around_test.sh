# Steps of other hosts, and of this machine, around the turns of a roll-out: in their order, shown, judged, gone on with.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

unprivileged
mkdir homes homes/me
# plumb itself works without root's rights too: steps of the controller are done by whoever runs it.
p() { $as env HOME="$work/homes/me" "$plumb" "$@"; }
{
  printf 'plumb: v1\nhosts:\n'
  for i in lb1 lb2 web1 web2; do
    mkdir "homes/$i"
    printf '  %s: {groups: [%s], connection: {command: [env, HOME=%s/homes/%s]}}\n' \
      "$i" "${i%[12]}" "$work" "$i"
  done
  printf 'groups: {web: {}, lb: {}}\n'
} >hosts.yaml
touch homes/log
own() { [ "$(id -u)" != 0 ] || chown -R nobody "$work"; }

project() { # TEXT: of the file that each web host has
  cat >plumb.yaml <<YAML
plumb: v1
project: around
inputs:
  token: {type: string, sensitive: true, default: geheim}
values:
  back_end: app/\${host.name}
rollout:
  batch: 1
  around:
    - on: lb
      of: web
      before:
        - command: drain \${host.name}
          run: [sh, -c, "test ! -e $work/homes/stuck && echo drain \${values.back_end} >>$work/homes/log"]
        - wait: \${host.name} is drained
          command: [sh, -c, "grep -q drain.*\${host.name} $work/homes/log"]
          within: 5s
      after:
        - command: enable \${host.name}
          run: [sh, -c, "echo enable \${values.back_end} >>$work/homes/log"]
          only_if: [sh, -c, "! test -e $work/homes/enabled"]
    - on: controller
      before:
        - command: tell
          run: [sh, -c, "echo tell \$TOKEN \${facts.os.family} >>$work/homes/log"]
          env: {TOKEN: "\${inputs.token}"}
          sensitive: [env]
resources:
  - file: $work/homes/\${host.name}/conf
    on: web
    content: $1
  - command: check
    on: web
    run: [sh, -c, "! test -e $work/homes/\${host.name}/broken && echo turn \${host.name} >>$work/homes/log && touch $work/homes/\${host.name}/$1"]
    creates: $work/homes/\${host.name}/$1
YAML
  own
}
lines() { tr '\n' '|' <homes/log; }
project one

# --- wrong plans are told with the place
sed 's/- on: lb$/- on: balancers/' plumb.yaml >other.yaml
mkdir other && mv other.yaml other/plumb.yaml && cp hosts.yaml other/
own
exits 3 p -C other validate
says 'balancers'
says 'plumb.yaml:10:11'

sed 's/- on: controller$/- on: lb1\n      before:\n        - command: drain ${host.name}\n          run: [sh, -c, "true"]\n    - on: controller/' plumb.yaml >twice.yaml
mkdir twice && mv twice.yaml twice/plumb.yaml && cp hosts.yaml twice/
own
exits 1 p -C twice plan
says '`command:drain <host>` stands twice in what lb1 does before a turn'
says 'give one of them an `id`'

# --- the plan says what is done where
exits 0 p validate
exits 0 p plan -o plan.json
says 'web1, before its turn, on lb1'
says '! before@lb1/command:drain web1'
says 'waits until'
says 'web2, after its turn, on lb2'
says 'before its turn, on plumb itself'
says_not geheim
says 'Around the turns of hosts 14 steps are done elsewhere.'
! grep -q geheim plan.json || fail 'a sensitive value stands in the plan'
exits 0 p show plan.json
says '! after@lb2/command:enable web2'
exits 0 p show plan.json --output json
says '"around"'
[ ! -s homes/log ] || fail "planning did something: $(lines)"

# --- in their order, a turn after the other
exits 0 p apply plan.json --yes
turn() {
  printf 'drain app/%s|drain app/%s|tell geheim debian|turn %s|enable app/%s|enable app/%s|' "$1" "$1" "$1" "$1" "$1"
}
[ "$(lines)" = "$(turn web1)$(turn web2)" ] || fail "the order was $(lines)"
says_not geheim
exits 0 p history show last
says 'before@lb1/command:drain web1'
says 'after@lb2/command:enable web2'
says_not geheim

# --- twice is once: also of the plan that was applied
: >homes/log
exits 0 p apply --yes
says 'Nothing to change'
exits 0 p apply plan.json --yes
[ ! -s homes/log ] || fail "steps were done for nothing: $(lines)"
for i in 1 2; do ! grep -rq 'drain web' "homes/lb$i"/.local/state/plumb/around/record.json 2>/dev/null || fail 'a step is in a record'; done

# --- a guard says in its turn that a step need not be done
project two
touch homes/enabled
exits 0 p apply --yes --on web1
[ "$(lines)" = "$(turn web1 | sed 's/enable.*//')" ] || fail "the order was $(lines)"
rm homes/enabled

# --- one that cannot be drained is untouched, and the other
: >homes/log
project three
touch homes/stuck
exits 1 p apply --yes --junit junit.xml
says 'PL4015'
says '`command:drain web1`, which lb1 does for its turn, failed'
says 'hosts 2 ok, 1 failed, 1 not started'
[ "$(cat homes/web1/conf homes/web2/conf)" = twoone ] || fail 'a host was touched'
grep -q 'run before@lb1/command:drain web1' junit.xml || fail "JUnit says nothing of steps: $(cat junit.xml)"
exits 1 p apply --yes --output jsonl
says '"address":"before@lb1/command:drain web1"'
says '"on":"lb1"'
rm homes/stuck

# --- rules judge them
mkdir policy
cat >policy/rules.yaml <<'YAML'
plumb: v1
rules:
  - name: nobody-drains
    when: action.kind == 'command' && action.identity.startsWith('drain')
    deny: ${action.address} takes it out of service
YAML
sed 's/^rollout:/policy: [policy]\n&/' plumb.yaml >judged.yaml && mv plumb.yaml free.yaml && mv judged.yaml plumb.yaml
own
exits 5 p apply --yes
says '`nobody-drains` forbids it: before@lb1/command:drain web1 takes it out of service'
mv free.yaml plumb.yaml

# --- one that breaks stays out
touch homes/web1/broken
exits 1 p apply --yes
says 'the host stays as the steps before its turn left it: `command:enable web1` of lb1 was not done'
[ "$(cat homes/web2/conf)" = one ] || fail 'the other was touched'
! grep -q enable homes/log || fail 'it was enabled'
run=$(grep -o 'apply --resume [^ ]*' <<<"$output" | tail -n 1 | cut -d' ' -f3)

# --- and comes back once it is mended
rm homes/web1/broken
: >homes/log
exits 0 p apply --resume "$run" --yes
[ "$(lines)" = "$(turn web1)$(turn web2)" ] || fail "the order was $(lines)"

# --- a run is taken back in turns too, and no step is
: >homes/log
exits 0 p undo last --yes
says 'update file:'
[ "$(grep -c '^drain app/web2$' homes/log)" = 2 ] && [ "$(grep -c '^enable app/web2$' homes/log)" = 2 ] || fail "the steps were $(lines)"
! grep -q '^turn' homes/log || fail 'a command was taken back'

# --- cases say what they expect of steps
cp -r "$PLUMB_SOURCE/docs/examples/balanced" balanced
own
exits 0 p -C balanced test
sed -i 's/command:enable web1/command:forget web1/' balanced/tests/turns.yaml
exits 1 p -C balanced test
says 'other hosts do something else after its turn'
says 'it is lb1 command:enable web1, lb1 wait:haproxy finds web1 up'
