# What the configuration holds no longer: told, removed with --prune, kept where it must be; and what has another name.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc" "$root/srv"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
printf 'net.core.somaxconn = 1\n' >"$root/etc/settings"
exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
project() { { printf 'plumb: v1\nproject: tour\n'; cat; } >project/plumb.yaml; }
record() { cat "$root/var/lib/plumb/tour/record.json"; }

project <<'YAML'
resources:
  - directory: /srv/app
  - directory: /srv/app/conf.d
  - file: /srv/app/conf.d/one.conf
    content: "one\n"
  - file: /srv/app/conf.d/two.conf
    content: "two\n"
  - directory: /srv/data
  - file: /srv/kept
    content: "kept\n"
    prevent_destroy: true
  - line: /etc/settings
    text: "vm.swappiness = 10"
  - replace: /etc/settings
    match: "somaxconn = .*"
    text: "somaxconn = 2"
  - link: /srv/current
    target: app
  - file: /srv/stays
    content: "stays\n"
YAML
exits 0 run apply --yes
touch "$root/srv/data/of-somebody"

# Told, and left as it is.
project <<'YAML'
resources:
  - file: /srv/stays
    content: "stays\n"
YAML
exits 0 run plan
says 'o directory:/srv/app'
says 'With --prune, they go.'
exits 0 run apply --yes
[ -e "$root/srv/app/conf.d/one.conf" ] || fail 'an orphan went without --prune'

# What was declared with prevent_destroy is remembered on the host.
grep -q '"prevented":\["file:/srv/kept"\]' "$root/var/lib/plumb/tour/record.json" || fail "$(record)"
exits 1 run plan --prune
says PL2014
says 'would be pruned, and prevent_destroy forbids it'
exits 1 run apply --prune --yes
[ -e "$root/srv/app" ] || fail 'a refused plan removed something'

# One after the other, the other way round than they were made; what nobody manages keeps its folder.
exits 0 run plan --prune --address 'directory:/srv/app*' --address 'file:/srv/app/*' --address 'line:*' --address 'replace:*' \
  --address 'link:*' --address directory:/srv/data -o prune.json
says '- file:/srv/app/conf.d/one.conf  (orphan)'
says '- directory:/srv/app  (orphan)'
says '- line:/etc/settings#vm.swappiness = 10  (orphan)'
says 'only forgotten: what a `replace` did has no inverse'
says 'stays: /srv/data holds what is not this project'
says '/srv/data/of-somebody'
[ "$(grep -n '  - file:/srv/app/conf.d/one.conf' <<<"$output" | cut -d: -f1)" -lt "$(grep -n '  - directory:/srv/app/conf.d ' <<<"$output" | cut -d: -f1)" ] ||
  fail "a folder goes before what is in it: $output"
exits 0 run apply prune.json --yes
[ ! -e "$root/srv/app" ] && [ ! -L "$root/srv/current" ] || fail 'something is still there'
[ -e "$root/srv/data/of-somebody" ] && [ -e "$root/srv/kept" ] || fail 'something went that is not to go'
[ "$(cat "$root/etc/settings")" = 'net.core.somaxconn = 2' ] || fail "$(cat "$root/etc/settings")"
for gone in /srv/app replace:/etc/settings link:/srv/current; do
  ! grep -qF "$gone" "$root/var/lib/plumb/tour/record.json" || fail "the record still has $gone: $(record)"
done
exits 0 run plan
says 'o directory:/srv/data'
says 'o file:/srv/kept'
says_not 'o link'

# It goes once the word was taken away in a change of its own.
project <<'YAML'
resources:
  - file: /srv/stays
    content: "stays\n"
  - file: /srv/kept
    content: "kept\n"
YAML
exits 0 run apply --yes
project <<'YAML'
resources:
  - file: /srv/stays
    content: "stays\n"
YAML
rm "$root/srv/data/of-somebody"
exits 0 run apply --prune --yes
says '2 to delete'
[ ! -e "$root/srv/kept" ] && [ ! -e "$root/srv/data" ] || fail 'something is still there'
exits 0 run plan --prune
says 'Nothing to change'
says_not 'no longer in the configuration'

# What another resource has now, or stands on, does not go.
project <<'YAML'
resources:
  - directory: /srv/site
  - file: /srv/site/page
    id: page
    content: "page\n"
YAML
exits 0 run apply --prune --yes
[ ! -e "$root/srv/stays" ] || fail 'an orphan stayed'
project <<'YAML'
resources:
  - file: /srv/site/page
    content: "page\n"
YAML
exits 0 run apply --prune --yes
says 'only forgotten: /srv/site/page is that of `file:/srv/site/page` now'
says '`directory:/srv/site`, which is declared no more, stays'
[ -e "$root/srv/site/page" ] || fail 'what another resource has went'

# A watcher is set off by what goes; and a new name is no new thing.
project <<'YAML'
moved:
  - {from: "directory:/srv/site", to: "web/directory:/srv/site"}
  - {from: "file:/srv/site/page", to: "web/file:page"}
resources:
  - use: ./web
YAML
mkdir -p project/web
cat >project/web/module.yaml <<'YAML'
plumb: v1
resources:
  - directory: /srv/site
  - file: /srv/site/page
    id: page
    content: "page\n"
YAML
before=$(stat -c '%i %Y' "$root/srv/site/page")
exits 0 run plan
says '> web/file:page  moved from file:/srv/site/page'
says 'Nothing to change'
says_not 'no longer in the configuration'
exits 0 run plan -o moved.json
exits 0 run apply moved.json --yes
[ "$(stat -c '%i %Y' "$root/srv/site/page")" = "$before" ] || fail 'a move touched the file'
grep -qF '"web/file:page"' "$root/var/lib/plumb/tour/record.json" || fail "$(record)"
! grep -qF '"file:/srv/site/page"' "$root/var/lib/plumb/tour/record.json" || fail "$(record)"
exits 0 run plan
says_not 'moved from'

