# Profiles of AppArmor on a copy of this machine, with a program in the place of its parser that keeps what a kernel would.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
apart "$PLUMB_SOURCE/testdata/e2e/apparmor_test.sh" libapparmor1

mkdir -p /etc/apparmor.d/disable /etc/apparmor.d/force-complain /sys/module/apparmor/parameters /sys/kernel/security/apparmor 2>/dev/null
loaded=/sys/kernel/security/apparmor/profiles
{ echo Y >/sys/module/apparmor/parameters/enabled && : >$loaded; } 2>/dev/null || skip 'there is a kernel in the way'
cat >/usr/sbin/apparmor_parser <<'SH'
#!/bin/sh
loaded=/sys/kernel/security/apparmor/profiles
mode=enforce
for word; do file=$word; done
case " $* " in *' --Complain '*) mode=complain ;; esac
grep -q BROKEN "$file" && { echo "AppArmor parser error for $file: syntax error" >&2; exit 1; }
[ ! -e "/etc/apparmor.d/disable/$(basename "$file")" ] || exit 0
sed -i '/^plumb-tool /d' $loaded
[ "$1" = --remove ] || echo "plumb-tool ($mode)" >>$loaded
SH
chmod +x /usr/sbin/apparmor_parser
project() { # MODE TEXT
  cat >plumb.yaml <<YAML
plumb: v1
project: profiles
resources:
  - file: /etc/apparmor.d/usr.bin.tool
    content: |
      profile plumb-tool /usr/bin/tool {
        $2
      }
  - apparmor_profile: usr.bin.tool
    mode: $1
    reload_on: ["file:/etc/apparmor.d/usr.bin.tool"]
YAML
}
is() { [ "$(cat $loaded)" = "$1" ] || fail "loaded is $(cat $loaded) instead of $1"; }
settles() {
  exits 0 "$plumb" apply --yes
  exits 0 "$plumb" plan --detailed-exitcode
}
last() { sed -n 's/.*Run \([0-9TZ]*-[0-9a-f]*\).*/\1/p' <<<"$output" | tail -n 1; }

# --- a profile that comes is loaded; what somebody does by hand is put back
project enforce '/etc/** r,'
settles
is 'plumb-tool (enforce)'
: >$loaded
exits 0 "$plumb" plan
says 'none → enforce'
settles
is 'plumb-tool (enforce)'

# --- only logged, and not at all; undo brings back what was
project complain '/etc/** r,'
settles
is 'plumb-tool (complain)'
project disable '/etc/** r,'
exits 0 "$plumb" apply --yes
id=$(last)
is ''
[ "$(readlink /etc/apparmor.d/disable/usr.bin.tool)" = /etc/apparmor.d/usr.bin.tool ] || fail 'the link'
[ ! -L /etc/apparmor.d/force-complain/usr.bin.tool ] || fail 'it has two links'
exits 0 "$plumb" plan --detailed-exitcode
exits 0 "$plumb" undo "$id" --yes
is 'plumb-tool (complain)'

# --- loaded again where its text changed, and one that cannot be read fails with what the parser says
project enforce '/srv/** r,'
settles
: >$loaded
echo 'plumb-tool (enforce)' >$loaded
project enforce '/srv/** rw,'
exits 0 "$plumb" apply --yes
says 'apparmor_profile:usr.bin.tool'
settles
project enforce 'BROKEN'
exits 1 "$plumb" apply --yes
says 'syntax error'

project enforce '/srv/** rw,'
settles

# --- no kernel looks: the link alone
echo N >/sys/module/apparmor/parameters/enabled
project disable '/srv/** rw,'
exits 0 "$plumb" plan
says 'counts once a kernel with AppArmor starts'
settles
