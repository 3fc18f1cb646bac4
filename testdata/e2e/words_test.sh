# What the program says of itself for shells and for man(1).
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir project
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: words
inputs:
  port: {type: integer, default: 80, description: Where it listens}
resources:
  - file: /etc/motd
    tags: [greeting]
    content: "hello\n"
  - directory: /etc/words
YAML
printf 'plumb: v1\ngroups: {web: {}}\nhosts:\n  web1: {connection: local, groups: [web]}\n  web2: {connection: local, groups: [web]}\n  db1: {connection: local}\n' >project/hosts.yaml
cd project

# answers WORDS…: what the last of them could be, without the descriptions.
answers() { output=$("$plumb" complete -- "$@" | cut -f1 | tr '\n' ' '); }
is() { [ "$output" = "$1" ] || fail "answers '$output' instead of '$1'"; }

answers appl; is 'apply '
answers apply --tak; is '--take-over '
answers --on w; is 'web1 web2 web '
answers --on 'web:!w'; is 'web:!web1 web:!web2 web:!web '
answers --limit=d; is '--limit=db1 '
answers plan --address file; is 'file:/etc/motd '
answers plan --tags gr; is 'greeting '
answers --set po; is 'port= '
answers --output js; is 'json jsonl '
answers schema syst; is 'systemd_unit '
answers module u; is 'update '
answers help ver; is 'verify version '
answers --inventory ''; is ':files '
answers -C . undo la; is 'last '
answers nonsense ''; [ -n "$output" ] || fail 'nothing after an unknown word'
exits 0 "$plumb" complete -- --on web
says "web1$(printf '\t')host"

# A project that cannot be read has nothing to offer, and says nothing.
printf 'plumb: v1\nresources: [\n' >plumb.yaml
exits 0 "$plumb" complete -- --on w
[ -z "$output" ] || fail "a broken project says: $output"
printf 'plumb: v1\nproject: words\nresources:\n  - file: /etc/motd\n    content: ""\n' >plumb.yaml

# In the shells themselves.
mkdir bin && ln -s "$plumb" bin/plumb && export PATH=$PWD/bin:$PATH
plumb completion bash >completion.bash
in_bash() { # LINE
  bash -c 'source completion.bash; COMP_LINE=$1 COMP_POINT=${#1}; _plumb 2>/dev/null; printf "%s " "${COMPREPLY[@]}"' - "$1"
}
[ "$(in_bash 'plumb --on web')" = 'web1 web2 web ' ] || fail "bash: $(in_bash 'plumb --on web')"
# What stands before the colon is on the line already.
[ "$(in_bash 'plumb plan --address file:')" = '/etc/motd ' ] || fail "bash: $(in_bash 'plumb plan --address file:')"
# What a project or a module of others calls a thing is one word, of which nothing is carried out, also where half of it
# is typed already.
cat >plumb.yaml <<'YAML'
plumb: v1
project: words
resources:
  - file: "/etc/$(touch carried-out)`touch carried-out`"
    content: ""
  - file: "/etc/it's \"!\" ~#&;|<(x)"
    content: ""
  - command: first run
    run: "true"
YAML
as_words() { # LINE ADDRESS: the only answer to the line, put into it as readline does, is this one word
  local answer line=$1
  answer=$(in_bash "$line")
  answer=${answer% }
  line=${line%"${line##*[:[:space:]]}"}
  output=$(bash -c "plumb() { printf '<%s>' \"\$@\"; }; $line$answer") || fail "the shell cannot read: $line$answer"
  [ "$output" = "<plan><--address><$2>" ] || fail "$line$answer is $output"
  [ ! -e carried-out ] || fail "something was carried out by: $line$answer"
}
as_words 'plumb plan --address file:/etc/\$' 'file:/etc/$(touch carried-out)`touch carried-out`'
as_words 'plumb plan --address file:/etc/it' "file:/etc/it's \"!\" ~#&;|<(x)"
as_words 'plumb plan --address comm' 'command:first run'
[ "$(in_bash 'plumb plan --address command:first\ r')" = 'first\ run ' ] || fail "$(in_bash 'plumb plan --address command:first\ r')"
[ "$(in_bash 'plumb plan --address "comm')" = 'command:first run ' ] || fail "$(in_bash 'plumb plan --address "comm')"
[ -z "$(in_bash 'plumb plan --address "file:/etc/$' | tr -d ' ')" ] || fail 'within quotes a command is offered'
if command -v zsh >/dev/null; then
  plumb completion zsh >_plumb
  zsh -f -n _plumb || fail 'zsh cannot read its script'
fi
if command -v fish >/dev/null; then
  plumb completion fish >completion.fish
  output=$(HOME=$work fish -N -c 'source completion.fish; complete -C "plumb --on web"')
  says "web1$(printf '\t')host"
  output=$(HOME=$work fish -N -c 'source completion.fish; complete --escape -C "plumb plan --address "')
  says 'file:/etc/\$\(touch\ carried-out\)'
  output=$(HOME=$work fish -N -c 'source completion.fish; complete --escape -C "plumb plan --address command:first\ r"')
  says 'command:first\ run'
fi

plumb man pages
[ -s pages/plumb.1 ] && [ -s pages/plumb-apply.1 ] && [ -s pages/plumb-module-update.1 ] || fail 'pages are missing'
[ ! -e pages/plumb-complete.1 ] || fail 'a page for what people do not call'
grep -q 'plumb\\-apply' pages/plumb.1 || fail 'the first page does not name the others'
if command -v mandoc >/dev/null; then
  # Dates are left out, since the same program writes the same pages.
  complaints=$(mandoc -T lint -W warning pages/*.1 | grep -v 'missing date' || true)
  [ -z "$complaints" ] || fail "$complaints"
fi
