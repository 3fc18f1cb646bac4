# Readings of packages and units on a real host: what they tell, that a condition over one which the plan changes is
# decided in its turn, and what else comes of it in a second plan of the same apply.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 1
on_host h1 'apt-get purge -y -q nginx nginx-common >/dev/null 2>&1; rm -rf /srv/readings /etc/nginx /var/lib/plumb/readings; true' </dev/null
cat >plumb.yaml <<'YAML'
plumb: v1
project: readings
readings:
  server: {package: nginx, type: string, absent: none}
  unit: {unit: nginx}
  cron: {unit: cron.service}
resources:
  - directory: /srv/readings
  - file: /srv/readings/cron
    content: "${readings.cron.exists} ${readings.cron.state}\n"
  - package: nginx
  - file: /srv/readings/server
    content: "${readings.server}\n"
  - service: nginx
    state: stopped
    enabled: false
    when: readings.unit.exists
  - file: /srv/readings/unit
    content: "${readings.unit.state} ${readings.unit.enabled}\n"
YAML
exits 0 "$plumb" facts
says 'readings.server = none'
says 'readings.unit = '
exits 0 "$plumb" plan
says 'the reading server may be another after package:nginx'
says 'the reading unit may be another after package:nginx'
says 'only if readings.unit.exists'
exits 0 "$plumb" apply --yes
says 'readings.unit.exists told true'
exits 0 "$plumb" apply --yes
says 'Nothing to change'
[ "$(on_host h1 'cat /srv/readings/server' </dev/null)" = "$(on_host h1 'dpkg-query -W -f "\${Version}" nginx' </dev/null)" ] ||
  fail 'the version is another'
[ "$(on_host h1 'cat /srv/readings/unit' </dev/null)" = 'stopped false' ] || fail 'the unit is told otherwise'
