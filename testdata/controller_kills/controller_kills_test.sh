# plumb itself is cut off, or a call of its own fails, at its system calls that write: whatever it was about to write down is as
# it was or as it is to be, what people wrote is untouched, the history is whole, and the same command again comes to its end.
# CUTS: how many calls of each command (12; all of them with PLUMB_LONG); COMMANDS: these alone.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
cut_at=${CUT_AT:-$PLUMB_BIN/../tests/cut_at}
command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'
most=${CUTS:-12}
[ -z "${PLUMB_LONG:-}" ] || most=${CUTS:-100000}
faults=(killed EIO ENOSPC EPERM EINTR EROFS)
points=0

# --- what each command begins with: a project with two runs, a saved plan and a key
mkdir -p base/p base/root
cd base
ssh-keygen -q -t ed25519 -N '' -C ana -f key
declare_it() { # TEXT
  printf 'plumb: v1\nproject: cut\nsecrets: {kept: {type: sealed, folder: secrets}}\nhistory: {keep: {runs: 1}}\ninputs:\n' >p/plumb.yaml
  printf '  word: {type: string, sensitive: true, default: "secret://kept/word", generate: {length: 20}}\nresources:\n' >>p/plumb.yaml
  printf '  - file: /motd\n    content: "%s\\n"\n  - file: /word\n    content: "${inputs.word}"\n' "$1" >>p/plumb.yaml
}
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n' >p/hosts.yaml
on_base() { exits 0 "$plumb" -C p --root "$work/base/root" --yes "$@"; }
declare_it one
on_base secret make
on_base apply
declare_it two
on_base apply
declare_it three
on_base plan -o "$PWD/plan.json"
cd ..

