# What a run did is taken back: bytes, modes, links, lines, also of what --prune removed; and what cannot be is told.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

root=$work/root
mkdir -p "$root/etc" "$root/srv/old" "$root/bin"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
printf 'first\nsecond\n' >"$root/etc/lines"
printf 'old text\n' >"$root/srv/old/text"
chmod 640 "$root/srv/old/text"
head -c 300000 /dev/urandom >"$root/srv/old/binary"
head -c 2000000 /dev/urandom >"$root/srv/old/large"
printf '\0\1\2' >"$root/srv/old/gone"
chmod 600 "$root/srv/old/gone"
ln -s nowhere "$root/srv/old/link"
exits 0 "$plumb" init project
run() { "$plumb" -C project --root "$root" "$@"; }
# All that is there but plumb's own: names, kinds, modes, owners, targets, contents.
state() {
  (cd "$root" && find . -path ./var -prune -o ! -name .pwd.lock -printf '%p %y %m %U:%G %l\n' | sort &&
    find . -path ./var -prune -o -type f ! -name .pwd.lock -print0 | sort -z | xargs -0 sha256sum)
}
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - directory: /srv/new
  - file: /srv/new/page
    content: "page\n"
  - file: /srv/old/text
    content: "new text\n"
    mode: "0600"
  - file: /srv/old/binary
    content: "no longer binary\n"
  - file: /srv/old/large
    content: "small\n"
  - file: /srv/old/gone
    state: absent
  - link: /srv/old/link
    target: somewhere
  - line: /etc/lines
    match: "^second$"
    text: "2nd"
  - line: /etc/lines
    text: "third"
  - group: staff
    gid: 50
