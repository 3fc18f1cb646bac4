# The example of a server on a bare host: one plan brings it there, a second one is empty, and what is changed by hand in each
# kind is found and healed.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 1
lab=$PLUMB_SOURCE/testdata/lab/lab
"$lab" fresh 1 >/dev/null
trap '"$lab" fresh 1 >/dev/null; rm -rf "$work"' EXIT

cp -r "$PLUMB_SOURCE/docs/examples/server" server
cp hosts.yaml server/hosts.yaml
cat >here.yaml <<'YAML'
address: 127.0.1.11
http_port: 8095
own_kernel: false
YAML
server() { "$plumb" -C server --inputs "$PWD/here.yaml" "$@"; }

exits 0 server validate
exits 0 server plan -o "$PWD/server.plan"
exits 0 server apply --yes
exits 0 server plan
says 'Nothing to change'
count=$(sed -n 's/^Nothing to change: \([0-9]*\) resources.*/\1/p' <<<"$output")
[ "${count:-0}" -ge 120 ] || fail "not as many resources as a server has: $output"
exits 0 server apply --yes
says 'Nothing to change'
on_host h1 'curl -fs -H "Host: shop.example.org" http://127.0.1.11:8095/' | grep -q 'The shop' || fail 'the shop is not served'

# Taken from the host again, without having seen what made it: a plan changes nothing.
exits 0 server adopt h1 -o "$PWD/adopted"
taken=$output
exits 0 "$plumb" -C adopted plan
says 'Nothing to change'
[ "$(sed -n 's/^Taken from h1: .* of \([0-9]*\) kinds$/\1/p' <<<"$taken")" -ge 15 ] || fail "few kinds of it were told: $taken"
! grep -rE 'PRIVATE KEY|\$(y|6)\$' adopted || fail 'a secret was taken'

# One thing of each kind, by hand.
on_host h1 '
  set -e
  echo Europe/Paris >/etc/timezone; ln -sf /usr/share/zoneinfo/Europe/Paris /etc/localtime
  echo other >/etc/hostname
  apt-get remove -y -q tree >/dev/null 2>&1
  groupdel operators
  usermod -s /bin/sh ada
  echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9g stranger" >>/home/ben/.ssh/authorized_keys
  chmod 0777 /srv/backup
  echo "served by nobody" >/srv/sites/blog/index.html
  rm /etc/nginx/sites-enabled/docs
  sed -i "s/^10.0.0.5.*/10.9.9.9 db.internal/" /etc/hosts
  sed -i "/^EDITOR=/d" /etc/environment
  sed -i "s/4096/99999/" /etc/security/limits.conf
  update-alternatives --set editor /bin/nano >/dev/null
  crontab -r
  sed -i "s/hourly/weekly/" /etc/systemd/system/server-report.timer
  systemctl disable -q --now nginx
  umount /srv/scratch
  sed -i "s/^kernel.sysrq.*/kernel.sysrq = 1/" /etc/sysctl.d/60-hardening.conf
  sed -i "/cramfs/d" /etc/modprobe.d/*.conf
  sed -i "/^TMOUT/d" /etc/profile
  sed -i "s/^UMASK.*/UMASK 022/" /etc/login.defs
  sed -i "/HISTSIZE/d" /etc/bash.bashrc
  sed -i "s/^Storage=.*/Storage=volatile/" /etc/systemd/journald.conf
  echo "{\"name\": \"other\"}" >/etc/server/server.json
  echo "deploy ALL=(ALL) ALL" >/etc/sudoers.d/deploy
'
exits 2 server plan --detailed-exitcode
for kind in timezone hostname package group user authorized_key directory file link host_entry environment limits \
  alternatives cron systemd_unit service mount sysctl kernel_module line replace block ini structured sudoers; do
  grep -q "^ *[~+*-].* $kind:" <<<"$output" || fail "no change of a $kind is planned: $output"
done
exits 0 server apply --yes
exits 0 server plan
says 'Nothing to change'
