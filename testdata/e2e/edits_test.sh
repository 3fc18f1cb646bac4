# Parts of files of several kinds: one chain, exact, written once, validated once; what does not go together is refused.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
config=$root/etc/app.conf

exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
resources() { { printf 'plumb: v1\nproject: edits\ninputs: {password: {type: string, sensitive: true, default: correct-horse}, nodes: {type: array, default: [a, b], items: {type: string}}}\nresources:\n'; cat; } >project/plumb.yaml; }

# --- one chain over the kinds, in declared order
printf 'url=http://one http://two\nurl=http://three\n[db]\nport=1\n' >"$config"
resources <<'YAML'
  - replace: /etc/app.conf
    match: http://
    text: https://
  - line: /etc/app.conf
    match: ^url=https://three$
    text: url=https://3
  - block: /etc/app.conf
    name: nodes
    insert_after: ^url=https://3$
    content: |
      %{ for n in inputs.nodes ~}
      node=${n}
      %{ endfor ~}
  - file: /etc/app.conf
    mode: "0600"
YAML
exits 0 run plan
says '~ replace:/etc/app.conf#http://'
says 'url=http://one http://two'
says 'url=https://one https://two'
says 'url=https://three → url=https://3'
says '+ block:/etc/app.conf#nodes'
says_not bounded
exits 0 run apply --yes
says '4 changed'
[ "$(cat "$config")" = 'url=https://one https://two
url=https://3
# BEGIN plumb managed block nodes
node=a
node=b
# END plumb managed block nodes
[db]
port=1' ] || fail "the file is $(cat "$config")"
after=$(stat -c '%i %y' "$config")
exits 0 run apply --yes
says 'Nothing to change'
[ "$after" = "$(stat -c '%i %y' "$config")" ] || fail 'the second apply wrote the file'

# --- drift of one is told as that one's
sed -i 's/^node=b/node=c/' "$config"
exits 2 run diff
says '~ block:/etc/app.conf#nodes'
says_not 'replace:'
exits 0 run apply --yes
says '1 changed'

# --- one that another kind takes back
resources <<'YAML'
  - block: /etc/app.conf
    name: nodes
    content: node=a
  - replace: /etc/app.conf
    match: ^node=
    text: nodes=
YAML
exits 1 run plan
says '`replace:/etc/app.conf#^node=` takes back what `block:/etc/app.conf#nodes` asks for'
says 'plumb.yaml:5'
says 'plumb.yaml:8'

# --- one that would grow
printf 'foo\n' >"$config"
resources <<'YAML'
  - replace: /etc/app.conf
    match: foo
    text: foobar
YAML
exits 1 run plan
says 'what it makes matches again, so that it would change at every run: it would make `foobar` and then `foobarbar`'
says 'plumb.yaml:5'
[ "$(cat "$config")" = foo ] || fail 'the file was changed'

# --- a missing file, escapes that are none, markers that do not go together
resources <<'YAML'
  - replace: /etc/none
    match: foo
YAML
exits 1 run plan
says 'needs file:/etc/none'
resources <<'YAML'
  - replace: /etc/app.conf
    match: (foo)
    text: \2
    back_references: true
YAML
exits 3 run validate
says 'the pattern has no group 2'
resources <<'YAML'
  - block: /etc/app.conf
    marker: '# MANAGED'
    content: a
YAML
exits 3 run validate
says 'one line with {mark} in it'
printf '# BEGIN plumb managed block\na\n' >"$config"
resources <<'YAML'
  - block: /etc/app.conf
    content: a
YAML
exits 1 run plan
says '`# BEGIN plumb managed block` stands in line 1 without an end'

# --- a part of what another gives as a whole
for edit in $'replace: /etc/motd\n    match: a' $'block: /etc/motd\n    content: a'; do
  resources <<YAML
  - file: /etc/motd
    content: hello
  - $edit
YAML
  exits 3 run validate
  says 'changes a part of /etc/motd, and `file:/etc/motd` decides on the whole of it'
done

# --- a block of another tool is taken over, and goes
printf 'x\n# BEGIN ANSIBLE MANAGED BLOCK\na\n# END ANSIBLE MANAGED BLOCK\ny\n' >"$config"
resources <<'YAML'
  - block: /etc/app.conf
    marker: "# {mark} ANSIBLE MANAGED BLOCK"
    content: b
YAML
exits 0 run apply --yes
[ "$(cat "$config")" = "$(printf 'x\n# BEGIN ANSIBLE MANAGED BLOCK\nb\n# END ANSIBLE MANAGED BLOCK\ny')" ] || fail "the file is $(cat "$config")"
resources <<'YAML'
  - block: /etc/app.conf
    marker: "# {mark} ANSIBLE MANAGED BLOCK"
    state: absent
YAML
exits 0 run apply --yes
[ "$(cat "$config")" = "$(printf 'x\ny')" ] || fail "the file is $(cat "$config")"
exits 0 run apply --yes
says 'Nothing to change'

# --- a file that a block makes
resources <<'YAML'
  - block: /etc/made
    content: a
    create: true
  - line: /etc/made
    text: b
  - file: /etc/made
    mode: "0640"
YAML
exits 0 run plan
says_not bounded
exits 0 run apply --yes
[ "$(stat -c %a "$root/etc/made")" = 640 ] || fail 'the mode is wrong'
exits 0 run apply --yes
says 'Nothing to change'

# --- sensitive ones: in clear nowhere else, and what others find beside them is not shown
printf 'user=me\npass=old-secret\n' >"$config"
resources <<'YAML'
  - replace: /etc/app.conf
    match: ^pass=.*$
    text: pass=${inputs.password}
  - line: /etc/app.conf
    match: ^user=
    text: user=you
  - block: /etc/app.conf
    content: |
      token=${inputs.password}
    sensitive: [content]
YAML
exits 0 run plan --full
says_not correct-horse
says_not old-secret
says_not user=me
exits 0 run apply --yes
says_not correct-horse
says '3 changed'
[ "$(cat "$config")" = 'user=you
pass=correct-horse
# BEGIN plumb managed block
token=correct-horse
# END plumb managed block' ] || fail "the file is $(cat "$config")"
! grep -rqF correct-horse project/.plumb "$root/var" || fail 'a secret was written down'
exits 0 run apply --yes
says 'Nothing to change'
