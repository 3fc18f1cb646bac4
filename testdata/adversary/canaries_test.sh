# Canaries: sensitive values through every source, expression, template, error, log, report and file; afterwards nobody finds
# one in any byte but where it was asked for. The hosts are an image, and executors of this machine with homes of their own.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
here=$PLUMB_SOURCE/testdata/adversary

unprivileged
mkdir project tmp out homes targets root root/etc root/srv
export TMPDIR=$work/tmp
chmod 1777 tmp
root=$work/root

# Every canary has the mark in it, and nothing else has. It is looked for as it is, turned round, in base64 at each of the
# three places where it may begin, and in hexadecimal digits; and the digests of canaries, which could be guessed at.
mark=Zq7Wv3xYpK
digits=8345129
canary() { printf 'c%04d-%s-%04d' "$1" $mark "$1"; }
{
  printf '%s\n%s\n%s\n' $mark "$(rev <<<$mark)" $digits
  for before in '' a aa; do
    encoded=$(printf '%s%s' "$before" $mark | base64)
    printf '%s\n' "${encoded:4:8}"
  done
  printf %s $mark | od -An -tx1 | tr -d ' \n'
  echo
  for n in 1 41 61 81 101 121 181; do canary $n | sha256sum | cut -c1-64; done
} >patterns


# --- the project: each canary is an input of its own, or stands in the project as a sensitive attribute

mapfile -t values < <(grep -v '^#' "$here/canaries.values")
mapfile -t faults < <(grep -v '^#' "$here/canaries.faults")
of() { # NAME N: the expression that is made of the input
  local -n list=$1
  printf '${cel.bind(x, inputs.c%s, %s)}' "$2" "${list[$(($2 % ${#list[@]}))]}"
}
given() { # FIRST LAST INDENT: lines of a map of inputs
  local n
  for n in $(seq "$1" "$2"); do printf '%s%s: %s\n' "$3" "c$n" "$(canary "$n")"; done
}

cd project
mkdir files templates tests module
{
  printf 'plumb: v1\nproject: canaries\ninputs:\n'
  for n in $(seq 20) $(seq 191 215); do printf '  c%s: {type: string, sensitive: true, default: %s}\n' "$n" "$(canary "$n")"; done
  for n in $(seq 21 140) $(seq 216 222); do printf '  c%s: {type: string, sensitive: true}\n' "$n"; done
  for n in $(seq 141 150); do
    printf '  c%s: {type: array, items: {type: string}, sensitive: true, default: [%s, b]}\n' "$n" "$(canary "$n")"
  done
  for n in $(seq 151 160); do
    printf '  c%s: {type: object, additionalProperties: {type: string}, sensitive: true, default: {k: %s}}\n' "$n" "$(canary "$n")"
  done
  for n in $(seq 161 170); do printf '  c%s: {type: integer, sensitive: true, default: %s%06d}\n' "$n" $digits "$n"; done
  printf 'values: {kept: "${inputs.c1}"}\nresources:\n'
  for n in $(seq 140); do printf "  - file: /srv/f%s\n    content: '%s'\n" "$n" "$(of values "$n")"; done
  for n in $(seq 141 150); do printf '  - file: /srv/f%s\n    content: ${inputs.c%s.join(",")}\n' "$n" "$n"; done
  for n in $(seq 151 160); do printf '  - file: /srv/f%s\n    content: ${inputs.c%s.k}\n' "$n" "$n"; done
  for n in $(seq 161 170); do printf '  - file: /srv/f%s\n    content: ${string(inputs.c%s)}\n' "$n" "$n"; done
  for n in $(seq 171 180); do printf '  - file: /srv/f%s\n    content: %s\n    sensitive: true\n' "$n" "$(canary "$n")"; done
  for n in $(seq 181 190); do
    canary "$n" >"files/f$n"
    printf '  - file: /srv/f%s\n    source: files/f%s\n    sensitive: true\n' "$n" "$n"
  done
  for n in $(seq 191 205); do
    printf 'a\n%%{ if inputs.c%s != "" ~}\n%%{ for one in [inputs.c%s] ~}\nkey = ${one}\n%%{ endfor ~}\n%%{ endif ~}\n' "$n" "$n" >"templates/f$n"
    printf '  - file: /srv/f%s\n    template: templates/f%s\n' "$n" "$n"
  done
  for n in $(seq 206 215); do printf '  - use: ./module\n    id: m%s\n    with: {secret: "${inputs.c%s}", path: /srv/f%s}\n' "$n" "$n" "$n"; done
  for n in $(seq 216 222); do printf '  - line: /srv/lines\n    id: l%s\n    text: key%s=${inputs.c%s}\n    match: ^key%s=\n    create: true\n' "$n" "$n" "$n" "$n"; done
  printf '  - file: /srv/kept\n    content: "${values.kept}"\n'
} >plumb.yaml
cat >module/module.yaml <<'YAML'
plumb: v1
inputs:
  secret: {type: string, sensitive: true}
  path: {type: string}
