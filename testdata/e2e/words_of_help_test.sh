# What people read of the program itself: help, what a word means, words of other tools, long texts on a terminal.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

# --- help: wrapped, grouped, and with what every command takes
exits 0 "$plumb" --help
says 'Plan and apply:'
says '  -C DIR '
[ "$(wc -L <<<"$output")" -le 80 ] || fail "help is wider than 80 columns: $(wc -L <<<"$output")"
exits 0 "$plumb" plan --help
says 'Usage: plumb plan [OPTIONS]'
says '  -o, --out FILE '
says 'Options of every command'
exits 0 "$plumb" module update --help
says 'Usage: plumb module update'
# Without a command there is help, and still an error for scripts.
exits 3 "$plumb"
says 'Usage: plumb [OPTIONS] COMMAND'

# --- what is typed out of habit
exits 3 "$plumb" aply
says 'did you mean `apply`?'
exits 3 "$plumb" destroy
says 'plumb undo RUN'
exits 3 "$plumb" help playbook
says 'plumb apply'
exits 3 "$plumb" module updat
says 'there is no command `plumb module updat`'
says 'did you mean `update`?'
exits 3 "$plumb" plan --tag x
says '`plumb plan` has no option `--tag`'
says 'did you mean `--tags`?'
exits 3 "$plumb" apply --check
says '`plumb plan` and `plumb diff` show what would change'
exits 3 "$plumb" apply -e port=80
says '--set NAME=VALUE'
exits 3 "$plumb" plan web1
says '`plumb plan` takes no `web1` here'

exits 3 "$plumb" plan --output yaml
says '--output: `yaml` is none of human, json'
exits 3 "$plumb" plan --forks 0
says '--forks: 0 is not from 1 to 10000'
exits 3 "$plumb" undo
says 'RUN is missing'
exits 1 "$plumb" import ansible nowhere -o project
says 'there is nothing at nowhere'

# --- what a word is
exits 0 "$plumb" explain
says 'plumb explain file.mode'
exits 0 "$plumb" explain PL1007
says 'PL1007: '
exits 0 "$plumb" explain file
says 'file: '
exits 0 "$plumb" explain file.mode
says 'file.mode: '
exits 0 "$plumb" explain mode
says 'an attribute of '
exits 0 "$plumb" explain facts.os.family
says 'facts.os.family: text'
exits 0 "$plumb" explain os.family
says 'facts.os.family: text'
exits 0 "$plumb" explain versionCompare
says 'a function'
exits 0 "$plumb" explain drift
says 'what a host has otherwise'
exits 0 "$plumb" explain notify
says '`restart_on`'
for word in handler playbook task role pillar; do exits 0 "$plumb" explain $word; done
exits 0 "$plumb" explain role
says '`role` of other tools: '
exits 0 "$plumb" explain Notify
says '`restart_on`'
# Plumb's own words are not taken for those of others: keys of the project, of a resource and of a host, and commands.
for word in values inputs outputs moved become diff apply; do
  exits 0 "$plumb" explain $word
  says_not "no word of plumb's"
done
exits 0 "$plumb" explain values
says 'values: a key of the project. Named values'
exits 0 "$plumb" explain for_each
says 'for_each: a key of every resource. Repeats'
exits 0 "$plumb" explain apply
says '`plumb apply --help`'
exits 0 "$plumb" explain facts
says 'facts.os.id: '
exits 0 "$plumb" explain apt --output json
says '"what": "elsewhere"'
exits 3 "$plumb" explain drfit
says 'did you mean `drift`?'
# Every word that the glossary has, every kind and every code is explained.
for word in $(sed -n 's/^| \([a-z][a-z-]*\) |.*/\1/p' "$PLUMB_SOURCE/docs/glossary.md") $("$plumb" schema | awk '{print $1}'); do
  [ "$word" = word ] || exits 0 "$plumb" explain "$word"
done
# And of a project its inputs and resources.
mkdir -p project/root/etc
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: words
inputs: {greeting: {type: string, default: hello}}
resources:
  - file: /etc/motd
    content: "${inputs.greeting}\n"
    mode: "0600"
  - for_each: {i: "${[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}"}
    resources:
      - file: "/etc/words${i}"
        content: "one\n"
  - file: /etc/gone
    state: absent
YAML
cd project
exits 0 "$plumb" --root root explain greeting
says 'greeting on localhost is "hello"'
exits 0 "$plumb" --root root explain file:/etc/motd
says 'file:/etc/motd is on localhost'

# --- a plan in short, and parts of a saved one
printf 'hello old\n' >root/etc/motd
chmod 644 root/etc/motd
touch root/etc/gone
exits 0 "$plumb" --root root plan -o plan.json
says 'Look at these first'
says 'the group and others can no longer read'
exits 0 "$plumb" --root root plan --summary
says '  - file:/etc/gone '
says '  + file:/etc/words12 '
says_not 'content'
[ "$(wc -l <<<"$output")" -le 24 ] || fail "the summary is long: $output"
exits 3 "$plumb" --root root plan --summary --full
exits 0 "$plumb" show plan.json --address 'file:/etc/words1*'
says 'Plan: 4 to create on 1 host'
says '10 are left out'
exits 0 "$plumb" show plan.json --host 'local*' --address 'file:/etc/motd'
says 'Plan: 1 to update on 1 host'
exits 3 "$plumb" show plan.json --host 'web*'
says 'no host of the plan matches `web*`'

# --- who has read enough goes, as with `head`
exits 0 bash -c '(sleep 0.3; "$0" --root root schema) 2>errors | true; cat errors' "$plumb"
says_not PL6003

# --- on a terminal: a pager for what is longer than the screen, words of a changed line marked
command -v python3 >/dev/null || skip 'no python3 to play a terminal'
unset CI NO_COLOR PLUMB_PAGER
export TERM=xterm-256color
terminal() { # COMMAND…, with the script on standard input
  cat >script
  exits 0 python3 "$PLUMB_SOURCE/testdata/e2e/terminal.py" script "$@"
}
printf '#!/bin/sh\necho "PAGED $(cat | wc -l)"\n' >pager
chmod +x pager
PAGER=./pager terminal "$plumb" --root root plan <<'SCRIPT'
size 80 24
wait PAGED
exits 0
SCRIPT
PAGER=./pager terminal "$plumb" --root root --no-pager plan <<'SCRIPT'
size 80 24
wait 12 to create
exits 0
SCRIPT
# One that is not there leaves the text where it is.
PAGER=./nothing terminal "$plumb" --root root plan <<'SCRIPT'
size 80 24
wait to create
exits 0
SCRIPT
PAGER=./pager terminal "$plumb" --root root plan --address file:/etc/motd <<'SCRIPT'
size 80 24
wait 1 to update
show
exits 0
SCRIPT
says_not PAGED
