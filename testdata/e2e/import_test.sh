# A role becomes a project that is valid, formatted, and plans nothing once it was applied.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir -p role/{tasks,defaults,handlers,templates}
cat >role/defaults/main.yml <<EOF
place: $work/etc
parts: [a, b]
EOF
cat >role/tasks/main.yml <<'EOF'
- name: Make its folder
  file: {path: "{{ place }}", state: directory, mode: '0750'}
- name: Write the parts
  template: {src: part.j2, dest: "{{ place }}/{{ item }}.conf", mode: '0640'}
  with_items: "{{ parts }}"
  notify: note it
- name: Ask a program of nobody
  some.collection.unknown: {name: x}
EOF
cat >role/handlers/main.yml <<'EOF'
- name: note it
  shell: echo noted >> {{ place }}/log
EOF
printf '{%% if item != "b" %%}\nfirst\n{%% endif %%}\npart {{ item }}\n' >role/templates/part.j2

exits 0 "$plumb" import ansible role -o out --report report.html
says 'by hand'
says 'the module `some.collection.unknown` has no counterpart'
says '75.0 % of the tasks'
grep -q '<h1>Import of role</h1>' report.html || fail 'the report has no head'
exits 0 "$plumb" -C out validate
exits 0 "$plumb" -C out fmt --check
grep -q '# by hand: Ask a program of nobody (tasks/main.yml:7)' out/modules/role/module.yaml || fail 'nothing stands in its place'

# What is there is not written over, unless asked to.
exits 1 "$plumb" import ansible role -o out
says 'is there already'
exits 0 "$plumb" import ansible role -o out --force --report report.txt
grep -q 'To do, the largest first' report.txt || fail 'the report in text says nothing of what is left'
exits 0 "$plumb" import ansible role -o other --output json
[ "$(python3 -c 'import json,sys; r = json.load(sys.stdin); print(r["valid"], len(r["tasks"]))' <<<"$output")" = 'True 4' ] ||
  fail "the report in JSON: $output"
exits 1 "$plumb" import ansible out -o nothing
says 'holds no role'

# Applied here, it is what the role asks for, and stays so.
printf 'plumb: v1\nhosts: {localhost: {connection: local}}\n' >out/hosts.yaml
exits 0 "$plumb" -C out apply --yes
[ "$(cat etc/a.conf)" = $'first\npart a' ] || fail "a.conf: $(cat etc/a.conf)"
[ "$(cat etc/b.conf)" = 'part b' ] || fail "b.conf: $(cat etc/b.conf)"
[ "$(cat etc/log)" = noted ] || fail 'the handler did not run once'
exits 0 "$plumb" -C out plan
says 'Nothing to change'
