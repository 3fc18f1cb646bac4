# What an editor shows in a project, as the real yaml-language-server tells it by the schemas that `init` and `schema
# export` write.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

npm=$PLUMB_BIN/../npm
reason=$("$PLUMB_SOURCE/testdata/tools/npm_package" "$npm" yaml-language-server@1) || skip "$reason"
# server FILE… for what is wrong there, FILE:LINE:COLUMN for what is offered there.
server() { node "$PLUMB_SOURCE/testdata/editor/yaml_language_server.js" "$npm" "$@"; }

# The starter project is quiet at once.
exits 0 "$plumb" init web
says 'made web/.plumb/schemas'
cd web
exits 0 server plumb.yaml hosts.yaml
[ -z "$output" ] || fail "the starter project has findings: $output"

# In a clone they are made anew, and nothing else is touched.
rm -r .plumb/schemas
exits 0 "$plumb" init .
[ "$output" = 'made ./.plumb/schemas' ] || fail "init says: $output"
exits 1 "$plumb" init .
says 'plumb.yaml is there already'

mkdir -p modules/site resources
cat >modules/site/module.yaml <<'YAML'
# yaml-language-server: $schema=../../.plumb/schemas/module.json
plumb: v1
description: One site.
inputs:
  port: {type: integer, minimum: 1}
  level: {type: string, enum: [debug, info], default: info}
resources:
  - directory: /srv/${inputs.level}
outputs:
  folder: /srv/${inputs.level}
YAML
cat >resources/web.yaml <<'YAML'
# yaml-language-server: $schema=../.plumb/schemas/included.json
resources:
  - package: nginx
    state: latest
YAML
cat >plumb.yaml <<'YAML'
# yaml-language-server: $schema=.plumb/schemas/project.json
plumb: v1
project: web
inputs:
  sites: {type: array, default: [], items: {type: object, required: [name], properties: {name: {type: string}}}}
  http_port: {type: integer, default: 80}
include: [resources/*.yaml]
resources:
  - use: ./modules/site
    id: first
    with: {port: 8080, level: debug}
  - use: ./modules/site
    for_each: {site: "${inputs.sites}"}
    id: ${site.name}
    with:
      port: ${inputs.http_port}
  - file: /etc/${inputs.http_port}/${facts.hostname}
    content: |
      on ${facts.hostname}
    mode: 0644
    owner: 1000
    group: adm
    backup: ${inputs.http_port > 80}
  - command: build
    run: [make, all]
    env: {JOBS: 2, LANG: no}
    timeout: 5m
  - user: deploy
    uid: ${inputs.http_port}
    groups: [adm, 27]
    expires: 2030-01-31
YAML
cat >hosts.yaml <<'YAML'
# yaml-language-server: $schema=.plumb/schemas/inventory.json
plumb: v1
groups:
  web: {inputs: {http_port: 8080}}
hosts:
  web[01:03]: {groups: [web]}
  bare:
YAML
exits 0 "$plumb" validate
exits 0 "$plumb" schema export
exits 0 server plumb.yaml hosts.yaml modules/site/module.yaml resources/web.yaml
[ -z "$output" ] || fail "a good project has findings: $output"

# finds LINE TEXT: the line gives this finding and nothing else is said of it.
finds() {
  [ "$(grep -c "^bad.yaml:$1:" <<<"$output")" = 1 ] || fail "not one finding in line $1 of: $output"
  grep -q "^bad.yaml:$1:.*$2" <<<"$output" || fail "line $1 does not say '$2' in: $output"
}
cat >bad.yaml <<'YAML'
# yaml-language-server: $schema=.plumb/schemas/project.json
plumb: v1
project: web
resources:
  - fiel: /etc/motd
  - file: /etc/motd
    contnet: Welcome.
  - service: nginx
    state: runing
  - file: etc/motd
  - user: deploy
    uid: many
  - use: ./modules/site
    with: {port: many}
  - use: ./modules/site
    with: {port: 80, prot: 80}
  - use: ./modules/site
    with: {}
  - file: /etc/issue
    content: a
    source: b
YAML
exits 0 server bad.yaml
finds 5 'a resource begins with its kind, one of: alternatives, apache_module, '
finds 7 'contnet is not allowed'
finds 9 'Valid values: "running", "stopped"'
finds 10 'expected an absolute path'
finds 12 'expected a whole number, or an expression'
finds 14 'expected a whole number'
finds 16 'prot is not allowed'
finds 18 'Missing property "port"'
says 'only one of these may be given: content, source, template'

sed -i 's/http_port: 8080/http_port: many/' hosts.yaml
exits 0 server hosts.yaml
says 'hosts.yaml:4:29'

# offers LABEL…: these, and what they insert.
offers() {
  local label
  for label; do
    grep -q "^$label | .*$label" <<<"$output" || fail "$label is not offered in: $output"
  done
}
cat >new.yaml <<'YAML'
# yaml-language-server: $schema=.plumb/schemas/project.json
plumb: v1
project: web
resources:
  - f
  - service: nginx
    s
  - use: ./modules/site
    with:
      l
  - use: 
  - package: nginx
    state: 
YAML
exits 0 server new.yaml:5:6
offers command directory file group line link package service use user
exits 0 server new.yaml:7:6
offers state enabled restart_on when for_each
says_not 'content |'
exits 0 server new.yaml:10:8
offers port level
exits 0 server new.yaml:11:10
offers ./modules/site
exits 0 server new.yaml:13:12
offers present absent latest
