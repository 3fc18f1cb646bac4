# Containers, images, networks, volumes and registries on real engines: podman with a service and a storage of its own,
# and docker with a daemon of its own, each where this machine has it. Containers run where the kernel lets them.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/cut_off.sh"
[ "$(id -u)" = 0 ] || skip 'engines of containers of one'"'"'s own take root'
command -v runc >/dev/null || skip 'no runc here'
busybox=$(command -v busybox || true)
[ -n "$busybox" ] && ! ldd "$busybox" >/dev/null 2>&1 || skip 'no static busybox here to make images of'

started=()
stop_all() {
  local id
  for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done
  for id in "${started[@]}"; do wait "$id" 2>/dev/null || true; done
  awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts | sort -r | while read -r point; do umount -l "$point" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop_all EXIT
until_there() { # PATH
  local i
  for i in $(seq 100); do [ -e "$1" ] && return; sleep 0.2; done
  return 1
}

mkdir -p rootfs/bin rootfs/etc project
cp "$busybox" rootfs/bin/busybox
for name in sh sleep env cat; do ln -s busybox rootfs/bin/$name; done
echo 'root:x:0:0::/:/bin/sh' >rootfs/etc/passwd
tar -C rootfs -cf one.tar .
echo two >rootfs/etc/two
tar -C rootfs -cf two.tar .
port=$((20000 + $$ % 20000))

registry() { # NAME PORT [HTPASSWD]
  {
    printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s/registry-%s}}\nhttp: {addr: "127.0.0.1:%s"}\n' "$work" "$1" "$2"
    [ -z "${3:-}" ] || printf 'auth: {htpasswd: {realm: test, path: %s}}\n' "$3"
  } >registry-$1.yml
  env -u REGISTRY_AUTH_FILE docker-registry serve registry-$1.yml >registry-$1.log 2>&1 &
  started+=($!)
}
has_registry=
if command -v docker-registry >/dev/null; then
  has_registry=yes
  registry open $port
fi

"$plumb" init project >/dev/null
run() { "$plumb" -C project "$@"; }
resources() { # of a block in which the engine is ours
  {
    printf 'plumb: v1\nproject: containers\ninputs:\n  password: {type: string, sensitive: true}\nresources:\n  - env: {%s}\n    resources:\n' "$env"
    sed 's/^/    /'
  } >project/plumb.yaml
}
apply() {
  exits 0 run apply --yes --set password="geheim und lang"
}
plan() {
  exits 0 run plan --set password="geheim und lang"
}
empty() { # a second plan
  exits 0 run plan --detailed-exitcode --set password="geheim und lang"
}
inspect() { # FORMAT NAME
  "$cli" container inspect --format "$1" "$2"
}

nothing_of_ours() {
  "$cli" rm -f plumb-web >gone.log 2>&1 || true
  "$cli" volume rm plumb-data >gone.log 2>&1 || true
  "$cli" network rm plumb-front >gone.log 2>&1 || true
}
apply_it() { run apply --yes --set password="geheim und lang"; }
plan_it() { run plan --detailed-exitcode --set password="geheim und lang"; }

