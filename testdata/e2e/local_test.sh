# The main job on this machine: plan, apply, twice is once, drift, a saved plan, wrong input.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc" "$root/srv"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"

exits 0 "$plumb" init project
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - file: /srv/app/motd
    content: "kept in plumb\n"
    mode: "0644"
  - directory: /srv/app
  - file: /srv/app/key
    content: correct-horse-battery
    sensitive: true
    mode: "0600"
  - link: /srv/current
    target: app
YAML
run() { "$plumb" -C project --root "$root" "$@"; }

exits 0 run plan -o plan.json
says '+ file:/srv/app/motd'
says '+kept in plumb'
says_not correct-horse
[ ! -e "$root/srv/app" ] || fail 'a plan changed the host'

# A parent folder that is declared later still comes first.
exits 0 run apply --yes
says '4 changed'
[ "$(cat "$root/srv/app/motd")" = 'kept in plumb' ] || fail 'the content is wrong'
[ "$(stat -c %a "$root/srv/app/key")" = 600 ] || fail 'the mode is wrong'
! grep -rqF correct-horse project/.plumb plan.json "$root/var" || fail 'a secret was written down'

exits 0 run apply --yes
says 'Nothing to change'

# The same plan again: done already, and by which run.
exits 0 run apply plan.json --yes
says 'this plan was applied on'

echo somebody >>"$root/srv/app/motd"
chmod 700 "$root/srv/app/motd"
exits 2 run diff
says '-somebody'
says '(drift)'
exits 0 run plan -o drift.json
echo else >>"$root/srv/app/motd"
exits 5 run apply drift.json --yes
says PL4001
exits 0 run apply --yes
exits 0 run diff

exits 0 run history
says ' ok '
says 'stale'
exits 0 run history verify
# Whoever replaces or takes out the plan that a run is said to have carried out is found, and the run named.
if command -v sqlite3 >/dev/null; then
  last=$("$plumb" -C project --root "$root" history --limit 1 | grep -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' | head -n 1)
  plan=$(sqlite3 project/.plumb/history.db "SELECT plan FROM run WHERE id = '$last'")
  cp project/.plumb/history.db kept.db
  for what in "bytes = (SELECT bytes FROM plan WHERE id <> '$plan' AND bytes IS NOT NULL LIMIT 1)" "bytes = x'00'" \
    'bytes = NULL'; do
    sqlite3 project/.plumb/history.db "UPDATE plan SET $what WHERE id = '$plan'"
    exits 1 run history verify
    says "broken at run $last"
    says 'its plan was'
    cp kept.db project/.plumb/history.db
  done
  exits 0 run history verify
fi

# The same bytes from other map orders, time zones, locales and folders.
exits 0 run plan -o one.json
sed -i '5{h;d};6{G}' project/plumb.yaml
[ "$(sed -n 5p project/plumb.yaml)" = '    mode: "0644"' ] || fail 'the order of the keys was not changed'
mkdir elsewhere && cp -r project elsewhere/
exits 0 env LC_ALL=C TZ=Pacific/Kiritimati "$plumb" -C elsewhere/project --root "$root" --forks 1 plan -o two.json
cmp one.json two.json || fail 'two plans of the same inputs differ'

# What nothing creates is an error when it is planned, and shows both places.
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - file: /srv/app/motd
    content: hello
    owner: nobody-makes-me
YAML
exits 1 run plan
says PL2001
says 'plumb.yaml:6:12'
says 'plumb.yaml:4:11'

# All mistakes in one go, each with its place and a way out.
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - file: /srv/app/motd
    contnet: hello
  - fiel: /srv/x
  - directory: relative
YAML
exits 3 run validate
says 'did you mean `content`?'
says PL1105
says 'plumb.yaml:7'

# An argument that is empty, as that of a variable that is not set, is none: nothing is done that was not asked for.
for empty in '-C project apply --yes ""' '-C project apply --yes --resume ""' '-C project apply --yes --limit ""' \
  '-C project plan -o ""' '-C "" validate' '-C project --root "" plan'; do
  eval "exits 3 \"\$plumb\" $empty"
  says 'an empty argument names nothing'
done

# A plan of an image is not for the machine itself, nor the other way round.
mkdir -p "$root$work"
cat >project/plumb.yaml <<YAML
plumb: v1
project: tour
resources:
  - file: $work/rooted
    content: rooted
YAML
exits 0 run plan -o plan.json
says "apply it with: plumb -C project --root $root apply plan.json"
exits 5 "$plumb" -C project apply plan.json --yes
says 'the plan is of an image, and this is the host itself'
[ ! -e rooted ] || fail 'a plan of an image was applied to this machine'
exits 0 "$plumb" -C project plan -o own.json
exits 5 run apply own.json --yes
[ ! -e "$root$work/rooted" ] || fail 'a plan of this machine was applied to an image'
exits 0 run apply plan.json --yes
[ -e "$root$work/rooted" ] || fail 'the plan was not applied to its image'

# Closed, the standard streams are taken by nothing else.
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - file: /closed
    content: closed
YAML
for closed in '>&-' '2>&-' '<&-' '<&- >&- 2>&-'; do
  rm -f "$root/closed"
  code=0
  eval "run apply --yes $closed" || code=$?
  [ "$code" = 0 ] || fail "exit code $code with $closed"
  [ "$(cat "$root/closed")" = closed ] || fail "nothing was written with $closed"
done

# No terminal, no question.
exits 0 "$plumb" init other
exits 3 "$plumb" -C other validate --on nobody
says PL1205
exits 1 "$plumb" -C other apply </dev/null
says PL6002
echo ok

# An account that vanishes between plan and apply is noticed before the first change.
printf 'deploy:x:1500:1500::/srv:/bin/sh\n' >>"$root/etc/passwd"
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - file: /srv/before
    content: "before\n"
  - file: /srv/theirs
    content: "theirs\n"
    owner: deploy
YAML
exits 0 run plan -o owner.json
sed -i '/^deploy:/d' "$root/etc/passwd"
exits 5 run apply owner.json --yes
says PL4001
says 'user:deploy is not there any more'
[ ! -e "$root/srv/before" ] || fail 'the host was changed before that was noticed'
