# What one host does for all: it is done once, the others wait for it, and a plan without that host says so.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

unprivileged
mkdir homes
{
  printf 'plumb: v1\nhosts:\n'
  for i in a b c d; do
    mkdir "homes/$i"
    printf '  %s: {groups: [%s], connection: {command: [%s env, HOME=%s/homes/%s]}}\n' \
      "$i" "$([ $i = a ] && echo web || echo db)" "$as_list" "$work" "$i"
  done
  printf 'groups: {web: {}, db: {}}\n'
} >hosts.yaml
[ "$(id -u)" != 0 ] || chown -R nobody homes

cat >plumb.yaml <<YAML
plumb: v1
project: once
inputs: {works: {type: string, default: "true"}}
resources:
  - command: migrate
    on: db
    once: true
    run: "echo \${host.name} >>$work/homes/who; sleep 1; \${inputs.works} && touch $work/homes/migrated"
    creates: $work/homes/migrated
  - command: start
    on: db
    run: "test -e $work/homes/migrated && touch $work/homes/\${host.name}/started"
    creates: $work/homes/\${host.name}/started
  - command: elsewhere
    on: web
    run: touch $work/homes/web
    creates: $work/homes/web
YAML

# --- by the first of its own hosts, and the others wait
exits 0 "$plumb" plan -o plan.json
says '! command:migrate'
says 'waits until b has done it for all'
exits 0 "$plumb" show plan.json
says 'waits until b has done it for all'

# --- where it fails, the others are not begun, and who has nothing to do with it is
exits 1 "$plumb" apply --yes --set works=false
says 'was not begun: it waits for command:migrate, which b did not do'
says 'hosts 1 ok, 1 failed, 2 not started'
[ -e homes/web ] || fail 'a waited too'
[ ! -e homes/c/started ] || fail 'c did not wait'
[ "$(cat homes/who)" = b ] || fail "who did it: $(cat homes/who)"

# --- also one host at a time, and with a plan that was made before
for forks in 1 8; do
  rm -f homes/who homes/migrated homes/*/started
  exits 0 "$plumb" plan -o plan.json
  exits 0 "$plumb" apply plan.json --yes --forks $forks
  [ "$(cat homes/who)" = b ] || fail "who did it: $(cat homes/who)"
  [ -e homes/b/started ] && [ -e homes/c/started ] && [ -e homes/d/started ] || fail 'not all were started'
done
exits 0 "$plumb" plan --detailed-exitcode
says_not 'waits until'

# --- a plan that leaves that host out says that it is not done, and waits for nobody
rm -f homes/who homes/migrated homes/*/started
touch homes/migrated
exits 0 "$plumb" plan --on 'db:!b'
says 'not done: it is b that does it for all, which the plan leaves out'
exits 0 "$plumb" apply --on 'db:!b' --yes
[ ! -e homes/who ] || fail 'it was done all the same'
[ -e homes/c/started ] || fail 'c was not done'

# --- a roll-out that would have the others first
rm -f homes/migrated homes/*/started
sed -i 's/^project: once/&\nrollout: {stages: ["c:d"]}/' plumb.yaml
exits 1 "$plumb" plan
says 'waits for command:migrate, which b does in a later wave'
exits 1 "$plumb" apply --yes
[ ! -e homes/c/started ] || fail 'it was done all the same'
