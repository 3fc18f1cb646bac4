# A history that holds up: compared, checked, signed, exported, taken in elsewhere, copied and put back.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir -p project root
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: kept
inputs:
  text: {type: string, default: one}
resources:
  - directory: /srv
  - file: /srv/notes
    content: "${inputs.text}\n"
    mode: "0644"
YAML
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >project/hosts.yaml
run() { exits "$1" "$plumb" -C project --root "$work/root" --yes "${@:2}"; }
elsewhere() { exits "$1" "$plumb" -C elsewhere "${@:2}"; }
mkdir elsewhere && cp project/*.yaml elsewhere

# Nothing has ended yet.
run 0 history export
[ -z "$output" ] || fail "an empty history is exported as: $output"
run 1 history backup "$work/none.db"
says 'there is no history to copy'

run 0 apply
run 0 apply --set text=two
run 0 history
first=$(awk 'END { print $1 }' <<<"$output")
run 0 history diff "$first" last
says 'of two plans'
says 'file:/srv/notes'
run 1 history diff last nothing
says PL5002

# As pages for a browser, which run nothing.
run 0 history --output html
says "<td>$first</td>"
run 0 history show last --output html
says 'update file:/srv/notes'
says_not '<script'
run 3 history verify --output html
says '`plumb history verify` takes json'

# The lines of an export are the chain: each holds the digest of the one before it, for anybody with stock tools.
run 0 history export -o "$work/history.jsonl"
[ "$(stat -c %a history.jsonl)" = 600 ] || fail 'others may read the export'
last=
while read -r line; do
  [ "$(sed 's/.*"previous":"\([^"]*\)".*/\1/' <<<"$line")" = "$last" ] || fail "a line does not follow: $line"
  last=sha256:$(printf %s "$line" | sha256sum | cut -d' ' -f1)
done <history.jsonl
run 0 history verify
says "Whole: 2 entries, head $last"
run 0 history verify "$work/history.jsonl"
says "Whole: 2 entries, head $last"
sed 's/"text":""/"text":"no"/' history.jsonl >changed.jsonl
run 1 history verify "$work/changed.jsonl"
says 'error[PL5004]'
says 'line 2 of'
run 1 history verify "$work/missing.jsonl"
says 'cannot read'

run 0 history export --format csv
says 'run,started,operator,outcome,plan,host,state,address,op,result,code,milliseconds,at'
says ',here,ok,file:/srv/notes,update,changed,,'

# Another folder takes the runs in, once.
elsewhere 0 history import "$work/history.jsonl"
says 'Took in 2 runs and 0 late reports; known before: 0 entries'
elsewhere 0 history import "$work/history.jsonl"
says 'Took in 0 runs and 0 late reports; known before: 2 entries'
elsewhere 0 history show last
says "imported: $last"
elsewhere 0 history verify
elsewhere 1 history import "$work/changed.jsonl"
says PL5004
elsewhere 1 history import "$work"
says 'is not a regular file'
run 1 history verify "$work"
says PL1001
exits 3 "$plumb" -C elsewhere --root "$work/root" --yes undo last
says 'it was begun elsewhere'

