# What several modules declare with the same wishes is one resource with several places: planned once, known by each of its
# addresses, and an orphan once nobody declares it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
project() { { printf 'plumb: v1\nproject: shared\nresources:\n'; cat; } >project/plumb.yaml; }
module() { mkdir -p "project/modules/$1" && { printf 'plumb: v1\nresources:\n'; cat; } >"project/modules/$1/module.yaml"; }
recorded() { grep -q "\"$1\"" "$root/var/lib/plumb/shared/record.json"; }

module shop <<'YAML'
  - directory: /etc/app
    mode: "0750"
    tags: [folders]
  - file: /etc/app/shop
    content: "shop\n"
YAML
module blog <<'YAML'
  - file: /etc/app/blog
    content: "blog\n"
    after: ["directory:/etc/app"]
  - directory: /etc/app
    mode: "0750"
    prevent_destroy: true
YAML
project <<'YAML'
  - use: ./modules/shop
  - use: ./modules/blog
    after: ["shop/*"]
YAML
exits 0 run validate
exits 0 run graph
says '  blog/directory:/etc/app'
says '      also shop/directory:/etc/app'
exits 0 run explain resource shop/directory:/etc/app
says 'shop/directory:/etc/app is on'
says 'declared at modules/blog/module.yaml:6:16'
says 'also as shop/directory:/etc/app at modules/shop/module.yaml:3:16'
says 'plans call it blog/directory:/etc/app'
exits 0 run plan
says '+ blog/directory:/etc/app  modules/blog/module.yaml:6:16'
says '    also shop/directory:/etc/app  modules/shop/module.yaml:3:16'
says '3 to create'
exits 0 run plan --address shop/directory:/etc/app --tags folders
says '1 to create'
exits 0 run apply --yes
exits 0 run plan
says 'Nothing to change: 3 resources'
recorded blog/directory:/etc/app && ! recorded shop/directory:/etc/app || fail 'the record has the other address'

# A lock by one address is a lock on the thing.
chmod 0700 "$root/etc/app"
exits 0 run lock localhost --items shop/directory:/etc/app --for 1h --reason 'a trial'
exits 0 run plan
says 'is left alone'
says 'Nothing to change'
exits 0 run apply --yes
[ "$(stat -c %a "$root/etc/app")" = 700 ] || fail 'what is locked was changed'
exits 0 run unlock localhost
exits 0 run plan -o locked.json
exits 0 run lock localhost --items shop/directory:/etc/app --for 1h --reason 'a trial'
exits 0 run apply locked.json --yes
[ "$(stat -c %a "$root/etc/app")" = 700 ] || fail 'what was locked after the plan was changed'
exits 0 run unlock localhost
exits 0 run apply --yes
[ "$(stat -c %a "$root/etc/app")" = 750 ] || fail 'the lock is gone, and nothing was changed'

# The module whose address it had goes: the other one still has it, and the record follows. Where one asks for nothing now,
# the other one still does.
project <<'YAML'
  - use: ./modules/shop
  - use: ./modules/blog
    when: "false"
YAML
exits 0 run plan
says 'shop/directory:/etc/app  moved from blog/directory:/etc/app'
says 'o blog/file:/etc/app/blog'
says_not 'o blog/directory:/etc/app'
exits 0 run apply --yes --prune
[ -d "$root/etc/app" ] && [ ! -e "$root/etc/app/blog" ] || fail 'what is still declared went, or what is not stayed'
recorded shop/directory:/etc/app && ! recorded blog/directory:/etc/app || fail 'the record did not follow'
exits 0 run plan
says 'Nothing to change: 2 resources'

# And back, with a project that declares it too: the outermost address is the one that counts.
project <<'YAML'
  - use: ./modules/shop
  - use: ./modules/blog
  - directory: /etc/app
    mode: "0750"
YAML
exits 0 run apply --yes
says 'moved from shop/directory:/etc/app'
recorded directory:/etc/app || fail 'the record did not follow'

# Others wish otherwise: which attribute, what each says, every place.
module third <<'YAML'
  - directory: /etc/app
    mode: "0755"
YAML
project <<'YAML'
  - use: ./modules/shop
  - use: ./modules/blog
  - use: ./modules/third
YAML
exits 3 run validate
says 'PL1304'
says '`blog/directory:/etc/app` and `third/directory:/etc/app` both manage /etc/app, and differ in `mode`'
says '`mode` is 0755 here'
says '`mode` is 0750 here'
says 'modules/shop/module.yaml:3:16'

# Nobody declares it any more.
project <<'YAML'
  - file: /etc/motd
    content: "x\n"
YAML
exits 0 run plan
says 'o directory:/etc/app'

# Parts of files too, also those of which the record tells how they look there.
: >"$root/etc/hosts"
: >"$root/etc/environment"
for name in shop blog; do
  module $name <<'YAML'
  - ini: /etc/app.ini
    section: web
    options: {port: 80}
    create: true
  - host_entry: db
    address: 10.0.0.1
  - environment: EDITOR
    value: vi
YAML
done
project <<'YAML'
  - use: ./modules/shop
  - use: ./modules/blog
YAML
exits 0 run apply --yes
sed -i '/blog/d' project/plumb.yaml
exits 0 run plan
for part in ini:/etc/app.ini#web host_entry:db environment:EDITOR#/etc/environment; do
  grep -qE "shop/$part.*  moved from blog/$part" <<<"$output" || fail "$part is not known again: $output"
  says_not "o blog/$part"
done
says "Nothing to change but what the hosts' records say: 3 resources"

# With another wish or another name as well: what is declared stays, and the rest goes.
sed -i 's/port: 80/port: 81/; s/10\.0\.0\.1/10.0.0.2/; s/value: vi/value: ed/' project/modules/blog/module.yaml
sed -i 's/shop/blog/' project/plumb.yaml
exits 0 run plan --prune --address '*/ini:*' --address '*/host_entry:*' --address '*/environment:*'
says_not '- shop/'
exits 0 run apply --yes --prune --address '*/ini:*' --address '*/host_entry:*' --address '*/environment:*'
grep -qx 'port = 81' "$root/etc/app.ini" || fail "$(cat "$root/etc/app.ini")"
exits 0 run plan
says 'Nothing to change: 3 resources'
says_not 'o shop/ini'
