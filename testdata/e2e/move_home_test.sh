# The home of a user goes to another place: with all that is in it, back again by undo, and never over what is there.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
[ "$(id -u)" = 0 ] || skip 'homes are given to their users as root'

mkdir -p project root/etc/skel root/bin root/home/deploy/.ssh root/srv
printf 'root:x:0:0:root:/root:/bin/sh\ndeploy:x:1500:1500::/home/deploy:/bin/sh\n' >root/etc/passwd
printf 'root:x:0:\ndeploy:x:1500:\n' >root/etc/group
printf 'root:*:19000::::::\ndeploy:!:19000::::::\n' >root/etc/shadow
: >root/bin/sh
echo key >root/home/deploy/.ssh/id
chown -R 1500:1500 root/home/deploy
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: homes
resources:
  - user: deploy
    home: /srv/homes/deploy
    move_home: true
  - file: /srv/homes/deploy/.profile
    owner: deploy
    content: "umask 027\n"
YAML
plumb() { "$plumb" -C project --root "$work/root" "$@"; }

exits 0 plumb plan
says '/home/deploy → /srv/homes/deploy'
says 'its home folder /home/deploy goes there with all that is in it'
exits 0 plumb apply --yes
[ ! -e root/home/deploy ] || fail 'the home is still there'
[ "$(cat root/srv/homes/deploy/.ssh/id)" = key ] || fail 'not all of it moved'
[ "$(stat -c %u root/srv/homes/deploy/.ssh)" = 1500 ] || fail 'it is somebody else'"'"'s'
grep -q '^deploy:.*:/srv/homes/deploy:' root/etc/passwd || fail "the entry: $(cat root/etc/passwd)"
exits 0 plumb plan --detailed-exitcode

# --- and back
exits 0 plumb undo last --yes
[ "$(cat root/home/deploy/.ssh/id)" = key ] || fail 'it did not come back'
[ ! -e root/srv/homes/deploy ] || fail 'something stayed'
grep -q '^deploy:.*:/home/deploy:' root/etc/passwd || fail "the entry: $(cat root/etc/passwd)"

# --- something is in its place, or the folder is another's
mkdir -p root/srv/homes/deploy
exits 1 plumb plan
says 'something is there'
rmdir root/srv/homes/deploy
chown 0 root/home/deploy
exits 1 plumb plan
says 'it does not belong to deploy'