all() { # ENGINE
  engine=$1
  # --- a network, a volume and a container come in one plan
  resources <<YAML
  - container_network: plumb-front
    engine: $engine
    driver: bridge
    labels: {team: web}
  - container_volume: plumb-data
    engine: $engine
    labels: {team: web}
  - container: plumb-web
    engine: $engine
    image: $image
    pull: never
    state: $state
    entrypoint: [/bin/sleep]
    command: ["1000"]
    env: {TZ: UTC, TOKEN: "\${inputs.password}"}
    ports: ["127.0.0.1:$((port + 7)):80"]
    volumes: ["plumb-data:/data:ro", "$work:/host"]
    networks: [$network]
    hostname: web1
    user: "0:0"
    workdir: /bin
    labels: {team: web}
    restart: unless-stopped
    memory: 64M
    ulimits: {nofile: "512:1024", nproc: "500:500"}
    dns: [192.0.2.53]
    stop_timeout: 1s
YAML
  plan
  says '+ container:plumb-web'
  says_not geheim
  strace_words apply
  says_not geheim
  [ "$(inspect '{{.Config.Hostname}}' plumb-web)" = web1 ] || fail 'hostname'
  inspect '{{json .Config.Env}}' plumb-web | grep -qF 'TOKEN=geheim und lang' || fail 'the container has not its variables'
  inspect '{{json .Config.Labels}}' plumb-web | grep -qF geheim && fail 'a label tells what is sensitive'
  empty

  # --- whatever the moment at which the executor is killed, the next apply completes it
  cut_off nothing_of_ours apply_it plan_it

  # --- what was done to it by hand
  "$cli" rm -f plumb-web >/dev/null
  "$cli" create --name plumb-web "$image" /bin/sleep 5 >/dev/null
  plan
  says '± container:plumb-web'
  says 'hostname'
  says_not geheim
  apply
  empty
  if [ "$state" = running ]; then
    "$cli" stop -t 0 plumb-web >/dev/null
    plan
    says 'stopped → running'
    apply
    [ "$(inspect '{{.State.Running}}' plumb-web)" = true ] || fail 'it does not run'
    empty
  fi

  # --- its image is another one now
  id=$(inspect '{{.Id}}' plumb-web)
  "$cli" import --change 'CMD ["/bin/sleep", "9"]' two.tar "$image" >/dev/null 2>&1
  plan
  says '± container:plumb-web'
  says 'digest'
  apply
  [ "$(inspect '{{.Id}}' plumb-web)" != "$id" ] || fail 'it is the old one'
  empty

  # --- a step that fails leaves the old one
  id=$(inspect '{{.Id}}' plumb-web)
  sed -i 's/dns: .*/options: [--nonsense]/' project/plumb.yaml
  exits 1 run apply --yes --set password="geheim und lang"
  says nonsense
  [ "$(inspect '{{.Id}}' plumb-web)" = "$id" ] || fail 'the old one is gone'

  # --- undo, and what is to go
  resources <<YAML
  - container: plumb-other
    engine: $engine
    image: $image
    pull: never
    state: present
YAML
  apply
  [ "$(inspect '{{.Name}}' plumb-other | tr -d /)" = plumb-other ] || fail 'it was not made'
  exits 0 run undo last --yes
  inspect '{{.Name}}' plumb-other >/dev/null 2>&1 && fail 'undo left it'
  resources <<YAML
  - container: plumb-web
    engine: $engine
    state: absent
  - container_network: plumb-front
    engine: $engine
    state: absent
  - container_volume: plumb-data
    engine: $engine
    state: absent
YAML
  plan
  says '- container:plumb-web'
  apply
  inspect '{{.Name}}' plumb-web >/dev/null 2>&1 && fail 'it is still there'
  "$cli" volume inspect plumb-data >/dev/null 2>&1 && fail 'the volume is still there'
  empty
}

# The words of every program that an apply starts, where strace is here.
strace_words() {
  if ! command -v strace >/dev/null; then
    apply
    return
  fi
  exits 0 strace -f -qq -s 4000 -e trace=execve -o trace "$plumb" -C project apply --yes --set 'password=geheim und lang'
  grep -v '"--set"' trace | sed 's/\], .*//' | grep -F 'geheim' && fail 'an argument of a program is sensitive'
  return 0
}

build_it() { # once the engine has ended what an executor that is gone had asked for
  local before after
  after=$("$cli" images -q)
  while before=$after; sleep 2; after=$("$cli" images -q); [ "$before" != "$after" ]; do :; done
  apply_it
}
nothing_built() {
  "$cli" rm -f plumb-built >gone.log 2>&1 || true
  "$cli" image rm -f "$built" >gone.log 2>&1 || true
}

build_and_load() {
  rm -rf context
  mkdir -p context
  cp -a rootfs context/
  printf 'FROM scratch\nCOPY rootfs/ /\nCMD ["/bin/sleep", "7"]\n' >context/Dockerfile
  resources <<YAML
  - container_image: $built
    engine: $engine
    build: {path: $work/context}
  - container: plumb-built
    engine: $engine
    image: $built
    state: present
YAML
  apply
  empty
  cut_off nothing_built build_it plan_it '60 85'
  id=$(inspect '{{.Image}}' plumb-built)
  echo three >context/rootfs/etc/three
  plan
  says '~ container_image:'
  says 'decided after container_image:'
  apply
  [ "$(inspect '{{.Image}}' plumb-built)" != "$id" ] || fail 'it is of the old image'
  empty
  "$cli" save -o built.tar "$built" >/dev/null 2>&1
  resources <<YAML
  - container: plumb-built
    engine: $engine
    state: absent
  - container_image: $built
    engine: $engine
    state: absent
YAML
  apply
  empty
  resources <<YAML
  - container_image: $built
    engine: $engine
    archive: $work/built.tar
YAML
  apply
  empty
  "$cli" image inspect "$built" >/dev/null || fail 'it was not loaded'
}

