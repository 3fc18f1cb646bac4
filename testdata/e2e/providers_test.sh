# Kinds of one's own: a provider from outside is validated, planned, applied, undone and removed like a built-in kind, on
# this machine, in an image and on the controller; and one that fails, whatever the way, harms nothing but its resource.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v python3 >/dev/null || skip 'no python3 here'

exits 0 "$plumb" init project
mkdir -p project/providers/notes/schemas "$work/store"

cat >project/providers/notes/provider.yaml <<'YAML'
plumb: provider/v1
name: notes
version: 1.0.0
description: Notes, a file each.
protocol: [1, 3]
command: [python3, ./notes.py]
limits: {observe: 2s, apply: 5s, memory: 256M}
kinds:
  note: {schema: schemas/note.json}
YAML
cat >project/providers/notes/schemas/note.json <<'JSON'
{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "description": "A note: a file with a text.",
  "type": "object",
  "x-identity": "name",
  "additionalProperties": false,
  "required": ["name", "store"],
  "properties": {
    "name": {"type": "string", "pattern": "^[a-z-]+$", "x-expected": "lower-case letters and -", "description": "Its name.", "examples": ["todo"]},
    "state": {"type": "string", "enum": ["present", "absent"], "description": "Whether it is there."},
    "text": {"type": "string", "description": "What it says.", "examples": ["hello"]},
    "secret": {"type": "string", "x-sensitive": true, "description": "What nobody sees."},
    "store": {"type": "string", "x-parameter": true, "description": "The folder that notes are in.", "examples": ["/srv/notes"]},
    "restart_on": {"type": "array", "items": {"type": "string"}, "description": "Address globs."}
  }
}
JSON
cat >project/providers/notes/notes.py <<'PY'
import json, os, sys, time

def path(one):
    return os.path.join(one["store"], one["name"] + ".json")

def observe(one):
    way = os.environ.get("NOTES", "")
    if way == "crash": os.kill(os.getpid(), 11)
    if way == "hang": time.sleep(600)
    if way == "garbage": print("Traceback (most recent call last):"); sys.exit(0)
    if way == "flood":
        while True: sys.stdout.write("x" * 65536)
    if way == "greed": kept = [bytearray(1 << 20) for _ in range(1 << 20)]
    if way == "greed-at-once": kept = bytearray(1 << 33)
    if way == "writes": open(path(one), "w").write("{}")
    if way == "lies": return {"exists": True, "attributes": {"text": str(time.time_ns()), "colour": "red"}}
    if way == "leaks": return {"exists": True, "attributes": {"text": "the word is " + os.environ.get("WORD", "")}}
    try:
        kept = json.load(open(path(one)))
    except FileNotFoundError:
        return {"exists": False}
    return {"exists": True, "attributes": kept}

def apply(request):
    one = request["desired"]
    print("note", request["verb"], file=sys.stderr)
    if os.environ.get("NOTES") == "idle": return {"done": True}
    if os.environ.get("NOTES") == "full": return {"error": {"message": "the store is full", "hint": "empty it"}}
    if request["verb"] == "delete": os.unlink(path(one)); return {"done": True}
    if request["verb"] == "restart": open(path(one) + ".restarts", "a").write("x"); return {"done": True}
    keep = json.load(open(path(one))) if os.path.exists(path(one)) else {}
    keep.update({k: one[k] for k in ("text", "secret") if k in one})
    open(path(one), "w").write(json.dumps(keep))
    return {"done": True}

for line in sys.stdin:
    request = json.loads(line)
    if request["call"] == "hello":
        answer = {"protocol": 1, "name": "notes", "version": "1.0.0"}
    elif request["call"] == "observe":
        answer = observe(request["desired"])
    else:
        answer = apply(request)
    print(json.dumps({"id": request["id"], **answer}), flush=True)
PY

declare_notes() {
  cat >project/plumb.yaml <<YAML
plumb: v1
project: noted
providers: {notes: ./providers/notes}
inputs:
  word: {type: string, sensitive: true, default: correct-horse-battery}
resources:
  - file: $work/motd
    content: "hello\n"
  - note: todo
    store: $work/store
    text: ${1:-buy milk}
    secret: \${inputs.word}
    restart_on: ["file:$work/motd"]
YAML
}
run() { "$plumb" -C project "$@"; }
declare_notes

exits 0 run provider list
says 'notes  1.0.0'
says 'note: A note'
exits 0 run explain kind note.text
says 'What it says.'
exits 0 run schema note
exits 0 run validate

# It is checked as any other kind is.
cp project/plumb.yaml kept.yaml
sed -i 's/    text: /    txet: /' project/plumb.yaml
exits 3 run validate
says 'did you mean `text`?'
says 'plumb.yaml:11'
cp kept.yaml project/plumb.yaml

