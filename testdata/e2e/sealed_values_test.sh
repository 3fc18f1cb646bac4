# What is secret passes whoever carries the frames sealed to the host: a relay that keeps all bytes reads neither values
# nor the project's key.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

unprivileged
mkdir -p homes/w1
cat >login <<SH
#!/bin/sh
tee -a $work/sent | $as env HOME=$work/homes/w1 "\$@" | tee -a $work/told
SH
chmod 755 login
[ "$(id -u)" != 0 ] || chown -R nobody homes
printf 'plumb: v1\nhosts:\n  w1: {connection: {command: [%s/login]}}\n' "$work" >hosts.yaml
cat >plumb.yaml <<YAML
plumb: v1
project: relayed
trust: {require_sealed_values: true}
inputs:
  token: {type: string, sensitive: true, default: canary-of-a-value}
values:
  home: "$work/homes/\${host.name}"
resources:
  - file: \${values.home}/token
    content: \${inputs.token}
  - file: \${values.home}/large
    sensitive: true
    source: large
  - command: given
    run: [sh, -c, "cat >\$0/given", "\${values.home}"]
    stdin: \${inputs.token}
    creates: \${values.home}/given
  - command: asked
    run: [sh, -c, "true"]
    env: {TOKEN: "\${inputs.token}"}
    unless: [sh, -c, '[ "\$\${#TOKEN}" = 17 ]']
YAML
{ yes canary-of-a-content || true; } | head -c 3000000 >large
key=homes/w1/.local/state/plumb/host.key

: >sent
exits 0 "$plumb" apply --yes
[ "$(cat homes/w1/token)$(cat homes/w1/given)" = canary-of-a-valuecanary-of-a-value ] || fail 'not what was asked for'
cmp large homes/w1/large
[ "$(stat -c %a $key)" = 600 ] || fail "the key of the host can be read by others: $(ls -l $key)"
clear=$(cat .plumb/key)
[ "${#clear}" -ge 32 ] || fail 'no key of the project'
expect_sealed() {
  for what in canary-of-a-value canary-of-a-content "$clear" "$(tail -n 1 $key)"; do
    ! grep -qaF -- "$what" sent told || fail "a relay reads $what"
  done
  grep -qaF 'age-encryption.org/v1' sent || fail 'nothing went sealed'
}
expect_sealed
exits 0 "$plumb" apply --yes
says 'Nothing to change'
expect_sealed

# What went sealed opens with the program age and the key of the host, and with no other.
if command -v age >/dev/null; then
  python3 - sent <<'PY'
import subprocess, sys
data, at, opened = open(sys.argv[1], "rb").read(), 0, 0
while (at := data.find(b"age-encryption.org/v1\n", at)) >= 0:
    before, end = data[:at], None
    for width in (1, 2, 4):  # the length of the byte string in front of it
        if before[-width - 1] == 0x58 + (width // 2 if width < 4 else 2):
            end = at + int.from_bytes(before[-width:], "big")
    file = data[at:end]
    plain = subprocess.run(["age", "-d", "-i", "homes/w1/.local/state/plumb/host.key"], input=file, capture_output=True)
    assert plain.returncode == 0 and b"message" in plain.stdout, plain.stderr
    opened += 1
    at += len(file)
assert opened > 3, opened
PY
fi

# A host whose key is another one gets nothing, and is told apart; forgetting it has the new one taken.
cp $key kept
rm $key
# Of one whose making was cut off.
echo torn >$key.new
[ "$(id -u)" != 0 ] || chown nobody $key.new
# To look makes none.
exits 1 "$plumb" doctor w1
says 'it has lost its key for secret values'
test ! -e $key || fail 'doctor made a key'
exits 1 "$plumb" apply --yes
says 'error[PL7009]: what is secret came sealed to another key'
says 'plumb forget w1 --gone'
exits 0 "$plumb" forget w1 --gone
exits 0 "$plumb" apply --yes
cmp -s $key kept && fail 'the key is the old one'
test ! -e $key.new || fail 'what was left of a key stays'
expect_sealed
cp $key new
cat kept >$key
exits 1 "$plumb" doctor w1
says 'its key for secret values is another one'
cat new >$key

# An executor that says it is too old for that gets nothing where the host has taken them sealed before, nor where they
# are asked for.
cat >older.py <<'PY'
import os, re
while data := os.read(0, 65536):
    os.write(1, re.sub(rb"(protocols\x82.)[\x09-\x17]", lambda found: found[1] + b"\x08", data))
PY
cp login as_it_is
sed -i "s|\$| \| python3 $work/older.py|;1s/ .*//" login
exits 1 "$plumb" plan
says 'knows no sealed values, and the host has taken them before'
exits 0 "$plumb" forget w1 --gone
exits 1 "$plumb" plan
says 'knows no sealed values, and `require_sealed_values` asks for them'
cp as_it_is login
exits 0 "$plumb" plan

# A key that others can read is none.
chmod 644 $key
exits 1 "$plumb" plan
says PL7010
says 'is not a file that its owner alone can read'
