# Containers on a bare host: podman, its settings, a network, a volume, an image and a container come in one plan; they are found
# through podman's own socket, without it by the host's systemd, and by a user without root. Where such a host cannot run
# containers, as one in a container of its own, they are made and compared, and not started.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v python3 >/dev/null || skip 'no python3 here to make an image with'
with_lab 5
sed -i '/^  h[1-46-9]/d' hosts.yaml
host=h5

clean() {
  on_host $host 'podman rm -f web; podman network rm front; podman volume rm data; podman rmi localhost/app:1
    apt-get purge -y podman; systemctl stop plumb-registry; rm -rf /srv/plumb-app.tar /srv/registry* /srv/users /etc/containers/storage.conf /etc/containers/registries.conf.d/plumb.conf /var/lib/containers; systemctl daemon-reload' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT

# An archive as `docker save` writes it, of a file or two.
image() { # TEXT
  python3 - "$1" <<'PY'
import hashlib, io, json, sys, tarfile
def add(tar, name, data):
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
layer = io.BytesIO()
with tarfile.open(fileobj=layer, mode="w") as tar:
    add(tar, "hello", sys.argv[1].encode())
layer = layer.getvalue()
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/hello"]},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()
with tarfile.open("app.tar", "w") as tar:
    add(tar, "config.json", config)
    add(tar, "layer.tar", layer)
    add(tar, "manifest.json", json.dumps([{"Config": "config.json", "RepoTags": ["localhost/app:1"], "Layers": ["layer.tar"]}]).encode())
PY
}
image one
on_host $host 'cat >/srv/plumb-app.tar' <app.tar
"$plumb" init . >/dev/null 2>&1 || true

project() {
  {
    cat <<'YAML'
plumb: v1
project: containers
inputs:
  password: {type: string, sensitive: true, default: "geheim und lang"}
resources:
  - package: podman
  - directory: /etc/containers
  - file: /etc/containers/storage.conf
    content: |
      [storage]
      driver = "vfs"
      runroot = "/run/containers/storage"
      graphroot = "/var/lib/containers/storage"
  - container_network: front
    subnet: [10.89.77.0/24]
    labels: {team: web}
  - container_volume: data
  - container_image: localhost/app:1
    archive: /srv/plumb-app.tar
YAML
    cat
  } >plumb.yaml
}
web() { # MORE
  project <<YAML
  - container: web
    image: localhost/app:1
    state: present
    networks: [front]
    volumes: ["data:/data"]
    env: {TOKEN: "\${inputs.password}"}
    restart: always
    labels: {team: web}
    $1
YAML
}

# --- all of it on a bare host
web 'user: "0:0"'
exits 0 "$plumb" plan
says '+ container:web'
says '(bounded)'
exits 0 "$plumb" apply --yes
says_not geheim
exits 0 "$plumb" plan --detailed-exitcode
on_host $host podman container inspect web | grep -qF 'TOKEN=geheim und lang' || fail 'it has not its variables'

# --- the same without podman's socket: systemd runs podman, which is asked
on_host $host systemctl stop podman.socket podman.service
exits 0 "$plumb" plan --detailed-exitcode
web 'user: "1:1"'
exits 0 "$plumb" plan
says '± container:web'
says 'user'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode
on_host $host systemctl start podman.socket

# --- drift, and what is missing
on_host $host 'podman rm -f web; podman network rm front' >/dev/null
exits 0 "$plumb" plan
says '+ container:web'
says '+ container_network:front'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode
sed -i 's/networks: .front.$/networks: [nobody]/' plumb.yaml
exits 1 "$plumb" plan
says container_network:nobody

# --- a login at a registry that asks for one
on_host $host 'apt-get install -y --no-install-recommends docker-registry apache2-utils >/dev/null 2>&1 && systemctl stop docker-registry
  htpasswd -Bbn deploy "geheim und lang" >/srv/users
  printf "version: 0.1\nstorage: {filesystem: {rootdirectory: /srv/registry}}\nhttp: {addr: \"127.0.1.15:5056\"}\nauth: {htpasswd: {realm: t, path: /srv/users}}\n" >/srv/registry.yml
  systemd-run --quiet --unit=plumb-registry docker-registry serve /srv/registry.yml'
login() { # MORE
  project <<YAML
  - file: /etc/containers/registries.conf.d/plumb.conf
    content: |
      [[registry]]
      location = "127.0.1.15:5056"
      insecure = true
  - container_registry: 127.0.1.15:5056
    $1
    $2
YAML
}
login 'username: deploy' 'password: "${inputs.password}"'
exits 0 "$plumb" plan
says '+ container_registry:127.0.1.15:5056'
says_not geheim
exits 0 "$plumb" apply --yes
says_not geheim
exits 0 "$plumb" plan --detailed-exitcode
on_host $host grep -q "$(printf 'deploy:geheim und lang' | base64)" /root/.config/containers/auth.json || fail 'no login'
login 'username: deploy' 'password: wrong'
exits 1 "$plumb" apply --yes
says 'invalid username/password'
login 'state: absent' ''
exits 0 "$plumb" apply --yes
on_host $host grep -q 5056 /root/.config/containers/auth.json && fail 'the login is still there'
exits 0 "$plumb" plan --detailed-exitcode

# --- undo makes it as it was
web 'hostname: other'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode
