# What works without reaching a host: values of expressions, plans from a snapshot, cases, differences of revisions.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"

mkdir -p project/modules/site/tests project/tests
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: offline
inputs:
  port: {type: integer, default: 80}
  token: {type: string, sensitive: true, default: correct-horse}
resources:
  - use: ./modules/site
    with: {port: "${inputs.port}"}
  - file: /etc/token
    content: ${inputs.token}
    mode: "0600"
YAML
cat >project/modules/site/module.yaml <<'YAML'
plumb: v1
inputs:
  port: {type: integer}
resources:
  - file: /etc/site.conf
    content: |
      listen ${inputs.port};
outputs:
  url: http://${host.name}:${inputs.port}/
YAML
cat >project/hosts.yaml <<'YAML'
plumb: v1
hosts:
  localhost: {connection: local}
YAML
run() { "$plumb" -C project --root "$root" "$@"; }

# The project has a secret, so it gets a key with its first plan.
exits 0 run plan

# --- eval
exits 0 run eval 'inputs.port + 1'
[ "$output" = 81 ] || fail "eval prints $output"
exits 0 run eval --host localhost '[host.name, modules.site.url]'
[ "$output" = '["localhost", "http://localhost:80/"]' ] || fail "eval prints $output"
exits 0 run eval --host localhost 'facts.image'
[ "$output" = true ] || fail "eval prints $output"
exits 0 run eval inputs.token
[ "$output" = '(sensitive)' ] || fail "eval prints $output"
exits 0 run eval facts.arch
exits 3 run eval inputs.prt
says 'did you mean'
exits 1 run eval '1 / (inputs.port - 80)'
says 'division by zero'
printf '%s\n' '{"expr": "x + 1", "bindings": {"x": {"int": "1"}}}' '{"expr": "1 +", "check_only": true}' >cases.jsonl
exits 0 "$plumb" eval --jsonl <cases.jsonl
says '{"value":{"int":"2"}}'
says '{"error":'
printf '%s\n' '{"expr": "\"\\x1b\\x7f\\u0085\\u202e\""}' >cases.jsonl
"$plumb" eval --jsonl <cases.jsonl >answers.jsonl
printf '{"value":{"string":"\\u001b\x7f\xc2\x85\xe2\x80\xae"}}\n' >wanted.jsonl
cmp answers.jsonl wanted.jsonl || fail "the answer is no JSON, or another text: $(cat -A answers.jsonl)"

