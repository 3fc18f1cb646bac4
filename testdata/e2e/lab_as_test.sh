# git and commands as another user of a real host: whose keys and files count, and what the plan says where it cannot be.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 1
on_host h1 'command -v git >/dev/null || { apt-get -q update && apt-get install -y -q git; } >/dev/null 2>&1; command -v git' </dev/null >git.log ||
  skip "git cannot be installed on the host: $(cat git.log)"
on_host h1 sh -e <<'SH'
rm -rf /srv/as /var/lib/plumb/as
userdel -r keeper 2>/dev/null || true
userdel -r visitor 2>/dev/null || true
useradd --create-home keeper
useradd --create-home visitor
# A repository that nobody but its keeper may read.
mkdir -p /srv/as
chmod 755 /srv/as
install -d -o keeper -g keeper -m 700 /srv/as/origin
setpriv --reuid keeper --regid keeper --init-groups env HOME=/home/keeper sh -e <<'GIT'
cd /srv/as/origin
git init -q -b main
git config user.email keeper@example.com
git config user.name keeper
echo one >page
git add page
git commit -q -m one
GIT
SH

project() { # USER EXTRA
  cat >plumb.yaml <<YAML
plumb: v1
project: as
resources:
$2
  - git: /srv/as/copy
    repository: /srv/as/origin
    branch: main
    as: $1
  - command: who
    run: id -un >/tmp/as-\$(id -un)
    as: $1
    creates: /tmp/as-$1
YAML
}
on_host h1 'rm -f /tmp/as-*' </dev/null

# --- wrong: a folder that the user may not write to, a user that is not there, one who may not read the repository
project keeper ''
exits 1 "$plumb" plan
says 'keeper may not write to /srv/as'
says 'directory: /srv/as/copy'
project nobody-such ''
exits 1 "$plumb" plan
says 'nobody-such'
project visitor '  - directory: /srv/as/copy
    owner: visitor'
exits 1 "$plumb" plan
says 'git cannot ask /srv/as/origin'

# --- right
project keeper '  - directory: /srv/as/copy
    owner: keeper'
exits 0 "$plumb" apply --yes
[ "$(on_host h1 'cat /srv/as/copy/page; stat -c %U /srv/as/copy/page; cat /tmp/as-keeper' </dev/null | tr '\n' ' ')" = 'one keeper keeper ' ] ||
  fail 'the working copy is not its keeper'\''s'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- the remote goes on, and so does the copy
on_host h1 'cd /srv/as/origin && setpriv --reuid keeper --regid keeper --init-groups env HOME=/home/keeper git commit -q --allow-empty -m two' </dev/null
exits 0 "$plumb" apply --yes
says '1 changed'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- somebody else's copy is told
project visitor '  - directory: /srv/as/copy
    owner: keeper'
exits 1 "$plumb" plan
says 'is a working copy of keeper'

# --- other kinds say who does what instead
cat >plumb.yaml <<'YAML'
plumb: v1
project: as
resources:
  - file: /etc/motd
    content: hello
    as: keeper
YAML
exits 3 "$plumb" validate
says 'belongs to their `owner`'
