# A roll-out over ten hosts of this machine's making: waves in order, stopped in time, gone on with.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

# Each host is an executor with a home, and so a state, of its own.
unprivileged
mkdir homes
{
  printf 'plumb: v1\nhosts:\n'
  for i in 01 02 03 04 05 06 07 08 09 10; do
    mkdir "homes/w$i"
    printf '  w%s: {groups: [%s], connection: {command: [%s env, HOME=%s/homes/w%s]}}\n' \
      "$i" "$([ $((10#$i % 5)) = 0 ] && echo db || echo web)" "$as_list" "$work" "$i"
  done
  printf 'groups: {web: {}, db: {}}\n'
} >hosts.yaml
[ "$(id -u)" != 0 ] || chown -R nobody homes

project() { # TEXT, with the lines of `rollout` on standard input
  {
    printf 'plumb: v1\nproject: waves\n'
    cat
    printf 'resources:\n  - file: %s/homes/${host.name}/conf\n    content: %s\n' "$work" "$1"
    printf '  - command: check\n    run: [sh, -c, "! test -e %s/homes/${host.name}/broken && touch %s/homes/${host.name}/%s"]\n' \
      "$work" "$work" "$1"
    printf '    creates: %s/homes/${host.name}/%s\n' "$work" "$1"
  } >plumb.yaml
}
with() { # TEXT: the hosts whose file holds it
  grep -lx "$1" homes/*/conf 2>/dev/null | cut -d/ -f2 | tr '\n' ' ' || true
}

# --- the plan says who goes when
project one <<'YAML'
rollout: {stages: [db, web], canary: 1, batch: 50%}
YAML
exits 0 "$plumb" plan -o plan.json
says 'Canary of db: w05'
says 'Wave of db: w10'
says 'Canary of web: w01'
says 'Wave of web: w[02:04], w06'
says 'Wave of web: w[07:09]'
exits 0 "$plumb" show plan.json
says 'Canary of db: w05'

# --- a canary that fails stops it, and the others are not touched
touch homes/w01/broken
exits 1 "$plumb" apply --yes
says 'PL4008'
says '1 of 10 hosts failed, and 0 are tolerated in the run'
says 'hosts 2 ok, 1 failed, 7 not started'
[ "$(with one)" = 'w01 w05 w10 ' ] || fail "touched: $(with one)"
run=$(grep -o 'apply --resume [^ ]*' <<<"$output" | tail -n 1 | cut -d' ' -f3)
exits 0 "$plumb" history show "$run"
says 'not started'

# --- gone on with, once the cause is mended: exactly what is left
rm homes/w01/broken
exits 0 "$plumb" apply --resume "$run" --yes
says 'hosts 8 ok'
[ "$(with one)" = 'w01 w02 w03 w04 w05 w06 w07 w08 w09 w10 ' ] || fail "not all: $(with one)"
exits 0 "$plumb" apply --resume last --yes
says 'Nothing is left of run'
exits 0 "$plumb" diff
exits 1 "$plumb" apply --resume 19990101T000000Z-dead --yes
says 'PL5002'
exits 3 "$plumb" apply --resume --yes
says 'its value is missing before --yes'

# --- as many as are tolerated may fail; those of the same wave are finished
project two <<'YAML'
rollout: {batch: 4, max_failures: 1}
YAML
touch homes/w02/broken homes/w06/broken homes/w07/broken
exits 1 "$plumb" apply --yes --forks 1
says '2 of 10 hosts failed, and 1 is tolerated in the run'
[ "$(with two)" = 'w01 w02 w03 w04 w05 w06 ' ] || fail "touched: $(with two)"
says 'hosts 4 ok, 2 failed, 4 not started'
rm homes/*/broken

# --- 100 % never stops; shares of a wave
project three <<'YAML'
rollout: {batch: 2, max_failures: 100%}
YAML
touch homes/w01/broken homes/w02/broken
exits 1 "$plumb" apply --yes
says 'hosts 8 ok, 2 failed'
project four <<'YAML'
rollout: {batch: 5, max_failures: {wave: 20%}}
YAML
exits 1 "$plumb" apply --yes
says '2 of 5 hosts failed, and 1 (20%) is tolerated in a wave'
rm homes/*/broken
exits 0 "$plumb" apply --yes

# --- a canary that cannot be reached says nothing of the change, so the roll-out stops; other hosts may be away
project five <<'YAML'
rollout: {canary: 1, batch: 3}
YAML
exits 0 "$plumb" plan -o five.json
cp hosts.yaml all.yaml
away() { sed "s|^  $1: .*|  $1: {groups: [web], address: 127.0.0.1, port: 1, connect_attempts: 1}|" all.yaml >hosts.yaml; }
away w01
exits 4 "$plumb" apply five.json --yes
says '1 of 1 host could not be reached, and 0 are tolerated in a wave of canaries'
[ -z "$(with five)" ] || fail "touched: $(with five)"
away w03
exits 4 "$plumb" apply five.json --yes
says_not PL4008
[ "$(with five)" = 'w01 w02 w04 w05 w06 w07 w08 w09 w10 ' ] || fail "touched: $(with five)"
cp all.yaml hosts.yaml
# On hosts where nothing is left no run begins, so that the last run stays the one to go on with.
exits 0 "$plumb" apply --resume last --limit w01 --yes
says 'Nothing is left of run last on w01.'
exits 0 "$plumb" apply --resume last --yes
[ "$(with five)" = 'w01 w02 w03 w04 w05 w06 w07 w08 w09 w10 ' ] || fail "not all: $(with five)"

# --- Ctrl-C in the pause between two waves: nothing more is begun
project six <<'YAML'
rollout: {canary: 1, pause: 1h}
YAML
"$plumb" apply --yes >paused.log 2>&1 &
pid=$!
for _ in $(seq 600); do
  if [ "$(with six)" = 'w01 ' ]; then break; fi
  sleep 0.1
done
sleep 0.3
kill -INT $pid
code=0
wait $pid || code=$?
[ "$code" = 130 ] || fail "exit code $code after Ctrl-C: $(cat paused.log)"
[ "$(with six)" = 'w01 ' ] || fail "touched: $(with six)"

# --- mistakes
project six <<'YAML'
rollout: {stages: [wbe], batch: half, canary: -1}
YAML
exits 3 "$plumb" validate
says 'a number of hosts, or a share such as 20%'
project six <<'YAML'
rollout: {stages: [wbe]}
YAML
exits 3 "$plumb" validate
says 'PL1205'
says 'plumb.yaml:3:20'
echo ok
