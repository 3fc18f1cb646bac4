# Two real hosts that are strict: a service and a package are planned without running anything of the project, two persons
# approve, and a key that is bound to the strict executors applies it; another key of root's stays for emergencies.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h1:/d' hosts.yaml
hosts='h2 h3'

clean() {
  for host in $hosts; do
    on_host $host 'systemctl disable --now guarded; rm -f /etc/systemd/system/guarded.service; systemctl daemon-reload
      sed -i /plumb-exec/d /root/.ssh/authorized_keys
      rm -rf /var/lib/plumb/guarded /etc/guarded /etc/plumb/charter.json /usr/local/libexec/plumb' >/dev/null 2>&1 || true
  done
}
clean
trap 'clean; rm -rf "$work"' EXIT

for who in ci ana ben; do ssh-keygen -q -t ed25519 -N '' -C $who -f $who; done
for who in ana ben; do printf '%s@example.com %s\n' $who "$(cut -d' ' -f1,2 $who.pub)"; done >signers
cat >plumb.yaml <<'YAML'
plumb: v1
project: guarded
resources:
  - file: /etc/systemd/system/guarded.service
    content: |
      [Service]
      ExecStart=/bin/sleep infinity
      [Install]
      WantedBy=multi-user.target
  - directory: /etc/guarded
  - file: /etc/guarded/settings
    content: "one\n"
  - service: guarded
    state: running
    enabled: true
    restart_on: ["file:/etc/guarded/settings"]
  - service: ssh
    state: running
  - package: openssh-server
YAML
for host in $hosts; do
  exits 0 "$plumb" --yes charter apply $host --allowed-signers signers --approvals 2
  line=$(grep '^restrict,command="/usr' <<<"$output")
  on_host $host 'cat >>/root/.ssh/authorized_keys' <<<"${line/KEY/$(cat ci.pub)}"
done
# From here on the pipeline's key alone.
sed -i "s|identity_file: \"[^\"]*\"|identity_file: \"$work/ci\"|" hosts.yaml
exits 0 "$plumb" charter check h2 --allowed-signers signers --approvals 2
says 'h2 is strict: plans of guarded that 2 persons of 2 keys have approved'

exits 0 "$plumb" plan -o plan.json
says 'on 2 hosts'
exits 5 "$plumb" --yes apply plan.json
says 'PL7008'
for who in ana ben; do exits 0 "$plumb" --yes approve plan.json --key $who --reason by-$who; done
exits 0 "$plumb" --yes apply plan.json
for host in $hosts; do
  [ "$(on_host $host systemctl is-active guarded)" = active ] || fail "the service does not run on $host"
done
exits 0 "$plumb" plan
says 'Nothing to change'
