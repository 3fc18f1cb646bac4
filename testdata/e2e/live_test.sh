# The live view on a terminal that is played: drawn, resized, suspended, gone on with, interrupted. Hosts are simulated.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

command -v python3 >/dev/null || skip 'no python3 to play a terminal'
unset CI NO_COLOR
export TERM=xterm-256color

fleet() { # LAST, then what the hosts are like
  printf 'plumb: v1\ndefaults: {connection: {command: [plumb:simulated, %s]}}\nhosts:\n  web[001:%s]:\n' "$2" "$1" >hosts.yaml
}
cat >plumb.yaml <<'YAML'
plumb: v1
project: live
resources:
  - file: /srv/one
    content: one
  - file: /srv/two
    content: two
YAML
terminal() { # COMMAND…, with the script on standard input
  cat >script
  exits 0 python3 "$PLUMB_SOURCE/testdata/e2e/terminal.py" script "$@"
}

# --- a fleet on 80 × 24: counts, rows, and nothing left of them at the end
fleet 020 'latency=100ms, action=700ms'
terminal "$plumb" apply --yes --forks 8 <<'SCRIPT'
wait Planning
wait Applying
wait of 20 hosts done, 8 at work
wait create file:/srv/
cursor off
show
wait Done: hosts 20 ok; 40 changed
gone at work
cursor on
exits 0
SCRIPT
says 'web001'
[ "$(grep -c 'at work' <<<"$output")" = 1 ] || fail "not one frame: $output"

# --- smaller, larger: every frame fits
terminal "$plumb" apply --yes --forks 8 <<'SCRIPT'
wait create file:/srv/
size 40 10
once hosts done
show
size 100 30
once hosts done
show
wait Done: hosts 20 ok
gone at work
exits 0
SCRIPT
[ "$(grep -c 'hosts done' <<<"$output")" = 2 ] || fail "a frame is left over: $output"

# --- suspended with the terminal in order, and gone on with
terminal "$plumb" apply --yes --forks 8 <<'SCRIPT'
wait create file:/srv/
key \x1a
stopped
cursor on
gone at work
sleep 0.5
continue
wait at work
cursor off
wait Done: hosts 20 ok
exits 0
SCRIPT

# --- Ctrl-C: hosts at work end, the others are not begun, the cursor is back
fleet 040 'latency=100ms, action=1500ms'
terminal "$plumb" apply --yes --forks 4 <<'SCRIPT'
wait create file:/srv/
key \x03
wait Stopping
wait Go on with: plumb apply --resume
gone at work
cursor on
exits 130
SCRIPT

# --- the same over a slow line, in the middle of a frame that nobody has read yet, and with keys that are typed meanwhile
terminal "$plumb" apply --yes --forks 16 <<'SCRIPT'
wait create file:/srv/
echo off
key typed\x0a\x0a
deaf 3
key \x03
wait Stopping
wait Go on with: plumb apply --resume
gone at work
echo on
cursor on
show
exits 130
SCRIPT
says_not 'Applying'
says_not typed

# --- Ctrl-C twice: plumb leaves at once, and says so by the same code
fleet 041 'latency=100ms, action=3000ms'
terminal "$plumb" apply --yes --forks 4 <<'SCRIPT'
wait create file:/srv/
key \x03
wait Stopping
key \x03
gone at work
cursor on
exits 130
SCRIPT
fleet 040 'latency=100ms, action=1500ms'

# --- killed by a fault: the cursor is back
terminal "$plumb" apply --yes --forks 4 <<'SCRIPT'
wait create file:/srv/
cursor off
signal SIGABRT
cursor on
gone at work
exits -6
SCRIPT

# --- errors stand above the view
fleet 040 'latency=200ms, action=200ms, unreachable=20%, seed=3'
terminal "$plumb" apply --yes --forks 4 <<'SCRIPT'
wait a simulated host that cannot be reached
wait at work
wait First error of each:
exits 4
SCRIPT

# --- no live view where it was not asked for, or cannot be
fleet 004 'latency=10ms'
for how in 'env TERM=dumb' 'env CI=true' 'env'; do
  option=
  [ "$how" != env ] || option=--no-live
  terminal $how "$plumb" apply --yes $option <<'SCRIPT'
wait Done: hosts 4 ok
show
exits 0
SCRIPT
  says_not 'at work'
done
terminal env NO_COLOR=1 "$plumb" plan <<'SCRIPT'
wait web[001:004]
exits 0
SCRIPT