# --- a snapshot plans as the host itself would
exits 0 run observe -o before.snapshot
exits 0 run plan -o online.json
exits 0 run plan --snapshot before.snapshot -o offline.json
cmp online.json offline.json || fail 'the plan of the snapshot is another'
exits 0 run apply --yes
exits 0 run plan --snapshot before.snapshot -o offline.json
cmp online.json offline.json || fail 'a snapshot does not stay what it was'
exits 0 run observe -o after.snapshot
exits 0 run diff --snapshot after.snapshot
exits 2 run diff --snapshot after.snapshot --set port=81
says '~ site/file:/etc/site.conf'
# What somebody wrote into it is judged like what a host says.
sed 's/"mode":"0600"/"mode":384/g' after.snapshot >edited.snapshot
! cmp -s edited.snapshot after.snapshot || fail 'nothing was edited'
exits 1 run plan --snapshot edited.snapshot
says 'PL2105'
says '`mode` as a number'
! grep -qF correct-horse ./*.snapshot || fail 'a secret stands in a snapshot'
head -c 300 after.snapshot >short.snapshot
exits 3 run plan --snapshot short.snapshot
says PL2105
cat >>project/plumb.yaml <<'YAML'
  - directory: /srv/new
YAML
exits 1 run plan --snapshot after.snapshot
says PL2106
sed -i '/srv.new/d' project/plumb.yaml

# --- a host's plan is the same whatever hosts were planned before it
mkdir fleet
cat >fleet/plumb.yaml <<'YAML'
plumb: v1
project: fleet
inputs:
  owner: {type: string}
  mode: {type: string, default: "0644"}
  first: {type: string}
  token: {type: string, sensitive: true, default: correct-horse}
resources:
  - file: /etc/token
    content: ${inputs.token} of ${host.name}
  - user: web
  - user: mail
  - file: /etc/motd
    content: hello
  - file: /srv/site
    content: this is ${host.name}
    owner: ${inputs.owner}
    mode: ${inputs.mode}
    after: ["${inputs.first}"]
  - file: /srv/${inputs.owner}
    content: ${inputs.mode}
YAML
facts=$(sed -n '2s/^{"facts":\({.*}\),"host":".*/\1/p' after.snapshot)
awk -v facts="$facts" 'BEGIN {
  print "plumb: v1\nhosts:"
  snapshot = "fleet/snapshot"
  print "{\"plumb\":\"snapshot/v1\",\"project\":\"fleet\",\"taken_at\":\"\"}" > snapshot
  for (h = 1; h <= 60; ++h) {
    owner = int(h / 3) % 2 ? "web" : "mail"
    printf "  h%d: {inputs: {owner: %s, first: \"file:/%s\"%s}}\n", h, owner, (h == 10 ? "srv/" owner : "etc/motd"),
           (h % 5 ? "" : ", mode: \"0600\"")
    printf "{\"facts\":%s,\"host\":\"h%d\",\"record\":{\"serial\":0},\"resources\":{", facts, h > snapshot
    split("file:/etc/motd file:/srv/site file:/srv/web file:/srv/mail user:web user:mail file:/etc/token", all, " ")
    for (i = 1; i <= 7; ++i)
      printf "%s\"%s\":{\"observed\":{\"attributes\":{},\"exists\":false}}", (i == 1 ? "" : ","), all[i] > snapshot
    print "}}" > snapshot
  }
}' >fleet/hosts.yaml
planned_alike() { # HOST…
  exits 0 "$plumb" -C fleet plan --snapshot fleet/snapshot -o fleet.json
  for host; do
    exits 0 "$plumb" -C fleet plan --snapshot fleet/snapshot --on "$host" -o alone.json
    sed 's/.*"hosts":{\(.*\)},"inputs":.*/\1/' alone.json >alone
    [ "$(head -c 20 alone | grep -c "\"$host\":{\"actions\":")" = 1 ] || fail "no plan of $host: $(cat alone.json)"
    grep -qF -f alone fleet.json || fail "among others $host has another plan than alone"
  done
}
planned_alike h1 h2 h3 h4 h9 h10 h11 h15 h16 h24
# Without this most hosts differ from the last one in contents alone.
sed -i '/after:/d' fleet/plumb.yaml
planned_alike h1 h2 h3 h15 h16 h24 h35 h36 h37 h38 h39 h40 h58 h59 h60

# --- cases
cat >project/tests/site.yaml <<'YAML'
plumb: v1
tests:
  - name: a new host
    expect:
      actions: {"site/file:/etc/site.conf": create, file:/etc/token: create}
      resources: {"site/file:/etc/site.conf": {content: "listen 80;\n"}}
  - name: another port
    as_declared: true
    inputs: {port: 8080}
    observed: {"site/file:/etc/site.conf": {content: "listen 80;\n"}}
    expect: {actions: {"site/file:/etc/site.conf": update}}
