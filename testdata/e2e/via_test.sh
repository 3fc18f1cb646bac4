# What is asked from the controller in a host's turn: hosts with a network of their own, which reach nothing of this machine.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for program in python3 curl unshare; do command -v $program >/dev/null || skip "no $program here"; done
[ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null || skip 'this needs root, and namespaces'
mkdir -p homes/h1 homes/h2 homes/h3 homes/here
{
  printf 'plumb: v1\nhosts:\n'
  for host in h1 h2 h3; do
    printf '  %s: {groups: [far], connection: {command: [unshare, --net, setpriv, --reuid=nobody, --clear-groups, env, HOME=%s/homes/%s]}}\n' \
      $host "$work" $host
  done
  printf '  here: {connection: local}\ngroups: {far: {}}\n'
} >hosts.yaml
chmod -R 755 "$work"
chown -R nobody homes

cat >server.py <<'PY'
import http.server, sys, time
time.sleep(float(sys.argv[2]))
nodes = set()
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, code, text):
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with open("requests", "a") as log:
            log.write("%s %s\n" % (self.headers.get("X-Token", "-"), body))
        nodes.add(body)
        self.answer(201, "made")
    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        if name == "slow":
            time.sleep(60)
        self.answer(200 if name in nodes or name == "health" else 404, "it is " + name)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
server=
serve() { # DELAY
  python3 server.py "$port" "$1" &
  server=$!
}
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
export PLUMB_INPUT_token=t0ken-of-the-test

project() { # KEYS: of the wait
  cat >plumb.yaml <<YAML
plumb: v1
project: via
inputs: {token: {type: string, sensitive: true}}
resources:
  - file: $work/homes/\${host.name}/conf
    content: one
  - wait: the server
    tcp: $port
    $1
    run_on: ["file:*"]
  - http: register
    url: http://127.0.0.1:$port/nodes
    method: POST
    headers: {X-Token: "\${inputs.token}"}
    body: \${host.name}
    status: 201
    via: controller
    unless: {url: "http://127.0.0.1:$port/nodes/\${host.name}"}
YAML
}

# --- the host itself does not reach it
serve 0
until curl -s -o /dev/null "http://127.0.0.1:$port/health"; do sleep 0.1; done
project 'within: 1s'
exits 1 "$plumb" apply --yes --on h1
says 'PL4112'
[ ! -e requests ] || fail 'something was called behind what did not come'
rm -rf homes/h1/conf

# --- from the controller it does; a plan says who asks, and nothing of the login
project 'via: controller'
exits 0 "$plumb" plan --on h1 -o plan.json
says 'from the controller'
says_not t0ken-of-the-test
! grep -q t0ken-of-the-test plan.json || fail 'the plan holds the token'
[ ! -e requests ] || fail 'a plan called'
exits 0 "$plumb" apply plan.json --yes
[ "$(cat requests)" = 't0ken-of-the-test h1' ] || fail "the call was not made once: $(cat requests)"
! grep -rq t0ken-of-the-test homes .plumb || fail 'the token lies somewhere'
exits 0 "$plumb" plan --on h1 --detailed-exitcode
kill $server
wait $server 2>/dev/null || true

# --- hosts wait at the same time, and so does this machine, which is at work itself
serve 2
begun=$SECONDS
exits 0 "$plumb" apply --yes --on h2:h3:here
[ $((SECONDS - begun)) -lt 30 ] || fail 'they waited one behind the other'
[ "$(sort requests)" = "$(printf 't0ken-of-the-test %s\n' h1 h2 h3 here | sort)" ] || fail "not each was called for once: $(cat requests)"
kill $server
wait $server 2>/dev/null || true

# --- what does not come in its time is the host's failure, told as any other
rm homes/h1/conf
project 'via: controller
    within: 1s'
exits 1 "$plumb" apply --yes --on h1
says 'PL4112'
says "port 127.0.0.1:$port"

# --- a stop ends the wait
rm homes/h1/conf
project 'via: controller
    within: 10m'
begun=$SECONDS
"$plumb" apply --yes --on h1 >stopped.log 2>&1 &
run=$!
for _ in $(seq 100); do ! grep -q 'changed' stopped.log || break; sleep 0.1; done
sleep 1
kill -TERM $run
code=0
wait $run || code=$?
[ $code != 0 ] || fail "it ended well: $(cat stopped.log)"
[ $((SECONDS - begun)) -lt 30 ] || fail "a stop did not end it: $(cat stopped.log)"
grep -qi 'interrupted' stopped.log || fail "nothing says that it was stopped: $(cat stopped.log)"

# --- and a plan's look that does not come to an end
serve 0
until curl -s -o /dev/null "http://127.0.0.1:$port/health"; do sleep 0.1; done
cat >plumb.yaml <<YAML
plumb: v1
project: via
resources:
  - http: slow
    url: http://127.0.0.1:$port/nodes
    method: POST
    via: controller
    timeout: 5m
    unless: {url: "http://127.0.0.1:$port/slow"}
YAML
begun=$SECONDS
"$plumb" plan --on h1 >stopped.log 2>&1 &
run=$!
sleep 2
kill -TERM $run
code=0
wait $run || code=$?
[ $code != 0 ] || fail "it ended well: $(cat stopped.log)"
[ $((SECONDS - begun)) -lt 30 ] || fail "a stop did not end the look: $(cat stopped.log)"
