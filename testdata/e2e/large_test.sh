# A source that is far larger than what may be in memory: planned, applied, saved with its contents and without, changed
# meanwhile, undone by nobody's confirmation, on a disk that is too small.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

megabytes=200
most=65536 # KiB that plumb, or its executor, may have in memory

root=$work/root
mkdir -p "$root/etc" "$root/srv"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
mkdir -p project/files
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: large
resources:
  - file: /srv/image
    source: files/image
    mode: "0644"
YAML
# Bytes of all kinds, quickly: a block and its number, over and over.
head -c 1048576 /dev/urandom >block
for i in $(seq "$megabytes"); do
  echo "$i"
  tail -c +"$((${#i} + 2))" block
done >project/files/image
wanted=$(sha256sum <project/files/image)
run() { "$plumb" -C project --root "$root" "$@"; }

# small COMMAND…: as exits 0, with the largest resident set of plumb and of what it starts below the bound.
small() {
  exits 0 "$@" &
  local pid=$! high=0 now peak=0
  while kill -0 "$pid" 2>/dev/null; do
    now=$(for one in $(pgrep -f "$root" || true); do
      awk '/^Name:/ {ours = $2 ~ /^plumb/} /^VmHWM:/ && ours {print $2}' "/proc/$one/status" 2>/dev/null || true
    done | sort -n | tail -1)
    high=${now:-0}
    [ "$high" -le "$peak" ] || peak=$high
    sleep 0.02
  done
  wait "$pid"
  [ "$peak" -gt 0 ] || fail 'nothing was measured'
  [ "$peak" -le "$most" ] || fail "$peak KiB instead of at most $most of: $*"
  printf '%6d KiB  %s\n' "$peak" "${*: -2}"
}

no_leftovers() {
  [ -z "$(find "$root" -name '.plumb-*' -o -name '.spool-*')" ] || fail "left behind: $(find "$root" -name '.*-*')"
}

small run plan -o plan.json
[ "$(stat -c %s plan.json)" -lt 10000 ] || fail 'the plan holds the content'
[ ! -e plan.json.contents ] || fail 'the project holds all that the plan needs'
small run apply --yes plan.json
[ "$(sha256sum <"$root/srv/image")" = "$wanted" ] || fail 'another content was written'
small run apply --yes
exits 0 run apply --yes
says 'Nothing to change'
[ ! -e project/.plumb/history.db-wal ] || fail 'the history was left open'
[ "$(stat -c %s project/.plumb/history.db)" -lt 1000000 ] || fail 'the history holds the content'
no_leftovers

# A pipe keeps no plan, and nothing can lie beside it.
mkfifo pipe
timeout 60 cat pipe >read.json &
reader=$!
exits 0 run plan -o pipe
wait "$reader"
[ -p pipe ] || fail 'the pipe was replaced'
exits 0 run plan -o plan.json
cmp -s read.json plan.json || fail 'another plan went through the pipe'
exits 1 run plan -o pipe --with-contents
says 'no contents can lie beside pipe'
[ ! -e pipe.contents ] || fail 'there is a folder beside the pipe'

# A source that changes between plan and apply is refused before the host is touched.
rm "$root/srv/image"
exits 0 run plan -o plan.json
printf x >>project/files/image
exits 5 run apply --yes plan.json
says PL2107
says 'files/image was changed since the plan was made'
[ ! -e "$root/srv/image" ] || fail 'it was written all the same'
truncate -s -1 project/files/image

# For another machine: the folder beside the plan has all of it.
small run plan -o plan.json --with-contents
mv project/files/image aside
mkdir elsewhere
mv plan.json plan.json.contents elsewhere
exits 0 run apply --yes elsewhere/plan.json
[ "$(sha256sum <"$root/srv/image")" = "$wanted" ] || fail 'another content came from the folder'
rm -r "$root/srv/image" elsewhere/plan.json.contents
exits 3 run apply --yes elsewhere/plan.json
says PL1111
mv aside project/files/image

