# Two hosts behind a third that runs haproxy: a rolling update drains, updates, verifies and enables each; one that
# breaks stays drained, and the other is untouched.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
defaults=$(sed -n 's/^defaults: .*/&/p' hosts.yaml)
for i in 1 2 3; do
  on_host "h$i" 'systemctl stop haproxy nginx; apt-get purge -y -q nginx nginx-common haproxy >/dev/null 2>&1; rm -rf /etc/nginx /etc/haproxy /var/lib/plumb/balanced; true' 2>/dev/null
done

cp -r "$PLUMB_SOURCE/docs/examples/balanced" balanced
cat >balanced/hosts.yaml <<YAML
plumb: v1
$defaults
groups: {web: {}, lb: {}}
hosts:
  h1: {address: 127.0.1.11, groups: [web]}
  h2: {address: 127.0.1.12, groups: [web]}
  h3: {address: 127.0.1.13, groups: [lb]}
YAML
exits 0 "$plumb" -C balanced validate
exits 0 "$plumb" -C balanced test
apply() { "$plumb" -C balanced apply --yes "$@"; }
server() { # HOST: what haproxy says of it
  on_host h3 "echo 'show stat' | socat - /run/haproxy/admin.sock" | awk -F, -v host="$1" '$1 == "app" && $2 == host {print $18}'
}
page() { on_host h3 "exec 3<>/dev/tcp/127.0.1.13/8098; printf 'GET / HTTP/1.0\r\n\r\n' >&3; tail -n 1 <&3"; }

# --- from bare hosts: the balancer is there first
exits 0 apply
says '3 ok'
says 'Wave of lb: h3'
[ "$(server h1) $(server h2)" = 'UP UP' ] || fail "haproxy finds them $(server h1), $(server h2)"
exits 0 apply
says 'Nothing to change'

# --- a rolling update, while somebody asks all the time: nobody is sent to a host whose turn it is
on_host h3 'cat >/tmp/ask.sh; setsid bash /tmp/ask.sh >/tmp/asked 2>&1 </dev/null &' <<'SH'
for i in $(seq 1 2000); do
  [ ! -e /tmp/asked.enough ] || break
  exec 3<>/dev/tcp/127.0.1.13/8098 && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && head -n 1 <&3
  sleep 0.02
done
SH
exits 0 apply --set version=two
says 'before@h3/command:drain h1'
says 'after@h3/wait:haproxy finds h2 up'
on_host h3 'touch /tmp/asked.enough; sleep 0.2'
answers=$(on_host h3 "tr -d '\r' </tmp/asked | sort | uniq -c; rm -f /tmp/asked /tmp/asked.enough /tmp/ask.sh")
[ "$(wc -l <<<"$answers")" = 1 ] && grep -q 'HTTP/1.[01] 200' <<<"$answers" || fail "those who asked got: $answers"
case $(page) in 'two of h1' | 'two of h2') ;; *) fail "the page is $(page)" ;; esac
for h in h1 h2; do
  drained=$(grep -n "^$h .*changed.*before@h3/command:drain $h" <<<"$output" | cut -d: -f1)
  updated=$(grep -n "^$h .*changed.*restart service:nginx" <<<"$output" | head -n 1 | cut -d: -f1)
  enabled=$(grep -n "^$h .*changed.*after@h3/command:enable $h" <<<"$output" | cut -d: -f1)
  [ "$drained" -lt "$updated" ] && [ "$updated" -lt "$enabled" ] || fail "the order on $h: $output"
done

# --- one that breaks stays drained, and the other is untouched
sed 's/\${inputs.version} of \${host.name}/broken/' balanced/plumb.yaml >balanced/broken.yaml
mv balanced/plumb.yaml good.yaml && mv balanced/broken.yaml balanced/plumb.yaml
exits 1 apply --set version=three
says 'the host stays as the steps before its turn left it: `command:enable h1` of h3 was not done'
says '1 failed, 1 not started'
[ "$(server h1)" = DRAIN ] || fail "haproxy finds it $(server h1)"
[ "$(server h2)" = UP ] || fail "haproxy finds the other one $(server h2)"
for _ in 1 2 3; do [ "$(page)" = 'two of h2' ] || fail "the page is $(page)"; done
exits 0 "$plumb" -C balanced history show last
says 'before@h3/command:drain h1'

# --- and is put back with the next turn that ends well
mv good.yaml balanced/plumb.yaml
exits 0 apply --set version=three
[ "$(server h1) $(server h2)" = 'UP UP' ] || fail "haproxy finds them $(server h1), $(server h2)"
exits 0 apply --set version=three
says 'Nothing to change'
