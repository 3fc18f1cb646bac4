# Sensitive values: only what a resource marks is one, whatever other texts look like, and the project's key goes to no
# host that has nothing sensitive.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

# Hosts of this machine's making, with all that is sent to them kept.
unprivileged
for host in w1 w2; do
  mkdir -p "homes/$host"
  cat >"login-$host" <<SH
#!/bin/sh
tee -a $work/sent-$host | $as env HOME=$work/homes/$host "\$@"
SH
  chmod 755 "login-$host"
done
[ "$(id -u)" != 0 ] || chown -R nobody homes
cat >hosts.yaml <<YAML
plumb: v1
hosts:
  w1: {connection: {command: [$work/login-w1]}, groups: [secret]}
  w2: {connection: {command: [$work/login-w2]}}
groups: {secret: {}}
YAML

# project: plumb.yaml with a sensitive input, and with what is read.
project() {
  {
    cat <<'YAML'
plumb: v1
project: sealed
inputs:
  token: {type: string, sensitive: true, default: correct-horse-battery}
YAML
    cat
  } >plumb.yaml
}

looks_sealed=hmac-sha256:$(printf 'a%.0s' $(seq 64))
project <<YAML
values:
  home: "$work/homes/\${host.name}"
resources:
  - file: \${values.home}/plain
    content: $looks_sealed
  - command: plain
    run: [sh, -c, "cat >\$0/stdin; printf %s \"\$LOOKS\" >\$0/env; printf %s \"\$1\" >\$0/argument", "\${values.home}", $looks_sealed]
    stdin: $looks_sealed
    env: {LOOKS: $looks_sealed}
    creates: \${values.home}/stdin
  - command: alone
    run: [$looks_sealed]
    only_if: [sh, -c, "exit 1"]
  - file: \${values.home}/token
    on: secret
    content: \${inputs.token}
    mode: "0600"
  - command: secret
    on: secret
    run: [sh, -c, "cat >\$0/revealed; printf %s \"\$LOOKS\" >\$0/beside", "\${values.home}"]
    stdin: \${inputs.token}
    env: {LOOKS: $looks_sealed}
    creates: \${values.home}/revealed
  - command: listed
    on: secret
    run: [sh, -c, "printf %s \"\$1\" >\$0/listed", "\${values.home}", "\${inputs.token}"]
    sensitive: [run]
    creates: \${values.home}/listed
  - command: guarded
    on: secret
    run: [sh, -c, "echo ran >>\$0/guarded", "\${values.home}"]
    env: {TOKEN: "\${inputs.token}"}
    unless: [sh, -c, "test \$(printf %s \$TOKEN | wc -c) = 21 && test -e \$0/guarded", "\${values.home}"]
YAML

exits 0 "$plumb" plan -o plan.json
! grep -qF correct-horse plan.json || fail 'the plan holds a secret'
# A plan names a secret by its keyed digest: another one is another plan, and nothing is written.
exits 5 "$plumb" apply plan.json --yes --set token=another
says 'is not the one the configuration holds now'
says '` of '
says 'was given by --set'
says_not correct-horse
[ ! -e homes/w1/token ] || fail 'a refused plan wrote something'
exits 0 "$plumb" apply plan.json --yes
for host in w1 w2; do
  for name in plain stdin env argument; do
    [ "$(cat "homes/$host/$name")" = "$looks_sealed" ] || fail "$name on $host is not the text that was written"
  done
done
[ "$(cat homes/w1/token)" = correct-horse-battery ] || fail 'the content was not revealed'
[ "$(cat homes/w1/revealed)" = correct-horse-battery ] || fail 'the input was not revealed'
[ "$(cat homes/w1/listed)" = correct-horse-battery ] || fail 'a sensitive list of words was not revealed'
[ "$(cat homes/w1/guarded)" = ran ] || fail 'a command whose guard has a sensitive environment did not run once'
[ "$(cat homes/w1/beside)" = "$looks_sealed" ] || fail 'a text beside a sensitive one was changed'

