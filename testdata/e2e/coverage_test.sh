# What the page on coverage says: what is said in another way validates, and words and figures are those of the census.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

for example in "$PLUMB_SOURCE"/docs/coverage/examples/*.yaml; do
  mkdir "$(basename "$example" .yaml)"
  cp "$example" "$(basename "$example" .yaml)/plumb.yaml"
  exits 0 "$plumb" -C "$(basename "$example" .yaml)" validate
done

command -v python3 >/dev/null || skip 'python3 is not installed'
census=${PLUMB_CENSUS:-$PLUMB_SOURCE/../shared/census.md}
[ -e "$census" ] || skip 'the census of public roles is not here'
exits 0 python3 "$PLUMB_SOURCE/docs/coverage/coverage.py" "$census" "$PLUMB_SOURCE/schemas/resources" \
  "$PLUMB_SOURCE/docs/reference/coverage.md"
