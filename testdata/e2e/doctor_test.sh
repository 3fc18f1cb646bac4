# What may stand in the way is found, and nothing is changed by looking.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
mkdir -p home/.ssh project empty
export HOME=$work/home
unset SSH_AUTH_SOCK

exits 0 "$plumb" -C empty doctor
says 'this machine'
says 'executor for this machine'
says 'no ssh agent'
says 'no project in empty'
exits 3 "$plumb" -C empty doctor web1

printf 'plumb: v1\nproject: ill\nresources:\n  - directory: /srv\n' >project/plumb.yaml
printf 'plumb: v1\nhosts:\n  here: {connection: local}\n  gone: {address: 127.0.0.1, port: 1, user: nobody}\n' >project/hosts.yaml
exits 0 "$plumb" -C project doctor
says 'its configuration and inventory read without errors'
says_not 'its clock'
[ ! -e project/.plumb/history.db ] || fail 'looking made a history'

exits 0 "$plumb" -C project doctor here
says 'connected, in all: '
says "its clock is this machine's"
says 'free in /var/tmp'

# A host that is not there: what was tried, why it failed, told once, and what to do.
exits 1 "$plumb" -C project doctor gone
says 'ok    ssh settings: '
says 'bad   PL3001: while connecting, attempt 3: cannot connect to 127.0.0.1'
says 'is sshd running, on this port?'
[ "$(grep -c 'cannot connect to' <<<"$output")" = 1 ] || fail "one cause is told several times: $output"
exits 1 "$plumb" -C project doctor all --output json
grep -q '"health": "bad"' <<<"$output" || fail "$output"

# Keys that others may read, a history that was changed.
touch home/.ssh/id_ed25519 && chmod 644 home/.ssh/id_ed25519
exits 0 "$plumb" -C project doctor
says 'look  others may read the key'
if command -v sqlite3 >/dev/null; then
  mkdir root
  exits 0 "$plumb" -C project --root "$work/root" --on here --yes apply
  sqlite3 project/.plumb/history.db "UPDATE run SET operator = 'mallory@desk'"
  exits 1 "$plumb" -C project doctor
  says 'bad   its history is broken at run'
fi
sed -i 's/directory/directories/' project/plumb.yaml
exits 3 "$plumb" -C project doctor
says 'PL1105'
says 'its history is'
