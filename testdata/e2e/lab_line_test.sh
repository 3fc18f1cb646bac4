# Three lines and the owner of one file on a real host: exact, one write, validated once, nothing on the second run, and the
# drift of one line told as that line's.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 1
on_host h1 'rm -rf /etc/plumb-lines /var/lib/plumb/lines; mkdir /etc/plumb-lines; useradd -r lines 2>/dev/null; printf "a = 1\r\n# b = 1\r\nlast" >/etc/plumb-lines/conf; chmod 640 /etc/plumb-lines/conf; setfattr -n user.kept -v yes /etc/plumb-lines/conf 2>/dev/null; true'

exits 0 "$plumb" init project
cp hosts.yaml project/hosts.yaml
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: lines
resources:
  - line: /etc/plumb-lines/conf
    match: '^a ='
    text: a = 2
    validate: echo . >>/etc/plumb-lines/validated; grep -q '^a = 2' %s
  - line: /etc/plumb-lines/conf
    match: '^# (b) = .*'
    text: '\1 = 2'
    back_references: true
    validate: echo . >>/etc/plumb-lines/validated; grep -q '^a = 2' %s
  - line: /etc/plumb-lines/conf
    text: c = 2
    insert_after: ^b = 2
    validate: echo . >>/etc/plumb-lines/validated; grep -q '^a = 2' %s
  - file: /etc/plumb-lines/conf
    owner: lines
YAML
exits 0 "$plumb" -C project plan -o plan.json
says_not Fidelity
# How often the file is put in place: inotify is not there, but each place has an inode of its own.
before=$(on_host h1 'stat -c %i /etc/plumb-lines/conf')
exits 0 "$plumb" -C project apply plan.json --yes
says '4 changed'
[ "$(on_host h1 'cat /etc/plumb-lines/conf' | od -c)" = "$(printf 'a = 2\r\nb = 2\r\nc = 2\r\nlast' | od -c)" ] || fail "the file is $(on_host h1 'cat -A /etc/plumb-lines/conf')"
[ "$(on_host h1 'wc -l </etc/plumb-lines/validated')" = 1 ] || fail 'it was not validated once'
[ "$(on_host h1 'stat -c "%U %a" /etc/plumb-lines/conf')" = 'lines 640' ] || fail 'owner or mode are wrong'
[ "$(on_host h1 'stat -c %i /etc/plumb-lines/conf')" != "$before" ] || fail 'the file was not replaced'
[ -z "$(on_host h1 'find /etc/plumb-lines -name ".plumb-*"')" ] || fail 'temporary files are left'

written=$(on_host h1 'stat -c "%i %y" /etc/plumb-lines/conf')
exits 0 "$plumb" -C project apply --yes
says 'Nothing to change'
[ "$(on_host h1 'stat -c "%i %y" /etc/plumb-lines/conf')" = "$written" ] || fail 'the second apply wrote the file'

on_host h1 "sed -i 's/^a = 2/a = 3/' /etc/plumb-lines/conf"
exits 2 "$plumb" -C project diff
says '~ line:/etc/plumb-lines/conf#^a ='
says '(drift)'
says_not 'conf#^# (b)'
says_not 'conf#c = 2'
exits 0 "$plumb" -C project apply --yes
says '1 changed'
exits 0 "$plumb" -C project diff

# --- an address means what has it, whatever a glob would read in it
on_host h1 'rm -f /run/plumb-lines-rung; printf "#PermitRootLogin yes\na=1\n" >/etc/plumb-lines/odd'
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: lines
resources:
  - command: behind both
    run: echo rung >>/run/plumb-lines-rung
    run_on: ['line:/etc/plumb-lines/odd#^#?PermitRootLogin\b', 'line:/etc/plumb-lines/odd#^[ab]=\d']
  - line: /etc/plumb-lines/odd
    match: ^#?PermitRootLogin\b
    text: PermitRootLogin no
    after: 'line:/etc/plumb-lines/odd#^[ab]=\d'
  - line: /etc/plumb-lines/odd
    match: ^[ab]=\d
    text: a=2
YAML
exits 0 "$plumb" -C project plan
says 'because of line:/etc/plumb-lines/odd#^[ab]=\d, line:/etc/plumb-lines/odd#^#?PermitRootLogin\b'
exits 0 "$plumb" -C project apply --yes
says '3 changed'
[ "$(on_host h1 'cat /run/plumb-lines-rung')" = rung ] || fail 'it was not set off once'
# One of the two sets it off, too, and is named alone.
on_host h1 'sed -i s/^a=2/a=1/ /etc/plumb-lines/odd'
exits 0 "$plumb" -C project plan
says 'because of line:/etc/plumb-lines/odd#^[ab]=\d'
says_not 'odd#^#?PermitRootLogin'
exits 0 "$plumb" -C project apply --yes
exits 0 "$plumb" -C project diff
on_host h1 'rm -rf /etc/plumb-lines /run/plumb-lines-rung /var/lib/plumb/lines; userdel lines'
echo ok
