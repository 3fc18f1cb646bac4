# What a user reads: why something changes, what is not kept, what is no longer declared, what is asked before an apply,
# and one message where ten hosts fail alike.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
unprivileged
mkdir homes
{
  printf 'plumb: v1\nhosts:\n'
  for i in 01 02 03 04 05 06 07 08 09 10; do
    mkdir "homes/w$i"
    printf '  w%s: {connection: {command: [%s env, HOME=%s/homes/w%s]}}\n' "$i" "$as_list" "$work" "$i"
  done
} >hosts.yaml
[ "$(id -u)" != 0 ] || chown -R nobody homes
project() { # resources on standard input; HOME stands for a host's own folder
  { printf 'plumb: v1\nproject: reading\nresources:\n'; cat; } | sed "s|HOME|$work/homes/\${host.name}|" >plumb.yaml
}

# --- what a command runs stands in the plan; what it fails with is told once, with its line and its hosts
project <<'YAML'
  - command: build
    run: |
      echo "no input here" >&2
      exit 4
    creates: HOME/built
  - file: HOME/a
    content: one
    after: ["command:build"]
  - file: HOME/b
    content: two
    after: ["command:build"]
YAML
exits 0 "$plumb" plan -o plan.json
says 'runs  echo "no input here" >&2'
says '… and 1 line more'
says_not 'exit 4'
says 'mode     0644, not kept'
exits 0 "$plumb" show --full plan.json
says '            exit 4'
exits 1 "$plumb" apply --yes
says 'the script ended with exit code 4: no input here'
says 'plumb.yaml:4:14'
says '  - command: build'
says 'hosts: w[01:10]'
[ "$(grep -c 'PL4102' <<<"$output")" = 1 ] || fail "one cause is told more than once: $output"
says 'w07  skipped  2 actions, because of command:build'
[ "$(grep -c '^w[0-9]*  skipped  ' <<<"$output")" = 10 ] || fail "each action that was skipped has a line: $output"
# Its lines may be others by now, so the plan's own word for the place is told.
exits 1 "$plumb" apply plan.json --yes
says 'declared at plumb.yaml:4:14 when the plan was made'

# --- what the configuration changes is no drift, what somebody changed is
sed -i 's/exit 4/touch "$1"/; s|run: .|run: [touch, HOME/built]|' plumb.yaml
project <<'YAML'
  - file: HOME/a
    content: one
  - file: HOME/b
    content: two
YAML
exits 0 "$plumb" apply --yes --limit w01
chmod 600 homes/w01/a
exits 0 "$plumb" plan --limit w01
says 'Nothing to change'
chmod 644 homes/w01/a
project <<'YAML'
  - file: HOME/a
    content: one
    mode: "0640"
  - file: HOME/b
    content: two
YAML
exits 0 "$plumb" plan --limit w01
says 'mode  0644 → 0640'
says_not '(drift)'
says_not '(both)'
exits 0 "$plumb" apply --yes --limit w01
chmod 600 homes/w01/a
exits 0 "$plumb" plan --limit w01
says 'mode  0600 → 0640  (drift)'
exits 0 "$plumb" apply --yes --limit w01

# --- what is there and was never plumb's
printf 'by hand' >homes/w02/a
exits 0 "$plumb" plan --limit w02
grep -q 'content  sha256:.* → sha256:.*  (first)' <<<"$output" || fail "foreign content is replaced without a word: $output"

# --- what is no longer declared has a name
project <<'YAML'
  - file: HOME/a
    content: one
    mode: "0640"
YAML
exits 0 "$plumb" plan --limit w01
says '1 resource on the hosts is no longer in the configuration and left as it is:'
says "o file:$work/homes/w01/b  on w01"
says 'With --prune, it goes.'
exits 0 "$plumb" plan --limit w01 --output jsonl
grep -q "\"address\":\"file:$work/homes/w01/b\",\"event\":\"orphan\"" <<<"$output" ||
  fail 'programs are not told of it'

# --- the question names what it is about and takes nothing but `yes`
project <<'YAML'
  - file: HOME/a
    content: two
  - file: HOME/b
    state: absent
YAML
if command -v python3 >/dev/null; then
  printf 'wait Type `yes` to go on\nkey \\x03\nwait Nothing was changed\nshow\nexits 130\n' >script
  exits 0 python3 "$PLUMB_SOURCE/testdata/e2e/terminal.py" script "$plumb" --no-live apply --limit w01
  says 'Nothing was changed.'
  says_not 'Stopping'
  for answer in y Yes '' yes; do
    cat >script <<TEXT
wait Type \`yes\` to go on
show
key $answer\\r
exits $([ "$answer" = yes ] && echo 0 || echo 1)
TEXT
    exits 0 python3 "$PLUMB_SOURCE/testdata/e2e/terminal.py" script "$plumb" --no-live apply --limit w01
    says 'This takes away what is there:'
    says "homes/w01/b is deleted, on w01"
    says 'Make 2 changes on 1 host? Type `yes` to go on:'
    if [ "$answer" = yes ]; then
      [ ! -e homes/w01/b ] || fail 'a yes was not taken'
    else
      [ -e homes/w01/b ] || fail "\`$answer\` was taken for a yes"
    fi
  done
fi

# --- a plan is one also where what hosts told cannot be remembered, which is said
mv .plumb kept
touch .plumb
exits 0 "$plumb" plan --limit w01
says 'PL5001'
rm .plumb
mv kept .plumb
