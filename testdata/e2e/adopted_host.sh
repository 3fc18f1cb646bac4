# A host with web, databases, containers and mail, by one plan; then it is adopted into an empty folder: its diff is empty, what was
# declared is found under its own kinds, and no key, no hash and no password came along.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/image_file.sh"
with_lab 1
lab=$PLUMB_SOURCE/testdata/lab/lab
"$lab" fresh 1 >/dev/null
trap '"$lab" fresh 1 >/dev/null; rm -rf "$work"' EXIT
ip=$(sed -n 's/^  h1: {address: \([0-9.]*\),.*/\1/p' hosts.yaml)
on_host h1 'apt-get update -q' >/dev/null 2>&1 || skip 'the lab reaches no packages'

mkdir made
cp "$PLUMB_SOURCE/testdata/e2e/adopted_host.yaml" made/plumb.yaml
cp hosts.yaml made/
secret=for-the-shop-and-the-blog
printf 'address: %s\npassword: %s\n' "$ip" "$secret" >here.yaml
image_file localhost/app:1 app.tar
on_host h1 'cat >/srv/app.tar' <app.tar
made() { "$plumb" -C made --inputs "$work/here.yaml" "$@"; }
# Addresses of a project, one a line.
addresses() { grep -oE '"address": *"[a-z_]+:[^"]*"' | sed 's/^"address": *"//; s/"$//' | sort -u; }

# --- one plan, and a second apply has nothing to do
exits 0 made graph --output json
addresses <<<"$output" >declared
cut -d: -f1 declared | sort | uniq -c >kinds
printf '%s resources over %s kinds\n' "$(wc -l <declared)" "$(wc -l <kinds)"
[ "$(wc -l <declared)" -ge 150 ] || fail 'there are fewer than 150 resources'
[ "$(wc -l <kinds)" -ge 30 ] || fail 'there are fewer than 30 kinds'
exits 0 made apply --yes
printf 'applied in %s s\n' "$SECONDS"
exits 0 made apply --yes
says 'Nothing to change'

# --- adopted by somebody who has nothing but the host's address
mkdir fleet
cp hosts.yaml fleet/
printf 'plumb: v1\nproject: fleet\nresources: []\n' >fleet/plumb.yaml
SECONDS=0
exits 0 "$plumb" -C fleet adopt h1 -o adopted
printf 'adopted in %s s\n%s\n' "$SECONDS" "$output"
exits 0 "$plumb" -C adopted diff
exits 0 "$plumb" -C adopted plan --detailed-exitcode
says 'Nothing to change'

# Grants have no names of their own: of them their number counts.
exits 0 "$plumb" -C adopted graph --output json
addresses <<<"$output" >taken
named() { grep -vE '^[a-z]+_grant:' "$1" | sed 's/#.*//' | sort -u; }
grants() { grep -cE '^[a-z]+_grant:' "$1"; }
comm -12 <(named declared) <(named taken) >again
comm -23 <(named declared) <(named taken) >lost
all=$(($(named declared | wc -l) + $(grants declared)))
found=$(($(wc -l <again) + $(($(grants taken) < $(grants declared) ? $(grants taken) : $(grants declared)))))
printf '%s of %s resources under their own kinds: %s %%\nnot found again:\n%s\n' "$found" "$all" $((100 * found / all)) "$(sed 's/^/  /' lost)"
[ $((100 * found)) -ge $((90 * all)) ] || fail 'fewer than 90 % were found again'
for kind in postgresql_role postgresql_database postgresql_extension postgresql_setting postgresql_grant mysql_database mysql_user \
  mysql_grant container container_image container_network container_volume apache_module; do
  grep -q "^$kind:" taken || fail "no $kind was found"
done

# --- no secret came along
has_not() { ! grep -rqE -- "$1" adopted || fail "something of $1 is in the project: $(grep -rE -- "$1" adopted)"; }
has_not "$secret"
has_not 'PRIVATE KEY'
has_not 'SCRAM-SHA-256'
has_not '\*[0-9A-F]{40}'
has_not '\$(2[aby]|y|6|apr1)\$'
on_host h1 "cat /etc/apache2/users; cd /; runuser -u postgres -- psql -XAtc 'select rolpassword from pg_authid where rolpassword is not null'
  mysql -Ne 'select authentication_string from mysql.user'" | sed 's/^ada://' | grep -vE '^(invalid)?$' >kept
[ "$(wc -l <kept)" -ge 4 ] || fail "the host keeps no hashes: $(cat kept)"
! grep -rqFf kept adopted || fail 'a hash is in the project'
grep -q '^ *# *password_hash: ${inputs.postgresql_role_shop_password_hash}' adopted/databases.yaml || fail "the role's password has no input: $(cat adopted/databases.yaml)"

# --- and what changes afterwards is drift
on_host h1 "cd /; runuser -u postgres -- psql -qXc 'ALTER ROLE shop CONNECTION LIMIT 3'; mysql -e 'REVOKE DELETE ON blog.* FROM blog@\"192.0.2.%\"'
  podman network rm -f back >/dev/null 2>&1; usermod -s /bin/sh eve"
exits 2 "$plumb" -C adopted diff
for one in postgresql_role:shop 'mysql_grant:blog@192.0.2.%: blog' user:eve; do says "$one"; done
