# The chains of testdata/from-ansible without a host: valid, in the one layout, and each with its playbook.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
for chain in "$PLUMB_SOURCE"/testdata/from-ansible/*/; do
  [ -s "$chain/ansible.yml" ] && [ -s "$chain/check" ] || fail "$chain is not whole"
  cp -r "$chain" .
  name=$(basename "$chain")
  printf 'plumb: v1\nhosts: {h1: {}, h2: {}}\n' >"$name/hosts.yaml"
  exits 0 "$plumb" -C "$name" validate
  says_not warning
  exits 0 "$plumb" -C "$name" fmt --check
  grep -qF "| \`$name\` |" "$PLUMB_SOURCE/testdata/from-ansible/README.md" || fail "the table does not name $name"
done
[ "$(ls -d */ | wc -l)" -ge 10 ] || fail 'chains are missing'
