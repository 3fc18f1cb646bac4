# Sourced behind common.sh by tests of kinds whose changes are done by programs and servers.
#
# cut_off FIRST APPLY PLAN [SHARES]: what executors leave that are killed at two moments of an apply, in percent of its time where
# SHARES names others, or at nine for long runs. Before each FIRST makes what was there before; afterwards the next APPLY comes to
# its end, and a PLAN has nothing to do. Each is the name of a function. Programs that the executor had started are left to their own
# ends, as where memory ran out.
cut_off() {
  local first=$1 apply=$2 plan=$3 shares=${4:-30 70} begin took share pid
  [ -z "${PLUMB_LONG:-}" ] || shares='10 20 30 40 50 60 70 80 90'
  "$first"
  begin=$(date +%s%N)
  exits 0 "$apply"
  took=$((($(date +%s%N) - begin) / 1000))
  for share in $shares; do
    "$first"
    "$apply" >cut.log 2>&1 &
    pid=$!
    sleep "$(printf '%d.%06d' $((took * share / 100000000)) $((took * share / 100 % 1000000)))"
    kill_executors "$pid"
    wait "$pid" || true
    exits 0 "$apply"
    exits 0 "$plan"
  done
}

# Those that a process has started, however far below.
kill_executors() {
  local child
  for child in $(pgrep -P "$1"); do
    case $(cat "/proc/$child/comm" 2>/dev/null) in
    plumb-exec*) kill -s KILL "$child" 2>/dev/null || true ;;
    *) kill_executors "$child" ;;
    esac
  done
}
