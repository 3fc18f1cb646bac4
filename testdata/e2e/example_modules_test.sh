# The modules of docs/modules: their own cases pass, they are laid out as `plumb fmt` does it, their pages speak of every input,
# and the example that is made of them is valid for a host of each Debian.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
cp -r "$PLUMB_SOURCE/docs/modules" modules
cp -rL "$PLUMB_SOURCE/docs/examples/one-host" one

number=0
for module in modules/*/module.yaml; do
  name=$(basename "$(dirname "$module")")
  number=$((number + 1))
  exits 0 "$plumb" -C "modules/$name" test
  grep -q ', 0 failed' <<<"$output" || fail "$name: $output"
  [ "$(grep -c '^ok ' <<<"$output")" -ge 2 ] || fail "$name has hardly a case"
  grep -q "^| \[$name\]($name/README.md) |" modules/README.md || fail "the index does not name $name"
  # Inputs stand two deep, up to the next key at the beginning of a line.
  sed -n '/^inputs:/,/^[a-z_]*:$/{s/^  \([a-z_]*\):.*/\1/p}' "$module" >inputs
  [ -s inputs ] || fail "$name has no inputs"
  while read -r input; do
    grep -q "^| \`$input\` |" "modules/$name/README.md" || fail "the page of $name does not tell of $input"
    # Up to the next input.
    sed -n "/^  $input:/,/^  [a-z_]*:/p" "$module" | sed '${/^  '"$input"':/!d}' >declared
    grep -q 'description:' declared || fail "$name/$input is not described"
  done <inputs
done
# The example of each page, with a value for each secret.
secret=an-example-of-a-secret
export PLUMB_INPUT_shop_password=$secret PLUMB_INPUT_blog_password=$secret PLUMB_INPUT_cache_password=$secret \
  PLUMB_INPUT_backup_passphrase=$secret PLUMB_INPUT_relay_login=web1:$secret
printf 'plumb: v1\ngroups: {web: {}}\nhosts: {web1: {groups: [web], address: 192.0.2.7}}\n' >hosts.yaml
mkdir pages
cp -r modules pages/modules
for page in modules/*/README.md; do
  sed -n '/^```yaml$/,/^```$/{/^```/!p;/^```$/q}' "$page" >pages/plumb.yaml
  exits 0 "$plumb" -C pages -i "$PWD/hosts.yaml" validate
done

[ "$number" -ge 15 ] || fail "only $number modules"
exits 0 "$plumb" -C one fmt --check
echo "passwords: {shop: $secret, blog: $secret, cache: $secret, backup: $secret, wiki: $secret}" >secrets.yaml
exits 0 "$plumb" -C one --inputs "$PWD/secrets.yaml" validate
# Their cases hold in a project, too.
exits 0 "$plumb" -C one --inputs "$PWD/secrets.yaml" test
