# Ten hosts, of which seven fail, each in its own way: nothing outlasts its deadline, the rest is done, and --resume does
# what is left once the hosts are well again.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 10
lab=$PLUMB_SOURCE/testdata/lab/lab
hosts='h1 h2 h3 h4 h5 h6 h7 h8 h9 h10'

# The keys that h7 had before this test.
own_keys() {
  on_host h7 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    'cd /etc/ssh; [ ! -d keys ] || { rm ssh_host_*; mv keys/* .; rmdir keys; systemctl restart ssh; }'
}
own_keys

clean='rm -rf /run/faults /var/lib/plumb/faults; mountpoint -q /srv/faults && umount /srv/faults; rm -rf /srv/faults'
for host in $hosts; do on_host $host "$clean"; done

{
  printf 'plumb: v1\nproject: faults\nresources:\n  - directory: /srv/faults\n'
  for f in $(seq 10); do printf '  - file: /srv/faults/before%s\n    content: "%s"\n' "$f" "$f"; done
  printf '  - command: slow\n    run: [sh, -c, "mkdir /run/faults; sleep 3; touch /srv/faults/slow"]\n'
  printf '    creates: /srv/faults/slow\n'
  for f in $(seq 10); do printf '  - file: /srv/faults/after%s\n    content: "%s"\n    after: ["command:slow"]\n' "$f" "$f"; done
} >plumb.yaml
finished() { on_host "$1" '[ "$(ls /srv/faults | wc -l)" = 21 ]'; }
# while_slow COMMAND: what a host is to do as soon as its run is in the middle.
while_slow() { printf 'for i in $(seq 600); do [ ! -e /run/faults ] || break; sleep 0.05; done; %s' "$1"; }

exits 0 "$plumb" plan -o plan.json
on_host h1 'systemctl stop ssh'                         # refuses
on_host h2 'kill -STOP "$(cat /run/sshd.pid)"'          # takes connections and says nothing
on_host h3 "$(while_slow 'pkill -STOP ^exec-')" &       # freezes
on_host h4 "$(while_slow 'sleep 0.$((RANDOM % 10)); pkill -KILL -P "$(cat /run/sshd.pid)"')" 2>/dev/null & # drops the line
on_host h5 'mkdir /srv/faults; mount -t tmpfs -o nr_inodes=12 faults /srv/faults' # has no room for all
{ on_host h6 "$(while_slow true)"; "$lab" reboot 6; } >reboot.log 2>&1 &          # is rebooted
rebooting=$!
on_host h7 'cd /etc/ssh; mkdir keys; mv ssh_host_* keys; ssh-keygen -A >/dev/null; systemctl restart ssh' # is another host

begin=$SECONDS
exits 1 "$plumb" apply plan.json --yes --forks 10 --host-timeout 20s
took=$((SECONDS - begin))
[ $took -lt 45 ] || fail "it took $took s"
for host in h8 h9 h10; do finished $host || fail "$host is not done"; done
says 'Go on with: plumb apply --resume'
run=$(grep -o 'apply --resume [^ ]*' <<<"$output" | tail -n 1 | cut -d' ' -f3)
state() { grep -qE "^ *$1  $2  " <<<"$output" || fail "nothing says '$1  $2' in:
$output"; }
for host in h1 h7; do state $host unreachable; done
for host in h2 h3 h4 h6; do state $host 'no answer'; done
state h5 failed
for text in 'Connection refused' 'does not speak SSH in time' 'the connection was lost' 'No space left on device' \
  'which is not the one in'; do
  says "$text"
done

# --- all are well again
wait $rebooting || fail "h6 did not come back: $(cat reboot.log)"
"$lab" reboot 1 >/dev/null
"$lab" reboot 2 >/dev/null
on_host h3 'pkill -KILL ^exec-'
on_host h5 'mount -o remount,nr_inodes=100 /srv/faults'
own_keys
exits 0 "$plumb" apply --resume "$run" --yes
for host in h8 h9 h10; do says_not "  $host "; done
for host in $hosts; do finished $host || fail "$host is not done"; done
exits 0 "$plumb" apply --yes
says 'Nothing to change'

for host in $hosts; do on_host $host "$clean"; done
