# Rights beside modes on a real host: access lists of files and trees, and capabilities of a program, as the host's own tools tell
# them; drift in each is found and healed, and all of it goes again.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'rm -rf /srv/plumb-rights; userdel plumb-one; userdel plumb-two; groupdel plumb-ops' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT
on_host $host 'mkdir -p /srv/plumb-rights/tree/below; cp /bin/true /srv/plumb-rights/tool; echo x >/srv/plumb-rights/tree/below/file
  cp /bin/true /srv/plumb-rights/tree/run'

project() { # LIST OF THE FILE
  cat >plumb.yaml <<YAML
plumb: v1
project: rights
resources:
  - package: [acl, libcap2-bin]
  - file: /srv/plumb-rights/key
    content: "of one\n"
    mode: "0640"
    acl: $1
  - directory: /srv/plumb-rights/tree
    recurse: true
    acl: ["user:plumb-one:r-X", "default:user:plumb-one:rwx"]
  - capabilities: /srv/plumb-rights/tool
    capability: cap_net_bind_service,cap_net_raw+ep
  - user: [plumb-one, plumb-two]
    create_home: false
  - group: plumb-ops
YAML
}
lists() { on_host $host "getfacl -cp --skip-base $1" | grep -v '^$' | tr '\n' ' '; }
is() { # PATH LISTS
  [ "$(lists "$1")" = "$2" ] || fail "$1 has $(lists "$1")"
}

project '["user:plumb-one:r--", "group:plumb-ops:---"]'
exits 0 "$plumb" plan
says '+ file:/srv/plumb-rights/key'
says '~ directory:/srv/plumb-rights/tree'
exits 0 "$plumb" apply --yes
is /srv/plumb-rights/key 'user::rw- user:plumb-one:r-- group::r-- group:plumb-ops:--- mask::r-- other::--- '
is /srv/plumb-rights/tree/below/file 'user::rw- user:plumb-one:r-- group::r-- mask::r-- other::r-- '
is /srv/plumb-rights/tree/run 'user::rwx user:plumb-one:r-x group::r-x mask::r-x other::r-x '
on_host $host 'su -s /bin/sh plumb-one -c "cat /srv/plumb-rights/key"' >/dev/null || fail 'one may not read it'
on_host $host '! su -s /bin/sh plumb-two -c "cat /srv/plumb-rights/key" 2>/dev/null' || fail 'another one may read it'
[ "$(on_host $host getcap /srv/plumb-rights/tool)" = '/srv/plumb-rights/tool cap_net_bind_service,cap_net_raw=ep' ] ||
  fail "$(on_host $host getcap /srv/plumb-rights/tool)"
exits 0 "$plumb" plan --detailed-exitcode

# --- what somebody makes there begins with the list, and counts as it should be
on_host $host 'touch /srv/plumb-rights/tree/new; chmod 644 /srv/plumb-rights/tree/new'
exits 0 "$plumb" plan --detailed-exitcode

# --- drift: somebody gives more, a mode takes away, a new file has no capabilities
on_host $host 'setfacl -m u:plumb-two:rw /srv/plumb-rights/key; chmod g= /srv/plumb-rights/tree/run
  cp /bin/true /srv/plumb-rights/other && mv /srv/plumb-rights/other /srv/plumb-rights/tool'
exits 0 "$plumb" plan
for one in '~ file:/srv/plumb-rights/key' '~ directory:/srv/plumb-rights/tree' '+ capabilities:/srv/plumb-rights/tool'; do says "$one"; done
exits 0 "$plumb" apply --yes
is /srv/plumb-rights/key 'user::rw- user:plumb-one:r-- group::r-- group:plumb-ops:--- mask::r-- other::--- '
exits 0 "$plumb" plan --detailed-exitcode

# --- more than the mode lets it is refused with the mode that would
project '["user:plumb-one:rw-"]'
exits 1 "$plumb" plan
says '`acl` gives more than the mode 0640 lets it'
says '0660'

# --- all of it goes
cat >plumb.yaml <<'YAML'
plumb: v1
project: rights
resources:
  - file: /srv/plumb-rights/key
    acl: none
  - directory: /srv/plumb-rights/tree
    recurse: true
    acl: none
  - capabilities: /srv/plumb-rights/tool
    state: absent
YAML
exits 0 "$plumb" apply --yes
for path in key tree tree/below/file tree/run tree/new; do is "/srv/plumb-rights/$path" ''; done
[ -z "$(on_host $host getcap /srv/plumb-rights/tool)" ] || fail 'it still has capabilities'
exits 0 "$plumb" apply --yes
says 'Nothing to change'
