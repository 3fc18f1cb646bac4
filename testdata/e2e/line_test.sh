# Lines of files: one chain, exact, written once; drift of one told as that one's; what does not go together is refused.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc/ssh"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
config=$root/etc/ssh/sshd_config
printf '#Port 22\r\n#PermitRootLogin yes\r\nUseDNS yes' >"$config"
chmod 640 "$config"

exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
resources() { { printf 'plumb: v1\nproject: lines\ninputs: {password: {type: string, sensitive: true, default: correct-horse}}\nresources:\n'; cat; } >project/plumb.yaml; }

resources <<'YAML'
  - line: /etc/ssh/sshd_config
    match: ^#?PermitRootLogin\b
    text: PermitRootLogin no
  - line: /etc/ssh/sshd_config
    text: Port 2222
    insert_after: ^#Port
  - line: /etc/ssh/sshd_config
    text: "# behind the new port"
    insert_after: ^Port 2222$
  - file: /etc/ssh/sshd_config
    mode: "0600"
YAML
exits 0 run plan -o plan.json
says '~ line:/etc/ssh/sshd_config#^#?PermitRootLogin\b'
says 'text  #PermitRootLogin yes → PermitRootLogin no'
says '+ line:/etc/ssh/sshd_config#Port 2222'
says '+ line:/etc/ssh/sshd_config## behind the new port'
says_not bounded
before=$(stat -c %i "$config")
exits 0 run apply plan.json --yes
says '4 changed'
[ "$(cat "$config" | od -c)" = "$(printf '#Port 22\r\nPort 2222\r\n# behind the new port\r\nPermitRootLogin no\r\nUseDNS yes' | od -c)" ] || fail "the file is $(cat -A "$config")"
[ "$(stat -c %a "$config")" = 600 ] || fail 'the mode is wrong'
[ "$before" != "$(stat -c %i "$config")" ] || fail 'the file was not replaced'
after=$(stat -c '%i %y' "$config")
exits 0 run apply --yes
says 'Nothing to change'
[ "$after" = "$(stat -c '%i %y' "$config")" ] || fail 'the second apply wrote the file'

# --- drift of one is told as that one's
sed -i 's/^PermitRootLogin no/PermitRootLogin yes/' "$config"
exits 2 run diff
says '~ line:/etc/ssh/sshd_config#^#?PermitRootLogin\b'
says '(drift)'
says_not 'Port 2222'
exits 0 run apply --yes
says '1 changed'
exits 0 run diff

# --- one that takes another back
resources <<'YAML'
  - line: /etc/ssh/sshd_config
    text: UseDNS no
    match: ^UseDNS
  - line: /etc/ssh/sshd_config
    id: other
    text: UseDNS yes
    match: ^UseDNS
YAML
exits 1 run plan
says '`line:other` takes back what `line:/etc/ssh/sshd_config#^UseDNS` asks for'
says 'plumb.yaml:5'
says 'plumb.yaml:8'

# --- beside what is no file, or would be another one
for other in 'directory: /etc/both' $'directory: /etc/both\n    state: absent' $'link: /etc/both\n    target: /etc/x\n    hard: true'; do
  resources <<YAML
  - line: /etc/both
    text: ab
  - $other
YAML
  exits 3 run validate
  says 'PL1304'
done
resources <<'YAML'
  - link: /etc/both
    target: real
  - line: /etc/both
    text: ab
    follow: true
YAML
exits 0 run validate

# --- the same where the first of them holds already
taken_back() { # CONTENT, and the resources as input
  printf "$1" >"$root/etc/both"
  resources
  exits 1 run plan
  says 'PL1304'
  says "takes back what"
}
taken_back 'x\n' <<'YAML'
  - line: /etc/both
    state: absent
    match: ^a
  - line: /etc/both
    text: ab
YAML
taken_back 'b=2\n' <<'YAML'
  - line: /etc/both
    text: b=2
  - line: /etc/both
    text: c=3
    match: ^b=
YAML
taken_back 'PermitRootLogin no\n' <<'YAML'
  - line: /etc/both
    text: PermitRootLogin no
    match: ^PermitRootLogin
  - line: /etc/both
    text: PermitRootLogin yes
    match: ^#?PermitRootLogin
YAML

# --- a part of what another gives as a whole
resources <<'YAML'
  - file: /etc/motd
    content: hello
  - line: /etc/motd
    text: world
