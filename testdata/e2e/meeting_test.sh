# Resources that meet, on an image: what goes is listed, what was not listed makes the host stale, and what one resource
# does is what the next one finds.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
start() {
  rm -rf "$root"
  mkdir -p "$root/etc" "$root/srv" "$root/home"
  printf 'root:x:0:0:root:/root:/bin/sh\nold:x:1500:1500::/home/old:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nold:x:1500:\n' >"$root/etc/group"
  printf 'root:*:1::::::\nold:!:1::::::\n' >"$root/etc/shadow"
}
start
exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
resources() { { printf 'plumb: v1\nproject: meeting\nresources:\n'; cat; } >project/plumb.yaml; }
# Planned and applied, after which nothing is left to do.
settles() {
  exits 0 run apply --yes
  exits 0 run diff
  exits 0 run apply --yes
  says 'Nothing to change'
}

# --- what a purge and a removal take is named, and what came since is not taken
mkdir -p "$root/srv/d/old" "$root/srv/gone"
touch "$root/srv/d/a" "$root/srv/d/old/b" "$root/srv/gone/c"
resources <<'YAML'
  - directory: /srv/d
    purge: true
  - directory: /srv/gone
    state: absent
YAML
exits 0 run plan -o plan.json
says /srv/d/a
says /srv/d/old/b
says /srv/gone/c
touch "$root/srv/d/old/new"
exits 5 run apply plan.json --yes
says 'no longer as the plan saw it'
[ -e "$root/srv/d/a" ] || fail 'something was removed from a host that was refused'
rm "$root/srv/d/old/new"
touch "$root/srv/gone/new"
exits 5 run apply plan.json --yes
says 'no longer as the plan saw it'
rm "$root/srv/gone/new"
# Less than was listed is what an interrupted change leaves.
rm "$root/srv/d/a"
exits 0 run apply plan.json --yes
[ -z "$(ls "$root/srv/d")" ] || fail "left: $(ls "$root/srv/d")"
[ ! -e "$root/srv/gone" ] || fail 'the folder is there'

# --- homes, what links lead to and kept copies stay in a folder that is purged
start
echo old >"$root/srv/conf"
resources <<'YAML'
  - directory: /home
    purge: true
  - directory: /srv
    purge: true
  - user: deploy
  - link: /srv/now
    target: releases/1
  - directory: /srv/releases/1
    parents: true
  - file: /srv/conf
    content: new
    backup: true
YAML
settles
[ -d "$root/home/deploy" ] || fail 'the home was removed'
[ "$(cat "$root"/srv/conf.plumb-*)" = old ] || fail 'the copy was removed'

# --- over recursion the more specific resource wins, and the rest comes from it
start
mkdir "$root/srv/d"
echo x >"$root/srv/d/key"
echo x >"$root/srv/d/other"
resources <<'YAML'
  - directory: /srv/d
    recurse: true
    owner: old
    mode: u=rwX,go=rX
  - file: /srv/d/key
    mode: "0600"
  - file: /srv/d/new
    content: new
YAML
settles
[ "$(stat -c %a:%u "$root/srv/d/key")" = 600:1500 ] || fail "key: $(stat -c %a:%u "$root/srv/d/key")"
[ "$(stat -c %u "$root/srv/d/new")" = 1500 ] || fail 'a new file below is not the owner'\''s'

# --- what goes together can go, in either order
for order in 'group user' 'user group'; do
  start
  { for kind in $order; do printf '  - %s: old\n    state: absent\n' "$kind"; done; } | resources
  settles
done

# --- a number that was freed can be given again
start
resources <<'YAML'
  - user: old
    state: absent
  - user: new
    uid: 1500
YAML
settles

# --- one that takes back what another asks for is told with both places, before anything is changed
resources <<'YAML'
  - directory: /home/web
    state: absent
  - user: web
YAML
exits 1 run plan
says 'takes back what'
says plumb.yaml:4
says plumb.yaml:6
! grep -q web "$root/etc/passwd" || fail 'something was changed'

# --- setuid that is asked for outlasts a change of the owner
start
touch "$root/srv/tool"
chmod 4755 "$root/srv/tool"
resources <<'YAML'
  - file: /srv/tool
    owner: old
    mode: "4755"
