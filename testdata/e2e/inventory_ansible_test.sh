# Ansible's inventories give the hosts, groups and values that Ansible itself says.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v ansible-inventory >/dev/null || skip 'ansible-inventory is not installed'
command -v python3 >/dev/null || skip 'python3 is not installed'
# Its temporary files are nobody else's.
export ANSIBLE_HOME="$PWD/ansible" ANSIBLE_LOCAL_TEMP="$PWD/ansible/tmp"

cat >plumb.yaml <<'YAML'
plumb: v1
project: sources
inputs:
  a: {type: [string, "null"], default: null}
  b: {type: [string, "null"], default: null}
  c: {type: [string, "null"], default: null}
  n: {type: [integer, "null"], default: null}
YAML

mkdir -p ini/group_vars ini/host_vars yml/group_vars/web
cat >ini/hosts <<'INI'
lonely a="x y"
[web]
web[01:03] n=0x10
www.example.com:2222 b=kept
[db]
db-[a:c:2] a=1 b=1.50
web02
[db:vars]
a = from db
n = 7
[prod:children]
web
db
[prod:vars]
b=True # a comment
a=prod
[all:vars]
a=all
n=1
[zeta]
web01 a='quoted # text' n=1_000
[alpha]
web01
[alpha:vars]
b=alpha
c=inline
[zeta:vars]
b=zeta
ansible_group_priority=0
INI
printf 'c: beside\n' >ini/group_vars/all.yml
printf 'n: 12\n' >ini/group_vars/db
printf 'a: of the host\n' >ini/host_vars/web03.yaml
cat >yml/hosts.yml <<'YAML'
all:
  vars: {a: all}
  hosts:
    lonely: {n: 3}
  children:
    web:
      hosts:
        web[1:2]: {b: inline}
      vars: {a: web, n: 4}
      children:
        canary:
          hosts: {web2: }
          vars: {n: 5}
    ungrouped: {hosts: {other: }}
    z9:
      children: {canary: }
      vars: {a: z9}
YAML
printf 'b: one\nn: 8\n' >yml/group_vars/web/one.yml
printf 'b: two\n' >yml/group_vars/web/two.yml
printf 'a: canary\nc: no\n' >yml/group_vars/canary.yml

cat >compare.py <<'PY'
import json, subprocess, sys
inventory, plumb = sys.argv[1], sys.argv[2]
theirs = json.loads(subprocess.run(["ansible-inventory", "-i", inventory, "--list"], check=True, stdout=subprocess.PIPE).stdout)
ours = json.loads(subprocess.run([plumb, "hosts", "--output", "json"], check=True, stdout=subprocess.PIPE).stdout)
variables = theirs.pop("_meta")["hostvars"]
def members(group):
    found = set(theirs.get(group, {}).get("hosts", []))
    for child in theirs.get(group, {}).get("children", []):
        found |= members(child)
    return found
faults = []
hosts = members("all")
if hosts != set(ours):
    faults.append(f"hosts {sorted(hosts)} / {sorted(ours)}")
for host in sorted(hosts & set(ours)):
    groups = {group for group in theirs if group != "all" and host in members(group)}
    if groups != set(ours[host]["groups"]):
        faults.append(f"{host}: groups {sorted(groups)} / {ours[host]['groups']}")
    for name in ("a", "b", "c", "n"):
        wanted = variables.get(host, {}).get(name)
        got = ours[host]["inputs"].get(name, {}).get("value")
        # Inputs are typed by the project; Ansible's numbers and truths are compared as they are written.
        if isinstance(got, str) and not isinstance(wanted, str) and wanted is not None:
            got, wanted = {"no": "false"}.get(got, got.lower()), str(wanted).lower()
        if wanted != got:
            faults.append(f"{host}: {name} {wanted!r} / {got!r}")
    port = variables.get(host, {}).get("ansible_port")
    if port and f":{port}" not in ours[host]["connection"]:
        faults.append(f"{host}: port {port} / {ours[host]['connection']}")
print("\n".join(faults))
sys.exit(1 if faults else 0)
PY
export HOME=$work  # nobody's ansible.cfg
for inventory in ini/hosts ini yml/hosts.yml yml; do
  printf 'plumb: v1\nsources:\n  - ansible: %s\n' "$inventory" >hosts.yaml
  exits 0 "$plumb" hosts
  exits 0 python3 compare.py "$inventory" "$plumb"
done
# What Ansible says of an inventory is an inventory too.
printf 'plumb: v1\nsources:\n  - command: [ansible-inventory, -i, ini/hosts, --list]\n' >hosts.yaml
exits 0 python3 compare.py ini/hosts "$plumb"
