# What the language says beyond resources: checks, outputs, parts of templates, data, and plans for some addresses.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc" "$root/srv"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"

mkdir -p project/templates/parts project/data project/vars
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: language
inputs:
  port: {type: integer, default: 80}
  token: {type: string, sensitive: true, default: correct-horse-battery}
data: {zones: data/zones.csv}
values_from: {first_of: ["vars/${facts.os.family}.yaml", vars/default.yaml]}
checks:
  - condition: inputs.port < 1024
    message: ${inputs.port} is no port of the system
  - condition: facts.arch != ''
    message: never told
outputs:
  url: http://${host.name}:${inputs.port}/
  count: {value: "${size(data.zones)}", type: integer}
  token: ${inputs.token}
resources:
  - file: /srv/site
    template: {first_of: ["templates/${facts.os.family}", templates/site]}
  - file: /srv/other
    content: ${values.name}
YAML
printf 'name,ttl\nexample.org,300\n' >project/data/zones.csv
printf 'name: by default\n' >project/vars/default.yaml
printf 'name: of the family\n' >project/vars/unknown.yaml
printf '%%{ for z in data.zones ~}\n%%{ include "parts/zone" with zone = z ~}\n%%{ endfor ~}\n' >project/templates/site
printf '${zone.name} ${zone.ttl}\n' >project/templates/parts/zone
printf "never\n" >project/templates/none
run() { "$plumb" -C project --root "$root" "$@"; }

exits 0 run validate
exits 3 run validate --set port=8080
says 'PL1123'
says '8080 is no port of the system'

exits 3 run plan --address file:/srv/sit
says 'PL1303'
exits 0 run plan --address 'file:/srv/s*'
says 'that match file:/srv/s*'
says '1 is left out'
says_not 'file:/srv/other'
exits 0 run apply --yes --start-at file:/srv/other
[ ! -e "$root/srv/site" ] || fail 'what comes before the start was done'
[ -e "$root/srv/other" ] || fail 'the start was not done'

exits 0 run apply --yes
says 'Outputs:'
says 'url: http://localhost:80/'
says 'token: (sensitive)'
says_not correct-horse
[ "$(cat "$root/srv/site")" = 'example.org 300' ] || fail 'the template is wrong'
exits 0 run output url
says 'http://localhost:80/'
exits 0 run output --output json
says '"count": 1'
says_not correct-horse
exits 3 run output ulr
says 'did you mean `url`?'

# --- an attribute that is null is not given: what is there stays
mkdir -p nothing
cat >nothing/plumb.yaml <<'YAML'
plumb: v1
project: nothing
inputs: {mode: {type: [string, "null"], default: null}}
resources:
  - file: /srv/kept
    content: "kept\n"
    mode: ${inputs.mode}
    state: "${inputs.mode == null ? null : 'present'}"
YAML
exits 0 "$plumb" -C nothing --root "$root" apply --yes --set mode=0600
[ "$(stat -c %a "$root/srv/kept")" = 600 ] || fail 'the mode was not given'
exits 0 "$plumb" -C nothing --root "$root" apply --yes
[ "$(stat -c %a "$root/srv/kept")" = 600 ] || fail 'a mode that nobody asks for was changed'
exits 0 "$plumb" -C nothing --root "$root" graph --output json
says_not '"mode"'
says '"state": "present"'
