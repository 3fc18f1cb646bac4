# The clock of the machine that plumb runs on jumps by years, forth and back: runs stay in the order in which they were, the
# newest is the one that is taken back, the history holds, and approvals count in their time alone. The executor keeps time by
# a clock that nobody sets.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
compiler=$(command -v cc || command -v gcc || command -v clang) || skip 'no compiler here'
command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'
ldd "$plumb" 2>/dev/null | grep -q libc || skip 'nothing can be put in front of the library of this plumb'
cat >clock.c <<'C'
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
  const char *jump = getenv("CLOCK_JUMP");
  int code = (int)syscall(SYS_clock_gettime, clock, now);
  if (code == 0 && jump && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += atol(jump);
  return code;
}
time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
C
"$compiler" -shared -fPIC -o clock.so clock.c 2>compiler.log || skip "nothing is compiled here: $(cat compiler.log)"
at() { # YEARS COMMAND…
  local jump=$(($1 * 31536000))
  shift
  LD_PRELOAD=$work/clock.so CLOCK_JUMP=$jump "$plumb" -C project --root "$work/root" "$@"
}
[ "$(LD_PRELOAD=$work/clock.so CLOCK_JUMP=315360000 date +%Y)" -gt "$(date +%Y)" ] || skip 'the clock cannot be moved here'
mkdir project root
declare_it() {
  printf 'plumb: v1\nproject: clocked\nresources:\n  - file: /motd\n    content: "%s"\n' "$1" >project/plumb.yaml
}
years=(0 10 -10 0)
for i in 0 1 2 3; do
  declare_it "$i"
  exits 0 at "${years[i]}" apply --yes
  says '1 changed'
  exits 0 at "${years[i]}" plan --detailed-exitcode
done
exits 0 at 0 history verify
says 'Whole: 4 entries'
exits 0 at 0 undo last --yes
[ "$(cat root/motd)" = 2 ] || fail "another run was taken back: $(cat root/motd)"
declare_it 2
exits 0 at -10 undo last --yes
[ "$(cat root/motd)" = 3 ] || fail "the undo was not taken back: $(cat root/motd)"
exits 0 at 10 history verify
says 'Whole: 6 entries'

# An approval of now counts neither before nor after its time.
ssh-keygen -q -t ed25519 -N '' -C ana -f ana
printf 'ana %s\n' "$(cut -d' ' -f1,2 ana.pub)" >signers
declare_it 5
exits 0 at 0 plan -o "$work/plan.json"
exits 0 at 0 --yes approve plan.json --key ana
for years in -10 10; do
  exits 5 at "$years" apply "$work/plan.json" --yes --require-approvals 1 --allowed-signers "$work/signers"
done
exits 0 at 0 apply "$work/plan.json" --yes --require-approvals 1 --allowed-signers "$work/signers"
[ "$(cat root/motd)" = 5 ] || fail 'it was not applied'