YAML
cat >project/modules/site/tests/url.yaml <<'YAML'
plumb: v1
tests:
  - name: gives its address
    host: web1
    inputs: {port: 81}
    expect: {outputs: {url: http://web1:81/}}
YAML
exits 0 run test --junit results.xml
says 'ok    modules/site/tests/url.yaml  gives its address'
says '3 passed, 0 failed'
grep -qF 'tests="3" failures="0"' results.xml || fail 'the JUnit file says something else'
exits 0 "$plumb" -C project/modules/site test
says '1 passed'
sed -i 's/listen 80;.n"}}$/listen 81;\\n"}}/' project/tests/site.yaml
exits 1 run test --filter 'a new*' --junit results.xml
says PL1501
says 'from line 1 on: listen 80;'
says 'tests/site.yaml:6:'
says '0 passed, 1 failed'
grep -qF '<failure' results.xml || fail 'the JUnit file holds no failure'

# --- what a plan leaves out lends nothing to the others, and that is for the host to see
cat >project/only.yaml <<'YAML'
plumb: v1
project: offline
resources:
  - {group: old, state: absent, tags: [away]}
  - {group: new, gid: 5000, tags: [conf]}
YAML
mkdir tagged
cp project/only.yaml tagged/plumb.yaml
cp project/hosts.yaml tagged
rm project/only.yaml
tagged() { "$plumb" -C tagged --root "$root" "$@"; }
printf 'old:x:5000:\n' >>"$root/etc/group"
exits 0 tagged observe -o whole.snapshot
exits 0 tagged plan --snapshot whole.snapshot
says '+ group:new'
exits 3 tagged plan --snapshot whole.snapshot --tags conf
says 'PL2106'
says 'taken with no tags, and this plan is made with `--tags conf`'
says 'plumb observe --tags conf -o FILE'
exits 3 tagged observe --tags cnof -o part.snapshot
says 'did you mean'
exits 0 tagged observe --tags conf -o part.snapshot
says 'narrowed in the same way'
exits 1 tagged plan --tags conf
says 'belongs to old'
online=$output
exits 1 tagged plan --snapshot part.snapshot --tags conf
[ "$output" = "$online" ] || fail "the plan of the snapshot is another: $output"
exits 3 tagged plan --snapshot part.snapshot

# --- revisions
command -v git >/dev/null || skip 'there is no git for the last part'
git init -q -b main .
git config user.email test@example.com
git config user.name test
git add project/plumb.yaml project/hosts.yaml project/modules/site/module.yaml
git commit -qm one
sed -i 's/default: 80/default: 8080/' project/plumb.yaml
printf '  - link: /etc/current\n    target: site.conf\n' >>project/plumb.yaml
git commit -qam two
sed -i '/token$/,/0600/d' project/plumb.yaml
exits 2 run diff HEAD~1..HEAD
says '-listen 80;'
says '+listen 8080;'
says '+ link:/etc/current'
says_not token
git commit -qam three
exits 2 run diff HEAD~1..
says 'no longer in the configuration'
exits 0 run diff HEAD..HEAD
# As in a hook of git, which tells its own repository to all that it starts.
GIT_DIR=.git GIT_INDEX_FILE=.git/index exits 0 run diff HEAD..HEAD
exits 3 run diff nowhere..HEAD
says PL6006
exits 3 run diff HEAD
says 'names no two revisions'
[ -z "$(git status --porcelain --untracked-files=no)" ] || fail 'the repository was changed'
# A folder's name may begin and end with blanks.
cp -r project ' project '
git add ' project /plumb.yaml' ' project /hosts.yaml' ' project /modules/site/module.yaml'
git commit -qm four
exits 0 "$plumb" -C ' project ' diff HEAD..HEAD

# --- a plan that looks at recorded facts says so
cd "$work"
exits 0 "$plumb" init looks
cat >looks/plumb.yaml <<'YAML'
plumb: v1
project: looks
resources:
  - file: /etc/peer
    content: "${has(host('localhost').facts) ? 'told' : 'never told'}"
YAML
looks() { "$plumb" -C looks --root "$root" "$@"; }
exits 0 looks facts
exits 0 looks plan -o looks.json
grep -q '"recorded_facts":"sha256:' looks.json || fail 'the plan does not say which recorded facts it was made from'
! grep -q recorded_facts online.json || fail 'a plan names recorded facts that nothing looks at'
echo ok
