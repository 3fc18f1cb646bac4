# Every block of YAML on the pages for those who come from other tools is valid as it stands there: a project, an inventory
# where it has hosts, or parts of a project.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
count=0
for page in puppet salt pyinfra terraform; do
  mkdir "$page"
  awk -v folder="$page" '
    /^```yaml$/ { inside = 1; file = folder "/" NR ".yaml"; next }
    /^```$/ { inside = 0 }
    inside { print >file }
  ' "$PLUMB_SOURCE/docs/guide/from-$page.md"
  blocks=0
  for block in "$page"/*.yaml; do
    project=${block%.yaml}
    mkdir "$project"
    if grep -q '^hosts:' "$block"; then
      cp "$block" "$project/hosts.yaml"
      printf 'plumb: v1\nproject: page\ninputs:\n  redis_memory: {type: string, default: 256mb}\nresources: []\n' >"$project/plumb.yaml"
    else
      { grep -q '^plumb: v1' "$block" || printf 'plumb: v1\nproject: page\n'; cat "$block"; } >"$project/plumb.yaml"
      printf 'plumb: v1\ngroups: {web: {}}\nhosts: {h1: {groups: [web]}}\n' >"$project/hosts.yaml"
    fi
    exits 0 "$plumb" -C "$project" validate
    says_not warning
    blocks=$((blocks + 1))
  done
  [ "$blocks" -ge 3 ] || fail "from-$page.md has $blocks blocks"
  count=$((count + blocks))
done
echo "$count blocks are valid"
