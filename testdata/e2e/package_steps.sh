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

# What comes is not known before they are read.
sources_that_were_never_read_are_read_first() {
  project <<'YAML'
  - package: plumb-leaf
YAML
  exits 0 "$plumb" plan
  says 'the package lists are read first'
  settles
  is plumb-leaf "1$release"
}

# Of what comes along each is named where it belongs, and once.
brings_alone() { # WHAT…
  local one
  for one; do says "brings $one"; done
  [ "$(grep -c 'brings' <<<"$output")" = $# ] || fail "what comes along stands where it does not belong: $output"
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

# plumb-a is held at its version 1, and there is a 2.
what_is_held_stays_until_it_is_released() { # COMMAND that somebody would release it with
  project <<'YAML'
  - package: plumb-a
    version: "2"
YAML
  exits 1 "$plumb" plan
  says "plumb-a is held at 1$release"
  says "$1 plumb-a"
  project <<'YAML'
  - package: plumb-a
    version: "2"
    hold: true
YAML
  settles
  is plumb-a "2$release"
  project <<'YAML'
  - package: plumb-a
    state: absent
    hold: false
YAML
  settles
  goes plumb-a
}

what_nobody_has_is_told() {
  project <<'YAML'
  - package: plumb-nosuch
YAML
  exits 1 "$plumb" plan
  says 'PL2006'
  says 'no package is called plumb-nosuch'
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
