# The story of a team: ana writes plans, ana and ben approve them on their machines, a pipeline whose only key is bound to
# the strict executor applies them, and a pipeline that was taken over cannot do anything else. The host is this machine, of
# which /etc and /usr/local are copies that only this test sees.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
if [ -z "${PLUMB_APART:-}" ]; then
  [ -x /usr/sbin/sshd ] || skip 'no sshd here'
  command -v ssh-keygen >/dev/null || skip 'no ssh-keygen here'
  command -v python3 >/dev/null || skip 'no python3 here'
  [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || skip 'this needs root, and namespaces'
  code=0
  PLUMB_APART=1 unshare --mount --propagation private bash "$PLUMB_SOURCE/testdata/e2e/strict_test.sh" || code=$?
  exit $code
fi
cp -a /etc "$work/etc"
mount --bind "$work/etc" /etc
rm -rf /etc/plumb
mount -t tmpfs -o mode=755 plumb-test /usr/local
mkdir -p /run/sshd
server=
trap 'kill $server 2>/dev/null; umount /usr/local /etc; rm -rf "$work"' EXIT

for key in host root ci ana ana2 ben zoe; do ssh-keygen -q -t ed25519 -N '' -C $key -f $key; done
port=$(perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0); bind(S,sockaddr_in(0,INADDR_LOOPBACK)); print((sockaddr_in(getsockname(S)))[0])')
cp root.pub authorized_keys
printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $work/host" 'PidFile none' 'UsePAM no' 'StrictModes no' \
  'PasswordAuthentication no' 'PermitRootLogin yes' "AuthorizedKeysFile $work/authorized_keys" \
  'Subsystem sftp internal-sftp' >sshd.conf
/usr/sbin/sshd -D -f "$work/sshd.conf" 2>/dev/null &
server=$!
for _ in $(seq 600); do
  ssh-keyscan -p "$port" 127.0.0.1 2>/dev/null | grep -q . && break
  sleep 0.05
done
cat >config <<CONFIG
Host *
  HostName 127.0.0.1
  Port $port
  User root
  IdentitiesOnly yes
  UserKnownHostsFile $work/known
CONFIG
printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 host.pub)" >known

mkdir -p project/trust project/policy site
{
  for key in ana ana2; do printf 'ana@example.com %s\n' "$(cut -d' ' -f1,2 $key.pub)"; done
  printf 'ben@example.com %s\n' "$(cut -d' ' -f1,2 ben.pub)"
} >project/trust/signers
cat >project/plumb.yaml <<YAML
plumb: v1
project: shop
trust: {allowed_signers: trust/signers, require_signature: false, require_approvals: 2}
policy: [policy]
inputs: {greeting: {type: string, default: hello}}
resources:
  - file: $work/site/motd
    content: "\${inputs.greeting}\n"
  - command: build
    run: ["/bin/sh", "-c", "echo built >$work/site/built"]
    unless: ["/bin/sh", "-c", "test -e $work/site/built"]
YAML
cat >project/policy/persons.yaml <<'YAML'
plumb: v1
rules:
  - name: two-persons
    for: plan
    require: {approvals: 2}
    message: plans of the shop need two persons
YAML
printf 'plumb: v1\ndefaults: {ssh_config: %s/config, identity_files: [%s/root]}\nhosts: {web1: {}, web2: {}}\n' "$work" "$work" \
  >project/hosts.yaml

run() { exits "$1" "$plumb" -C project --yes "${@:2}"; }
plan() { run 0 plan --on web1 -o "$work/$1" "${@:2}"; }
approve() { # PLAN KEY…
  local file=$1 key
  shift
  for key in "$@"; do run 0 approve "$work/$file" --key "$work/$key" --reason "by $key"; done
}
frames() { exits 0 python3 "$PLUMB_SOURCE/testdata/e2e/strict_frames.py" "ssh -F $work/config -i $work/ci web1" "$1"; }

# Root lays the charter over a login of their own, and binds the pipeline's key to it.
run 1 charter check web1
says 'it is not strict'
run 0 charter apply web1
says 'laid /etc/plumb/charter.json and /usr/local/libexec/plumb/plumb-exec'
line=$(grep '^restrict,command="/usr' <<<"$output")
printf '%s\n' "${line/KEY/$(cat ci.pub)}" >authorized_keys
sed -i "s|$work/root|$work/ci|" project/hosts.yaml
run 0 charter check web1
says 'web1 is strict: plans of shop that 2 persons of 3 keys have approved'
run 0 charter show web1
says '"host":"web1"'
[ "$(sed -n 's/^PL[^{]*//; /^{/p' <<<"$output")" = "$(cat /etc/plumb/charter.json)" ] || fail 'another charter is shown'

# The key opens nothing else.
ssh -F config -i ci web1 "touch $work/evil" </dev/null >/dev/null
[ ! -e evil ] || fail 'the key runs programs'
! sftp -F config -i ci -b /dev/null web1 >/dev/null 2>&1 || fail 'the key opens files'
! timeout 20 ssh -F config -i ci -o ExitOnForwardFailure=yes -N -R 127.0.0.1:0:127.0.0.1:1 web1 >/dev/null 2>&1 ||
  fail 'the key forwards ports'
