# Containers of a user who is not root, on a bare host by one plan: podman without root, with a network, a volume and an image of the
# user's own; a second plan is empty, and root's engine has none of it.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/image_file.sh"
with_lab 4
sed -i '/^  h[1235-9]/d' hosts.yaml
host=h4
lab=$PLUMB_SOURCE/testdata/lab/lab
"$lab" fresh 4 >/dev/null
trap '"$lab" fresh 4 >/dev/null; rm -rf "$work"' EXIT
on_host $host 'apt-get update -q' >/dev/null 2>&1 || skip 'the lab reaches no packages'
image_file localhost/app:1 app.tar
on_host $host 'cat >/srv/app.tar' <app.tar

project() { # STATE of the user's things
  cat >plumb.yaml <<YAML
plumb: v1
project: rootless
inputs:
  word: {type: string, sensitive: true, default: for-the-container}
resources:
  - package: [podman, uidmap, slirp4netns, dbus-user-session]
  - user: web
    uid: 1850
    shell: /bin/bash
    # The user's own systemd starts with the host, and podman with it.
    linger: true
    after: ["package:*"]
  - directory: [/home/web/.config, /home/web/.config/containers]
    owner: web
    group: web
  - file: /home/web/.config/containers/storage.conf
    owner: web
    group: web
    content: |
      [storage]
      driver = "vfs"
  - container_network: front
    as: web
    state: $1
    after: ["user:web", "file:/home/web/*"]
  - container_volume: data
    as: web
    state: $1
    after: ["user:web", "file:/home/web/*"]
  - container_image: localhost/app:1
    as: web
    archive: /srv/app.tar
    after: ["user:web", "file:/home/web/*"]
  - container: app
    as: web
    image: localhost/app:1
    networks: [front]
    volumes: ["data:/data"]
    env: {WORD: "\${inputs.word}", MODE: live}
    ports: ["127.0.0.1:8097:8080"]
    state: ${2:-stopped}
YAML
}
as_web() { on_host $host "cd /; runuser -u web -- env HOME=/home/web XDG_RUNTIME_DIR=/run/user/1850 sh -c $(printf %q "$1")"; }

project present
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode
says 'Nothing to change'
as_web "podman inspect app --format '{{.Config.Image}} {{.Config.Env}}'" >made
grep -q 'localhost/app:1 .*MODE=live' made || fail "it is not made: $(cat made)"
grep -q 'WORD=for-the-container' made || fail "the word is not there: $(cat made)"
[ -z "$(on_host $host 'podman ps --all --quiet; podman images --quiet')" ] || fail "root has some of it"

# --- an adoption finds them as the user's
exits 0 "$plumb" adopt $host user container container_image container_network container_volume -o found
exits 0 "$plumb" -C found plan --detailed-exitcode
for one in 'container: app' 'container_volume: data' 'container_network: front' 'container_image: localhost/app:1'; do
  grep -A 3 -F -- "$one" found/containers.yaml | grep -q 'as: web' || fail "nothing says $one of web: $(cat found/containers.yaml)"
done
! grep -rqF for-the-container found || fail 'a word came along'

# --- drift, replacement and removal
as_web 'podman rm -f app >/dev/null; podman volume rm data' >/dev/null
exits 2 "$plumb" plan --detailed-exitcode
says '+ container:app'
says '+ container_volume:data'
exits 0 "$plumb" apply --yes
sed -i 's/MODE: live/MODE: other/' plumb.yaml
exits 0 "$plumb" plan
says '± container:app'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode
project absent absent
exits 0 "$plumb" apply --yes
[ -z "$(as_web 'podman ps --all --quiet; podman volume ls --quiet')" ] || fail 'something of it is left'