YAML
before=$(state)
exits 0 run apply --yes
built=$(run history --limit 1 | grep -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' | head -n 1)
after=$(state)
[ "$before" != "$after" ] || fail 'nothing was changed'

# A plan like any other: shown, written, applied; with --address a part of it.
exits 0 run undo last -o undo.json
says "Takes back run $built"
says '~ file:/srv/old/binary  (undo)'
says '- directory:/srv/new  (undo)'
[ "$(state)" = "$after" ] || fail 'a plan of undo changed the host'
exits 0 run show undo.json
exits 0 run undo "$built" --address 'line:*' --yes
printf 'first\nsecond\n' | cmp - "$root/etc/lines" || fail "$(cat "$root/etc/lines")"
exits 0 run apply --yes
[ "$(state)" = "$after" ] || fail "the configuration was not made again: $(diff <(echo "$after") <(state))"

# Without a terminal, a yes is wanted.
exits 1 run undo "$built"
exits 0 run undo "$built" --yes
says_not PL2015
[ "$(state)" = "$before" ] || fail "not all is back: $(diff <(echo "$before") <(state))"
exits 0 run history show last
says undo

# What was undone is nothing that plumb knows, so the configuration makes it anew; an undo can be undone, as far as it can:
# where a line was that went, nothing tells.
exits 0 run undo last --yes
says '`line:/etc/lines#third` is left as it is'
printf 'first\n2nd\n' | cmp - "$root/etc/lines" || fail "$(cat "$root/etc/lines")"
exits 0 run apply --yes
says '1 changed'
[ "$(state)" = "$after" ] || fail "the undo was not undone: $(diff <(echo "$after") <(state))"

# What was changed since stays as it is, and is told; so is what nothing brings back.
echo more >>"$root/srv/new/page"
exits 0 run undo "$built" --yes
says PL2015
says '`file:/srv/new/page` is left as it is: it was changed since that run'
[ -e "$root/srv/new/page" ] || fail 'what somebody changed went'
[ "$(cat "$root/srv/old/text")" = 'old text' ] || fail 'what nobody changed stayed'

# A prune is taken back too.
exits 0 run apply --yes
pruned=$(state)
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources: []
YAML
exits 0 run apply --prune --yes
[ ! -e "$root/srv/new" ] || fail 'an orphan stayed'
exits 0 run undo last --yes
says '`line:/etc/lines#third` is left as it is'
[ "$(state | grep -v ./etc/lines)" = "$(grep -v ./etc/lines <<<"$pruned")" ] ||
  fail "not all is back: $(diff <(echo "$pruned") <(state))"
exits 0 run plan
says 'o file:/srv/new/page'

# Secrets are told.
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - file: /srv/old/text
    content: correct-horse
    sensitive: true
YAML
exits 0 run apply --yes
exits 1 run undo last --yes
says '`file:/srv/old/text` is left as it is'
[ "$(cat "$root/srv/old/text")" = correct-horse ] || fail 'a secret was taken back'
# All of it stays: that is told, and no run.
runs=$(run history --limit 50 | wc -l)
exits 1 run undo last --yes
says 'Nothing is taken back'
says_not 'as asked for'
[ "$(run history --limit 50 | wc -l)" = "$runs" ] || fail 'an undo that took nothing back is a run'
exits 3 run undo last --address 'file:/no/such'
says PL1303
exits 3 run undo nonsense
says 'the history holds no run `nonsense`'

# The last run is the last that changed something.
[ "$(id -u)" = 0 ] || skip 'users and their homes are made by root alone'
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - file: /srv/own/text
    content: "new text\n"
  - file: /srv/own/binary
    content: "new\n"
  - file: /srv/own/maybe
    state: exists
  - file: /srv/own/made
    content: "made\n"
  - user: bob
    uid: 1500
  - user: eve
    uid: 1501
  - user: ann
    uid: 1502
  - group: crew
YAML
mkdir -p "$root/srv/own" "$root/home/bob" "$root/etc/skel" "$root/usr/bin"
printf 'hello\n' >"$root/etc/skel/.profile"
printf 'letters\n' >"$root/home/bob/letters"
chown -R 1500:1500 "$root/home/bob"
printf 'mine\n' >"$root/srv/own/text"
printf 'mine too\n' >"$root/srv/own/binary"
chmod 4755 "$root/srv/own/binary"
: >"$root/etc/shadow"
exits 0 run apply --yes
exits 0 run apply --yes
made=$(run history --limit 2 | grep -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]+' | tail -n 1)
# What the run did not change keeps what it has now; what it made and is otherwise now stays, and so do the members that
# others gave a group, and homes with what was there or came since.
chmod 600 "$root/srv/own/text"
printf 'notes\n' >"$root/srv/own/maybe"
chmod 600 "$root/srv/own/made"
printf 'work\n' >"$root/home/eve/work"
sed -i 's/^crew:.*/&root/' "$root/etc/group"
exits 0 run undo last --yes
says "Takes back run $made"
says '`file:/srv/own/maybe` is left as it is: it was changed since that run'
says '`file:/srv/own/made` is left as it is: it was changed since that run'
says '`group:crew` is left as it is: it has got other members since: root'
says 'its home folder /home/eve stays'
[ "$(cat "$root/srv/own/text")" = mine ] || fail 'the text is not back'
[ "$(stat -c %a "$root/srv/own/text")" = 600 ] || fail 'a mode that the run had not changed was changed'
[ "$(cat "$root/srv/own/maybe")" = notes ] || fail 'what somebody wrote went'
[ "$(cat "$root/home/bob/letters")" = letters ] || fail 'a home that was there before went'
[ "$(cat "$root/home/eve/work")" = work ] || fail 'a home in which somebody worked went'
[ ! -e "$root/home/ann" ] || fail 'a home that nobody used stayed'
grep -qE '^(bob|eve|ann):' "$root/etc/passwd" && fail 'a user stayed'
grep -q '^crew:' "$root/etc/group" || fail 'a group with members went'
[ "$(stat -c %a "$root/srv/own/binary")" = 4755 ] || fail 'setuid did not come back'
# What was there before the first run that knew it is nobody's again: no prune takes it.
printf 'plumb: v1\nproject: tour\nresources: []\n' >project/plumb.yaml
exits 0 run apply --prune --yes
[ "$(cat "$root/srv/own/text")" = mine ] || fail 'a prune removed what was there before plumb came'
[ "$(cat "$root/srv/own/binary")" = 'mine too' ] || fail 'a prune removed what was there before plumb came'

# A run of an image is taken back in that image.
mkdir -p "$work/other/etc" "$work/other/srv/own"
printf 'mine\n' >"$work/other/srv/own/text"
exits 5 "$plumb" -C project --root "$work/other" undo "$made" --yes
says PL4001
says 'was of another image than this one'
exits 5 "$plumb" -C project undo "$made" --yes
says PL4001
says 'was of an image, and this is the host itself'

# A profile of AppArmor that came with its file leaves no link behind, though it was decided in its turn.
root=$work/profiles
mkdir -p "$root/etc/apparmor.d/disable"
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: tour
resources:
  - file: /etc/apparmor.d/tool
    content: "/usr/bin/tool {\n}\n"
  - apparmor_profile: tool
    mode: disable
YAML
exits 0 run apply --yes
[ -L "$root/etc/apparmor.d/disable/tool" ] || fail 'the profile is not disabled'
exits 0 run undo last --yes
[ ! -L "$root/etc/apparmor.d/disable/tool" ] && [ ! -e "$root/etc/apparmor.d/tool" ] || fail 'undo left something'
