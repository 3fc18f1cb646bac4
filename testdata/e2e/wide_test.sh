# A fleet of more different hosts than plumb holds graphs of at a time: planned, saved, applied, secrets in their places.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

command -v python3 >/dev/null || skip 'no python3 here'
hosts=1200
{
  printf 'plumb: v1\ndefaults: {connection: {command: [plumb:simulated]}}\nhosts:\n'
  for i in $(seq $hosts); do printf '  h%04d: {inputs: {port: %d, token: token-of-%d}}\n' "$i" $((1000 + i)) "$i"; done
} >hosts.yaml
cat >plumb.yaml <<'YAML'
plumb: v1
project: wide
inputs:
  port: {type: integer}
  token: {type: string, sensitive: true}
resources:
  - file: /srv/port
    content: port ${inputs.port}
  - file: /srv/token
    content: token ${inputs.token}
    sensitive: [content]
YAML

# --- a host has the same plan among many as alone
exits 0 "$plumb" plan -o all.json
exits 0 "$plumb" plan --on h0777 -o one.json
of_one_host() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["hosts"]["h0777"])' "$1"; }
[ "$(of_one_host all.json)" = "$(of_one_host one.json)" ] || fail 'h0777 has another plan among many'
[ "$("$plumb" show all.json --output json | grep -c '"address": "file:/srv/port"')" = $hosts ] || fail 'some hosts lack it'
! grep -q token-of- all.json || fail 'the plan holds a secret'

# --- applied at once, and from the file
exits 0 "$plumb" apply --yes
says "hosts $hosts ok; $((2 * hosts)) changed"
exits 0 "$plumb" apply all.json --yes
says "hosts $hosts ok; $((2 * hosts)) changed"
