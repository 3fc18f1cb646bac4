# Roles of others, in the folder that PLUMB_ROLES names: each becomes a project that is valid, and says how much of it is left.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

[ -d "${PLUMB_ROLES:-}" ] || skip 'PLUMB_ROLES names no folder of roles'
for role in "$PLUMB_ROLES"/*/; do
  name=$(basename "$role")
  exits 0 "$plumb" import ansible "$role" -o "roles/$name"
  printf '%s: %s\n' "$name" "$(grep 'of the tasks' <<<"$output")"
  exits 0 "$plumb" -C "roles/$name" validate
  exits 0 "$plumb" -C "roles/$name" fmt --check
done