# --- commands, by name; each in a copy of that
ours() { printf '%s\n' "$plumb" -C p --root "$PWD/root" --yes "$@"; }
words_of() { # NAME
  case $1 in
  apply) ours apply ;;
  apply-plan) ours apply "$PWD/plan.json" ;;
  plan) ours plan -o "$PWD/new.json" ;;
  sign) ours sign "$PWD/plan.json" --key "$PWD/key" ;;
  approve) ours approve "$PWD/plan.json" --key "$PWD/key" ;;
  undo) ours undo last ;;
  fmt) ours fmt ;;
  backup) ours history backup "$PWD/copy.db" ;;
  restore) ours history restore "$PWD/other.db" ;;
  trim) ours history trim ;;
  share) ours project-key share "$PWD/key.pub" ;;
  rotate) ours project-key rotate ;;
  secret) ours secret rotate word ;;
  init) printf '%s\n' "$plumb" init "$PWD/started" ;;
  esac
}
before() { # NAME
  case $1 in
  fmt) sed -i 's/^project:/project:   /' p/plumb.yaml ;;
  restore) "$plumb" -C p --root "$PWD/root" history backup "$PWD/other.db" >/dev/null 2>&1 ;;
  rotate) "$plumb" -C p --root "$PWD/root" --yes project-key share "$PWD/key.pub" >/dev/null 2>&1 ;;
  esac
}
# That what it was to do is done, and whole.
is_done() { # NAME
  case $1 in
  apply | apply-plan) exits 0 "$plumb" -C p --root "$PWD/root" plan --detailed-exitcode ;;
  plan) exits 0 "$plumb" show "$PWD/new.json" ;;
  sign) exits 0 "$plumb" verify "$PWD/plan.json" --allowed-signers signers ;;
  approve) ls plan.json.approvals/*.sig >/dev/null 2>&1 || fail 'nothing is approved' ;;
  undo) [ "$(cat root/motd)" = one ] || [ "$(cat root/motd)" = two ] || fail "undone: $(cat root/motd)" ;;
  fmt) exits 0 "$plumb" -C p fmt --check ;;
  backup)
    mkdir ../taken && cp p/*.yaml ../taken
    exits 0 "$plumb" -C ../taken history restore "$PWD/copy.db"
    rm -r ../taken
    ;;
  init) exits 0 "$plumb" -C started validate ;;
  rotate | share | secret) exits 0 "$plumb" -C p --root "$PWD/root" plan ;;
  esac
}
# Of what people wrote, what the command is not about.
written() { # NAME
  local files=(p/hosts.yaml key key.pub)
  [ "$1" = fmt ] || files+=(p/plumb.yaml)
  [ "$1" = apply-plan ] || files+=(plan.json)
  sha256sum "${files[@]}"
}
# Names of files, without what differs from run to run.
listed() {
  find . -type f -printf '%P\n' | sed -E 's/[0-9a-f]{64}/DIGEST/; s/[0-9]{8}T[0-9]{6}Z-[0-9a-f]+/RUN/; s/\.db-(wal|shm)$/.db/; s/before-[0-9]+(-wal|-shm)?$/before/' |
    grep -v '^\(out\|calls\)$' | sort -u
}
try() { # FAULT NUMBER NAME: leaves the exit code in $code, what was printed in the file `out`
  local words
  mapfile -t words < <(words_of "$3")
  code=0
  "$cut_at" "$1" "$2" "${words[@]}" </dev/null 3>calls > >(cat >out) 2>&1 || code=$?
}
told() { fail "$name, $fault at call $at: $*
$(cat out)"; }

printf 'ana %s\n' "$(cut -d' ' -f1,2 base/key.pub)" >base/signers
for name in ${COMMANDS:-apply apply-plan plan sign approve undo fmt backup restore trim share rotate secret init}; do
  rm -rf whole && cp -a base whole && cd whole
  before "$name"
  fault=nothing at=0
  try nothing 0 "$name"
  [ "$code" = 0 ] || told "ended with $code where nothing failed"
  calls=$(cat calls)
  is_done "$name"
  listed >../listed
  cd ..
  step=$(((calls + most - 1) / most))
  for ((at = 1 + points % step; at <= calls; at += step)); do
    for fault in killed "${faults[$((1 + points % 5))]}"; do
      points=$((points + 1))
      rm -rf one && cp -a base one && cd one
      before "$name"
      written "$name" >../before
      try "$fault" "$at" "$name"
      [ "$code" = 255 ] || [ "$code" -lt 128 ] || told "died: $code"
      written "$name" | cmp -s ../before - || told 'what people wrote is another'
      if [ -e p/.plumb/history.db ]; then
        "$plumb" -C p history verify >verified 2>&1 || told "the history: $(cat verified)"
        rm verified
      fi
      again=(true)
      [ "$code" != 0 ] || is_done "$name"
      [ "$code" = 0 ] || mapfile -t again < <(words_of "$name")
      case $name in
      # What was done is not done twice.
      approve) ! ls plan.json.approvals/*.sig >/dev/null 2>&1 || again=(true) ;;
      init) [ ! -e started/plumb.yaml ] || again=(true) ;;
      undo) [ "$(cat root/motd)" = two ] || again=(true) ;;
      apply-plan) "$plumb" -C p --root "$PWD/root" plan --detailed-exitcode >/dev/null 2>&1 && again=(true) ;;
      esac
      second=0
      "${again[@]}" </dev/null >second.out 2>&1 || second=$?
      [ "$second" = 0 ] || told "once more it ended with $second: $(cat second.out)"
      rm second.out
      is_done "$name"
      left=$(listed | comm -13 ../listed -)
      # A host that was done keeps its journal until the next run asks for it, and after an undo that is done there is none.
      [ "$name $fault" != 'undo killed' ] || left=$(grep -v '/journal\.jsonl$' <<<"$left" || true)
      # Temporary names beside files may stay after a kill and where nothing can be taken away any more, and one of them
      # where what fails is that it is taken away.
      case $fault in killed | EROFS) may_stay=9 ;; *) may_stay=1 ;; esac
      [ "$(grep -c . <<<"$left")" -gt $may_stay ] ||
        left=$(grep -vE '\.(plumb-)?[0-9a-f]{12,}(-journal)?$' <<<"$left" || true)
      [ -z "$left" ] || told "left over: $left"
      cd ..
    done
  done
  printf '%s: %s calls\n' "$name" "$calls"
done
printf '%s points\n' "$points"