run 1 run --on web1 -- touch "$work/evil"
says 'PL7008'
[ ! -e evil ] || fail 'a program ran'

# A plan reads; programs of the project are not run for it.
plan plan.json
says '1 to create, 1 to run on 1 host'
says 'is asked when its turn comes'
[ ! -e site/motd ] || fail 'a plan changed something'

# The pipeline's own checks hold it back, as long as it has them.
run 5 apply "$work/plan.json"
says 'PL7004'
# From here on they are switched off: what the project says, whoever has the pipeline can change.
sed -i '/^trust:\|^policy:/d' project/plumb.yaml
signers="--allowed-signers $work/project/trust/signers"
plan plan.json
run 5 apply --on web1
says 'PL7008'
run 5 apply "$work/plan.json"
says 'nobody has approved the plan'
approve plan.json ana
says 'command:build: its guards are asked when its turn comes'
approve plan.json ana2
run 5 apply "$work/plan.json"
says 'the charter of this host asks for 2 persons behind the plan, and there is 1'
approve plan.json zoe
run 5 apply "$work/plan.json"
says 'is not among the allowed signers'
[ ! -e site/motd ] || fail 'one person was enough'

# An older plan, of the same record, that was approved and not applied.
cp plan.json older.json
plan older.json --set greeting=older
approve older.json ana ben
# One that has expired, and one for another host.
plan expired.json --set greeting=expired
run 0 approve "$work/expired.json" --key "$work/ana" --for 1s --reason ana
run 0 approve "$work/expired.json" --key "$work/ben" --for 1s --reason ben
run 0 plan --on web2 -o "$work/other.json" --set greeting=other
approve other.json ana ben

# What a controller sends that was taken over: frames of its own.
frames '{"message": "execute", "argv": ["/usr/bin/touch", "'"$work"'/evil"]}'
says 'hello as web1'
says 'refused PL7008 this host is strict'
frames '{"message": "apply", "project": "shop", "run": "r", "plan": "sha256:'"$(printf %064d 0)"'", "actions": []}'
says 'refused PL7008 this host is strict'
frames '{"message": "change_locks", "project": "shop", "lock": ["file:*"], "owner": "evil", "seconds": 60}'
says 'PL7008'
frames '{"message": "observe", "project": "other", "resources": []}'
says 'does not name the project `other`'
frames '{"message": "observe", "project": "shop", "resources": [{"address": "command:x", "attributes": {"run": ["/bin/true"], "unless": ["/bin/sh", "-c", "touch '"$work"'/evil"]}}]}'
frames '{"message": "read", "sources": [{"command": ["/usr/bin/touch", "'"$work"'/evil"]}]}'
[ ! -e evil ] || fail 'a program ran that nobody has approved'
# The key that opens what comes sealed is told to nobody, under no name.
frames '{"message": "recipient"}'
says recipient
ln -f /var/lib/plumb/host.key /var/lib/plumb/another || fail 'there is no key'
for file in host.key another; do
  frames '[{"message": "collect", "path": "/var/lib/plumb/'$file'"}, {"message": "read", "sources": [{"file": "/var/lib/plumb/'$file'"}]}]'
  says 'the key to which secret values for this host are sealed'
  says_not AGE-SECRET
done
rm /var/lib/plumb/another
frames '{"message": "envelope", "file": b"age-encryption.org/v1\n"}'
says PL7010
whole='{"message": "apply", "project": "shop", "run": "r", "plan": "", "actions": [], "cover": CHANGED}'
tampered() { # CHANGE WORDS
  frames "(lambda c: ($1, ${whole/CHANGED/c})[-1])(cover('$work/${3:-older.json}', '${4:-web1}'))"
  says "$2"
  [ ! -e site/motd ] || fail "carried out: $1"
}
tampered 'c.update(slice=flip(c["slice"]))' 'PL7008'
tampered 'c["statements"][0].update(statement=flip(c["statements"][0]["statement"]))' 'PL7008'
tampered 'c["statements"][0].update(signature=flip(c["statements"][0]["signature"], 200))' 'PL7008'
tampered 'c.update(actions=c["actions"].replace("older", "evil").replace("built", "evil"))' 'are not those of the slice'
tampered 'c.update(index=1)' 'do not lead to what ana@example.com has approved'
tampered 'c.update(path=["sha256:" + "0" * 64])' 'do not lead to what ben@example.com has approved'
tampered 'c.update(statements=c["statements"][:1])' 'and there is 1'
tampered '0' 'the slice is of the host web2, and by its charter this one is web1' other.json web2
sleep 2
tampered '0' 'it was valid until' expired.json
# The charter itself.
kept=$(cat /etc/plumb/charter.json)
printf '%s' "${kept/web1/wfb1}" >/etc/plumb/charter.json
frames '[]' && says 'hello as wfb1'
run 5 apply "$work/older.json"
says 'by its charter this one is wfb1'
printf '%s' "${kept/statement/statfment}" >/etc/plumb/charter.json
run 1 plan --on web1
says 'PL7007'
printf '%s' "$kept" >/etc/plumb/charter.json
chmod g+w /etc/plumb/charter.json
run 1 plan --on web1
says '/etc/plumb/charter.json can be written by others than root'
chmod g-w /etc/plumb/charter.json

