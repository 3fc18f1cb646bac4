# Rules judge every plan before a host is changed: what they say, who gets past them, and what the history keeps.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'

# The rules that come with plumb, by their own cases: each fires in one, and stays silent in another.
exits 0 "$plumb" -C "$PLUMB_SOURCE/schemas/policy" policy test --complete baseline
says ' 0 failed'

mkdir -p project/policy/tests project/trust root/srv
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: ruled
policy: [baseline, policy]
trust: {allowed_signers: trust/signers, require_signature: false}
inputs:
  mode: {type: string, default: "0666"}
resources:
  - file: /srv/notes
    content: "hello\n"
    mode: ${inputs.mode}
YAML
printf 'plumb: v1\ngroups: {production: {}}\nhosts:\n  here: {connection: local, groups: [production]}\n' >project/hosts.yaml
cat >project/policy/rules.yaml <<'YAML'
plumb: v1
rules:
  - name: no-letters
    when: action.identity.endsWith('/letters')
    deny: letters are written elsewhere
YAML
for who in ana ben; do ssh-keygen -q -t ed25519 -N '' -C $who -f $who; done
for who in ana ben; do printf '%s@example.com %s\n' $who "$(cut -d' ' -f1,2 $who.pub)"; done >project/trust/signers
run() { exits "$1" "$plumb" -C project --root "$work/root" --yes "${@:2}"; }

# A rule denies: the resource and the rule are shown, and nothing is changed.
run 5 apply
says 'error[PL7101]: `world-writable` forbids it: file:/srv/notes would be writable by everybody (0666)'
says 'plumb.yaml:8:11'
says 'baseline/files.yaml:4:11'
[ ! -e root/srv/notes ] || fail 'a plan that is denied was applied'

# plan says so too, and writes it; the file is judged anew.
run 5 plan -o "$work/plan.json"
says 'PL7101'
says '`plumb apply` refuses it'
run 5 apply "$work/plan.json"
says 'PL7101'
run 5 policy check "$work/plan.json"
says 'one rule denies it'
[ ! -e root/srv/notes ] || fail 'a saved plan that is denied was applied'

# A waiver lets it pass for a time, and only that.
cat >project/policy/waivers.yaml <<'YAML'
plumb: v1
waivers:
  - {rule: world-writable, address: "file:/srv/notes", reason: everybody writes notes, until: 2999-01-01}
YAML
run 0 policy check "$work/plan.json"
says 'is waived until 2999-01-01 (everybody writes notes)'
sed -i 's/2999/2001/' project/policy/waivers.yaml
run 5 apply "$work/plan.json"
says 'ended on 2001-01-01'
sed -i 's/2001/2999/' project/policy/waivers.yaml
run 0 apply "$work/plan.json"
[ "$(stat -c %a root/srv/notes)" = 666 ] || fail 'what is waived was not applied'
run 0 history show last
says 'policy baseline: sha256:'
says 'waived world-writable: everybody writes notes'

# More is asked for: approvals of a saved plan, a ticket, a time.
cat >project/policy/more.yaml <<'YAML'
plumb: v1
rules:
  - name: production-twice
    for: host
    when: "'production' in host.groups && host.facts.os.family != ''"
    require: {approvals: 2, ticket: "^CHG-[0-9]+$"}
    message: ${host.name} is in production
YAML
run 5 --set mode=0644 apply --ticket CHG-12
says 'PL7103'
says '`production-twice` asks for 2 approvals, and this plan has none yet'
run 0 --set mode=0644 plan -o "$work/plan.json"
says 'asks for 2 approvals and a ticket that matches `^CHG-[0-9]+$`: here is in production'
run 5 apply "$work/plan.json"
says 'give it with `--ticket TEXT`'
exits 0 "$plumb" --yes approve plan.json --key ana --reason first
run 5 apply "$work/plan.json" --ticket CHG-12
says 'approved by 1 person'
exits 0 "$plumb" --yes approve plan.json --key ben --reason second
run 5 apply "$work/plan.json" --ticket 'later'
says 'and `later` does not'
[ "$(stat -c %a root/srv/notes)" = 666 ] || fail 'a plan was applied without what a rule asks for'
run 0 apply "$work/plan.json" --ticket CHG-12
[ "$(stat -c %a root/srv/notes)" = 644 ] || fail 'a plan with all that a rule asks for was not applied'
run 0 history show last
says 'ticket: CHG-12'
run 0 history verify