resources:
  - file: ${inputs.path}
    content: ${inputs.secret}
outputs:
  told: ${inputs.secret}
YAML
given 21 40 '' >inputs.yaml
given 41 60 '' >more.yaml
given 216 222 '' >>more.yaml
{
  printf 'plumb: v1\nhosts:\n  image:\n    connection: local\n    groups: [all_of_them]\n    inputs:\n'
  given 121 140 '      '
  printf 'groups:\n  all_of_them:\n    inputs:\n'
  given 101 120 '      '
} >hosts.yaml
given=(--inputs more.yaml)
for n in $(seq 61 80); do given+=(--set "c$n=$(canary "$n")"); done
for n in $(seq 81 100); do export "PLUMB_INPUT_C$n=$(canary "$n")"; done
cd ..

# Everything that is said is kept, and looked at in the end.
count=0
project=project
run() { # CODE ARGUMENT…: in $project
  local wanted=$1 code=0
  shift
  count=$((count + 1))
  "$plumb" -C $project --root "$root" "${given[@]/#more.yaml/project/more.yaml}" "$@" >"out/$count.out" 2>"out/$count.err" || code=$?
  [ "$wanted" = any ] || [ "$code" = "$wanted" ] || fail "exit code $code instead of $wanted of: $*
$(tail -n 20 "out/$count.err")"
}
# none_in PLACE…: no canary is in any of the files.
none_in() {
  local found
  found=$(grep -raliF -f patterns "$@" || true)
  [ -z "$found" ] || fail "a canary is in $found:
$(grep -raiohF -f patterns $found | sort | uniq -c | head -n 20)
$(grep -raihoE ".{0,60}($mark|$digits).{0,20}" $found | head -n 10)"
}
printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' >root/etc/passwd
printf '%s\n' 'root:x:0:' >root/etc/group
every_report() {
  run any --output markdown plan
  run any --output html plan
  run any plan
  run any plan --full
  run any --output json plan
  run any --output jsonl plan
  run any diff
  run any --output json diff
}

run 0 validate
run 0 plan -o plan.json
[ "$(stat -c %a plan.json)" = 600 ] || fail 'a plan with keyed digests is for everybody to read'
every_report
run 0 show plan.json
run 0 show --full plan.json
run 0 --output json show plan.json
run 0 --output markdown show plan.json
run 0 --output html show plan.json
run 0 graph
run 0 --output dot graph
run 0 --output json graph
run 0 hosts
run 0 --output json hosts
run 0 facts
for n in 1 21 41 61 81 101 121 141 151 161; do
  run 0 explain input "c$n" --host image
  run 0 eval "inputs.c$n" --host image
  run 0 --output json eval "[inputs.c$n]" --host image
done
run 0 explain resource file:/srv/f1
run 0 --log-level trace --log-file out/trace.log --log-format json apply plan.json --yes
[ "$(cat root/srv/f171)" = "$(canary 171)" ] || fail 'a sensitive content is not where it was asked for'
[ "$(find root/srv -perm /077 -type f)" = '' ] || fail "others may read $(find root/srv -perm /077 -type f | head -n 3)"
[ "$(grep -rlaiF -f patterns root/srv | wc -l)" -gt 200 ] || fail 'the canaries are not there'
run 0 plan --detailed-exitcode
run 0 observe -o snapshot.jsonl
[ "$(stat -c %a snapshot.jsonl)" = 600 ] || fail 'a snapshot with keyed digests is for everybody to read'
run any plan --snapshot snapshot.jsonl