# A run that goes on finds it there too, also what the project lacks.
cat >>project/plumb.yaml <<'YAML'
  - file: /srv/never
    content: "no\n"
    validate: grep -q yes %s
YAML
exits 0 run plan -o elsewhere/plan.json --with-contents
mv project/files/image aside
exits 1 run apply --yes elsewhere/plan.json
rm "$root/srv/image"
exits 1 run apply --yes --resume last
[ "$(sha256sum <"$root/srv/image")" = "$wanted" ] || fail 'another content came from the folder'
rm -r "$root/srv/image" elsewhere
mv aside project/files/image

# What was rendered is kept beside the plan, unless it is sensitive.
{
  echo '%{ for i in lists.range(2000) ~}'
  echo "line \${i} $(head -c 1000 /dev/zero | tr '\0' x)"
  echo '%{ endfor ~}'
} >project/page.tmpl
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: large
resources:
  - file: /srv/rendered
    template: page.tmpl
YAML
exits 0 run plan -o plan.json
[ "$(find plan.json.contents -type f | wc -l)" = 1 ] || fail 'the rendered text is not beside the plan'
cp "$(find plan.json.contents -type f)" rendered
[ "$(wc -l <rendered)" = 2000 ] || fail 'something else was rendered'
exits 0 run apply --yes plan.json
cmp -s rendered "$root/srv/rendered" || fail 'another text was written'
rm "$root/srv/rendered"
# Without the folder it is rendered again.
exits 0 run plan -o plan.json
rm -r plan.json.contents
exits 0 run apply --yes plan.json
cmp -s rendered "$root/srv/rendered" || fail 'another text was rendered'
rm "$root/srv/rendered"
# A run that fails goes on with the folder beside the plan's file, whatever the project renders by now.
cat >>project/plumb.yaml <<'YAML'
  - file: /srv/never
    content: "no\n"
    validate: grep -q yes %s
YAML
cp project/page.tmpl page.tmpl
exits 0 run plan -o plan.json
echo 'one line more' >>project/page.tmpl
exits 1 run apply --yes plan.json
says "Go on with: plumb -C project --root $root apply --resume"
rm "$root/srv/rendered"
exits 1 run apply --yes --resume last
says_not PL2108
cmp -s rendered "$root/srv/rendered" || fail 'another text was written by the run that went on'
mv plan.json.contents aside
exits 5 run apply --yes --resume last
says PL2108
says "put $PWD/plan.json.contents"
mv aside plan.json.contents
exits 1 run apply --yes plan.json
says_not PL2108
cmp -s rendered "$root/srv/rendered" || fail 'another text was written by the run that failed'
mv page.tmpl project/page.tmpl
sed -i '/never/,$d' project/plumb.yaml
rm "$root/srv/rendered"
printf '    sensitive: true\n' >>project/plumb.yaml
exits 0 run plan -o plan.json
[ ! -e plan.json.contents ] || fail 'a sensitive text was written beside the plan'
exits 0 run apply --yes plan.json
cmp -s rendered "$root/srv/rendered" || fail 'the sensitive text is another'
! grep -rqF 'line 1999' project/.plumb plan.json "$root/var" || fail 'a sensitive text was written down'

# A disk without the room is told before a byte is sent, and keeps what it had.
if [ "$(id -u)" = 0 ] && mkdir "$root/small" && mount -t tmpfs -o size=8m tmpfs "$root/small" 2>/dev/null; then
  trap 'umount "$root/small"; rm -rf "$work"' EXIT
  echo old >"$root/small/image"
  cat >project/plumb.yaml <<'YAML'
plumb: v1
project: large
resources:
  - file: /small/image
    source: files/image
YAML
  exits 1 run apply --yes
  says 'No space left on device'
  [ "$(cat "$root/small/image")" = old ] || fail 'the old file is gone'
  no_leftovers
  umount "$root/small"
  trap 'rm -rf "$work"' EXIT
fi