# What went over the wire.
key=$(cat .plumb/key)
grep -qaF age-encryption.org/v1 sent-w1 || fail 'nothing went sealed to the host with a sensitive value'
! grep -qaF age-encryption.org/v1 sent-w2 || fail 'something went sealed to a host without sensitive values'
! grep -qaF "$key" sent-w1 sent-w2 || fail 'the key went as it is'
! grep -qaF correct-horse sent-w1 sent-w2 || fail 'a secret went as it is'
! grep -rqF correct-horse homes/*/.local || fail 'a secret was written down on the host'

# Twice is once.
exits 0 "$plumb" plan --detailed-exitcode

# What was sensitive when it was written stays so where the configuration says so no more: the old value is in no plan, and
# that it cannot be compared with the new one in clear is nobody's drift.
sed -i 's/content: \${inputs.token}/content: no secret/' plumb.yaml
exits 0 "$plumb" plan -o plan.json
says 'file:'
says_not correct-horse
says_not '(drift)'
says_not '(both)'
! grep -qF correct-horse plan.json || fail 'the plan holds what was a secret'
exits 0 "$plumb" apply plan.json --yes
[ "$(cat homes/w1/token)" = 'no secret' ] || fail 'the content was not changed'
exits 0 "$plumb" plan --detailed-exitcode

# A checker of one line sees the others of the file, and prints parts of them in its own words.
project <<YAML
resources:
  - line: $work/homes/w1/lines
    text: "token=\${inputs.token}"
    match: ^token=
    create: true
  - line: $work/homes/w1/lines
    text: other
    validate: "sed 's/^.*=/it is: /' %s; base64 %s; false"
YAML
exits 1 "$plumb" apply --yes --on w1
says 'did not pass'
says_not correct-horse
says_not "$(printf 'token=correct-horse' | base64 | cut -c1-12)"
exits 0 "$plumb" history show last
says_not correct-horse

# A file that was sensitive stays so under whatever address: edits of parts of it find nothing that is shown or kept.
secret_files() {
  for name in line ini replace block tree; do
    printf '  - file: %s/homes/w1/was-%s\n    content: "%s"\n' "$work" "$name" "$1"
  done
}
project <<YAML
resources:
$(secret_files '[a]\npw = ${inputs.token}\n' | sed '$d')
    content: "{\"pw\": \"\${inputs.token}\"}\n"
  - line: $work/homes/w1/was-a-line
    text: "token=\${inputs.token}"
    match: ^token=
    create: true
YAML
exits 0 "$plumb" apply --yes --on w1
grep -qF correct-horse homes/w1/was-tree || fail 'the file with a sensitive value was not written'
project <<YAML
resources:
  - line: $work/homes/w1/was-line
    match: "^pw ="
    text: pw = x
  - ini: $work/homes/w1/was-ini
    section: a
    options: {pw: x, more: y}
  - replace: $work/homes/w1/was-replace
    match: pw = .*
    text: pw = x
  - block: $work/homes/w1/was-block
    content: pw = x
  - structured: $work/homes/w1/was-tree
    format: json
    set: {pw: x}
  - file: $work/homes/w1/was-a-line
    content: pw = x
YAML
exits 0 "$plumb" plan --on w1 -o plan.json
says was-tree
says_not correct-horse
! grep -qF correct-horse plan.json || fail 'the plan of edits holds what was a secret'
[ "$(stat -c %a plan.json)" = 600 ] || fail 'a plan of edits that saw something sensitive is not 0600'
exits 0 "$plumb" apply plan.json --yes
says_not correct-horse
for name in line ini replace block tree a-line; do
  grep -qE 'pw( =|":) "?x' "homes/w1/was-$name" || fail "the edit of was-$name was not made"
done
exits 0 "$plumb" plan --on w1 --detailed-exitcode
exits 0 "$plumb" history show last
says_not correct-horse
! grep -rqaF correct-horse homes/w1/.local .plumb || fail 'an edit put what was a secret into the record or the history'

# Nor is it read or copied to where nobody takes it for sensitive.
project <<YAML
readings:
  token: {file: $work/homes/w1/was-block, type: string}
resources:
  - file: $work/homes/w1/read
    content: "\${readings.token}"
YAML
exits 1 "$plumb" plan --on w1 -o read.json
says PL1116
says 'the reading `token` tells what is in'
says 'sensitive: true'
says_not correct-horse
exits 1 "$plumb" observe --on w1 -o snapshot.jsonl
says PL1116
[ ! -e snapshot.jsonl ] || ! grep -qF correct-horse snapshot.jsonl || fail 'a snapshot holds what a refused reading told'
project <<YAML
resources:
  - file: $work/homes/w1/secret
    content: \${inputs.token}
  - file: $work/homes/w1/copy
    remote_source: $work/homes/w1/secret
  - file: $work/homes/w1/second
    remote_source: $work/homes/w1/was-block
YAML
exits 1 "$plumb" plan --on w1 -o copy.json
says PL1116
says 'copy` copies'
says 'declared sensitive here'
says 'in which the host'
says_not correct-horse
says_not "$(printf correct-horse-battery | sha256sum | cut -c1-12)"
[ ! -e homes/w1/copy ] || fail 'a refused copy was made'
