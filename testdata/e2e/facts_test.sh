# What a host tells of itself, in an image whose files say it, and in expressions.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir -p project root/etc root/usr/share/zoneinfo/Europe
printf 'ID=ubuntu\nID_LIKE=debian\nNAME=Ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n' >root/etc/os-release
: >root/usr/share/zoneinfo/Europe/Berlin
ln -s ../usr/share/zoneinfo/Europe/Berlin root/etc/localtime
mkdir root/etc/default
printf '# comment\nLANG="de_DE.UTF-8"\n' >root/etc/default/locale
printf 'search example.com\nnameserver 192.0.2.53\n' >root/etc/resolv.conf
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: facts
resources:
  - file: /told
    when: facts.os.version_major >= 20
    content: "${facts.os.id} ${facts.os.version_major} ${facts.timezone} ${facts.locale} ${facts.dns.servers[0]}\n"
  - file: /never
    when: facts.mounts.exists(m, m.path == '/') || facts.network.address != ''
    content: "an image is not mounted anywhere\n"
YAML
exits 0 "$plumb" -C project --root "$work/root" --yes apply
[ "$(cat root/told)" = 'ubuntu 22 Europe/Berlin de_DE.UTF-8 192.0.2.53' ] || fail "told: $(cat root/told)"
[ ! -e root/never ] || fail 'an image has mounts or an address'
exits 0 "$plumb" -C project facts --output json
says '"interfaces"'
exits 0 "$plumb" -C project --root "$work/root" eval --host localhost facts.cloud.provider
says none

# --- facts of the host's own, typed by the project; what an action of the plan writes decides in a second plan
mkdir -p local root/etc/plumb/facts.d
cat >local/plumb.yaml <<'YAML'
plumb: v1
project: local
facts:
  rack: {type: string, absent: none}
  ports: {type: array, items: {type: integer}, absent: []}
  role: {type: string, enum: [web, db], absent: web}
resources:
  - file: /rack
    content: "${facts.local.rack} ${facts.local.ports.map(p, string(p)).join(',')}\n"
  - file: /etc/plumb/facts.d/role.json
    content: "\"db\"\n"
  - file: /db
    when: facts.local.role == 'db'
    content: "a database\n"
YAML
printf '"r12"\n' >root/etc/plumb/facts.d/rack.json
printf '[80, 443]\n' >root/etc/plumb/facts.d/ports.json
own() { "$plumb" -C local --root "$work/root" "$@"; }
exits 0 own facts
says 'local.rack = r12'
says 'local.ports = [80,443]'
exits 0 own facts --output json
says '"rack": "r12"'
exits 0 own plan -o "$work/own.plan"
says 'facts.local.role may be another after file:/etc/plumb/facts.d/role.json'
# A plan stands on them.
printf '"r13"\n' >root/etc/plumb/facts.d/rack.json
exits 5 own apply "$work/own.plan" --yes
says PL4001
says 'facts.local.rack'
exits 0 own apply --yes
[ "$(cat root/rack)" = 'r13 80,443' ] || fail "rack: $(cat root/rack)"
[ "$(cat root/db)" = 'a database' ] || fail 'the second plan is missing'
exits 0 own plan
says 'Nothing to change'
# What both plans did stands in the last line of events.
rm root/etc/plumb/facts.d/role.json root/db
own apply --yes --output jsonl >events.jsonl 2>errors || fail "$(cat errors)"
tail -n 1 events.jsonl | grep -q '"changed":2' || fail "not both plans are counted: $(tail -n 1 events.jsonl)"
# What a reading decides that is another once the plan is done is not taken for something that nobody declares.
rm root/etc/plumb/facts.d/role.json
exits 0 own apply --prune --yes
says 'create file:/etc/plumb/facts.d/role.json'
says_not 'delete file:/db'
[ "$(cat root/db)" = 'a database' ] || fail 'it went'
exits 0 own plan
says 'Nothing to change'
# What is wrong is told with the file's name; nothing of it is run.
printf '#!/bin/sh\ntouch %s/ran\necho 1\n' "$work" >root/etc/plumb/facts.d/rack.json
chmod 755 root/etc/plumb/facts.d/rack.json
exits 1 own plan
says 'PL2016'
says '/etc/plumb/facts.d/rack.json: '
[ ! -e ran ] || fail 'a fact was run'
printf '{"rack": 7}\n' >root/etc/plumb/facts.d/rack.json
exits 1 own plan
says '/etc/plumb/facts.d/rack.json: what it told must be'
printf '"%070000d"\n' 1 >root/etc/plumb/facts.d/rack.json
exits 1 own plan
says 'it holds more than 64 KiB'
printf '"r13"\n' >root/etc/plumb/facts.d/rack.json
# Only declared ones have a name, and cases give them.
printf 'plumb: v1\nproject: x\nresources:\n  - file: /x\n    content: "${facts.local.moon}"\n' >local/other.yaml
mkdir other && mv local/other.yaml other/plumb.yaml
exits 3 "$plumb" -C other validate
says 'has no field `moon`'
mkdir -p local/tests
cat >local/tests/db.yaml <<'YAML'
plumb: v1
tests:
  - name: a database
    facts: {local: {role: db}}
    expect:
      resources: {"file:/db": {content: "a database\n"}}
