# Five hosts behind a wire of 80 ms round trip that loses every twentieth packet: no run is lost, and the second apply
# has nothing to do.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 5
far=$PLUMB_SOURCE/testdata/lab/far
code=0
"$far" up "$PLUMB_BIN/../tests/lab_link" 5 40 5 >far.log 2>&1 || code=$?
trap '"$far" down; rm -rf "$work"' EXIT
[ "$code" != 77 ] || skip "$(cat far.log)"
[ "$code" = 0 ] || fail "the wire is not there: $(cat far.log)"
first_hosts 5 "${PLUMB_LAB_DIR:-/var/cache/plumb-lab}/run/far/hosts.yaml" >hosts.yaml

for i in 1 2 3 4 5; do on_host "h$i" 'rm -rf /srv/far /var/lib/plumb/far /root/.cache/plumb' </dev/null; done
{
  printf 'plumb: v1\nproject: far\nresources:\n  - directory: /srv/far\n'
  for i in $(seq 100); do printf '  - file: /srv/far/f%s\n    content: "file number %s\\n"\n' "$i" "$i"; done
} >plumb.yaml

exits 0 "$far" exec "$plumb" apply --yes
says 'hosts 5 ok; 505 changed'
for _ in 1 2 3; do
  exits 0 "$far" exec "$plumb" apply --yes
  says 'hosts 5 ok; 0 changed'
done
[ "$(on_host h5 'cat /srv/far/f*' </dev/null | sort | sha256sum)" = "$(seq -f 'file number %g' 100 | sort | sha256sum)" ] ||
  fail 'other contents than those of the project'