# Two persons: it is carried out, to the letter, once.
approve plan.json ben
run 0 apply "$work/plan.json"
says '2 changed'
applied=$("$plumb" -C project history --limit 1 | grep -oE "[0-9]{8}T[0-9]{6}Z-[0-9a-f]+" | head -n 1)
[ "$(cat site/motd)" = hello ] && [ "$(cat site/built)" = built ] || fail 'it was not carried out'
run 0 apply "$work/plan.json"
# From now on its guard is asked, and the next plan is empty.
plan next.json
says 'Nothing to change'
run 5 apply "$work/older.json"
says 'the plan was made when the record of this host had the serial'
[ "$(cat site/motd)" = hello ] || fail 'an older plan was replayed'

# A plan that failed half way goes on by its file. What ran without a guard runs no more for it.
cp project/plumb.yaml whole.yaml
cat >>project/plumb.yaml <<YAML
  - command: counts
    run: ["/bin/sh", "-c", "echo one >>$work/site/counted"]
  - command: breaks
    run: ["/bin/sh", "-c", "test -e $work/site/go"]
YAML
plan half.json
approve half.json ana ben
run 1 apply "$work/half.json"
says "Go on with: plumb -C project apply $work/half.json"
says_not '--resume'
touch site/go
run 0 apply "$work/half.json"
says 'it ran when this plan was begun'
[ "$(cat site/counted)" = one ] || fail 'what had run ran once more'
mv whole.yaml project/plumb.yaml

# A question that a strict host is not asked keeps its code.
sed -i "s|^inputs:|readings: {who: {command: [/usr/bin/id], type: string}}\n&|; s|inputs.greeting}|readings.who}|" project/plumb.yaml
run 1 plan --on web1
says 'PL7008'
says 'the reading `who`: this host is strict'
sed -i '/^readings:/d; s|readings.who}|inputs.greeting}|' project/plumb.yaml

# What takes the place of the charter is signed as it asks.
run 3 charter apply web1 $signers --approvals 1
says 'has to be signed'
run 0 charter apply web1 $signers --approvals 1 -o "$work/charter.next"
for who in ana zoe; do
  ssh-keygen -q -Y sign -n charter@plumbline -f $who charter.next 2>/dev/null
  mv charter.next.sig charter.$who.sig
done
run 1 charter apply web1 --statement "$work/charter.next" --signature "$work/charter.ana.sig" \
  --signature "$work/charter.zoe.sig"
says 'asks for 2 persons behind this change'
ssh-keygen -q -Y sign -n charter@plumbline -f ben charter.next 2>/dev/null
run 0 charter apply web1 --statement "$work/charter.next" --signature "$work/charter.ana.sig" \
  --signature "$work/charter.next.sig"
cmp charter.next /etc/plumb/charter.json || fail 'another charter lies there'
run 1 charter apply web1 --statement "$work/charter.next" --signature "$work/charter.next.sig"
says 'takes the place of another one'
# And of the executor.
# In its place and not into it: one that runs cannot be written to.
cp -p /usr/local/libexec/plumb/plumb-exec /usr/local/libexec/plumb/another
printf x >>/usr/local/libexec/plumb/another
mv /usr/local/libexec/plumb/another /usr/local/libexec/plumb/plumb-exec
run 2 charter check web1 $signers --approvals 1
says "not this plumb's own"
run 0 charter apply web1 --executor -o "$work/executor.next"
run 1 charter apply web1 --statement "$work/executor.next"
ssh-keygen -q -Y sign -n executor@plumbline -f ben executor.next 2>/dev/null
run 0 charter apply web1 --statement "$work/executor.next" --signature "$work/executor.next.sig"
run 0 charter check web1 $signers --approvals 1
cmp "$PLUMB_BIN/plumb-exec" /usr/local/libexec/plumb/plumb-exec || fail 'another executor lies there'

# An auditor needs stock tools.
id=$(sha256sum plan.json | cut -d' ' -f1)
for who in ana ben; do
  found=
  for statement in plan.json.approvals/*.json; do
    ssh-keygen -Y verify -f project/trust/signers -I $who@example.com -n approval@plumbline -s "${statement%json}sig" \
      <"$statement" >/dev/null 2>&1 || continue
    grep -q "\"plan\":\"sha256:$id\"" "$statement" && found=1
  done
  [ -n "$found" ] || fail "$who's approval of the plan cannot be checked"
done

# The next day it is taken back, by a plan like any other.
run 0 undo "$applied" --address 'file:*' -o "$work/undo.json"
run 5 apply "$work/undo.json"
says 'nobody has approved the plan'
approve undo.json ben
run 0 apply "$work/undo.json"
[ ! -e site/motd ] || fail 'it was not taken back'
