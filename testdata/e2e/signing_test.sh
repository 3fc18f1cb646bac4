# A plan that is signed and approved by people, and one that is not: stock ssh-keygen and plumb say the same of both.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'

mkdir -p project root
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: signed
resources:
  - file: /motd
    content: "hello\n"
YAML
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >project/hosts.yaml
for who in ana ben zoe; do ssh-keygen -q -t ed25519 -N '' -C $who -f $who; done
{
  printf 'ana@example.com namespaces="*@plumbline" %s\n' "$(cut -d' ' -f1,2 ana.pub)"
  printf 'ben@example.com %s\n' "$(cut -d' ' -f1,2 ben.pub)"
} >signers
exits 0 "$plumb" -C project --root "$work/root" plan -o plan.json
plan_file=plan.json
[ -e plan.json ] || plan_file=project/plan.json
apply() { exits "$1" "$plumb" -C project --root "$work/root" --yes apply "$work/$plan_file" --allowed-signers "$work/signers" "${@:2}"; }

# Nobody has signed it.
apply 5 --require-signature
says 'PL7001'
says 'is not signed'
[ ! -e root/motd ] || fail 'an unsigned plan was applied'

# Somebody who may not.
exits 0 "$plumb" sign $plan_file --key zoe
exits 5 "$plumb" verify $plan_file --allowed-signers signers
says 'is not among the allowed signers'
apply 5 --require-signature

# Somebody who may; ssh-keygen says so, too.
exits 0 "$plumb" sign $plan_file --key ana
says "in the place of a signature by $(ssh-keygen -lf zoe.pub | cut -d' ' -f2)"
exits 0 "$plumb" verify $plan_file --allowed-signers signers
says 'Signed by ana@example.com (ssh-ed25519 SHA256:'
exits 0 sh -c "ssh-keygen -Y verify -f signers -I ana@example.com -n plan@plumbline -s $plan_file.sig <$plan_file"

# Another plan under the same signature.
cp $plan_file kept.json
sed -i 's/hello/hullo/' $plan_file
exits 5 "$plumb" verify $plan_file --allowed-signers signers
says 'PL7002'
apply 3 --require-signature
says 'has another digest'
printf ' ' >>kept.json && cp kept.json $plan_file && truncate -s -1 kept.json
apply 3 --require-signature
[ ! -e root/motd ] || fail 'a plan was applied that was changed after it was signed'
cp kept.json $plan_file

# A key that was taken back.
cp ana.pub revoked
exits 5 "$plumb" verify $plan_file --allowed-signers signers --revoked-keys revoked
says 'was revoked'
apply 5 --require-signature --revoked-keys "$work/revoked"

