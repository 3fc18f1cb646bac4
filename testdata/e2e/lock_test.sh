# Locks: resources that are left alone, seen in every plan, kept to by every apply, lifted by their owner or by time.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

# Two hosts of this machine's making, each with a state of its own.
unprivileged
mkdir homes
{
  printf 'plumb: v1\nhosts:\n'
  for host in w1 w2; do
    mkdir homes/$host
    printf '  %s: {connection: {command: [%s env, HOME=%s/homes/%s]}, inputs: {home: %s/homes/%s}}\n' \
      $host "$as_list" "$work" $host "$work" $host
  done
} >hosts.yaml
[ "$(id -u)" != 0 ] || chown -R nobody homes

project() { # CONTENT
  cat >plumb.yaml <<YAML
plumb: v1
project: locks
inputs:
  home: {type: string}
resources:
  - directory: \${inputs.home}/conf
  - file: \${inputs.home}/conf/a
    content: "$1\n"
  - file: \${inputs.home}/conf/b
    content: "$1\n"
    after: "file:*/conf/a"
  - file: \${inputs.home}/conf/c
    content: "$1\n"
  - command: told
    run: [sh, -c, "echo told >>\${inputs.home}/log"]
    run_on: ["file:*/conf/c"]
YAML
}

project one
exits 0 "$plumb" apply --yes

# --- what cannot be meant is refused
exits 3 "$plumb" lock w1 --items 'file:*/conv/a' --for 1h --reason trial
says 'PL4012'
says 'near it: file:'
exits 3 "$plumb" lock w1 --items 'file:*/conf/a' --for soon --reason trial
says '--for is not a duration'
exits 3 "$plumb" lock w1 --items 'file:*/conf/a' --for 1h
exits 3 "$plumb" lock w9 --items 'file:*/conf/a' --for 1h --reason trial
exits 0 "$plumb" locks
says 'Nothing is locked'

# --- a lock is seen in every plan, and what needs the resource waits with it
exits 0 "$plumb" lock w1 --items 'file:*/conf/a' 'command:told' --for 2h --reason 'trying another value' --owner ada
says 'w1: locked file:*/conf/a until 2'
says ', 1 resource'
exits 0 "$plumb" locks
says 'trying another value'
exits 0 "$plumb" locks w2 --output json
says '"locks": []'
exits 0 "$plumb" plan
says 'locked by ada until'
says 'Nothing to change'
echo mine >homes/w1/conf/a
project two
exits 0 "$plumb" plan -o before.json
says "file:$work/homes/w1/conf/a  is left alone; update was due"
says "file:$work/homes/w1/conf/b  is left alone; update was due, and needs file:$work/homes/w1/conf/a"
says 'command:told  is left alone; run was due'
says '3 resources are left as they are'
cp before.json again.json
exits 0 "$plumb" plan -o again.json
cmp before.json again.json || fail 'the same state gives another plan'
exits 0 "$plumb" show before.json
says 'trying another value'
exits 0 "$plumb" apply --yes
[ "$(cat homes/w1/conf/a homes/w1/conf/b homes/w1/conf/c)" = "$(printf 'mine\none\ntwo')" ] ||
  fail "w1 has $(cat homes/w1/conf/*)"
[ "$(cat homes/w2/conf/a)" = two ] || fail 'the other host was held up'
[ "$(wc -l <homes/w1/log)" = 1 ] || fail 'the locked command ran'

# --- others lift it only by force
exits 1 "$plumb" unlock w1 --items 'file:*/conf/a' --owner bob
says 'PL4011'
says 'ada'
exits 3 "$plumb" unlock w1 --owner bob
says 'no such lock of bob'
exits 0 "$plumb" unlock w1 --items 'command:told' --owner bob --force
says 'lifted the lock of ada on command:told'

# --- what the lock held back comes once it is lifted: also the command that was owed
exits 0 "$plumb" unlock all --owner ada
exits 0 "$plumb" locks
says 'Nothing is locked'
exits 0 "$plumb" plan
says 'owed from an earlier run'
exits 0 "$plumb" apply --yes
[ "$(cat homes/w1/conf/a homes/w1/conf/b)" = "$(printf 'two\ntwo')" ] || fail 'what was locked was not caught up on'
[ "$(wc -l <homes/w1/log)" = 2 ] || fail 'the command that was owed did not run'
exits 0 "$plumb" diff

# --- a lock that came after the plan
project three
exits 0 "$plumb" plan -o saved.json
exits 0 "$plumb" lock w1 --items 'file:*/conf/a' --for 1h --reason late --owner ada
exits 0 "$plumb" apply saved.json --yes
says 'PL4011'
says 'was left alone: ada has locked file:*/conf/a'
says '2 skipped'
[ "$(cat homes/w1/conf/a)" = two ] || fail 'a locked file was written'
exits 0 "$plumb" history show last
says 'skipped'
# Once it is lifted, the same plan does the rest.
exits 0 "$plumb" unlock w1 --owner ada
exits 0 "$plumb" apply saved.json --yes
[ "$(cat homes/w1/conf/a homes/w1/conf/b)" = "$(printf 'three\nthree')" ] || fail 'the plan did not do the rest'
exits 0 "$plumb" diff

# --- a plan from a snapshot knows the locks too
exits 0 "$plumb" lock all --items 'file:*' --for 1h --reason 'all of them' --owner ada
exits 0 "$plumb" observe -o hosts.snapshot
exits 0 "$plumb" unlock all --force
project four
exits 0 "$plumb" plan --snapshot hosts.snapshot
says 'all of them'
says '6 resources are left as they are'
echo ok