until_asked() { # PORT
  local i
  for i in $(seq 300); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    sleep 0.1
  done
  fail "nothing answers on $1: $(tail -n 3 registry-*.log)"
}
log_in() { # at a registry that asks who one is
  printf 'me:%s\n' "$(perl -e 'print crypt("geheim und lang", q($2y$05$abcdefghijklmnopqrstuu))')" >users
  registry closed $((port + 1)) "$work/users"
  until_asked $((port + 1))
  resources <<YAML
  - container_registry: localhost:$((port + 1))
    engine: $engine
    username: me
    password: "\${inputs.password}"
YAML
  plan
  says '+ container_registry:'
  says_not geheim
  strace_words apply
  says_not geheim
  [ "$("$cli" login --get-login "localhost:$((port + 1))")" = me ] || fail 'nobody is logged in'
  empty
  cut_off nobody_there apply_it plan_it
  "$cli" logout "localhost:$((port + 1))" >gone.log
  plan
  says '+ container_registry:'
  exits 1 run apply --yes --set password=another
  says_not another
  apply
  sed -i '/username\|password: "/d; s/^\( *\)engine: .*/&\n\1state: absent/' project/plumb.yaml
  apply
  "$cli" login --get-login "localhost:$((port + 1))" >gone.log 2>&1 && fail 'somebody is still logged in'
  empty
}
nobody_there() { "$cli" logout "localhost:$((port + 1))" >gone.log 2>&1 || true; }

follow_registry() { # a tag that means another image now
  tag=localhost:$port/$engine-app:1
  push one.tar
  "$cli" image rm "$tag" >/dev/null 2>&1 || true
  resources <<YAML
  - container_image: $tag
    engine: $engine
    pull: always
  - container: plumb-app
    engine: $engine
    image: $tag
    state: present
    command: [/bin/sleep, "3"]
YAML
  plan
  says sha256:
  apply
  empty
  id=$(inspect '{{.Image}}' plumb-app)
  push two.tar
  "$cli" image inspect --format '{{.Id}}' "$tag" >/dev/null
  old=$id
  restore_local
  plan
  says '~ container_image:'
  says '± container:plumb-app'
  apply
  [ "$(inspect '{{.Image}}' plumb-app)" != "$old" ] || fail 'it is of the old image'
  empty
  resources <<YAML
  - container: plumb-app
    engine: $engine
    state: absent
YAML
  apply
}
push() { # TAR: the tag in the registry, and not here
  kept=$("$cli" image inspect --format '{{.Id}}' "$tag" 2>/dev/null || true)
  "$cli" import --change 'CMD ["/bin/sleep", "9"]' "$1" "$tag" >/dev/null 2>&1
  "$cli" push "$tag" >/dev/null 2>&1 || fail 'cannot push'
}
restore_local() { # the tag here is what it was before the last push
  [ -z "$kept" ] || "$cli" tag "$kept" "$tag"
}

nothing_composed() {
  local ids
  ids=$("$cli" ps -aq --filter label=com.docker.compose.project=plumb-stack)
  [ -z "$ids" ] || "$cli" rm -f $ids >gone.log 2>&1 || true
}

services() { # of a compose file
  command -v docker-compose >/dev/null || "$cli" compose version >/dev/null 2>&1 || return 0
  mkdir -p stack
  compose_file() { # SECONDS
    cat >stack/compose.yaml <<YAML
services:
  web: {image: "$image", command: ["/bin/sleep", "$1"], network_mode: host}
  job: {image: "$image", command: ["/bin/sleep", "0"], network_mode: none}
YAML
  }
  compose_file 1000
  resources <<YAML
  - compose: $work/stack
    engine: $engine
    project: plumb-stack
YAML
  plan
  says '+ compose:'
  apply
  sleep 1
  empty
  cut_off nothing_composed apply_it plan_it
  compose_file 1001
  plan
  says '~ compose:'
  apply
  empty
  "$cli" stop -t 0 $("$cli" ps -q --filter label=com.docker.compose.service=web) >/dev/null
  plan
  says 'stopped → running'
  apply
  empty
  echo '    state: absent' >>project/plumb.yaml
  sed -i 's/^    state: absent/        state: absent/' project/plumb.yaml
  plan
  says '- compose:'
  apply
  [ -z "$("$cli" ps -aq --filter label=com.docker.compose.project=plumb-stack)" ] || fail 'services are left'
  empty
}