YAML
settles
[ "$(stat -c %a:%u "$root/srv/tool")" = 4755:1500 ] || fail "it is $(stat -c %a:%u "$root/srv/tool")"

# --- one file under two names, each changed by its own line, stays apart from then on
start
echo one >"$root/srv/a"
ln "$root/srv/a" "$root/srv/b"
resources <<'YAML'
  - line: /srv/a
    text: two
  - user: old
    comment: somebody
  - line: /srv/b
    text: three
YAML
settles
[ "$(cat "$root/srv/a" "$root/srv/b" | tr '\n' ' ')" = 'one two one three ' ] || fail "$(cat "$root/srv/a" "$root/srv/b")"

# --- a hard link to a link that the plan replaces
start
ln -s old "$root/srv/a"
resources <<'YAML'
  - link: /srv/a
    target: new
  - link: /srv/b
    target: /srv/a
    hard: true
YAML
settles
[ "$(readlink "$root/srv/b")" = new ] || fail 'the other name is the old link'

# --- an account without a row of passwords is locked, and says so when it is to be open
start
sed -i /^old/d "$root/etc/shadow"
resources <<'YAML'
  - user: old
    locked: false
    expires: 2031-01-01
YAML
settles

# --- a folder in the place of a file that adds to a unit is told before anything is enabled
start
mkdir -p "$root/etc/systemd/system/app.service.d/x.conf"
printf '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >"$root/etc/systemd/system/app.service"
resources <<'YAML'
  - service: app
    enabled: true
YAML
exits 1 run plan
says 'x.conf is a folder'

# --- a unit that the plan takes away cannot be enabled, nor masked where nothing is to be
resources <<'YAML'
  - file: /etc/systemd/system/app.service
    state: absent
  - service: app
    enabled: true
YAML
exits 1 run plan
says plumb.yaml:4
says plumb.yaml:6
resources <<'YAML'
  - file: /etc/systemd/system/app.service
    state: absent
  - service: app
    masked: true
YAML
exits 3 "$plumb" -C project validate
says plumb.yaml:4
says plumb.yaml:6

# --- a line in a home that goes with its user
start
mkdir "$root/home/old"
chown 1500 "$root/home/old"
echo one >"$root/home/old/x"
resources <<'YAML'
  - line: /home/old/x
    text: two
  - user: old
    state: absent
    remove_home: true
YAML
exits 1 run plan
says plumb.yaml:4
says plumb.yaml:6

# --- a hard link follows the new content
start
echo old >"$root/srv/a"
ln "$root/srv/a" "$root/srv/b"
resources <<'YAML'
  - file: /srv/a
    content: new
  - link: /srv/b
    target: /srv/a
    hard: true
    force: true
YAML
settles
[ "$(cat "$root/srv/b")" = new ] || fail 'the other name has the old content'

# --- a link of the plan leads where it leads
start
mkdir "$root/srv/real"
resources <<'YAML'
  - link: /srv/now
    target: real
  - line: /srv/now/conf
    text: one
    create: true
  - file: /srv/now/x
    content: x
YAML
settles
resources <<'YAML'
  - file: /srv/x/
    content: x
YAML
exits 3 "$plumb" -C project validate
says 'must not end with a slash'

# --- what goes and may still be in use, where no plan sees through that, comes after all that may use it; unless that is
# what comes after it
resources <<'YAML'
  - container_image: app:1
    state: absent
  - container_network: old
    state: absent
  - postgresql_role: leaves
    state: absent
  - mysql_user: leaves
    state: absent
  - container: web
    image: app:2
    networks: [new]
  - postgresql_database: shop
    owner: takes
  - container: later
    image: app:2
    after: ["container_image:app:1"]
YAML
exits 0 "$plumb" -C project graph --output json
order=$(sed -n 's/^ *"address": "\(.*\)",$/\1/p' <<<"$output" | tr '\n' ' ')
[ "$order" = 'mysql_user:leaves container:web container_image:app:1 postgresql_database:shop postgresql_role:leaves container:later container_network:old ' ] ||
  fail "another order: $order"
