# A machine that asks for a signature, whatever a project says. /etc is a copy that only this test sees.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
if [ -z "${PLUMB_APART:-}" ]; then
  command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'
  [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || skip 'this needs root, and namespaces'
  code=0
  PLUMB_APART=1 unshare --mount --propagation private bash "$PLUMB_SOURCE/testdata/e2e/machine_trust_test.sh" || code=$?
  exit $code
fi
cp -a /etc "$work/etc"
mount --bind "$work/etc" /etc
trap 'umount /etc; rm -rf "$work"' EXIT
rm -rf /etc/plumb && mkdir /etc/plumb

mkdir -p project root
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: signed
resources:
  - file: /motd
    content: "hello\n"
YAML
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >project/hosts.yaml
for who in ana ben; do ssh-keygen -q -t ed25519 -N '' -C $who -f $who; done
printf 'ana@example.com %s\n' "$(cut -d' ' -f1,2 ana.pub)" >/etc/plumb/signers
printf 'ben@example.com %s\n' "$(cut -d' ' -f1,2 ben.pub)" >project/signers
printf 'plumb: v1\nallowed_signers: /etc/plumb/signers\n' >/etc/plumb/trust.yaml
run() { exits "$1" "$plumb" -C project --root "$work/root" --yes "${@:2}"; }

# Nobody stands behind a plan that is made now. Planning and reading are nobody's business.
run 5 apply
says 'error[PL7001]: this machine applies plans that somebody stands behind'
says '/etc/plumb/trust.yaml asks for it'
run 0 plan -o "$work/plan.json"
run 5 apply "$work/plan.json"
says PL7001
exits 0 "$plumb" sign plan.json --key ben
run 5 apply "$work/plan.json"
says 'is not among the allowed signers'
[ ! -e root/motd ] || fail 'a plan was applied behind which nobody stands'

# What the project asks for holds as well, by its own signers.
printf 'trust: {allowed_signers: signers, require_signature: false, require_approvals: 1}\n' >>project/plumb.yaml
run 0 plan -o "$work/plan.json"
exits 0 "$plumb" sign plan.json --key ana
run 5 apply "$work/plan.json"
says PL7004
exits 0 "$plumb" --yes approve plan.json --key ben
run 0 apply "$work/plan.json"
[ "$(cat root/motd)" = hello ] || fail 'the plan was not applied'
run 5 undo last
says PL7001
sed -i '/^trust/d' project/plumb.yaml
run 5 undo last
says 'this machine applies plans'

# Of providers, too, also where one is not from elsewhere.
mkdir -p project/notes/schemas
printf 'plumb: provider/v1\nname: notes\nversion: 1.0.0\nprotocol: 1\ncommand: [./run]\nkinds: {note: {schema: schemas/note.json}}\n' >project/notes/provider.yaml
printf '#!/bin/sh\n' >project/notes/run
printf '{"$schema": "http://json-schema.org/draft-07/schema#", "title": "note", "description": "A note.", "type": "object", "x-identity": "name", "additionalProperties": false, "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1, "description": "Which.", "examples": ["a"]}}}\n' >project/notes/schemas/note.json
cp project/plumb.yaml plain.yaml
printf 'providers: {notes: ./notes}\n' >>project/plumb.yaml
run 0 plan
printf 'plumb: v1\nallowed_signers: /etc/plumb/signers\nrequire_signed_providers: true\n' >/etc/plumb/trust.yaml
run 3 plan
says 'PL7001'
says 'the provider `notes` is not used'
exits 0 "$plumb" sign project/notes --key ben
run 3 plan
says 'is not among the allowed signers'
exits 0 "$plumb" sign project/notes --key ana
run 0 plan
# The project asks by its own signers, and both have to be content.
printf 'trust: {allowed_signers: signers, require_signature: false, require_signed_providers: true}\n' >>project/plumb.yaml
run 3 plan
says 'is not among the allowed signers'
printf 'plumb: v1\nallowed_signer: /etc/plumb/signers\n' >/etc/plumb/trust.yaml
run 3 plan
says 'error[PL1007]'
cp plain.yaml project/plumb.yaml

# A rule that cannot be read is not passed over.
printf 'plumb: v1\nallowed_signer: /etc/plumb/signers\n' >/etc/plumb/trust.yaml
run 3 apply "$work/plan.json"
says '/etc/plumb/trust.yaml:2:1'
# A plan can be made, and says what will be in its way.
run 0 plan
says '/etc/plumb/trust.yaml:2:1'
printf 'plumb: v1\nallowed_signers: /etc/plumb/signers\n' >/etc/plumb/trust.yaml
chmod 666 /etc/plumb/signers
run 3 apply "$work/plan.json"
says PL7006
says 'can be written by others than root'
exits 1 "$plumb" -C project doctor
says 'bad   /etc/plumb/signers can be written by others than root'
chmod 644 /etc/plumb/signers
exits 0 "$plumb" -C project doctor
says '/etc/plumb/trust.yaml asks for a signature'

# Nor one that others could take away, on whatever way it is reached, nor a link to one that is gone.
mkdir -m 777 open && mkdir open/kept
mv /etc/plumb/trust.yaml open/kept/
ln -s "$work/open/kept/trust.yaml" /etc/plumb/trust.yaml
run 3 apply "$work/plan.json"
says "$work/open can be written by others than root"
rm open/kept/trust.yaml
chmod 755 open
run 3 apply "$work/plan.json"
says PL7006
rm /etc/plumb/trust.yaml
run 0 apply
