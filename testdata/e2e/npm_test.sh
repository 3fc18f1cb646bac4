# Packages of Node.js by the real npm, from a registry of this test's making.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/cut_off.sh"
for program in npm python3; do command -v $program >/dev/null || skip "no $program here"; done

cat >registry.py <<'PY'
import hashlib, base64, http.server, io, json, tarfile, threading
def package(version):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, text in {"package.json": json.dumps({"name": "plumb-leaf", "version": version, "bin": {"plumb-leaf": "run.js"}}),
                           "run.js": "#!/usr/bin/env node\n"}.items():
            info = tarfile.TarInfo("package/" + name)
            info.size = len(text)
            info.mode = 0o755
            tar.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()
class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        here = f"http://127.0.0.1:{server.server_port}/"
        versions = open("versions").read().split()
        tars = {v: package(v) for v in versions}
        if self.path.endswith(".tgz"):
            body, kind = tars[self.path[1:-4]], "application/octet-stream"
        elif self.path == "/plumb-leaf":
            body = json.dumps({"name": "plumb-leaf", "dist-tags": {"latest": versions[-1]}, "versions": {
                v: {"name": "plumb-leaf", "version": v, "bin": {"plumb-leaf": "run.js"}, "dist": {"tarball": here + v + ".tgz",
                    "integrity": "sha512-" + base64.b64encode(hashlib.sha512(t).digest()).decode()}} for v, t in tars.items()}}).encode()
            kind = "application/json"
        else:
            self.send_error(404); return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *unused): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
open("port.new", "w").write(str(server.server_port))
import os; os.rename("port.new", "port")
server.serve_forever()
PY
# Packages have the same bytes each time they are asked for.
sed -i 's/mode="w:gz") as tar/mode="w") as tar/; s/return data.getvalue()/import gzip; return gzip.compress(data.getvalue(), mtime=0)/' registry.py
echo 1.0.0 >versions
python3 registry.py & server=$!
trap 'kill $server; rm -rf "$work"' EXIT
for _ in $(seq 50); do [ -e port ] && break; sleep 0.1; done
registry=http://127.0.0.1:$(cat port)/

exits 0 "$plumb" init project
resources() { { printf 'plumb: v1\nproject: npm\nresources:\n'; cat; } >project/plumb.yaml; }
run() { "$plumb" -C project "$@"; }
last() { sed -n 's/.*Run \([0-9TZ]*-[0-9a-f]*\).*/\1/p' <<<"$output" | tail -n 1; }
mkdir app
leaf() {
  resources <<YAML
  - npm: plumb-leaf
    path: $work/app
    registry: $registry
    $1
YAML
}
version() { python3 -c "import json; print(json.load(open('app/node_modules/plumb-leaf/package.json'))['version'])"; }
leaf 'production: true'
exits 0 run plan
says '(bounded)'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(version)" = 1.0.0 ] || fail 'what came'

# --- whatever the moment at which the executor is killed, the next apply completes it
no_leaf() { rm -rf app && mkdir app; }
apply_it() { run apply --yes; }
plan_it() { run plan --detailed-exitcode; }
cut_off no_leaf apply_it plan_it
[ "$(version)" = 1.0.0 ] || fail 'what came where it was cut off'

# --- the newest is known beforehand, and so is a version that is asked for; undo brings the old one back
printf '1.0.0\n1.1.0\n' >versions
leaf 'state: latest'
exits 0 run plan
says '1.0.0 → 1.1.0'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(version)" = 1.1.0 ] || fail 'not the newest'
leaf 'version: 1.0.0'
exits 0 run apply --yes
id=$(last)
exits 0 run plan --detailed-exitcode
exits 0 run undo "$id" --yes
[ "$(version)" = 1.1.0 ] || fail 'undo left it'
leaf 'state: absent'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ ! -e app/node_modules/plumb-leaf ] || fail 'it is there'

# --- all that package.json asks for, again once it asks for something else
printf '{"name": "app", "version": "1.0.0", "dependencies": {"plumb-leaf": "1.0.0"}}\n' >app/package.json
rm -f app/package-lock.json
resources <<YAML
  - npm: what the app needs
    path: $work/app
    dependencies: true
    registry: $registry
YAML
exits 3 run validate
sed -i 's/what the app needs/app-needs/' project/plumb.yaml
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(version)" = 1.0.0 ] || fail 'what package.json asks for'
sed -i 's/"1.0.0"}}/"1.1.0"}}/' app/package.json
rm app/package-lock.json
exits 0 run plan
says 'installed'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
[ "$(version)" = 1.1.0 ] || fail 'what package.json asks for now'