exits 0 run plan -o plan.json
says '+ note:todo  (bounded)'
says 'asks  the provider notes to create it'
says_not correct-horse
exits 5 run plan --require exact
exits 0 run apply plan.json --yes
grep -q 'buy milk' store/todo.json || fail 'the note is not there'
grep -q correct-horse store/todo.json || fail 'the provider was not told the secret'
! grep -rqF correct-horse project/.plumb plan.json || fail 'a secret was written down'
exits 0 run apply --yes
says 'Nothing to change'

# What the plan was made with is what runs.
declare_notes 'buy bread'
exits 0 run plan -o plan.json
echo '# other bytes' >>project/providers/notes/notes.py
exits 1 run apply plan.json --yes
says 'not the one that the plan was made with'
grep -q 'buy milk' store/todo.json || fail 'a plan of another provider was applied'
sed -i '$d' project/providers/notes/notes.py
exits 0 run apply plan.json --yes
grep -q 'buy bread' store/todo.json || fail 'the note was not changed'

# Drift, what is set off, and back again.
echo '{"text": "somebody was here", "secret": "correct-horse-battery"}' >store/todo.json
exits 2 run diff
says '(drift)'
echo other >motd
exits 0 run apply --yes
[ -s store/todo.json.restarts ] || fail 'it was not restarted'
declare_notes 'buy salt'
exits 0 run apply --yes
exits 0 run undo last --yes
grep -q 'buy bread' store/todo.json || fail 'undo did not bring the text back'
declare_notes 'buy bread'

# Each way to fail is named with the resource, and nothing else is harmed.
fails_as() { # WAY CODE WORDS
  rm -f motd
  sed "s|    store: |    env: {NOTES: $1, WORD: correct-horse-battery}\n&|" kept.yaml >project/plumb.yaml
  exits "$2" timeout 60 "$plumb" -C project apply --yes
  says 'note:todo'
  says 'the provider `notes` 1.0.0'
  says "$3"
}
fails_as crash 1 'was ended by signal 11'
fails_as hang 1 'was ended after 2 s'
fails_as garbage 1 'wrote a line that is no JSON object: `Traceback (most recent call last):`'
fails_as flood 1 'printed more than 8 MiB'
for greed in greed greed-at-once; do
  fails_as $greed 1 'where a process of it may have 256 MiB of memory (`limits.memory`)'
done
fails_as lies 1 'tells `colour`, which its schema does not have'
fails_as leaks 1 'tells a sensitive value under `text`'
! grep -rqF correct-horse project/.plumb || fail 'a leak was written down'
fails_as writes 1 'PermissionError'
[ ! -e motd ] || fail 'a plan that could not be made was applied'
sed -i 's/buy milk/buy rope/' kept.yaml
fails_as full 1 'the store is full'
[ -e motd ] || fail 'what came before the failure was not done'
fails_as idle 1 'is not as planned after the action'
grep -q 'buy bread' store/todo.json || fail 'a change was made that was not'

# One that is to go, and one of a kind that is not there any more.
cat >project/plumb.yaml <<YAML
plumb: v1
project: noted
providers: {notes: ./providers/notes}
resources:
  - note: todo
    store: $work/store
    state: absent
YAML
exits 0 run apply --yes
[ ! -e store/todo.json ] || fail 'the note is still there'

# As somebody else, with no more rights than that.
if [ "$(id -u)" = 0 ] && getent passwd nobody >/dev/null; then
  chmod 755 "$work"
  sed -i 's/    state: absent/    text: mine\n    as: nobody/' project/plumb.yaml
  exits 1 run apply --yes
  says 'PermissionError'
  chown nobody store
  exits 0 run apply --yes
  [ "$(stat -c %U store/todo.json)" = nobody ] || fail 'it did not run as nobody'
fi

# In an image only a provider that says that it can be there; it runs in it, with what is there.
mkdir -p image/etc
exits 1 run --root "$work/image" plan
says 'does not work on images'
if [ "$(id -u)" = 0 ]; then
  mkdir -p project/providers/flags
  cat >project/providers/flags/provider.yaml <<'YAML'
{plumb: provider/v1, name: flags, version: 1.0.0, protocol: 1, command: [./flags], images: true, kinds: {flag: {schema: flag.json}}}
YAML
  cat >project/providers/flags/flag.json <<'JSON'
{"description": "A flag: an empty file.", "type": "object", "x-identity": "name", "additionalProperties": false,
 "required": ["name"], "properties": {"name": {"type": "string", "description": "Its name."}}}
