# Calls of a web server: made where a question says that they are needed, once; the login is in no output and no argument.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in python3 curl; do command -v $program >/dev/null || skip "no $program here"; done
unprivileged_host

cat >server.py <<'PY'
import http.server, sys
nodes = {}
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, code, text):
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())
    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with open("requests", "a") as log:
            log.write("%s %s %s %s\n" % (self.command, self.path, self.headers.get("X-Token", "-"), body.replace("\n", "|")))
        if self.headers.get("X-Token") != "t0ken-of-the-test":
            return self.answer(401, "who are you")
        if self.command == "POST":
            nodes[body.split("=")[1]] = body
            return self.answer(201, "made")
        name = self.path.rsplit("/", 1)[1]
        return self.answer(200, nodes[name]) if name in nodes else self.answer(404, "no such node")
    do_GET = do_POST = do_PUT = handle_any
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open("port", "w") as out:
    out.write(str(server.server_port))
server.serve_forever()
PY
python3 server.py &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
url=http://127.0.0.1:$(cat port)

cat >plumb.yaml <<YAML
plumb: v1
project: calls
inputs: {token: {type: string, sensitive: true}}
resources:
  - http: register
    url: $url/nodes
    method: POST
    headers: {X-Token: "\${inputs.token}"}
    body: "name=h1"
    status: 201
    unless: {url: "$url/nodes/h1", contains: "name=h1"}
YAML
export PLUMB_INPUT_token=t0ken-of-the-test

exits 0 "$plumb" plan -o plan.json
says '! http:register  (opaque)'
says "calls  POST $url/nodes"
says "asked of $url/nodes/h1, it answered 404"
says_not t0ken-of-the-test
! grep -q t0ken-of-the-test plan.json || fail 'the plan holds the token'
grep -qx 'GET /nodes/h1 t0ken-of-the-test ' requests || fail 'the question was asked without the login'
! grep -q POST requests || fail 'a plan called'

exits 0 "$plumb" apply plan.json --yes
[ "$(grep -c '^POST /nodes t0ken-of-the-test name=h1$' requests)" = 1 ] || fail "the call was not made once: $(cat requests)"
exits 0 "$plumb" plan --detailed-exitcode
says "not run: $url/nodes/h1 answers 200 with the text that is asked for (unless)"

# --- what the server refuses fails, and says what it answered and nothing of the login
sed -i 's/name=h1"$/name=h2"/; s#nodes/h1", contains: "name=h1"#nodes/h2"#' plumb.yaml
export PLUMB_INPUT_token=another-token
exits 1 "$plumb" apply --yes
says "POST $url/nodes did not go well: it answered 401"
says_not another-token

# --- around a turn it is called each time, or unless the question says that it need not be; the login is in no output
export PLUMB_INPUT_token=t0ken-of-the-test
: >requests
cat >plumb.yaml <<YAML
plumb: v1
project: calls
inputs: {token: {type: string, sensitive: true}}
rollout:
  around:
    - on: h1
      before:
        - http: register \${host.name}
          url: $url/nodes
          method: POST
          headers: {X-Token: "\${inputs.token}"}
          body: name=\${host.name}-turn
          status: 201
      after:
        - http: known
          url: $url/nodes
          method: POST
          headers: {X-Token: "\${inputs.token}"}
          unless: {url: "$url/nodes/h1-turn"}
resources:
  - file: $work/state/conf
    content: one
YAML
exits 0 "$plumb" plan -o plan.json
says '! before@h1/http:register h1'
! grep -q t0ken-of-the-test plan.json || fail 'the plan holds the token'
[ ! -s requests ] || fail "planning asked: $(cat requests)"
exits 0 "$plumb" apply plan.json --yes
says_not t0ken-of-the-test
[ "$(cat requests)" = "POST /nodes t0ken-of-the-test name=h1-turn
GET /nodes/h1-turn t0ken-of-the-test " ] || fail "the calls were $(cat requests)"
