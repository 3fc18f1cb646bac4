# The executor as it is shipped, which is not compiled as what the other tests try: how large it is, what a start takes, and
# that it does its work. Builds it in the build folder, which takes minutes the first time.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

most_bytes=3000000
most_milliseconds=3
starts=100

built=$(dirname "$PLUMB_BIN")/shipped
{
  cmake -S "$PLUMB_SOURCE" --preset release -B "$built" &&
    cmake --build "$built" --parallel "$(nproc)" --target plumb-exec
} >build.log 2>&1 || fail "the shipped executor cannot be built: $(tail -n 20 build.log)"
mkdir bin
cp "$plumb" bin/plumb
cp "$built/bin/plumb-exec" bin/plumb-exec

size=$(stat -c %s bin/plumb-exec)
[ "$size" -le $most_bytes ] || fail "the executor has $size bytes; it travels to every host and may have $most_bytes"

# What it computes until it has told the host's facts, so that nothing else on this machine counts.
TIMEFORMAT='%U %S'
spent=$({ time for _ in $(seq $starts); do bin/plumb-exec serve </dev/null >/dev/null; done; } 2>&1)
awk -v most=$most_milliseconds -v starts=$starts '{ exit ($1 + $2) * 1000 / starts > most }' <<<"$spent" ||
  fail "$starts starts of the executor took $spent seconds of user and system; one may take $most_milliseconds ms"

cat >plumb.yaml <<'YAML'
plumb: v1
project: shipped
resources:
  - directory: /srv/app
  - file: /srv/app/site.conf
    content: "on ${facts.arch}\n"
    mode: "0640"
  - structured: /srv/app/settings.json
    set: {port: 8080}
    create: true
YAML
mkdir -p root/srv
run() { bin/plumb --root "$PWD/root" "$@"; }
exits 0 run apply --yes
says '3 changed'
exits 0 run apply --yes
says 'Nothing to change'

# Where memory ends it says so, although nothing in it is unwound.
for kibibytes in $(seq 2000 100 6000); do
  (ulimit -v "$kibibytes" && exec bin/plumb-exec serve </dev/null >/dev/null) || true
done >errors 2>&1
grep -q 'plumb-exec: there is not enough memory' errors || fail "nothing says that memory is short: $(sort errors | uniq -c)"
