# Sourced by tests of package managers: what is the same with each of them, on packages of the test's own. Who sources it
# says how things are with this one:
#   release          what stands behind an upstream version: "-1", or nothing
#   installs NAME…   by the manager itself
#   is NAME VERSION  is there in that version
#   goes NAME        is not there

project() { # LINES of resources
  { printf 'plumb: v1\nproject: packages\nresources:\n'; cat; } >plumb.yaml
}
settles() {
  exits 0 "$plumb" apply --yes
  exits 0 "$plumb" plan --detailed-exitcode
}

# plumb-x and plumb-old do not go together.
nothing_goes_that_nobody_declared() {
  installs plumb-old
  project <<'YAML'
  - package: plumb-b
  - package: plumb-x
YAML
  exits 1 "$plumb" plan
  says 'PL2011'
  says 'installing plumb-x would remove plumb-old'
  says 'plumb.yaml:5'
  says '`package: plumb-old` with `state: absent`'
  project <<'YAML'
  - package: plumb-x
  - package: plumb-old
    state: absent
YAML
  settles
  is plumb-x "1$release"
  goes plumb-old
}

# plumb-y takes plumb-x along, and plumb-needs goes with plumb-lib.
what_is_allowed_to_go_goes() {
  project <<'YAML'
  - package: plumb-y
    allow_removal: [plumb-x]
  - package: plumb-lib
    state: absent
    allow_removal: [plumb-needs]
YAML
  settles
  is plumb-y "1$release"
  local name
  for name in plumb-x plumb-needs plumb-lib; do goes $name; done
}

# Before anything is done.
two_that_do_not_go_together_are_told_with_both() {
  project <<'YAML'
  - package: plumb-x
  - package: plumb-y
YAML
  exits 1 "$plumb" plan
  says 'plumb.yaml:4'
  says 'plumb.yaml:5'
}

# plumb-bad does not want to.
each_of_a_transaction_that_fails_is_told() {
  project <<'YAML'
  - package: plumb-d
  - package: plumb-bad
  - package: plumb-e
YAML
  exits 1 "$plumb" apply --yes
  says '2 changed'
  says 'it does not want to'
  is plumb-d "1$release"
  is plumb-e "1$release"
}

# Who adopts the host: packages that somebody asked for, and files that are not as those brought them. Files of a machine whose packages
# are another manager's are somebody's own to this one, so few are looked at.
what_somebody_did_is_found() {
  installs plumb-needs
  mkdir /etc-few
  cp -a /etc/{passwd,group,shadow,hosts,os-release,plumb-needs.conf,plumb-lib.conf} "$@" /etc-few/
  mount --bind /etc-few /etc
  echo changed >>/etc/plumb-needs.conf
  echo new >/etc/plumb-new.conf
  exits 0 "$plumb" adopt --print localhost package
  says plumb-needs
  says_not plumb-lib
  exits 0 "$plumb" adopt --print localhost file
  says '/etc/plumb-needs.conf'
  says '/etc/plumb-new.conf'
  says_not '/etc/plumb-lib.conf'
  umount /etc
}
