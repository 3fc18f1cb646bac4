# A folder of the host like another one, by rsync: what differs is named beforehand.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v rsync >/dev/null || skip 'no rsync here'

exits 0 "$plumb" init project
resources() { { printf 'plumb: v1\nproject: sync\nresources:\n'; cat; } >project/plumb.yaml; }
run() { "$plumb" -C project "$@"; }
mkdir -p from/deep
echo one >from/one
echo two >from/deep/two
echo map >from/x.map
ln -s one from/link
chmod 640 from/one
all() {
  resources <<YAML
  - sync: $work/to
    source: $work/from
    exclude: ["*.map"]
    $1
YAML
}
all 'delete: true'
exits 0 run plan
says '(bounded)'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(cat to/deep/two)" = two ] && [ "$(stat -c %a to/one)" = 640 ] && [ "$(readlink to/link)" = one ] || fail 'what came'
[ ! -e to/x.map ] || fail 'what was excluded came'

# --- what differs is named; what is excluded stays
echo three >from/deep/three
echo old >to/old
echo own >to/own.map
exits 0 run plan
says 'deep/three'
says 'old'
says_not 'own.map'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ -e to/own.map ] && [ -e to/deep/three ] && [ ! -e to/old ] || fail 'what is there'

# --- a file of the same size and time differs only by what is in it
printf 'ONE\n' >to/one
touch -r from/one to/one
exits 0 run plan --detailed-exitcode
all 'checksum: true'
exits 0 run plan
says 'one'
exits 0 run apply --yes
[ "$(cat to/one)" = one ] || fail 'it is another'
exits 0 run plan --detailed-exitcode

# --- what other resources put there stays, and the second plan is empty
mkdir from/site
echo page >from/site/page
resources <<YAML
  - sync: $work/shared
    source: $work/from
    delete: true
  - file: $work/shared/own [1].conf
    content: own
  - directory: $work/shared/uploads
  - file: $work/shared/uploads/kept
    content: kept
YAML
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
printf '  - file: %s\n    content: local\n' "$work/shared/site/local" >>project/plumb.yaml
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
echo old >shared/old
echo old >shared/site/old
exits 0 run plan
says old
says_not uploads
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ -e 'shared/own [1].conf' ] && [ -e shared/uploads/kept ] && [ -e shared/site/local ] || fail 'what is not its own went'
[ ! -e shared/old ] && [ ! -e shared/site/old ] || fail 'what nobody has stayed'

# --- one in the other, and a source that is none
resources <<YAML
  - sync: $work/from/deep
    source: $work/from
YAML
exits 1 run plan
says 'lies in the other'
resources <<YAML
  - sync: $work/to
    source: $work/none
YAML
exits 1 run plan
says "$work/none"