# What was taken in last is not what was done here last.
mkdir third image && cp project/*.yaml third
exits 0 "$plumb" -C third --root "$work/image" --yes apply --set text=own
exits 0 "$plumb" -C third history import "$work/history.jsonl"
exits 0 "$plumb" -C third --root "$work/image" --yes undo last
[ ! -e image/srv/notes ] || fail 'the run here was not taken back'

# Nor where both had the very same plan.
mkdir fourth fifth one other && cp project/*.yaml fourth && cp project/*.yaml fifth
exits 0 "$plumb" -C fifth --root "$work/one" plan -o same.json
exits 0 "$plumb" -C fourth --root "$work/other" --yes apply same.json
exits 0 "$plumb" -C fifth --root "$work/one" --yes apply same.json
exits 0 "$plumb" -C fifth history export -o "$work/fifth.jsonl"
exits 0 "$plumb" -C fourth history import "$work/fifth.jsonl"
exits 0 "$plumb" -C fourth --root "$work/other" --yes undo last
[ ! -e other/srv/notes ] && [ -e one/srv/notes ] || fail 'the run here was not taken back'

# A folder that is none, or has no project, has no history.
mkdir bare
for what in '' 'show last' 'diff a b' verify export 'backup x'; do
  for folder in none bare; do
    exits 3 "$plumb" -C $folder history $what
    says PL1108
  done
done
exits 3 "$plumb" -C none diff a..b
says PL1108
exits 3 "$plumb" -C none project-key share
says PL1108

# Nothing is written over the history.
for what in export sign backup; do
  place=(-o project/.plumb/history.db)
  [ $what != backup ] || place=(project/.plumb/history.db)
  [ $what != sign ] || place+=(--key nobody)
  run 1 history $what "${place[@]}"
  says 'is the history itself'
done
run 1 history backup project/plumb.yaml
says 'no copy of a history'
run 0 history verify
exits 3 "$plumb" -C none history restore project/.plumb/history.db
says PL1108
[ ! -e none ] || fail 'a folder was made for a project that is none'

# Signed, the end that somebody took away is missed.
if command -v ssh-keygen >/dev/null; then
  ssh-keygen -q -t ed25519 -N '' -C ana -f ana
  printf 'ana@example.com namespaces="history@plumbline" %s\n' "$(cut -d' ' -f1,2 ana.pub)" >signers
  run 0 history sign --key "$work/ana" -o "$work/head.json"
  ssh-keygen -q -Y verify -f signers -I ana@example.com -n history@plumbline -s head.json.sig <head.json
  run 0 apply --set text=three
  run 0 history verify --head "$work/head.json" --allowed-signers "$work/signers"
  says 'Its first 2 entries are those that ana@example.com'
  run 0 history verify "$work/history.jsonl" --head "$work/head.json" --allowed-signers "$work/signers"
  head -n 1 history.jsonl >cut.jsonl
  run 0 history verify "$work/cut.jsonl"
  run 1 history verify "$work/cut.jsonl" --head "$work/head.json" --allowed-signers "$work/signers"
  says 'the export does not hold the entry 2'
  sed 's/"entries":2/"entries":1/' head.json >other.json
  cp head.json.sig other.json.sig
  run 1 history verify --head "$work/other.json" --allowed-signers "$work/signers"
  says PL7002
  run 1 history verify --head "$work/head.json" --allowed-signers "$work/missing"
fi

# A copy takes the place of a damaged history; of a newer one only where that is said.
run 0 history backup "$work/copy.db"
says 'checked'
[ "$(stat -c %a copy.db)" = 600 ] || fail 'others may read the copy'
run 0 apply --set text=four
run 1 history restore "$work/copy.db"
says 'the history holds runs that the copy does not'
says '--lose-newer'
printf 'not a database' >project/.plumb/history.db
rm -f project/.plumb/history.db-wal project/.plumb/history.db-shm
run 1 history
says 'plumb history restore'
run 0 history restore "$work/copy.db"
says 'What was there before lies in project/.plumb/history.db.before-1'
[ "$(cat project/.plumb/history.db.before-1)" = 'not a database' ] || fail 'what was there is gone'
run 0 history verify
run 0 apply --set text=five
run 0 history restore --lose-newer "$work/copy.db"
printf 'not a copy' >broken.db
run 1 history restore "$work/broken.db"
says PL5001
run 0 history verify
run 0 apply --set text=six

# What is too old goes, is told, and the rest can still be checked.
run 1 history trim
says 'declare `history: {keep: …}`'
run 0 apply --set text=seven
run 0 history trim --runs 2
says 'Took out'
run 0 history verify
says 'no longer kept: trimmed by'
run 0 history export -o "$work/trimmed.jsonl"
run 0 history verify "$work/trimmed.jsonl"
says 'no longer kept'
run 1 history trim --age soon
says '`--age` is not a duration'
cat >>project/plumb.yaml <<'YAML'
history:
  keep: {runs: 1}
YAML
run 0 apply --set text=eight
run 0 history --output json
[ "$(grep -c '"kind": "apply"' <<<"$output")" = 1 ] || fail "more runs stayed than the project keeps: $output"
run 0 history verify
