# Three real hosts: install, configure and start something new in one plan; twice is once; drift is found and healed;
# a changed configuration reloads; a reload that a broken run owes is done by the next one.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
# A key that another user can be given, too.
cp "$(sed -n 's/.*identity_file: "\([^"]*\)".*/\1/p' hosts.yaml)" id
cp "$lab_run/known_hosts" known_hosts
sed -i "s|identity_file: \"[^\"]*\"|identity_file: \"$work/id\"|; s|known_hosts: \"[^\"]*\"|known_hosts: \"$work/known_hosts\"|" hosts.yaml

for i in 1 2 3; do
  on_host "h$i" 'apt-get purge -y -q nginx nginx-common >/dev/null 2>&1; rm -rf /etc/nginx /srv/e2e /var/lib/plumb/e2e; userdel -r e2e; groupdel e2e; true' 2>/dev/null
done

write_project() {
  cat >plumb.yaml <<YAML
plumb: v1
project: e2e
resources:
  - group: e2e
    gid: 4711
  - user: e2e
    group: e2e
    shell: /bin/bash
  - package: nginx
$(for i in 1 2 3; do cat <<HOST
  - file: /etc/nginx/conf.d/edge.conf
    on: h$i
    content: |
      server { listen 127.0.1.1$i:8099; return 200 "$1\\n"; }
HOST
done)
  - file: /etc/nginx/sites-enabled/default
    state: absent
  - service: nginx
    state: running
    enabled: true
    reload_on: ["file:/etc/nginx/*"]
  - directory: /srv/e2e
    owner: e2e
    mode: "0750"
$(for f in $(seq 1 22); do printf '  - file: /srv/e2e/f%s\n    content: "number %s"\n    owner: e2e\n' "$f" "$f"; done)
  - command: mark
    run: [sh, -c, "$2"]
    creates: /srv/e2e/mark
YAML
}

write_project one 'touch /srv/e2e/mark'
exits 0 "$plumb" apply --yes
says '3 ok'
for i in 1 2 3; do
  [ "$(on_host "h$i" 'systemctl is-active nginx; systemctl is-enabled nginx; stat -c %U /srv/e2e/f7' | tr '\n' ' ')" = 'active enabled e2e ' ] ||
    fail "h$i is not as declared"
  curl_out=$(on_host "h$i" "exec 3<>/dev/tcp/127.0.1.1$i/8099; printf 'GET / HTTP/1.0\r\n\r\n' >&3; tail -n 1 <&3") || true
  [ "$curl_out" = one ] || fail "nginx on h$i answers '$curl_out'"
done

exits 0 "$plumb" apply --yes
says 'Nothing to change'
says '0 changed'

# Drift in mode, content, owner, package, service and user.
exits 0 "$plumb" plan -o before.json
on_host h1 'chmod 600 /srv/e2e/f1; echo x >>/srv/e2e/f2; chown root /srv/e2e/f3; usermod -s /bin/sh e2e'
on_host h2 'systemctl disable --now nginx' 2>/dev/null
on_host h3 'apt-get remove -y -q nginx >/dev/null 2>&1'
exits 2 "$plumb" diff
for what in file:/srv/e2e/f2 file:/srv/e2e/f3 user:e2e service:nginx package:nginx; do says "$what"; done
exits 0 "$plumb" apply --yes
exits 0 "$plumb" diff

# A saved plan, and one host changed by hand since.
write_project two 'touch /srv/e2e/mark'
exits 0 "$plumb" plan --forks 16 -o saved.json

# Another user, folder, locale and time zone, and one host at a time: the same bytes.
chmod 755 "$work"
mkdir "$work/elsewhere" "$work/elsewhere/.plumb"
cp plumb.yaml hosts.yaml "$work/elsewhere/"
chown -R nobody "$work/elsewhere" "$work/id"
exits 0 setpriv --reuid nobody --clear-groups env -C "$work/elsewhere" HOME="$work/elsewhere" LC_ALL=C.UTF-8 \
  TZ=Pacific/Kiritimati "$plumb" plan --forks 1 -o other.json
cmp saved.json "$work/elsewhere/other.json" || fail 'two plans of the same inputs differ'

on_host h2 'echo by-hand >>/etc/nginx/conf.d/edge.conf'
exits 5 "$plumb" apply saved.json --yes
says 'h2  refused'
[ "$(on_host h2 'tail -n 1 /etc/nginx/conf.d/edge.conf')" = by-hand ] || fail 'a refused host was touched'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" diff

# A change that owes a reload, and a failure before it.
on_host h1 'rm -f /srv/e2e/mark /srv/e2e/f20' || true
sed -i 's/^    content: "number 20"/&\n    validate: "false %s"/' plumb.yaml
sed -i 's/"two/"three/; s/^  - service: nginx/  - service: nginx\n    after: ["file:\/srv\/e2e\/f20"]/' plumb.yaml
exits 1 "$plumb" apply --yes --on h1
says 'owed to the next run: service:nginx'
sed -i '/^    validate: "false/d' plumb.yaml
"$PLUMB_SOURCE/testdata/lab/lab" reboot 1 >/dev/null
exits 0 "$plumb" plan --on h1
says 'owed from an earlier run'
exits 0 "$plumb" apply --yes --on h1
exits 0 "$plumb" diff --on h1

# Hosts that cannot be reached do not stop the others.
sed -i 's/^  h3:.*/  h3: {address: 127.0.1.199}/' hosts.yaml
exits 4 "$plumb" apply --yes
says unreachable
says '2 ok'

on_host h1 'apt-get purge -y -q nginx nginx-common >/dev/null 2>&1; rm -rf /srv/e2e' || true
echo ok
