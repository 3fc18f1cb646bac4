# What is printed to go on with can be typed where it was printed; a folder that cannot be written is none of a look's
# troubles; what two projects call by one name is not one thing.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
unprivileged

# printed LINE: the command behind it in $output, run by a shell.
printed() {
  local command
  command=$(sed -n "s/^ *$1: //p" <<<"$output" | tail -n 1)
  [ -n "$command" ] || fail "nothing follows '$1' in:
$output"
  exits "$2" sh -c "plumb() { \"$plumb\" \"\$@\"; }; $command --yes"
}

mkdir -p 'a project' 'an image/etc'
cat >'a project/plumb.yaml' <<'YAML'
plumb: v1
project: going-on
resources:
  - file: /etc/motd
    content: |
      hello
YAML
printf 'plumb: v1\nhosts: {here: {connection: local}}\n' >elsewhere.yaml
exits 0 "$plumb" -C 'a project' -i elsewhere.yaml --root 'an image' plan -o plan.json
says "apply it with: plumb -C 'a project' -i elsewhere.yaml --root 'an image' apply plan.json"
echo meanwhile >'an image/etc/motd'
printed 'apply it with' 5
says "Go on with: plumb -C 'a project' -i elsewhere.yaml --root 'an image' plan --on 'here'"
exits 0 "$plumb" -C 'a project' -i elsewhere.yaml --root 'an image' plan -o 'a plan.json'
says "apply it with: plumb -C 'a project' -i elsewhere.yaml --root 'an image' apply 'a plan.json'"
printed 'apply it with' 0
[ "$(cat 'an image/etc/motd')" = hello ] || fail 'the plan was not applied'

# Where nothing can be written, what only looks goes on; what would be done without being recorded is not.
mkdir fixed
cp 'a project/plumb.yaml' fixed/
printf 'plumb: v1\nhosts: {here: {connection: local}}\n' >fixed/hosts.yaml
chmod -R a+rX . && chmod 555 fixed
echo drifted >'an image/etc/motd'
exits 2 $as "$plumb" -C fixed --root 'an image' diff
says 'warning[PL5001]'
says '+hello'
exits 0 $as "$plumb" -C fixed --root 'an image' facts
exits 0 $as "$plumb" -C fixed --root 'an image' plan -o /dev/null
exits 1 $as "$plumb" -C fixed --root 'an image' apply --yes
says 'error[PL5001]'
[ "$(cat 'an image/etc/motd')" = drifted ] || fail 'something was done that no history holds'

# A command's name is its project's own; a file is one for all.
for project in one two; do
  mkdir $project
  printf 'plumb: v1\nproject: %s\nresources:\n  - command: reload\n    run: "true"\n  - file: %s/shared\n    content: x\n' \
    $project "$work" >$project/plumb.yaml
  printf 'plumb: v1\nhosts: {here: {connection: local}}\n' >$project/hosts.yaml
done
exits 0 "$plumb" -C one apply --yes
exits 0 "$plumb" -C two plan
says "project one"
says "manages file:$work/shared on this host too"

exits 3 "$plumb" -C one plan --on here --on there
says '--on is given more than once'
exits 3 "$plumb" -C one plan --on
says '--on wants PATTERN behind it'