# To take it back is a change like another.
sed -i 's/approvals: 2, //' project/policy/more.yaml
run 5 undo last
says 'give it with `--ticket TEXT`'
run 0 undo last --ticket CHG-13
[ "$(stat -c %a root/srv/notes)" = 666 ] || fail 'it was not taken back'
run 0 undo last --ticket CHG-14
[ "$(stat -c %a root/srv/notes)" = 644 ] || fail 'the taking back was not taken back'
rm project/policy/more.yaml

printf 'plumb: v1\nrules:\n  - {name: never, for: plan, require: {window: {days: [%s], from: "00:00", to: "24:00"}}, message: on that day}\n' \
  "$(LC_ALL=C date -u -d '+2 days' +%a | tr A-Z a-z)" >project/policy/more.yaml
run 5 --set mode=0640 apply --ignore-window
says '`never` lets it be applied'
says 'that begins next at'
rm project/policy/more.yaml

# What cannot be judged is not applied: a rule with a fault, a program that fails, is slow or answers with something else.
printf 'plumb: v1\nrules:\n  - {name: careless, when: action.desired.speed > 3, warn: fast}\n' >project/policy/more.yaml
run 5 --set mode=0640 apply
says 'PL7104'
says '`careless` could not judge `file:/srv/notes`'
for script in 'exit 3' 'true' 'echo "{\"allow\": true}"' 'sleep 30'; do
  printf "plumb: v1\nprograms:\n  - {name: outside, program: [sh, -c, '%s'], timeout: 2s}\n" "$script" >project/policy/more.yaml
  run 5 --set mode=0640 apply
  says 'PL7104'
done
cat >project/policy/more.yaml <<'YAML'
plumb: v1
programs:
  - name: outside
    program: [sh, -c, "grep -q '\"address\":\"file:/srv/notes\"' && echo '{\"deny\": [{\"message\": \"not today\", \"address\": \"file:/srv/notes\"}]}'"]
YAML
run 5 --set mode=0640 apply
says '`outside` forbids it: not today'
rm project/policy/more.yaml
[ "$(stat -c %a root/srv/notes)" = 644 ] || fail 'what was not judged was applied'

# A mistake in a rule is one of the project.
printf 'plumb: v1\nrules:\n  - {name: typo, when: "action.kindd == \x27file\x27", deny: x}\n' >project/policy/more.yaml
run 3 validate
says 'kindd'
run 3 apply
rm project/policy/more.yaml
printf 'plumb: v1\nrules:\n  - {name: open, when: "action.kind.matches(\x27^(file\x27)", deny: x}\n' >project/policy/more.yaml
run 3 validate
says '`^(file` is no regular expression'
says 'policy/more.yaml:3:'
mv project/policy/more.yaml project/policy/more.yml
run 3 apply
says 'its name has to end with .yaml'
rm project/policy/more.yml

# So are rules that are not there: nothing passes because nobody found them.
sed -i 's/^policy: .*/policy: [baseline, policies]/' project/plumb.yaml
run 3 apply
says 'there is no such folder'
mkdir project/policies
run 3 apply
says 'holds no rules'
rmdir project/policies && ln -s policy project/policies
ln -s more.yaml project/policy/link.yaml
sed -i 's/^policy: .*/policy: [baseline, policy]/' project/plumb.yaml
run 3 apply
says 'is no file'
rm project/policies project/policy/link.yaml

# Cases beside the rules.
cat >project/policy/tests/rules.yaml <<'YAML'
plumb: v1
tests:
  - name: "no-letters: a letter"
    project: |
      resources:
        - file: /srv/letters
          content: "dear\n"
    fires: [no-letters]
  - name: "no-letters: a note"
    plan: {hosts: {web1: {actions: [{address: "file:/srv/notes", op: create}]}}}
    fires: []
YAML
run 0 policy test --complete
says '2 passed, 0 failed'
sed -i 's/fires: \[\]/fires: [no-letters]/' project/policy/tests/rules.yaml
run 1 policy test
says 'other rules fire than expected'
run 0 policy list
grep -q "ticket; $(grep -c " baseline/" <<<"$output") rules" "$PLUMB_SOURCE/README.md" || fail "README counts other rules than: $(grep -c " baseline/" <<<"$output")"
says 'no-letters'

# What would new rules have stopped?
printf 'plumb: v1\nrules:\n  - {name: no-notes, when: "action.identity == \x27/srv/notes\x27", deny: no notes}\n' >project/policy/more.yaml
run 0 policy replay
says '4 of 4 runs would have been stopped'
says 'no-notes'
run 0 policy replay --since 2999-01-01
says '0 of 0 runs'
