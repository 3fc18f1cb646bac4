# Folders of the project as folders of a host: what differs is sent, what is not of the source goes where that is asked.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root"/{etc,srv}
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"

exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
resources() { { printf 'plumb: v1\nproject: trees\nresources:\n'; cat; } >project/plumb.yaml; }

mkdir -p project/files/www/{css,empty,cache}
echo one >"project/files/www/index one.html"
echo body >project/files/www/css/main.css
echo x >project/files/www/cache/x
echo x >project/files/www/old.bak
printf '#!/bin/sh\n' >project/files/www/run
chmod 755 project/files/www/run
chmod 600 "project/files/www/index one.html"
ln -s css/main.css project/files/www/style
tree() {
  resources <<YAML
  - directory: /srv/www
    source: files/www
    exclude: ["*.bak", /cache]
    file_mode: "u=rwX,go=rX"
$1
YAML
}

# --- made whole, and once
tree ''
exits 0 run plan
says '+ directory:/srv/www'
says 'makes 6 entries of the source'
exits 0 run apply --yes
[ "$(cd "$root/srv/www" && find . -printf '%P %y %m\n' | sort)" = "$(printf ' d 755\ncss d 755\ncss/main.css f 644\nempty d 755\nindex one.html f 644\nrun f 755\nstyle l 777' | sort)" ] ||
  fail "there is $(cd "$root/srv/www" && find . -printf '%P %y %m\n' | sort)"
cmp -s project/files/www/run "$root/srv/www/run" || fail 'the program is another one'
[ "$(readlink "$root/srv/www/style")" = css/main.css ] || fail 'the link leads elsewhere'
exits 0 run apply --yes
says 'Nothing to change'

# --- only what differs is written; what is not of the source stays
echo two >"project/files/www/index one.html"
echo mine >"$root/srv/www/mine"
inode=$(stat -c %i "$root/srv/www/css/main.css")
exits 0 run plan
says 'changes 1 entry of the source'
says 'index one.html'
says_not main.css
exits 0 run apply --yes
[ "$(cat "$root/srv/www/index one.html")" = two ] || fail 'the new text is not there'
[ "$(stat -c %i "$root/srv/www/css/main.css")" = "$inode" ] || fail 'a file that is equal was written'
[ -e "$root/srv/www/mine" ] || fail 'a file of somebody else is gone'

# --- drift is found, also of a mode, and healed
echo drift >"$root/srv/www/css/main.css"
chmod 600 "$root/srv/www/run"
rm "$root/srv/www/style"
exits 2 run diff
says 'css/main.css'
says 'drift'
exits 0 run apply --yes
[ "$(cat "$root/srv/www/css/main.css")" = body ] || fail 'the file did not heal'
[ "$(stat -c %a "$root/srv/www/run")" = 755 ] || fail 'the mode did not heal'

# --- what else is there goes where that is asked, but not what is excluded or another resource's
echo kept >"$root/srv/www/kept.bak"
echo gone >"$root/srv/www/css/gone.css"
tree '    purge: true
  - file: /srv/www/css/own.css
    content: own'
exits 0 run plan
says '/srv/www/css/gone.css'
says '/srv/www/mine'
says_not kept.bak
exits 0 run apply --yes
[ "$(cd "$root/srv/www" && find . -type f -printf '%P\n' | sort | tr '\n' ' ')" = 'css/main.css css/own.css index one.html kept.bak run ' ] ||
  fail "there is $(cd "$root/srv/www" && find . -type f)"
exits 0 run apply --yes
says 'Nothing to change'

# --- never through a link, and a file has one resource
rm -r "$root/srv/www/css"
mkdir "$root/elsewhere"
ln -s ../../elsewhere "$root/srv/www/css"
tree ''
exits 1 run plan
says '/srv/www/css is a symbolic link to ../../elsewhere'
tree '  - file: /srv/www/run
    content: other'
exits 3 run plan
says '/srv/www/run'

# --- what is no longer declared goes with what came with it
rm "$root/srv/www/css"
tree ''
exits 0 run apply --yes
echo mine >"$root/srv/www/css/mine"
resources <<'YAML'
  - file: /etc/other
    content: other
YAML
exits 0 run apply --yes --prune
says "/srv/www holds what is not this project's: /srv/www/css/mine, /srv/www/kept.bak"
[ -e "$root/srv/www/run" ] || fail 'what holds something else went'
rm -r "$root/srv/www/css/mine" "$root/srv/www/kept.bak"
exits 0 run apply --yes --prune
[ ! -e "$root/srv/www" ] || fail "there is still $(find "$root/srv/www")"