YAML
exits 0 "$plumb" -C local test

# --- what no expression reads is not asked for, and a plan stands on what one reads
mkdir bare
printf 'plumb: v1\nproject: bare\nresources:\n  - file: /x\n    content: "${facts.os.id}\\n"\n' >bare/plumb.yaml
exits 0 "$plumb" -C bare --root "$work/root" observe -o bare.snapshot
exits 0 "$plumb" -C bare --root "$work/root" plan -o bare.plan
! grep -q '"readings"' bare.plan || fail 'a plan stands on facts that nothing reads'
mkdir named
printf 'plumb: v1\nproject: named\nresources:\n  - file: /named\n    content: "${facts.dns.servers[0]}\\n"\n' >named/plumb.yaml
named() { "$plumb" -C named --root "$work/root" "$@"; }
exits 0 named observe -o named.snapshot
exits 0 named plan -o named.plan
grep -q '"facts.dns.servers"' named.plan || fail 'a plan does not stand on a fact that it reads'
exits 0 named plan --snapshot named.snapshot -o offline.plan
cmp named.plan offline.plan || fail 'a plan from a snapshot is another'
printf 'nameserver 192.0.2.99\n' >root/etc/resolv.conf
exits 5 named apply named.plan --yes
says 'the fact `facts.dns.servers` is another than when the plan was made'
exits 0 named apply --yes
[ "$(cat root/named)" = 192.0.2.99 ] || fail "named: $(cat root/named)"

# --- block devices, where this machine has some
exits 0 "$plumb" -C bare facts --output json
says '"disks"'
says '"homes"'
exits 0 "$plumb" -C bare eval --host localhost 'facts.homes["root"]'
says /root
exits 0 "$plumb" -C bare eval --host localhost 'facts.disks.all(d, d.bytes > 0 && d.device.startsWith("/dev/"))'
says true

# --- what the history knows of hosts counts as long as the project says, and so does a snapshot
mkdir aged
cat >aged/plumb.yaml <<'YAML'
plumb: v1
project: aged
history: {max_fact_age: 7d}
resources:
  - file: /peers
    content: "${hosts('all').map(h, has(h.facts) ? h.facts.os.id : 'unknown').join(' ')}\n"
YAML
aged() { "$plumb" -C aged --root "$work/root" "$@"; }
exits 0 aged facts
exits 0 aged observe -o aged.snapshot
exits 0 aged plan --snapshot aged.snapshot
says '+ubuntu'
says_not 'max_fact_age'
python3 - <<'PY'
import sqlite3
db = sqlite3.connect("aged/.plumb/history.db")
db.execute("UPDATE facts SET at = '2026-03-01T12:00:00.000Z'")
db.commit()
PY
exits 0 aged plan --snapshot aged.snapshot
says 'what the host told of itself at 2026-03-01T12:00:00.000Z is older than `max_fact_age` allows'
says '+unknown'
sed -i 's/"taken_at":"[^"]*"/"taken_at":"2026-03-01T12:00:00.000Z"/' aged.snapshot
exits 3 aged plan --snapshot aged.snapshot
says PL2106
says 'the snapshot was taken at 2026-03-01T12:00:00.000Z'
exits 0 aged facts
exits 0 aged plan
says_not 'max_fact_age'
says '+ubuntu'
# Longer than any clock has counted.
sed -i 's/7d/150000d/' aged/plumb.yaml
exits 0 aged plan
says_not 'max_fact_age'
says '+ubuntu'
