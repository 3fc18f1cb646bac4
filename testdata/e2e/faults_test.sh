# A tenth of a fleet's hosts each fails in its own way: nothing outlasts its deadline, the rest is done, and what is left is
# done by --resume. The hosts are executors of this machine behind a line that breaks as it is told.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

unprivileged
mkdir homes lines

# line NAME COMMAND…: the way to a host, broken as lines/NAME says.
cat >line <<LINE
#!/bin/bash
name=\$1
shift
fault=
[ ! -f "$work/lines/\$name" ] || read -r fault bytes <"$work/lines/\$name"
on_host() { exec $as env HOME="$work/homes/\$name" "\$@"; }
case \$fault in
  '') on_host "\$@" ;;
  refuse) echo 'connect: Connection refused' >&2; exit 255 ;;
  silent) exec sleep 600 ;;
  drop) # so many bytes of what the host says, and then nobody is there any more
    coproc on_host "\$@"
    exec 3<&"\${COPROC[0]}" 4>&"\${COPROC[1]}" 5<&0
    cat <&5 >&4 & feeder=\$!
    dd bs=1 count="\$bytes" status=none <&3
    kill \$feeder \$COPROC_PID 2>/dev/null
    echo 'Connection reset by peer' >&2
    exit 255 ;;
  freeze) # so many bytes, and then silence
    coproc on_host "\$@"
    exec 3<&"\${COPROC[0]}" 4>&"\${COPROC[1]}" 5<&0
    cat <&5 >&4 &
    dd bs=1 count="\$bytes" status=none <&3
    exec sleep 600 ;;
esac
LINE
chmod 755 line

names=$(seq -f 'h%02g' 20)
{
  printf 'plumb: v1\nhosts:\n'
  for name in $names; do
    mkdir "homes/$name"
    printf '  %s: {connection: {command: [%s/line, %s]}}\n' "$name" "$work" "$name"
  done
} >hosts.yaml
[ "$(id -u)" != 0 ] || chown -R nobody homes
{
  printf 'plumb: v1\nproject: faults\nresources:\n'
  for i in $(seq 100); do
    printf '  - file: %s/homes/${host.name}/f%s\n    content: "%s"\n' "$work" "$i" "$i"
  done
} >plumb.yaml
finished() { # the hosts that have all files
  for name in $names; do
    [ "$(find "homes/$name" -maxdepth 1 -name 'f*' | wc -l)" = 100 ] && printf '%s ' "$name"
  done
}

# Planned while all is well; then the lines break.
exits 0 "$plumb" plan -o plan.json
echo refuse >lines/h01
echo refuse >lines/h02
echo silent >lines/h03
echo silent >lines/h04
echo freeze 700 >lines/h05
echo freeze 1700 >lines/h06
for name in h07 h08; do echo "drop $((100 + RANDOM % 1800))" >lines/$name; done # a host says more than 4,000 in all

begin=$SECONDS
exits 4 "$plumb" apply plan.json --yes --forks 20 --host-timeout 20s
[ $((SECONDS - begin)) -lt 90 ] || fail "it took $((SECONDS - begin)) s"
# What several say alike is told once, with all of them: "h01, h02", "h[03:08]".
told=$(sed -n 's/^ *= hosts\{0,1\}: //p' <<<"$output" | tr -d ' ' | tr ',' '\n' | while read -r word; do
  case $word in
    h\[*) seq -f h%02g "$((10#${word:2:2}))" "$((10#${word:5:2}))" ;;
    *) echo "$word" ;;
  esac
done)
for name in $names; do
  case $name in
    h0[1-8]) grep -qx "$name" <<<"$told" || fail "nothing is told of $name: $output" ;;
    *) [[ " $(finished)" = *" $name "* ]] || fail "$name is not done" ;;
  esac
done
says 'Not done: hosts 12 ok, 2 unreachable, 6 no answer; '
says 'Go on with: plumb apply --resume'
run=$(grep -o 'apply --resume [^ ]*' <<<"$output" | tail -n 1 | cut -d' ' -f3)
exits 0 "$plumb" history show "$run"
says 'no answer'

# The lines are mended: what is left is done, and nothing else is asked for.
rm lines/*
exits 0 "$plumb" apply --resume "$run" --yes
says_not 'h09'
[ "$(finished | wc -w)" = 20 ] || fail "done: $(finished)"
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- the time of the whole run: no host is begun after it
for name in $names; do echo silent >lines/$name; done
sed -i 's/content: "1"/content: "one"/' plumb.yaml
begin=$SECONDS
exits 1 "$plumb" apply --yes --forks 2 --run-timeout 3s
[ $((SECONDS - begin)) -lt 30 ] || fail "it took $((SECONDS - begin)) s"
says 'the time for the run was over'
