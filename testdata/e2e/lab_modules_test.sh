# Modules of docs/modules on a real host: a hardened web server by one plan, a second one is empty, and what is changed by hand is
# healed. All modules together are on a host of the test long.one_host.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 1
lab=$PLUMB_SOURCE/testdata/lab/lab
"$lab" fresh 1 >/dev/null
trap '"$lab" fresh 1 >/dev/null; rm -rf "$work"' EXIT
ip=$(sed -n 's/^  h1: {address: \([0-9.]*\),.*/\1/p' hosts.yaml)

cp -r "$PLUMB_SOURCE/docs/modules" modules
cat >plumb.yaml <<YAML
plumb: v1
project: modules
resources:
  - use: ./modules/base
    with:
      hostname: web.example.org
      packages: [ca-certificates]
      people:
        ada: {admin: true, keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"]}
  - use: ./modules/cis_baseline
    with: {modules: false}
    after: ["base/*"]
  - file: /srv/index.html
    content: "it works\n"
  - use: ./modules/nginx
    with:
      listen: [$ip]
      http_port: 8094
      sites: {web: {names: [web.example.org], root: /srv, users: [ada]}}
      passwords: {ada: an-example}
    after: ["cis_baseline/*"]
YAML
exits 0 "$plumb" -C . apply --yes
exits 0 "$plumb" -C . plan --detailed-exitcode
says 'Nothing to change'
on_host h1 'sshd -T' >sshd 2>/dev/null
grep -qx 'passwordauthentication no' sshd || fail 'sshd takes passwords'
grep -qx 'maxauthtries 4' sshd || fail 'sshd lets everybody try as often as they like'
served() { on_host h1 "exec 3<>/dev/tcp/$ip/8094; printf 'GET / HTTP/1.0\r\nHost: web.example.org\r\n$1\r\n' >&3; cat <&3"; }
served '' | grep -q '^HTTP/1.1 401' || fail 'nobody asks who one is'
served "Authorization: Basic $(printf ada:an-example | base64)\r\n" | grep -q 'it works' || fail 'the page is not served'

on_host h1 '
  echo "PasswordAuthentication yes" >/etc/ssh/sshd_config.d/10-plumb.conf
  usermod -s /bin/sh ada
  chmod 0644 /etc/shadow
  sed -i "/^UMASK/d" /etc/login.defs; echo "UMASK 022" >>/etc/login.defs
  echo "server { listen 8096; }" >/etc/nginx/sites/stranger.conf'
exits 2 "$plumb" -C . plan --detailed-exitcode
for one in base/file:/etc/ssh/sshd_config.d/10-plumb.conf base/user:ada cis_baseline/file:/etc/shadow cis_baseline/replace:/etc/login.defs \
  nginx/directory:/etc/nginx/sites; do
  says "~ $one"
done
exits 0 "$plumb" -C . apply --yes
exits 0 "$plumb" -C . plan --detailed-exitcode
says 'Nothing to change'
on_host h1 '[ ! -e /etc/nginx/sites/stranger.conf ]' || fail 'a site that nobody declared is still there'
