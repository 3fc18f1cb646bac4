# Keys and certificates by the host's own openssl and ssh-keygen: made, found again, renewed, and kept where they are.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in openssl ssh-keygen; do command -v $program >/dev/null || skip "no $program here"; done

exits 0 "$plumb" init project
resources() { { printf 'plumb: v1\nproject: keys\ninputs:\n  phrase: {type: string, sensitive: true, default: "open sesame"}\nresources:\n'; cat; } >project/plumb.yaml; }
run() { "$plumb" -C project "$@"; }
last() { sed -n 's/.*Run \([0-9TZ]*-[0-9a-f]*\).*/\1/p' <<<"$output" | tail -n 1; }
all() {
  resources <<YAML
  - private_key: $work/ca.key
    type: ecdsa
    passphrase: \${inputs.phrase}
  - certificate: $work/ca.pem
    key: $work/ca.key
    passphrase: \${inputs.phrase}
    common_name: Our own
    subject: {C: DE, O: 'A "name", and \$more'}
    ca: true
    path_length: 0
    days: 3650
  - private_key: $work/app.key
    bits: 2048
    mode: "0640"
  - certificate: $work/app.pem
    key: $work/app.key
    names: [www.example.com, "2001:db8::1", 192.0.2.1, "URI:https://a.example/b;c"]
    key_usage: [digitalSignature, keyEncipherment]
    extended_key_usage: [serverAuth]
    ca_certificate: $work/ca.pem
    ca_key: $work/ca.key
    ca_passphrase: \${inputs.phrase}
  - certificate: $work/self.pem
    key: $work/app.key
    common_name: www.example.com
    days: 30
  - certificate_request: $work/app.csr
    key: $work/app.key
    common_name: www.example.com
    key_usage: [digitalSignature]
  - ssh_keypair: $work/id_ed25519
    comment: deploy's
  - ssh_keypair: $work/id_rsa
    type: rsa
    bits: 2048
YAML
}
all
exits 0 run plan
says '+ private_key:'
says 'valid from the moment in which it is made'
exits 0 run apply --yes
says_not sesame
exits 0 run plan --detailed-exitcode
openssl verify -CAfile ca.pem app.pem >/dev/null || fail 'the CA did not sign it'
openssl x509 -in app.pem -noout -ext subjectAltName | grep -q 'IP Address:2001:DB8' || fail 'the names'
openssl req -in app.csr -noout -verify 2>&1 | grep -qi 'ok' || fail 'the request'
grep -q ENCRYPTED ca.key || fail 'the passphrase'
[ "$(stat -c %a app.key)" = 640 ] && [ "$(stat -c %a ca.key)" = 600 ] || fail 'modes'
[ "$(ssh-keygen -y -f id_ed25519 | cut -d ' ' -f 1,2)" = "$(cut -d ' ' -f 1,2 id_ed25519.pub)" ] || fail 'the pair'
! grep -rq 'PRIVATE KEY' project || fail 'a key is in the project'
[ "$(echo ./*.??????)" = './*.??????' ] || fail "something stays: $(echo ./*.??????)"

# --- a window that its end lies in: made anew, once
before=$(openssl x509 -in self.pem -noout -serial)
sed -i 's/days: 30$/renew_within: 31d/' project/plumb.yaml
exits 0 run plan
says '~ certificate:'
says 'it ends '
says '1 to update'
exits 0 run apply --yes
[ "$(openssl x509 -in self.pem -noout -serial)" != "$before" ] || fail 'it is the old one'
exits 0 run plan --detailed-exitcode

# --- drift: another CA, another key, other words, a public half of somebody else, a key that is gone
all
openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out app.pem -subj /CN=www.example.com -days 100 2>/dev/null
rm app.csr
ssh-keygen -q -t ed25519 -N '' -f other && mv other.pub id_rsa.pub
chmod 644 id_ed25519
rm id_ed25519.pub
exits 0 run plan
says 'fits_key'
says 'signed_by'
says '~ ssh_keypair:'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
openssl verify -CAfile ca.pem app.pem >/dev/null || fail 'not signed again'
grep -q 'ssh-rsa' id_rsa.pub || fail 'the public half of another'
rm app.key
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
openssl verify -CAfile ca.pem app.pem >/dev/null || fail 'not signed for the new key'