# --- and a run that made one is taken back with it
tree ''
exits 0 run apply --yes
made=$(grep -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' <<<"$output" | tail -1)
exits 0 run undo "$made" --yes
[ ! -e "$root/srv/www" ] || fail "after undo there is $(find "$root/srv/www")"

# --- what cannot be a source
refused() {
  resources
  exits 3 run validate
  says "$1"
}
refused 'names a folder that is not there' <<'YAML'
  - directory: /srv/www
    source: files/nothing
YAML
refused 'must name a folder' <<'YAML'
  - directory: /srv/www
    source: files/www/run
YAML
refused 'must lie in the project folder' <<'YAML'
  - directory: /srv/www
    source: ../root
YAML

# --- a content of several files, in their order
mkdir project/files/rules
printf 'b' >project/files/rules/20-b
echo a >project/files/rules/10-a
echo head >project/files/head
resources <<'YAML'
  - file: /etc/rules
    fragments: [files/head, files/rules]
  - file: /etc/seen
    state: exists
  - file: /etc/begun
    state: exists
    content: "first\n"
    mode: "0600"
YAML
exits 0 run plan
says '+ file:/etc/rules'
exits 0 run apply --yes
[ "$(cat "$root/etc/rules")" = "$(printf 'head\na\nb')" ] || fail "the rules are $(cat "$root/etc/rules")"
[ -e "$root/etc/seen" ] && [ ! -s "$root/etc/seen" ] || fail 'the file was not made empty'
[ "$(cat "$root/etc/begun")" = first ] || fail 'the file did not begin as asked for'

# --- what is to exist keeps what it holds, and its time
echo mine >"$root/etc/begun"
touch -d 2020-01-01 "$root/etc/seen" "$root/etc/begun"
exits 0 run apply --yes
says 'Nothing to change'
[ "$(cat "$root/etc/begun")" = mine ] || fail 'the content was replaced'
[ "$(stat -c %Y "$root/etc/seen")" = "$(date -d 2020-01-01 +%s)" ] || fail 'the time was changed'
printf 'c\n' >project/files/rules/30-c
exits 0 run plan
says '+c'
refused '`files/nothing` names a file that is not there' <<'YAML'
  - file: /etc/rules
    fragments: [files/nothing]
YAML

# --- a file of the host, as another resource of the plan leaves it
echo example >"$root/srv/example"
resources <<'YAML'
  - file: /etc/copied
    remote_source: /srv/example
    mode: "0600"
YAML
exits 0 run plan
says 'copies  /srv/example  held by sha256:'
exits 0 run apply --yes
[ "$(cat "$root/etc/copied")" = example ] || fail 'it was not copied'
[ "$(stat -c %a "$root/etc/copied")" = 600 ] || fail 'the mode is another one'
exits 0 run apply --yes
says 'Nothing to change'
resources <<'YAML'
  - file: /srv/example
    content: "newer\n"
  - file: /etc/copied
    remote_source: /srv/example
    mode: "0600"
YAML
exits 0 run plan
says '~ file:/etc/copied'
exits 0 run apply --yes
[ "$(cat "$root/etc/copied")" = newer ] || fail 'what came was not what the plan made'
exits 0 run apply --yes
says 'Nothing to change'
resources <<'YAML'
  - file: /etc/copied
    remote_source: /srv/nothing
YAML
exits 1 run plan
says '/srv/nothing'

# --- what nobody sees is written out in a difference
printf 'a b\n' >"$root/etc/blanks"
resources <<'YAML'
  - file: /etc/blanks
    content: "a\u00a0b \n"
YAML
exits 0 run plan
says '+a\u{a0}b\x20'
printf 'a\0b' >"$root/etc/blanks"
exits 0 run plan
says 'what is there is binary'

# --- a file alone is made as executable as it is in the project, and keeps its mode then
printf '#!/bin/sh\n' >project/files/tool
printf 'a\n' >project/files/plain
chmod 755 project/files/tool
chmod 600 project/files/plain
resources <<'YAML'
  - file: /srv/tool
    source: files/tool
  - file: /srv/plain
    source: files/plain
YAML
exits 0 run plan
says 'mode     0755, not kept'
exits 0 run apply --yes
[ "$(stat -c %a "$root/srv/tool" "$root/srv/plain")" = "$(printf '755\n644')" ] ||
  fail "the modes are $(stat -c %a "$root/srv/tool" "$root/srv/plain")"
chmod 700 "$root/srv/tool"
exits 0 run apply --yes
says 'Nothing to change'
