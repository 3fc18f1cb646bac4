# Packages of Ruby's by the real gem, from a source of this test's making, on a copy of this machine that has Ruby.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/apart.sh"
. "$PLUMB_SOURCE/testdata/e2e/cut_off.sh"
apart "$PLUMB_SOURCE/testdata/e2e/gem_test.sh" ruby

mkdir -p /srv/build/bin /srv/repo/gems
release() { # VERSION
  cat >/srv/build/leaf.gemspec <<RUBY
Gem::Specification.new do |s|
  s.name = 'plumb-leaf'
  s.version = '$1'
  s.summary = 'of a test'
  s.authors = ['none']
  s.files = ['bin/plumb-leaf']
  s.executables = ['plumb-leaf']
end
RUBY
  echo '#!/usr/bin/env ruby' >/srv/build/bin/plumb-leaf
  (cd /srv/build && gem build leaf.gemspec && mv plumb-leaf-*.gem /srv/repo/gems && gem generate_index -d /srv/repo) \
    >"$work/build.log" 2>&1 || skip "no source of gems can be made: $(tail -n 3 "$work/build.log")"
}
release 1.0.0
exits 0 "$plumb" init project
resources() { { printf 'plumb: v1\nproject: gems\nresources:\n'; cat; } >project/plumb.yaml; }
run() { "$plumb" -C project "$@"; }
last() { sed -n 's/.*Run \([0-9TZ]*-[0-9a-f]*\).*/\1/p' <<<"$output" | tail -n 1; }
leaf() {
  resources <<YAML
  - gem: plumb-leaf
    source: file:///srv/repo
    $1
YAML
}
settles() {
  exits 0 run apply --yes
  exits 0 run plan --detailed-exitcode
}
there() { find "${1:-/var/lib/gems}" -name 'plumb-leaf-*.gemspec' 2>/dev/null | sed 's/.*leaf-//; s/.gemspec//' | sort -u | xargs; }

# --- of the host: any, the newest beside it, and the one that is asked for
leaf 'state: present'
exits 0 run plan
says '(bounded)'
settles
[ "$(there)" = 1.0.0 ] || fail "what came: $(there)"
release 1.1.0
exits 0 run plan --detailed-exitcode
no_leaf() { gem uninstall --all --executables plumb-leaf >"$work/gone.log" 2>&1 || true; }
apply_it() { run apply --yes; }
plan_it() { run plan --detailed-exitcode; }
leaf 'version: 1.0.0'
cut_off no_leaf apply_it plan_it
[ "$(there)" = 1.0.0 ] || fail "what came where it was cut off: $(there)"
leaf 'state: latest'
exits 0 run plan
says '1.0.0 → 1.1.0'
says '1.0.0 stays beside it'
settles
id=$(last)
[ "$(there)" = '1.0.0 1.1.0' ] || fail "what is there: $(there)"
leaf 'version: 1.0.0'
exits 0 run plan --detailed-exitcode

# --- one version goes, and comes back; all go
resources <<'YAML'
  - gem: plumb-leaf
    source: file:///srv/repo
    state: absent
    version: 1.0.0
YAML
exits 0 run apply --yes
id=$(last)
[ "$(there)" = 1.1.0 ] || fail "what is there: $(there)"
exits 0 run undo "$id" --yes
[ "$(there)" = '1.0.0 1.1.0' ] || fail "undo: $(there)"
leaf 'state: absent'
exits 0 run plan
says 'in all its versions'
settles
[ -z "$(there)" ] || fail "what is there: $(there)"
[ ! -e /usr/local/bin/plumb-leaf ] || fail 'its program is there'

# --- in a folder, as whoever it belongs to; undo takes it out
useradd -m deploy
mkdir -p /srv/app/gems
chown deploy /srv/app/gems
resources <<'YAML'
  - gem: plumb-leaf
    path: /srv/app/gems
    version: 1.0.0
    source: file:///srv/repo
YAML
settles
[ "$(stat -c %U /srv/app/gems/specifications/plumb-leaf-1.0.0.gemspec)" = deploy ] || fail 'whose it is'
sed -i 's/1.0.0/1.1.0/' project/plumb.yaml
exits 0 run apply --yes
id=$(last)
[ "$(there /srv/app)" = '1.0.0 1.1.0' ] || fail "in the folder: $(there /srv/app)"
exits 0 run undo "$id" --yes
[ "$(there /srv/app)" = 1.0.0 ] || fail "undo left it: $(there /srv/app)"

# --- of a user, who gets it in his own folder
leaf 'user: deploy'
settles
of_user() { find /home/deploy -path '*/specifications/plumb-leaf-*'; }
[ -n "$(of_user)" ] || fail 'not with the user'
leaf 'user: deploy
    state: absent'
settles
[ -z "$(of_user)" ] || fail 'still with the user'

# --- no source has it, and no Ruby is there
resources <<'YAML'
  - gem: plumb-nosuch
    source: file:///srv/repo
YAML
exits 1 run apply --yes
says "Could not find a valid gem 'plumb-nosuch'"
mv /usr/bin/gem /usr/bin/gem-away
exits 1 run plan
says PL2001
says 'ruby'
