# Files, archives and working copies from elsewhere: held by digests and commits, refused where they would get out, and the
# second apply finds nothing to do.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in python3 git tar gzip curl; do command -v $program >/dev/null || skip "no $program here"; done
mkdir served
unprivileged_host

# --- a server of the test's own
head -c 300000 /dev/urandom >served/tool
tree=$work/tree/app-1
mkdir -p "$tree/bin" "$tree/docs"
echo 'echo app' >"$tree/bin/app"
chmod 755 "$tree/bin/app"
ln -s bin/app "$tree/run"
echo text >"$tree/docs/manual"
tar -C tree -czf served/app.tar.gz app-1
python3 - <<'PY'
import io, tarfile
with tarfile.open("served/evil.tar", "w") as tar:
    for name, target in (("good", None), ("out", "/etc")):
        info = tarfile.TarInfo(name)
        if target:
            info.type, info.linkname = tarfile.SYMTYPE, target
        tar.addfile(info, io.BytesIO())
PY
cat >server.py <<'PY'
import http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        with open("../requests", "a") as log:
            log.write("%s %s\n" % (self.path, self.headers.get("X-Token", "-")))
        if self.path == "/secret" and self.headers.get("X-Token") != "correct-horse":
            return self.send_error(403)
        super().do_GET()
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("../port", "w").write(str(server.server_port))
server.serve_forever()
PY
echo secret >served/secret
(cd served && exec python3 ../server.py) &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
url=http://127.0.0.1:$(cat port)
sha() { echo "sha256:$(sha256sum "$1" | cut -d' ' -f1)"; }

# --- a repository of the test's own
git_of_somebody
git init -q origin
echo one >origin/page
git -C origin add page
git -C origin commit -qm one
git -C origin tag v1
first=$(git -C origin rev-parse HEAD)
[ -z "$as" ] || chown -R nobody origin

resources() { { printf 'plumb: v1\nproject: getting\ninputs: {token: {type: string, sensitive: true, default: correct-horse}}\nresources:\n'; cat; } >plumb.yaml; }
resources <<YAML
  - download: $host/tool
    url: $url/tool
    digest: $(sha served/tool)
    mode: "0755"
  - download: $host/secret
    url: $url/secret
    headers: {X-Token: "\${inputs.token}"}
    mode: "0600"
  - download: $host/app.tar.gz
    url: $url/app.tar.gz
    digest: $(sha served/app.tar.gz)
  - archive: $host/app
    file: $host/app.tar.gz
    strip: 1
    exclude: [app-1/docs]
  - git: $host/site
    repository: $work/origin
    branch: main
YAML
exits 0 "$plumb" plan
says "fetches  $url/tool  held by $(sha served/tool)"
says "fetches  $url/secret  not held by a digest"
says "unpacks  $host/app.tar.gz  held by $(sha served/app.tar.gz)"
says "commit      $first"
says_not correct-horse
[ ! -e requests ] || fail "the plan fetched $(cat requests)"
exits 0 "$plumb" apply --yes
says_not correct-horse
cmp served/tool "$host/tool" || fail 'another tool came'
[ "$(stat -c %a "$host/tool")" = 755 ] || fail 'the mode is another one'
[ "$(cat "$host/secret")" = secret ] || fail 'the header did not get there'
[ "$(sh "$host/app/run")" = app ] || fail 'the archive is not there'
[ ! -e "$host/app/docs" ] || fail 'what is excluded came'
[ "$(cat "$host/site/page")" = one ] || fail 'the working copy is not there'
requests=$(wc -l <requests)
exits 0 "$plumb" apply --yes
says 'Nothing to change'
[ "$requests" = "$(wc -l <requests)" ] || fail 'the second apply fetched'

# --- drift heals; what is not what its digest says never gets there
echo drift >"$host/tool"
exits 0 "$plumb" apply --yes
cmp served/tool "$host/tool" || fail 'the drift stays'
cp served/tool kept
echo other >served/tool
rm "$host/tool"
exits 1 "$plumb" apply --yes
says 'and not sha256:'
[ ! -e "$host/tool" ] || fail 'another file came'
cp kept served/tool

# --- the remote goes on, and the plan names where to; local changes stay
echo two >origin/page
git -C origin -c safe.directory="$work/origin" commit -qam two
[ -z "$as" ] || chown -R nobody origin
second=$(git -C origin -c safe.directory="$work/origin" rev-parse HEAD)
exits 0 "$plumb" plan
says "$first → $second"
echo mine >"$host/site/page"
exits 1 "$plumb" apply --yes
says 'has local changes: page'
[ "$(cat "$host/site/page")" = mine ] || fail 'the local change is gone'
sed -i 's/    branch: main/&\n    force: true/' plumb.yaml
exits 0 "$plumb" apply --yes
[ "$(cat "$host/site/page")" = two ] || fail 'the working copy is not at the commit'
exits 0 "$plumb" apply --yes
says 'Nothing to change'

# --- commits of a branch that is not checked out, and would begin anew
ours() { git -c safe.directory='*' -C "$@"; }
sed -i '/    force: true/d' plumb.yaml
ours origin branch other
ours "$host/site" checkout -q -b other
ours "$host/site" commit -q --allow-empty -m mine
mine=$(ours "$host/site" rev-parse HEAD)
ours "$host/site" checkout -q main
[ -z "$as" ] || chown -R nobody origin "$host/site"
exits 0 "$plumb" apply --yes
says 'Nothing to change'
cp plumb.yaml on_main.yaml
sed -i 's/    branch: main/    branch: other/' plumb.yaml
exits 1 "$plumb" apply --yes
says 'has commits that no remote has'
[ "$(ours "$host/site" rev-parse other)" = "$mine" ] || fail 'a commit of its own was lost'
sed -i 's/    branch: other/    state: absent/' plumb.yaml
exits 1 "$plumb" apply --yes
says 'has commits that no remote has'
[ "$(ours "$host/site" rev-parse other)" = "$mine" ] || fail 'the copy went with a commit of its own'

# --- an archive that would get out of its folder
resources <<YAML
  - download: $host/evil.tar
    url: $url/evil.tar
  - archive: $host/evil
    file: $host/evil.tar
YAML
exits 1 "$plumb" apply --yes
says 'out is a link to /etc, out of the folder'
[ ! -e "$host/evil" ] || fail 'something of it was unpacked'
[ -z "$(find "$host" -name '.plumb-[0-9a-f]*')" ] || fail "left over: $(find "$host" -name '.plumb-*')"