tried=0
if command -v podman >/dev/null; then
  tried=$((tried + 1))
  cat >containers.conf <<E2
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
E2
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/store"\nrunroot = "%s/run"\n' "$work" "$work" >storage.conf
  printf '[[registry]]\nlocation = "localhost:%s"\ninsecure = true\n' "$port" $((port + 1)) >registries.conf
  export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf CONTAINERS_REGISTRIES_CONF=$work/registries.conf
  podman system service --time=0 "unix://$work/podman.sock" >podman.log 2>&1 &
  started+=($!)
  until_there "$work/podman.sock" || fail "podman's service does not start: $(cat podman.log)"
  cli=podman image=localhost/plumb-test:1 built=localhost/plumb-built:1 network=plumb-front
  env="CONTAINER_HOST: \"unix://$work/podman.sock\", CONTAINERS_CONF: $work/containers.conf"
  podman import --change 'CMD ["/bin/sleep", "9"]' one.tar "$image" >/dev/null 2>&1
  state=running
  if ! podman run --rm --network bridge --ulimit nofile=512:1024 --ulimit nproc=500:500 --memory 64m "$image" /bin/sleep 0 >run.log 2>&1; then
    printf 'containers of podman cannot run here, and are only made: %s\n' "$(tail -1 run.log)"
    state=present
  fi
  all podman
  build_and_load
  [ -z "$has_registry" ] || follow_registry
  # Logins are kept in a file of the account, which only this test sees.
  if [ -n "$has_registry" ] && [ -n "${PLUMB_OWN_STATE:-}" ] && mkdir -p ~root/.config/containers && mount -t tmpfs plumb-test ~root/.config/containers; then
    export REGISTRY_AUTH_FILE=~root/.config/containers/auth.json
    env="$env, CONTAINERS_REGISTRIES_CONF: $work/registries.conf"
    log_in
    unset REGISTRY_AUTH_FILE
  fi
  printf 'podman: state %s\n' "$state"
  unset CONTAINERS_CONF CONTAINERS_STORAGE_CONF CONTAINERS_REGISTRIES_CONF
fi

if command -v dockerd >/dev/null; then
  dockerd --data-root "$work/docker" --exec-root "$work/docker-run" -H "unix://$work/docker.sock" --storage-driver vfs --bridge=none \
    --iptables=false -p "$work/docker.pid" >dockerd.log 2>&1 &
  started+=($!)
  if until_there "$work/docker.sock"; then
    tried=$((tried + 1))
    export DOCKER_HOST=unix://$work/docker.sock
    docker=$(command -v /usr/bin/docker || command -v docker)
    cli=$docker image=plumb-test:1 built=plumb-built:1 network=plumb-front
    env="DOCKER_HOST: \"unix://$work/docker.sock\""
    "$docker" import --change 'CMD ["/bin/sleep", "9"]' one.tar "$image" >/dev/null
    state=running
    if ! "$docker" network create plumb-try >/dev/null 2>&1 || ! "$docker" run --rm --network plumb-try --memory 64m "$image" /bin/sleep 0 >run.log 2>&1; then
      printf 'containers of docker cannot run here, and are only made: %s\n' "$(tail -1 run.log)"
      state=present
    fi
    "$docker" network rm plumb-try >/dev/null 2>&1 || true
    all docker
    build_and_load
    [ -z "$has_registry" ] || ! command -v skopeo >/dev/null || follow_registry
    [ $state = present ] || services
    printf 'docker: state %s\n' "$state"
  else
    printf 'no daemon of docker starts here: %s\n' "$(tail -1 dockerd.log)"
  fi
fi
[ $tried -gt 0 ] || skip 'neither podman nor dockerd here'