YAML
exits 3 run validate
says '`line:/etc/motd#world` changes a part of /etc/motd, and `file:/etc/motd` decides on the whole of it'
says 'plumb.yaml:5'
says 'plumb.yaml:7'

# --- a missing file, a pattern that is none, a sensitive line without a name
resources <<'YAML'
  - line: /etc/none
    text: a
YAML
exits 1 run plan
says 'needs file:/etc/none'
says 'set `create: true` to make it'
resources <<'YAML'
  - line: /etc/none
    text: a
    match: a(
YAML
exits 3 run validate
says 'is not a pattern'
resources <<'YAML'
  - line: /etc/none
    text: ${inputs.password}
    sensitive: [text]
YAML
exits 3 run validate
says 'needs an `id`'

# --- a sensitive line: written once, in clear nowhere else, and found again
resources <<'YAML'
  - line: /etc/app/secret
    id: password
    text: ${inputs.password}
    sensitive: [text]
    create: true
  - directory: /etc/app
YAML
exits 0 run apply --yes
says_not correct-horse
[ "$(cat "$root/etc/app/secret")" = correct-horse ] || fail 'the line was not written'
! grep -rqF correct-horse project/.plumb "$root/var" || fail 'a secret was written down'
exits 0 run apply --yes
says 'Nothing to change'
sed -i 's/horse/cow/' "$root/etc/app/secret"
exits 2 run diff
says_not correct

# --- an address means what has it, whatever a glob would read in it
printf '#PermitRootLogin yes\na=1\n' >"$root/etc/odd"
resources <<'YAML'
  - command: behind both
    run: 'true'
    run_on: ['line:/etc/odd#^#?PermitRootLogin\b', 'line:/etc/odd#^[ab]=\d']
  - line: /etc/odd
    match: ^#?PermitRootLogin\b
    text: PermitRootLogin no
    after: 'line:/etc/odd#^[ab]=\d'
  - line: /etc/odd
    match: ^[ab]=\d
    text: a=2
YAML
exits 0 run validate
says_not 'matches no resource'
# It would be set off, and a plan does not promise what an image cannot run.
exits 1 run plan
says 'programs of an image are not run'
sed -i '/behind both/,/run_on/d' project/plumb.yaml
exits 0 run apply --yes
says '2 changed'

# --- lines that are not UTF-8 are changed and removed like others, and nothing else is
printf 'x\xe9\ncaf\xe9\nend\xe9 1\nk=\xe9\n' >"$root/etc/latin"
resources <<'YAML'
  - line: /etc/latin
    match: ^caf.$
    text: cafe
  - line: /etc/latin
    match: ^end.
    state: absent
  - line: /etc/latin
    match: ^k=(.)$
    text: key=\1
    back_references: true
YAML
exits 0 run plan --full
says 'undo  no'
says_not 'undo  yes'
exits 0 run apply --yes
says '3 changed'
[ "$(od -c "$root/etc/latin")" = "$(printf 'x\xe9\ncafe\nkey=\xe9\n' | od -c)" ] || fail "the file is $(od -c "$root/etc/latin")"
exits 0 run apply --yes
says 'Nothing to change'

# --- all lines that go are named, up to ten without --full
{ echo keep; seq -f 'bad %g' 12; } >"$root/etc/bad"
resources <<'YAML'
  - line: /etc/bad
    match: ^bad
    state: absent
YAML
exits 0 run plan
says '12 lines'
says 'text  bad 1'
says '            bad 10'
says_not '            bad 11'
says '… and 2 more'
exits 0 run plan --full
says '            bad 12'

# --- a line that makes a file, and that file's mode, in either order
for order in line file; do
  rm -f "$root/etc/made"
  if [ $order = line ]; then
    resources <<'YAML'
  - line: /etc/made
    text: b
    create: true
  - file: /etc/made
    mode: "0600"
YAML
  else
    resources <<'YAML'
  - file: /etc/made
    mode: "0600"
  - line: /etc/made
    text: b
    create: true
YAML
  fi
  exits 0 run plan
  says_not bounded
  exits 0 run apply --yes
  says '1 changed'  # it is made with that mode
  [ "$(stat -c %a "$root/etc/made") $(cat "$root/etc/made")" = '600 b' ] || fail 'the file is not as asked for'
  exits 0 run apply --yes
  says 'Nothing to change'
done
resources <<'YAML'
  - file: /etc/none
    mode: "0600"
YAML
exits 1 run plan
says 'needs file:/etc/none'
says 'where a `line` changes it, set `create: true` there'
