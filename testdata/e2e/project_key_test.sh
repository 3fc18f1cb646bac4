# The project's key: shared in git, sealed to keys of ssh; taken over by a colleague and by CI; changed.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'

unprivileged
mkdir home keys first
[ "$(id -u)" != 0 ] || chown nobody home
ssh-keygen -q -t ed25519 -N '' -C ana@example -f keys/ana
ssh-keygen -q -t rsa -b 2048 -N '' -C ci@example -f keys/ci
ssh-keygen -q -t ed25519 -N 'open sesame' -C ben@example -f keys/ben
ssh-keygen -q -t ed25519 -N '' -C eve@example -f keys/eve
ssh-keygen -q -t ecdsa -N '' -C other@example -f keys/other

cat >login <<SH
#!/bin/sh
exec $as env HOME=$work/home "\$@"
SH
chmod 755 login
cat >first/hosts.yaml <<YAML
plumb: v1
hosts:
  w1: {connection: {command: [$work/login]}}
YAML
cat >first/plumb.yaml <<YAML
plumb: v1
project: shared
inputs:
  token: {type: string, sensitive: true}
resources:
  - file: $work/home/token
    content: \${inputs.token}
    mode: "0600"
YAML
export PLUMB_INPUT_token=correct-horse-battery
key() { "$plumb" -C "$1" project-key "${@:2}"; }
clone() { mkdir "$1" && cp first/*.yaml first/project-key.* "$1/"; }

# There is nothing to share before there is a key, and nobody to share it with before somebody is named.
exits 1 key first share keys/ana.pub
says 'PL2010'
exits 0 "$plumb" -C first init
exits 3 key first share
says 'nobody to share the key with'
exits 1 key first share keys/other.pub
says 'ecdsa-sha2-nistp256'
says 'ssh-keygen -t ed25519'
exits 1 key first share keys/ana
says 'no public key of ssh'
[ ! -e first/project-key.age ] || fail 'something was shared with nobody'

exits 0 key first share keys/ana.pub keys/ci.pub
says "$(ssh-keygen -lf keys/ana.pub | cut -d' ' -f2)"
says 'ci@example (ssh-rsa)  new'
exits 0 key first share - <keys/ben.pub
says 'ben@example (ssh-ed25519)  new'
! grep -rqF "$(cat first/.plumb/key)" first/project-key.* || fail 'the key stands open in what goes into git'
[ "$(grep -c ssh- first/project-key.recipients)" = 3 ] || fail 'not all of them are in the list'
if command -v age >/dev/null; then
  for who in ana ci; do
    [ "$(age -d -i keys/$who first/project-key.age)" = "$(cat first/.plumb/key)" ] || fail "age does not open it for $who"
  done
fi

# A colleague's clone makes no key of its own.
clone second
exits 0 "$plumb" -C second init
says 'project-key accept'
exits 3 "$plumb" -C second plan
says 'PL2010'
[ ! -e second/.plumb/key ] || fail 'a clone made a key of its own'
exits 1 key second accept --identity keys/eve
says 'not among the keys'
exits 1 key second accept --identity keys/ana.pub
says 'no private key'
exits 1 env HOME="$work/keys" "$plumb" -C second project-key accept
says 'ana@example'
exits 0 key second accept --identity keys/ana
cmp first/.plumb/key second/.plumb/key
[ "$(stat -c %a second/.plumb/key)" = 600 ] || fail 'the key may be read by others'
exits 0 key second accept --identity keys/ana
says 'already'
exits 0 key second accept --identity keys/ci --output json
python3 -c '
import json, sys
told = json.loads(sys.argv[1])
assert told["key"].startswith("sha256:"), told
assert [one["comment"] for one in told["recipients"]] == ["ana@example", "ci@example", "ben@example"], told
' "$output"

# A passphrase is asked for on a terminal, and only there.
clone third
exits 3 key third accept --identity keys/ben </dev/null
says 'has a passphrase'
says 'no terminal'
python3 "$PLUMB_SOURCE/testdata/e2e/terminal.py" /dev/stdin "$plumb" -C third project-key accept --identity keys/ben <<'PLAY'
wait Passphrase of keys/ben:
key open sesame\n
exits 0
PLAY
cmp first/.plumb/key third/.plumb/key
python3 "$PLUMB_SOURCE/testdata/e2e/terminal.py" /dev/stdin "$plumb" -C third project-key accept --identity keys/ben <<'PLAY'
wait Passphrase of keys/ben:
key wrong\n
wait not the passphrase
exits 1
PLAY

# What one planned the other applies.
exits 0 "$plumb" -C first plan -o first/plan.json
cp first/plan.json second/
exits 0 "$plumb" -C second apply second/plan.json --yes
[ "$(cat home/token)" = correct-horse-battery ] || fail 'the value was not revealed'
exits 0 "$plumb" -C first apply first/plan.json --yes

# A new key: plans of the old one are refused, and say where and why.
PLUMB_INPUT_token=another exits 0 "$plumb" -C first plan -o first/open.json
exits 3 key first rotate </dev/null
says '--yes'
cmp first/.plumb/key second/.plumb/key
exits 0 key first rotate --yes
says 'ci@example'
says 'open.json, plan.json'
says 'old key: w1'
! cmp -s first/.plumb/key second/.plumb/key || fail 'the key is the old one'
PLUMB_INPUT_token=another exits 5 "$plumb" -C first apply first/open.json --yes
says 'PL2104'
says "\`content\` of file:$work/home/token: the plan was made with another project key"
[ "$(cat home/token)" = correct-horse-battery ] || fail 'a refused plan wrote something'

# Nothing is different on the host because of it, and its record comes along with the next apply.
record=$(find home -name record.json)
before=$(grep -o 'hmac-sha256:[0-9a-f]*' "$record")
exits 0 "$plumb" -C first plan --detailed-exitcode
PLUMB_INPUT_token=another exits 0 "$plumb" -C first plan
says '1 to update'
says_not '(drift)'
says_not '(both)'
exits 0 "$plumb" -C first apply --yes
[ "$(grep -o 'hmac-sha256:[0-9a-f]*' "$record")" != "$before" ] || fail 'the record holds what the old key sealed'
! grep -q 0000000000000000 "$record" || fail 'the record lost what it holds'
exits 0 "$plumb" -C first plan --detailed-exitcode
$as sh -c "echo by hand >$work/home/token"
exits 0 "$plumb" -C first plan
says '(drift)'
exits 0 "$plumb" -C first apply --yes

# A clone that was not told goes no further with the old key.
cp first/project-key.* second/
exits 3 "$plumb" -C second plan
says 'PL2013'
exits 3 key second accept --identity keys/ana </dev/null
says 'will be refused'
exits 0 key second accept --identity keys/ana --yes
cmp first/.plumb/key second/.plumb/key
exits 0 "$plumb" -C second plan --detailed-exitcode

# Whose line is taken out has the new key no more.
sed -i '/ben@example/d' first/project-key.recipients
exits 0 key first rotate --yes --output json
python3 -c '
import json, sys
told = json.loads(sys.argv[1])
assert len(told["recipients"]) == 2, told
assert set(told["old_key"]) == {"hosts", "runs", "plans"}, told
' "$output"
rm -r third && clone third
exits 1 key third accept --identity keys/ben </dev/null
says 'not among the keys'
exits 0 key third accept --identity keys/ci

# What was damaged is refused.
sed -i '3s/^./#/' third/project-key.age
exits 1 key third accept --identity keys/ci
says 'PL2012'