JSON
  cat >project/providers/flags/flags <<'SH2'
#!/bin/sh
while IFS= read -r line; do
  id=${line#*\"id\":} id=${id%%[,\}]*}
  name=${line#*\"identity\":\"} name=${name%%\"*}
  case $line in
    *'"call":"hello"'*) answer='"protocol":1,"name":"flags","version":"1.0.0"' ;;
    *'"call":"observe"'*) [ -e "/etc/flag-$name" ] && answer='"exists":true' || answer='"exists":false' ;;
    *) : >"/etc/flag-$name" && answer='"done":true' ;;
  esac
  printf '{"id":%s,%s}\n' "$id" "$answer"
done
SH2
  for file in /bin/sh $(ldd /bin/sh | grep -o '/[^ )]*'); do
    mkdir -p "image${file%/*}" && cp -L "$file" "image$file"
  done
  printf '%s\n' 'plumb: v1' 'project: noted' 'providers: {flags: ./providers/flags}' 'resources: [{flag: up}]' >project/plumb.yaml
  exits 0 run --root "$work/image" apply --yes
  [ -e image/etc/flag-up ] || fail 'nothing was done in the image'
  [ ! -e /etc/flag-up ] || fail 'it was done on the host'
  exits 0 run --root "$work/image" apply --yes
  says 'Nothing to change'

  # What lies on the host is looked at each time: a package that somebody changed is brought again.
  kept=$(dirname image/var/lib/plumb/.providers/*/flags)
  echo 'echo somebody was here' >"$kept/flags"
  exits 0 run --root "$work/image" apply --yes
  says 'Nothing to change'
  cmp "$kept/flags" project/providers/flags/flags || fail 'a changed package was used'
fi

# On the controller: the host gets neither the provider nor the secret.
sed -i 's/^protocol:.*/protocol: 1\nruns: controller/' project/providers/notes/provider.yaml
declare_notes 'from here'
sed -i 's/^  - note:.*/&\n    on: localhost/' project/plumb.yaml
rm -f store/todo.json
exits 0 run plan
says 'on the controller'
exits 0 run apply --yes
grep -q 'from here' store/todo.json || fail 'the controller did nothing'
exits 0 run apply --yes
says 'Nothing to change'

# What cannot be used is told where it is written.
sed -i 's/^protocol:.*/protocol: [2, 3]/' project/providers/notes/provider.yaml
exits 3 run validate
says 'speaks version 2 to 3 of the provider protocol'
says 'provider.yaml:5'
sed -i 's/^protocol:.*/protocol: 1/; s/^  note:/  file:/' project/providers/notes/provider.yaml
exits 3 run validate
says "the kind \`file\` is one of plumb's own"
sed -i 's/^  file:/  note:/' project/providers/notes/provider.yaml
sed -i 's/"x-parameter"/"x-paramter"/' project/providers/notes/schemas/note.json
exits 3 run validate
says 'did you mean `x-parameter`?'

# Over SSH the package goes along, once.
if [ -x /usr/sbin/sshd ] && [ "$(id -u)" = 0 ] && command -v perl >/dev/null; then
  mkdir -p /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f user
  port=$(perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0); bind(S,sockaddr_in(0,INADDR_LOOPBACK)); print((sockaddr_in(getsockname(S)))[0])')
  printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $work/host" 'PidFile none' 'UsePAM no' 'StrictModes no' \
    'PasswordAuthentication no' 'PermitRootLogin yes' "AuthorizedKeysFile $work/user.pub" "SetEnv XDG_CACHE_HOME=$work/cache" >sshd.conf
  /usr/sbin/sshd -D -f "$work/sshd.conf" 2>/dev/null &
  server=$!
  trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
  for _ in $(seq 200); do ssh-keyscan -p "$port" 127.0.0.1 2>/dev/null | grep -q . && break; sleep 0.05; done
  printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 host.pub)" >known
  cat >project/hosts.yaml <<YAML
plumb: v1
hosts:
  far: {address: 127.0.0.1, port: $port, user: root, identity_file: $work/user, known_hosts: $work/known}
YAML
  sed -i 's/"x-paramter"/"x-parameter"/' project/providers/notes/schemas/note.json
  sed -i '/^runs:/d' project/providers/notes/provider.yaml
  declare_notes 'from afar'
  rm -rf store/todo.json /var/lib/plumb/.providers
  exits 0 run apply --yes
  grep -q 'from afar' store/todo.json || fail 'nothing came of it over ssh'
  [ "$(ls /var/lib/plumb/.providers | wc -l)" = 1 ] || fail 'the package is not kept'
  exits 0 run apply --yes
  says 'Nothing to change'
fi