# --- a key does not go because it is asked for otherwise
cp app.key app.old
resources <<YAML
  - private_key: $work/app.key
    type: ed25519
YAML
exits 1 run plan
says 'is a key of another type: rsa'
says 'replace: true'
cmp -s app.key app.old || fail 'the key is another'
resources <<YAML
  - private_key: $work/app.key
    type: ed25519
    replace: true
  - certificate: $work/self.pem
    key: $work/app.key
    common_name: www.example.com
YAML
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
openssl pkey -in app.key -noout -text | grep -q ED25519 || fail 'not another key'

# --- who may sign nothing is no CA, and a disk that is full leaves no half of a key
resources <<YAML
  - certificate: $work/below.pem
    key: $work/app.key
    common_name: below.example
    ca_certificate: $work/self.pem
    ca_key: $work/app.key
YAML
exits 1 run plan
says 'is not the certificate of a CA'
if unshare --mount true 2>/dev/null; then
  mkdir full
  resources <<YAML
  - private_key: $work/full/key
YAML
  exits 1 unshare --mount sh -c 'mount -t tmpfs -o size=4k none full && { head -c 9000 /dev/zero >full/zeros 2>/dev/null || true; } &&
    { "$0" -C project apply --yes; code=$?; ls -m full; exit $code; }' "$plumb"
  says 'is the disk full?'
  says_not 'key, zeros'
fi

# --- what is no certificate, or no key, is told before anything is changed
echo "somebody's notes" >notes.txt
resources <<YAML
  - certificate: $work/notes.txt
    key: $work/app.key
    common_name: x
  - certificate: $work/by.pem
    key: $work/notes.txt
    common_name: x
  - certificate: $work/signed.pem
    key: $work/app.key
    common_name: x
    ca_certificate: $work/notes.txt
    ca_key: $work/ca.key
    ca_passphrase: wrong
YAML
exits 1 run plan
says 'notes.txt holds no certificate'
says 'notes.txt holds no private key'
says 'ca.key is a key with another passphrase'
# A key that comes with the same plan is none yet.
resources <<YAML
  - private_key: $work/empty.key
    replace: true
  - certificate: $work/by.pem
    key: $work/empty.key
    common_name: x
YAML
echo nothing >empty.key
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode

# --- what was made goes again, but not what somebody has put in its place
resources <<YAML
  - private_key: $work/phrase.key
    passphrase: \${inputs.phrase}
  - private_key: $work/late.key
YAML
exits 0 run apply --yes
taken=$(last)
openssl genpkey -algorithm ED25519 -out late.key
exits 0 run undo "$taken" --yes
says 'late.key` is left as it is: it was changed since that run'
[ ! -e phrase.key ] || fail 'a key with a passphrase stays'
[ -e late.key ] || fail "undo took somebody's key"

# --- what was made goes again, and what is asked for wrongly is told
resources <<YAML
  - private_key: $work/new.key
  - ssh_keypair: $work/new
YAML
exits 0 run apply --yes
exits 0 run undo "$(last)" --yes
[ ! -e new.key ] && [ ! -e new ] && [ ! -e new.pub ] || fail 'undo leaves something'
resources <<YAML
  - certificate: $work/app.pem
    common_name: x
YAML
exits 3 run validate
says '`key` is missing'
resources <<YAML
  - certificate: $work/app.pem
    key: $work/app.key
YAML
exits 3 run validate
says '`common_name` is missing'
resources <<YAML
  - private_key: $work/x.key
    type: ecdsa
    bits: 2048
YAML
exits 1 run plan
says 'keys of ecdsa have 256, 384 or 521 bits'
