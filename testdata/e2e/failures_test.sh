# Failures that are reckoned with: what may fail, what is tried again, what takes too long, what is done about it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

# A host of this machine's making, with a state of its own.
unprivileged
home=$work/home
mkdir home
cat >hosts.yaml <<YAML
plumb: v1
groups:
  lab: {env: {STAGE: lab, PLACE: group}}
hosts:
  here: {groups: [lab], connection: {command: [$as_list env, HOME=$home]}, env: {PLACE: host}}
YAML
[ "$(id -u)" != 0 ] || chown nobody home
resources() { { printf 'plumb: v1\nproject: failures\nenv: {STAGE: project, WHERE: "%s"}\nresources:\n' '${host.name}'; cat; } >plumb.yaml; }

# --- one that may fail: told and counted; what needs it is skipped, what only comes after it goes on
may_fail() { # PROGRAM
  resources <<YAML
  - file: $home/tool
    content: "#!/bin/sh\n"
    mode: "0755"
    validate: $1 %s
    on_failure: continue
  - command: use the tool
    run: [touch, $home/used]
    only_if: [$home/tool]
    creates: $home/used
  - file: $home/after
    content: after
    mode: "0644"
    after: file:$home/tool
YAML
}
may_fail false
exits 0 "$plumb" plan -o plan.json
says 'may fail: what does not need it goes on'
exits 6 "$plumb" apply plan.json --yes
says "warning[PL"
says "here  failed  create file:$home/tool"
says "1 action, because of file:$home/tool"
says 'ok, but for what may fail  1 changed, 1 failed, 1 skipped'
says '1 failed that may'
[ -e home/after ] && [ ! -e home/used ] && [ ! -e home/tool ] || fail "not so: $(ls home)"
exits 0 "$plumb" history
says tolerated
exits 2 "$plumb" diff
# The plan is not done there yet, so it may be applied again.
exits 6 "$plumb" apply plan.json --yes
says '1 satisfied'
may_fail true
exits 0 "$plumb" apply --yes
says '2 changed'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- tried again: it comes off the third time, and the variables are there
resources <<YAML
  - command: third time
    run: [sh, -c, 'echo "\$STAGE \$PLACE \$WHERE \$NEAR" >>$home/tries; [ "\$(wc -l <$home/tries)" = 3 ] && touch $home/done']
    creates: $home/done
    retry: {times: 3, every: 1s}
    env: {NEAR: own}
YAML
exits 0 "$plumb" plan
says 'tried up to 3 times, 1s apart'
exits 0 "$plumb" apply --yes
says '1 changed'
says 'try 3 of 3'
[ "$(sort -u home/tries)" = 'lab host here own' ] || fail "other variables: $(cat home/tries)"
exits 0 "$plumb" apply --yes
says 'Nothing to change'
rm home/done
exits 1 "$plumb" apply --yes
says '(try 3 of 3)'
[ "$(wc -l <home/tries)" = 6 ] || fail "tried otherwise: $(cat home/tries)"

# --- what takes too long is ended
resources <<YAML
  - file: $home/slow
    content: slow
    validate: "sleep 60; test -e %s"
    timeout: 1s
YAML
exits 0 "$plumb" plan
says 'ended after 1s'
begin=$(date +%s)
exits 1 "$plumb" apply --yes
says 'it took longer than 1 s'
[ $(($(date +%s) - begin)) -lt 30 ] || fail 'it was waited for'
[ ! -e home/slow ] || fail 'it was written all the same'

# --- a rescue is done where its block fails, and only there
block() { # PROGRAM
  resources <<YAML
  - resources:
      - file: $home/first
        content: first
        mode: "0644"
      - command: may break
        run: [sh, -c, "$1"]
        creates: $home/unbroken
      - file: $home/last
        content: last
        mode: "0644"
    rescue:
      - command: pick up
        run: [sh, -c, "echo picked up >>$home/rescued"]
      - file: $home/fallen
        content: "fallen\n"
  - resources:
      - file: $home/elsewhere
        content: elsewhere
        mode: "0644"
    rescue:
      - file: $home/never
        content: never
YAML
}
block false
exits 0 "$plumb" plan -o plan.json
says "only if this fails: file:$home/first, command:may break, file:$home/last"
exits 1 "$plumb" apply plan.json --yes
says '3 changed, 1 failed'
[ "$(cat home/rescued home/fallen)" = 'picked up
fallen' ] || fail "not picked up: $(ls home)"
[ ! -e home/last ] && [ ! -e home/elsewhere ] && [ ! -e home/never ] || fail "it went on: $(ls home)"
block "touch $home/unbroken"
rm home/rescued home/fallen
exits 0 "$plumb" apply --yes
[ -e home/last ] && [ -e home/elsewhere ] && [ ! -e home/rescued ] && [ ! -e home/fallen ] || fail "not so: $(ls home)"
exits 0 "$plumb" apply --yes
says 'Nothing to change'
exits 0 "$plumb" diff