# Other values; files that others changed; then none of it is sensitive any more, and then all of it is to go.
sed -i "s/-$mark-/-new-$mark-/" project/inputs.yaml project/plumb.yaml project/files/*
for n in 1 30 60 171; do echo "$mark of another" >root/srv/f$n; done
every_report
run 0 --output jsonl apply --yes
run 0 history
run 0 history show last
run 0 --output json history show last
run 0 history verify
cp -a project public
sed -i -E 's/content: .*|source: .*|template: .*/content: nothing/; /sensitive: true$/d; s/text: (key[0-9]+=).*/text: \1/' public/plumb.yaml
mv project secret && mv public project
every_report
run 0 plan -o plan.json
run 0 show plan.json
sed -i 's/content: nothing/state: absent/' project/plumb.yaml
every_report
run 0 plan -o plan.json
run 0 apply plan.json --yes
run 0 history show last
cp -a project gone && rm -r project && mv secret project
cp -a gone/.plumb/. project/.plumb/

# --- what has no value, and what cannot be read

project=faulty
given=()
mkdir faulty faulty/tests
{
  printf 'plumb: v1\nproject: faulty\ninputs:\n'
  for n in $(seq 301 $((300 + ${#faults[@]}))); do
    printf '  c%s: {type: string, sensitive: true, default: %s}\n' "$n" "$(canary "$n")"
  done
  printf 'resources:\n'
  for n in $(seq 301 $((300 + ${#faults[@]}))); do printf "  - file: /srv/f%s\n    content: '%s'\n" "$n" "$(of faults "$n")"; done
  for n in $(seq 301 $((300 + ${#faults[@]}))); do printf "  - file: /srv/t%s\n    template: t%s\n" "$n" "$n"; done
  printf "  - file: /srv/when\n    content: x\n    when: int(inputs.c301) > 1\n"
} >faulty/plumb.yaml
for n in $(seq 301 $((300 + ${#faults[@]}))); do of faults "$n" >faulty/t$n; done
every_report
[ "$(grep -c 'PL1[0-9]*' "out/$((count - 5)).err")" -gt ${#faults[@]} ] || fail "few faults are told: $(cat "out/$((count - 5)).err")"
for n in $(seq 301 $((300 + ${#faults[@]}))); do run any eval "${faults[$((n % ${#faults[@]}))]//x/inputs.c$n}"; done
run any test

cat >faulty/plumb.yaml <<YAML
plumb: v1
project: faulty
inputs:
  pw: {type: string, sensitive: true, minLength: 4, maxLength: 9, default: abcde}
  number: {type: integer, sensitive: true, maximum: 5, default: 1}
  choice: {type: string, sensitive: true, enum: [a, b], default: a}
  list: {type: array, sensitive: true, items: {type: string, pattern: "^a+$"}, uniqueItems: true, default: []}
  map: {type: object, sensitive: true, properties: {a: {type: string}}, default: {a: b}}
  open: {type: object, sensitive: true, additionalProperties: {type: integer}, default: {a: 1}}
resources:
  - {file: /srv/pw, content: "\${inputs.pw}"}
YAML
# Each stands as a file of inputs, in the inventory, and for a case. What is wrong is told, and the place.
while IFS= read -r line; do
  text=$(printf "%b." "${line//MARK/$mark}")
  text=${text%.}
  printf '%s' "$text" >faulty/inputs.yaml
  for form in json sarif github gitlab; do run any --output $form validate; done
  run any validate
  mv faulty/inputs.yaml faulty/values.yaml
  run any validate --inputs faulty/values.yaml
  printf '%s\n' 'plumb: v1' 'hosts:' '  h:' '    inputs:' "$(sed 's/^/      /' faulty/values.yaml)" >faulty/hosts.yaml
  run any validate
  printf '%s\n' 'plumb: v1' 'hosts:' '  h: {}' 'groups:' '  g:' '    inputs:' "$(sed 's/^/      /' faulty/values.yaml)" >faulty/hosts.yaml
  run any hosts
  rm faulty/hosts.yaml
  printf '%s\n' 'plumb: v1' 'tests:' '  - name: one' '    expect: {actions: {}}' '    inputs:' "$(sed 's/^/      /' faulty/values.yaml)" >faulty/tests/a.yaml
  run any test --junit out/junit$count.xml
  rm faulty/tests/a.yaml
  case $line in *\\n*) continue ;; esac
  run any validate --set "${text/: /=}"
  PLUMB_INPUT_MAP="${text#*: }" PLUMB_INPUT_PW="${text#*: }" run any validate
done <<'TEXTS'
pw: "MARK
pw: [MARK
pw: {MARK: 
pw: MARK: x
pw: *MARK
pw: &MARK x\npw: y
pw: !MARK x
pw: %%MARK\n\t- x
\tpw: MARK
pw: |MARK\n x
pw: @MARK
pw: `MARK
pw: 'MARK
pw: "\\qMARK"
pw: 5 MARK\n number: MARK
pw: MARK\n  x: MARK
pw: [1, MARK]
pw: {MARK: 1}
pwd: MARK
map: {MARK: y}
map: MARK
map: {a: {MARK: 1}}
map: {a: 1, a: MARK}
map: {MARK: 1, MARK: 2}
map: {a: [MARK]}
open: {MARK: MARK}
open: {MARK: [1]}
open: {"MARK": {"MARK": 1}}
pw: MARK\npw: MARK
pw: MARK\n---\npw: MARK
pw: "MARK" x
pw: MARK\x01
pw: MARK\xff
pw: <<MARK
<<: {pw: MARK}
pw: ${MARK
pw: ${MARK}
pw: MARKMARK
number: MARK
choice: MARK
list: [MARK]
list: [aMARK, aMARK]
list: {MARK: 1}
- pw: MARK
MARK
"MARK"
TEXTS

# Cases: what is expected of a sensitive attribute and of what reads one, and what is found.
cp -r project/module faulty/module
cat >faulty/plumb.yaml <<YAML
plumb: v1
project: faulty
inputs: {pw: {type: string, sensitive: true, default: $mark-default}}
resources:
  - {file: /srv/pw, content: "\${inputs.pw}"}
  - {file: /srv/literal, content: $mark-literal, sensitive: true}
  - {use: ./module, with: {secret: "\${inputs.pw}", path: /srv/module}}
YAML
mkdir faulty/module/tests
cat >faulty/module/tests/a.yaml <<YAML
plumb: v1
tests:
  - {name: an output, inputs: {secret: $mark-1, path: /srv/x}, expect: {outputs: {told: $mark-2}}}
  - {name: a file, inputs: {secret: $mark-1, path: /srv/x}, expect: {resources: {"file:/srv/x": {content: $mark-2}}}}
YAML
cat >faulty/tests/a.yaml <<YAML
plumb: v1
tests:
  - {name: another one, inputs: {pw: $mark-1}, expect: {resources: {"file:/srv/pw": {content: $mark-2}}}}
  - name: a long one
    expect:
      resources:
        file:/srv/literal:
          content: |
            $mark
            $mark
  - {name: what was there, observed: {"file:/srv/pw": {content: $mark-3}}, expect: {actions: {}}}
YAML
run 1 test --junit out/junit.xml
run 1 --output json test
grep -q 'a sensitive' out/junit.xml || grep -q 'sensitive value' out/junit.xml || fail 'nothing is told of the cases'

# --- hosts whose programs print what they find

for host in w1 w2; do
  mkdir -p "homes/$host" "targets/$host"
  cat >"login-$host" <<SH
#!/bin/sh
tee -a $work/sent-$host | $as env HOME=$work/homes/$host "\$@" | tee -a $work/received-$host
SH
  chmod 755 "login-$host"
done
[ "$(id -u)" != 0 ] || chown -R nobody homes targets
mkdir hosts
cat >hosts/hosts.yaml <<YAML
plumb: v1
hosts:
  w1: {connection: {command: [$work/login-w1]}}
  w2: {connection: {command: [$work/login-w2]}}
YAML
for n in $(seq 10); do canary "$((400 + n))"; echo; done >hosts/bundle
at=$work/targets/\${host.name}
{
  printf 'plumb: v1\nproject: printing\ninputs:\n'
  for n in $(seq 420 440); do printf '  c%s: {type: string, sensitive: true, default: %s}\n' "$n" "$(canary "$n")"; done
  cat <<YAML
resources:
  - {file: "$at/derived", content: "\${base64.encode(bytes(inputs.c420))}"}
  - {file: "$at/turned", content: "key = \${inputs.c421.reverse()}\n"}
  - {file: "$at/plain", content: "a \${inputs.c422} b"}
  - {file: "$at/bundle", source: bundle, sensitive: true}
  - {line: "$at/lines", text: "key=\${inputs.c423}", match: ^key=, create: true}
  - command: all
    run: "cat $at/*; cat $at/* >&2"
    after: ["file:*/derived", "file:*/turned", "file:*/plain", "file:*/bundle", "line:*key=*"]
  - command: failing
    run: "cat $at/derived $at/turned; cat $at/lines $at/bundle >&2; exit 3"
    after: ["command:all"]
  - command: env
    run: [sh, -c, "env; exit 4"]
    env: {LOOKS: "\${inputs.c424}", OTHER: "\${base64.encode(bytes(inputs.c425))}"}
  - {command: stdin, run: [cat], stdin: "\${inputs.c426.upperAscii()}", expect: [1]}
  - {command: script, run: "echo \${inputs.c427}; exit 5"}
  - {command: words, run: [sh, -c, "echo \$0 \$1; exit 5", "\${inputs.c428}"], sensitive: [run]}
  - {command: missing, run: [/none/such], env: {LOOKS: "\${inputs.c429}"}}
  - {file: "$at/checked", content: "\${inputs.c430}", validate: "cat %s; false"}
  - {line: "$at/lines", id: other, text: other, validate: "sed 's/^/it is: /' %s; cat $at/derived >&2; false", after: ["command:all"]}
  - file: $at/probed
    content: public
    verify: {command: "cat $at/derived $at/plain; false", within: 0}
    after: ["command:all"]
YAML
  # What is too long is cut: wherever that is, nothing of what was cut in two is left.
  for n in 1 5 9 13 17; do
    cat <<YAML
  - command: long$n
    run: "d=\$(cat $at/derived) p=\$(cat $at/plain); yes \$d\$(printf %0${n}d 0)\"\$p\" | head -c 9000$n | tr -d '\\\\n'; cat $at/derived >&2; exit 1"
    after: ["command:all"]
YAML
  done
} >hosts/plumb.yaml
given=()
on_hosts() { # CODE ARGUMENT…
  local wanted=$1 code=0
  shift
  count=$((count + 1))
  "$plumb" -C hosts "$@" >"out/$count.out" 2>"out/$count.err" || code=$?
  [ "$wanted" = any ] || [ "$code" = "$wanted" ] || fail "exit code $code instead of $wanted of: $*
$(tail -n 20 "out/$count.err")"
}
on_hosts 0 plan -o hosts.json
on_hosts 1 --log-level trace --log-file out/hosts.log apply hosts.json --yes --keep-going --junit "$work/out/hosts.xml"
grep -q 'ended with exit code 3' "out/$count.err" || fail 'the command that prints did not run'
on_hosts any --output json history show last
for kept in derived turned plain bundle lines; do
  grep -qF -f patterns "targets/w1/$kept" || fail "$kept is not as it was asked for"
  [ "$(stat -c %a "targets/w1/$kept")" = 600 ] || fail "others may read $kept"
done
# Files that the plan leaves alone are printed too; also by a plan that was made before, which holds nothing of them.
on_hosts 0 plan -o hosts.json
on_hosts 1 --output jsonl apply hosts.json --keep-going --yes
on_hosts 1 apply --yes --keep-going --on w2
on_hosts any history show last
# A run whose controller is killed: its journal is told later.
cat >hosts/plumb.yaml <<YAML
plumb: v1
project: printing
inputs: {c420: {type: string, sensitive: true, default: $(canary 420)}}
resources:
  - {file: "$at/derived", content: "\${base64.encode(bytes(inputs.c420))}"}
  - {command: slow, run: "touch $at/begun; stat -c %u /proc/\$PPID/fd >$at/owner; sleep 1; cat $at/derived; exit 1"}
YAML
"$plumb" -C hosts apply --yes --on w1 >out/killed.out 2>out/killed.err &
killed=$!
for _ in $(seq 600); do
  [ ! -e targets/w1/begun ] || break
  sleep 0.1
done
kill -KILL $killed
wait $killed 2>/dev/null || true
sleep 1.5
on_hosts any plan
on_hosts any history show last
[ "$(id -u)" != 0 ] || [ "$(cat targets/w1/owner)" = 0 ] || fail 'a dump of the memory of the executor could be written'

none_in out received-* homes plan.json snapshot.jsonl hosts.json */.plumb root/var tmp
