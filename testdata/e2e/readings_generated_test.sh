# Readings that actions of the plan change, in 200 generated groups of files that depend on one another: no file ever
# holds anything but what was there and what is to be there in the end, and in the end all do. In 200 more, where they
# only decide conditions, one plan is enough.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v python3 >/dev/null || skip 'no python3 here'

looks_right() { # FOLDER, and `end` where all is to be done
  python3 - "$@" <<'PY'
import json, os, sys
wrong = []
for path, (first, last) in json.load(open(sys.argv[1] + '/expected.json')).items():
    at = sys.argv[1] + '/root' + path
    now = open(at).read() if os.path.exists(at) else None
    if now not in ([last] if sys.argv[2:] else [first, last]):
        wrong.append(f'{path}: {now!r}, first {first!r}, last {last!r}')
print('\n'.join(wrong))
sys.exit(1 if wrong else 0)
PY
}

for seed in 1 2 3 4 5 6 7 8 9 10; do
  mkdir "p$seed"
  python3 "$PLUMB_SOURCE/testdata/e2e/readings_generated.py" "$seed" 20 "p$seed"
  done=0
  for _ in 1 2 3 4 5 6 7 8; do
    code=0
    "$plumb" -C "p$seed" --root "$work/p$seed/root" apply --yes >log 2>&1 || code=$?
    [ "$code" = 0 ] || [ "$code" = 2 ] || fail "project $seed: exit code $code: $(cat log)"
    looks_right "p$seed" >wrong || fail "project $seed: $(cat wrong)"
    if grep -q 'Nothing to change' log; then
      done=1
      break
    fi
  done
  [ "$done" = 1 ] || fail "project $seed does not come to an end: $(tail -20 log)"
  looks_right "p$seed" end >wrong || fail "project $seed in the end: $(cat wrong)"
done

# --- conditions alone: one plan does all of it, each decided in its turn, and the next one has nothing to do
in_turn=0
for seed in 11 12 13 14 15 16 17 18 19 20; do
  mkdir "p$seed"
  python3 "$PLUMB_SOURCE/testdata/e2e/readings_generated.py" "$seed" 20 "p$seed" turns
  exits 0 "$plumb" -C "p$seed" --root "$work/p$seed/root" plan -o plan.json
  in_turn=$((in_turn + $(grep -o '"when":' plan.json | wc -l)))
  exits 0 "$plumb" -C "p$seed" --root "$work/p$seed/root" apply plan.json --yes
  looks_right "p$seed" end >wrong || fail "project $seed: $(cat wrong)"
  exits 0 "$plumb" -C "p$seed" --root "$work/p$seed/root" apply --yes
  says 'Nothing to change'
done
[ "$in_turn" -ge 200 ] || fail "only $in_turn actions were decided in their turn"
