# Sourced with the tree in $source: which version this is, and its day, which stands in everything that is packed.
version=${VERSION:-$(sed -n 's/^project(plumbline VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")}
[ -n "${SOURCE_DATE_EPOCH:-}" ] || {
  day=$(sed -n "s/^## $version, \([0-9-]*\)\$/\1/p" "$source/docs/changelog.md")
  [ -n "$day" ] || { echo "docs/changelog.md gives version $version no day: \`## $version, YYYY-MM-DD\`" >&2; exit 1; }
  SOURCE_DATE_EPOCH=$(date -u -d "$day" +%s)
}
export SOURCE_DATE_EPOCH
