# A program on twelve real hosts: as quick as so many ssh at once, as another user, and what a host says when it cannot.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 12
cat >plumb.yaml <<'YAML'
plumb: v1
project: beside
resources: []
YAML
hosts=$(seq -f h%g 12)

exits 0 "$plumb" run --on all -- cat /etc/debian_version
says '(12 hosts)'
exits 0 "$plumb" run --on h1 --as nobody --shell -- 'id -un; echo $HOME'
says '  nobody'
exits 1 "$plumb" run --on h1 --as no-such-user -- id
says 'no-such-user'
exits 0 "$plumb" run --on h1:h2 -- hostname
says 'h1'
says 'h2'
exits 0 "$plumb" get h1:h2:/etc/hostname there
[ "$(cat there/h1/etc/hostname there/h2/etc/hostname)" = "$(printf 'h1\nh2')" ] || fail 'other files came'

# The middle of five, each against as many ssh at once just before it.
ssh_once() {
  local pids=() host
  for host in $hosts; do
    ssh -F "$lab_run/ssh_config" "$host" uptime >/dev/null </dev/null &
    pids+=($!)
  done
  wait "${pids[@]}"
}
milliseconds() {
  local begin end
  begin=$(date +%s%N)
  "$@" >/dev/null 2>&1
  end=$(date +%s%N)
  echo $(((end - begin) / 1000000))
}
ssh_times=() run_times=()
for _ in 1 2 3 4 5; do
  ssh_times+=("$(milliseconds ssh_once)")
  run_times+=("$(milliseconds "$plumb" run --on all -- uptime)")
done
middle() { printf '%s\n' "$@" | sort -n | sed -n 3p; }
ssh_time=$(middle "${ssh_times[@]}") run_time=$(middle "${run_times[@]}")
echo "12 hosts: ssh $ssh_time ms (${ssh_times[*]}), plumb run $run_time ms (${run_times[*]})"
[ "$run_time" -le $((ssh_time * 12 / 10)) ] || fail "plumb run takes $run_time ms, ssh $ssh_time ms"