# A whole module.
sed -i -e '/from:/d' -e 's|moved:|moved:\n  - {from: web/, to: site/}|' -e 's|use: ./web|use: ./web\n    id: site|' project/plumb.yaml
exits 0 run apply --yes
says '> site/file:page  moved from web/file:page'
exits 0 run plan
says_not 'no longer in the configuration'

# A move that cannot be made.
sed -i 's|to: site/|to: shop/|' project/plumb.yaml
exits 3 run validate
says PL1305
says 'is not declared'
sed -i 's|from: web/, to: shop/|from: "file:/a", to: "link:/b"|' project/plumb.yaml
exits 3 run validate
says 'a `file` does not become a `link`'

# What its record protects goes neither with its folder nor for a link in its place.
root=$work/other
mkdir -p "$root/etc" "$root/real"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
printf '[theirs]\na = 1\n[ours]\nb = 2\n' >"$root/etc/settings.ini"
printf 'theirs\n' >"$root/etc/theirs"
printf 'theirs\n' >"$root/real/f"
ln -s ../real/f "$root/etc/through"
rm project/plumb.yaml
project <<'YAML'
resources:
  - directory: /srv
  - directory: /srv/d
  - file: /srv/d/precious
    content: "b\n"
    prevent_destroy: true
  - ini: /etc/settings.ini
    section: ours
    options: {c: 3}
  - file: /etc/theirs
    mode: "0600"
  - file: /etc/through
    content: "through\n"
    follow: true
  - link: /etc/sl
    target: theirs
  - file: /etc/fd
    content: "fd\n"
  - file: /etc/a
    content: "a\n"
YAML
exits 0 run apply --yes
others='
  - file: /etc/a
    content: "a\n"'
for taker in '{directory: /srv/d, purge: true}' '{directory: /srv/d, state: absent}' \
  '{link: /srv/d/precious, target: x, force: true}'; do
  printf 'resources:\n  - %s%s\n' "$taker" "$others" | project
  exits 1 run apply --yes
  says PL2014
  says 'would take `file:/srv/d/precious` away'
  [ "$(cat "$root/srv/d/precious")" = b ] || fail "it went with $taker"
done

# A prune leaves what others made, and frees its paths for another thing in the same run.
project <<'YAML'
resources:
  - directory: /srv
  - directory: /srv/d
  - file: /srv/d/precious
    content: "b\n"
    prevent_destroy: true
  - file: /etc/sl
    content: "sl\n"
  - directory: /etc/fd
  - file: /etc/fd/in
    content: "in\n"
  - file: /etc/a
    content: "a\n"
YAML
exits 0 run apply --prune --yes
says 'it only set attributes of what others made'
says '/etc/through is a symbolic link, and what was declared lies where it leads'
[ "$(cat "$root/etc/settings.ini")" = "$(printf '[theirs]\na = 1\n[ours]\nb = 2')" ] || fail "$(cat "$root/etc/settings.ini")"
[ "$(cat "$root/etc/theirs")" = theirs ] || fail 'what others made went'
[ -L "$root/etc/through" ] && [ "$(cat "$root/real/f")" = through ] || fail 'a link of others went'
[ ! -L "$root/etc/sl" ] && [ "$(cat "$root/etc/sl")" = sl ] || fail 'no file in the place of the link'
[ "$(cat "$root/etc/fd/in")" = in ] || fail 'no folder in the place of the file'
exits 0 run plan
says 'Nothing to change'
says_not 'no longer in the configuration'

# Another path is another thing. Moves go on from one another.
sed -i 's|- file: /etc/a$|- file: /etc/a2|' project/plumb.yaml
printf 'moved:\n  - {from: "file:/etc/a", to: "file:/etc/a2"}\n' >>project/plumb.yaml
exits 1 run plan
says PL1305
says 'and that is another: /etc/a2, and not /etc/a'
sed -i -e '/moved:/d' -e '/from:/d' project/plumb.yaml
exits 0 run apply --prune --yes
[ ! -e "$root/etc/a" ] && [ "$(cat "$root/etc/a2")" = a ] || fail 'the old one is still there'
exits 0 run plan
says 'Nothing to change'
sed -i 's|- file: /etc/a2$|&\n    id: d|' project/plumb.yaml
printf 'moved:\n  - {from: "file:/etc/a2", to: "file:c"}\n  - {from: "file:c", to: "file:d"}\n' >>project/plumb.yaml
exits 0 run validate
exits 2 run plan --detailed-exitcode
says 'Nothing to change but what the hosts'
exits 0 run apply --yes
says '> file:d  moved from file:/etc/a2'
exits 0 run plan
says_not 'no longer in the configuration'

# Of several options in one resource those go that another one does not ask for by now.
root=$work/many
mkdir -p "$root/etc"
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - ini: /etc/many.ini
    section: one
    options: {a: 1, b: 2, c: 3}
    create: true
YAML
exits 0 run apply --yes
sed -i -e 's|ini: /etc/many.ini|&\n    id: many|' -e 's/{a: 1, b: 2, c: 3}/{a: 5, c: 3}/' project/plumb.yaml
exits 0 run plan --prune
says '- ini:/etc/many.ini#one'
exits 0 run apply --prune --yes
[ "$(cat "$root/etc/many.ini")" = "$(printf '[one]\na = 5\nc = 3')" ] || fail "$(cat "$root/etc/many.ini")"
exits 0 run plan --prune
says 'Nothing to change'
sed -i 's/id: many/id: few/' project/plumb.yaml
exits 0 run plan --prune
says 'what it asked for is asked for by `ini:few` now'