# Approvals are of persons, of this plan, and for a time.
apply 5 --require-approvals 2
says 'approved by 0 of the 2 persons'
exits 3 "$plumb" approve $plan_file --key ana </dev/null
says 'there is no terminal to ask on'
! command -v python3 >/dev/null || {
  printf 'wait Type `yes`\nkey y\\n\nwait Nothing was signed\nexits 1\n' >script
  exits 0 python3 "$PLUMB_SOURCE/testdata/e2e/terminal.py" script "$plumb" approve $plan_file --key ana
}
exits 0 "$plumb" --yes approve $plan_file --key ana --reason 'ticket 7'
says '/motd'
says 'valid until'
exits 3 "$plumb" --yes approve $plan_file --key ana --reason $'x\nApproved by ben'
says 'must be one line'
exits 0 "$plumb" --yes approve $plan_file --key ana --reason 'once more'
exits 0 "$plumb" --yes approve $plan_file --key zoe
apply 5 --require-signature --require-approvals 2
says 'approved by 1 of the 2 persons'
says 'is not among the allowed signers'
exits 0 "$plumb" --yes approve $plan_file --key ben --for 1s
sleep 2
apply 5 --require-approvals 2
says 'it was valid until'
exits 0 "$plumb" --yes approve $plan_file --key ben
exits 0 "$plumb" verify $plan_file --allowed-signers signers --require-approvals 2
says 'Approved by ana@example.com'
says 'ticket 7'
statement=$(grep -l 'ticket 7' $plan_file.approvals/*.json)
exits 0 sh -c "ssh-keygen -Y verify -f signers -I ana@example.com -n approval@plumbline -s ${statement%.json}.sig <$statement"
exits 0 "$plumb" show --slices $plan_file
head=$(sed -n 's/.*"tree_head": "\(sha256:[0-9a-f]*\)".*/\1/p' <<<"$output")
grep -q "\"tree_head\":\"$head\"" "$statement" || fail "the approval names another head than $head"

apply 0 --require-signature --require-approvals 2
[ "$(cat root/motd)" = hello ] || fail 'the signed plan was not applied'

# The approvals of one plan are none of another.
printf 'plumb: v1\nproject: signed\nresources:\n  - file: /motd\n    content: "bye\\n"\n' >project/plumb.yaml
exits 0 "$plumb" -C project --root "$work/root" plan -o $plan_file
exits 0 "$plumb" sign $plan_file --key ana
apply 5 --require-signature --require-approvals 2
says 'it is of another plan'

# What is asked for wrongly.
exits 3 "$plumb" -C project --root "$work/root" --yes apply --require-signature --allowed-signers signers
exits 3 "$plumb" -C project --root "$work/root" --yes apply $plan_file --require-signature
printf 'ana ssh-ed25519\n' >broken
exits 3 "$plumb" verify $plan_file --allowed-signers broken
says 'PL7003'
says 'broken, line 1'
exits 1 "$plumb" sign $plan_file --key missing
says 'PL7005'

# As a rule of the project.
sed -i 's/^resources:/trust: {allowed_signers: signers, require_approvals: 1}\nresources:/' project/plumb.yaml
cp signers project/
exits 5 "$plumb" -C project --root "$work/root" --yes apply
says 'this one is none yet'
exits 0 "$plumb" -C project --root "$work/root" plan -o $plan_file
rm -rf $plan_file.sig
exits 5 "$plumb" -C project --root "$work/root" --yes apply "$work/$plan_file"
says 'is not signed'
exits 0 "$plumb" sign $plan_file --key ben
exits 5 "$plumb" -C project --root "$work/root" --yes apply "$work/$plan_file"
says 'approved by 0 of the 1 persons'
exits 0 "$plumb" --yes approve $plan_file --key ana
# Keys that the command line takes back count for what the project asks, too.
exits 5 "$plumb" -C project --root "$work/root" --yes apply "$work/$plan_file" --revoked-keys "$work/revoked"
exits 3 "$plumb" -C project --root "$work/root" --yes apply "$work/$plan_file" --allowed-signers "$work/signers"
says 'without anything that they are to have signed'
exits 0 "$plumb" -C project --root "$work/root" --yes apply "$work/$plan_file"
[ "$(cat root/motd)" = bye ] || fail 'the signed plan was not applied'

# Keys that sign here, and whose signatures count. No other agent's keys and no other person's home.
mkdir home
export HOME=$work/home
unset SSH_AUTH_SOCK
exits 3 "$plumb" key new mine </dev/null
says 'no terminal'
says '--no-passphrase'
exits 3 "$plumb" key new mine --no-passphrase --name 'Cy Example'
says 'is no name for a file of allowed signers'
exits 0 "$plumb" key new mine --no-passphrase --name cy@example.com
says "$(ssh-keygen -lf mine.pub | cut -d' ' -f2)"
says "cy@example.com namespaces=\"plan@plumbline,approval@plumbline\" $(cut -d' ' -f1,2 mine.pub)"
[ "$(stat -c %a mine)" = 600 ] || fail 'others may read the key'
exits 3 "$plumb" key new mine --no-passphrase
says 'is there already'
exits 0 "$plumb" key new --no-passphrase
[ -f home/.ssh/plumb ] && [ "$(stat -c %a home/.ssh)" = 700 ] || fail "no key in ~/.ssh: $(ls -la home/.ssh)"
exits 0 "$plumb" --output json key new other --no-passphrase --name dee@example.com
jq -r .allowed_signer <<<"$output" >more && cat signers >>more
cp ana.pub home/.ssh/ana.pub
exits 0 "$plumb" key list --allowed-signers more
grep -F "$(ssh-keygen -lf ana.pub | cut -d' ' -f2) " <<<"$output" |
  grep -E '/ana.pub +ana@example.com +plan, approval, compliance *$' >/dev/null || fail "$output"
grep -E 'dee@example.com +allowed signers +dee@example.com +plan, approval *$' <<<"$output" >/dev/null || fail "$output"
grep -E 'home/.ssh/plumb.pub *$' <<<"$output" >/dev/null || fail "a key that nobody named counts: $output"
exits 0 "$plumb" key list --allowed-signers more --revoked-keys revoked
says 'revoked'
exits 0 "$plumb" -C project --output json key list
[ "$(jq -r '.[] | select(.comment == "ana").counts_as' <<<"$output")" = ana@example.com ] || fail "not by the project's signers: $output"
exits 3 "$plumb" key list --allowed-signers broken
says 'PL7003'
if command -v ssh-agent >/dev/null; then
  eval "$(ssh-agent -s)" >/dev/null
  trap 'kill $SSH_AGENT_PID 2>/dev/null || true; rm -rf "$work"' EXIT
  ssh-add -q mine
  exits 0 "$plumb" key list
  grep -E 'cy@example.com +agent' <<<"$output" >/dev/null || fail "$output"
  kill "$SSH_AGENT_PID"
  exits 0 "$plumb" key list
fi
