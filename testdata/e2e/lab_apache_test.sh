# Modules of a real Apache: enabled and disabled by Debian's own programs, with what they need and exclude, and taken back.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3
on_host $host 'apt-cache show apache2 >/dev/null 2>&1 || apt-get update -q >/dev/null 2>&1; apt-cache show apache2 >/dev/null 2>&1' ||
  skip 'no package apache2 for the host'
clean() { on_host $host 'systemctl disable --now apache2; apt-get purge -qy apache2 apache2-bin apache2-data; apt-get autoremove -qy; rm -rf /etc/apache2' >/dev/null 2>&1 || true; }
trap 'clean; rm -rf "$work"' EXIT

project() { { printf 'plumb: v1\nproject: apache\nresources:\n'; cat; } >plumb.yaml; }
last() { sed -n 's/.*Run \([0-9TZ]*-[0-9a-f]*\).*/\1/p' <<<"$output" | tail -n 1; }
enabled() { on_host $host "ls /etc/apache2/mods-enabled" | tr '\n' ' '; }
project <<'YAML'
  - package: apache2
  - apache_module: ssl
  - apache_module: rewrite
  - apache_module: status
    state: absent
  - service: apache2
    state: running
    restart_on: ["apache_module:*"]
YAML
exits 0 "$plumb" plan
says '+ apache_module:ssl'
exits 0 "$plumb" apply --yes
exits 0 "$plumb" plan --detailed-exitcode
now=$(enabled)
case $now in *rewrite.load*ssl.conf*ssl.load*) ;; *) fail "enabled: $now" ;; esac
case $now in *status.load*) fail 'status is enabled' ;; esac
case $now in *socache_shmcb.load*) ;; *) fail 'what ssl needs is not enabled' ;; esac
on_host $host 'apachectl -M 2>/dev/null' | grep -q ssl_module || fail 'it does not run'

# --- whatever the moment at which the executor is killed, the next apply completes it
for pause in 0.2 0.4 0.6; do
  on_host $host 'a2dismod -qf ssl rewrite socache_shmcb; a2enmod -q status; systemctl reset-failed apache2' >dismod.log 2>&1 || true
  "$plumb" apply --yes >cut.log 2>&1 &
  applying=$!
  sleep $pause
  on_host $host 'pkill -KILL ^exec-' || true
  wait $applying || true
  # So many starts in so short a time are too many for systemd.
  on_host $host 'systemctl reset-failed apache2' || true
  exits 0 "$plumb" apply --yes
  exits 0 "$plumb" plan --detailed-exitcode
done
case $(enabled) in *status.load*) fail 'status is enabled' ;; *rewrite.load*ssl.conf*ssl.load*) ;; *) fail "enabled: $(enabled)" ;; esac

# --- drift, what others need, what excludes each other
on_host $host 'rm /etc/apache2/mods-enabled/rewrite.load'
exits 0 "$plumb" plan
says '+ apache_module:rewrite'
exits 0 "$plumb" apply --yes
id=$(last)
exits 0 "$plumb" plan --detailed-exitcode
project <<'YAML'
  - apache_module: socache_shmcb
    state: absent
YAML
exits 1 "$plumb" plan
says 'ssl is enabled, and needs socache_shmcb'
project <<'YAML'
  - apache_module: mpm_prefork
YAML
exits 1 "$plumb" plan
says 'mpm_prefork cannot be enabled beside mpm_event'
project <<'YAML'
  - apache_module: none
YAML
exits 1 "$plumb" plan
says 'mods-available/none.load'

# --- the run that enabled it is taken back
exits 0 "$plumb" undo "$id" --yes
case $(enabled) in *rewrite.load*) fail 'undo left it enabled' ;; esac
