# The chains of testdata/from-ansible on real hosts: what the plan says is done, the check holds, and a second apply has
# nothing to do.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
with_lab 2
for chain in "$PLUMB_SOURCE"/testdata/from-ansible/*/; do
  name=$(basename "$chain")
  cp -r "$chain" "$name"
  cp hosts.yaml "$name/hosts.yaml"
  for host in h1 h2; do
    on_host $host "rm -rf /var/lib/plumb/$name" </dev/null
    [ ! -e "$chain/prepare" ] || on_host $host sh -e <"$chain/prepare" || fail "$host cannot be prepared for $name"
  done
  cd "$name"
  exits 0 "$plumb" plan -o plan.json
  says_not 'Nothing to change'
  exits 0 "$plumb" apply plan.json --yes
  says ' ok; '
  for host in h1 h2; do
    on_host $host sh -ex <check >../check.log 2>&1 || fail "$name is not as asked for on $host: $(cat ../check.log)"
  done
  exits 0 "$plumb" apply --yes
  says 'Nothing to change'
  exits 0 "$plumb" diff
  cd ..
  echo "$name: as planned"
done
