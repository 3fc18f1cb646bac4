# Users of a web server, by the host's openssl and, where it is there, Apache's htpasswd.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v openssl >/dev/null || skip 'no openssl here'

exits 0 "$plumb" init project
resources() { { printf 'plumb: v1\nproject: users\ninputs:\n  word: {type: string, sensitive: true, default: "open sesame"}\nresources:\n'; cat; } >project/plumb.yaml; }
run() { "$plumb" -C project "$@"; }
last() { sed -n 's/.*Run \([0-9TZ]*-[0-9a-f]*\).*/\1/p' <<<"$output" | tail -n 1; }
user() { # NAME ATTRIBUTES…
  printf '  - htpasswd: %s\n    path: %s/users\n' "$1" "$work"
  shift
  printf '    %s\n' "$@"
}
word='password: ${inputs.word}'
{ user alice "$word"; user bob "$word" 'hash: apr1'; user carol "$word" 'hash: sha256'; } | resources
exits 0 run plan
says_not sesame
exits 0 run apply --yes
says_not sesame
[ "$(cut -d : -f 1 users | tr '\n' ' ')" = 'alice bob carol ' ] || fail "users: $(cat users)"
[ "$(stat -c %a users)" = 600 ] || fail 'its mode'
hash=$(sed -n 's/^alice://p' users)
[ "$(echo 'open sesame' | openssl passwd -6 -salt "$(cut -d '$' -f 3 <<<"$hash")" -stdin)" = "$hash" ] || fail 'another password'
grep -q '^bob:$apr1\$' users && grep -q '^carol:$5\$' users || fail 'another hash'
exits 0 run plan --detailed-exitcode

# --- another password, another hash, a user that goes; other lines, owner and mode stay
printf 'dave:x\n# a remark\n' >>users
chmod 640 users
sed -i 's/^bob:.*/bob:nothing/' users
{ user alice "$word"; user bob "$word" 'hash: sha512'; user carol 'state: absent'; } | resources
exits 0 run plan
says '~ htpasswd:bob'
says '- htpasswd:carol'
says_not '~ htpasswd:alice'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(cut -d : -f 1 users | tr '\n' ' ')" = 'alice bob dave # a remark ' ] || fail "users: $(cat users)"
[ "$(stat -c %a users)" = 640 ] || fail 'its mode is another'

# --- undo takes a user that was added
user eve "$word" | resources
exits 0 run apply --yes
exits 0 run undo "$(last)" --yes
! grep -q eve users || fail 'undo left the user'
printf '  - htpasswd: eve\n    path: %s\n    password: ${inputs.word}\n' "$work/new" | resources
exits 0 run apply --yes
exits 0 run undo "$(last)" --yes
[ ! -e new ] || fail 'undo left the file that came with its user'

if command -v htpasswd >/dev/null; then
  user bob "$word" 'hash: bcrypt' | resources
  exits 0 run apply --yes
  exits 0 run plan --detailed-exitcode
  htpasswd -vb users bob 'open sesame' 2>/dev/null || fail 'bcrypt'
fi
