#!/bin/bash
# A new kind is a folder, a schema and a folder of cases, and nothing else: copies the kind `link` under another name in a
# copy of the tree, builds what knows of kinds, and has the new one pass what every kind has to pass.
#
# new_kind_test.sh SOURCE FOLDER [LAUNCHER]: the copy and its build lie in FOLDER, so that the compiler's cache serves the next run.
set -euo pipefail

source=$1
folder=$2
launcher=${3:-}  # of the compiler
tree=$folder/tree
new=shortcut

fail() {
  echo "new_kind: $*" >&2
  exit 1
}

rm -rf "$folder"
mkdir -p "$tree/testdata"
cp -R "$source"/{CMakeLists.txt,cmake,cmd,engine,providers,schemas} "$tree/"
cp -R "$source"/testdata/{fuzz,kinds} "$tree/testdata/"
# Tests of other folders are not what this is about.
echo > "$tree/testdata/CMakeLists.txt"

sums() {
  (cd "$tree" && find . -type f -print0 | xargs -0 sha256sum | LC_ALL=C sort)
}
sums > "$folder/before"

# The kind, its schema and its cases; what they are called by changes, what they do does not.
cp -R "$tree/providers/link" "$tree/providers/$new"
for file in "$tree/providers/$new"/link*; do
  mv "$file" "$tree/providers/$new/$new${file##*/link}"
done
sed -i -e "s/plumb_provider(link SOURCES link/plumb_provider($new SOURCES $new/" \
  -e "s/LinkProvider/ShortcutProvider/g" \
  -e "s/providers::link/providers::$new/g" \
  -e "s#providers/link/link\.h#providers/$new/$new.h#" \
  -e "s/\.name = \"link\"/.name = \"$new\"/" \
  -e "s/{\"\", \"link\", /{\"\", \"$new\", /" "$tree/providers/$new"/*
sed -e "s/\"title\": \"link\"/\"title\": \"$new\"/" "$tree/schemas/resources/link.json" > "$tree/schemas/resources/$new.json"
cp -R "$tree/testdata/kinds/link" "$tree/testdata/kinds/$new"

cmake -S "$tree" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O0 -DPLUMB_EXECUTOR_OPTIONS= -DCMAKE_UNITY_BUILD=ON \
  -DCMAKE_C_COMPILER_LAUNCHER="$launcher" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" > "$folder/configure.log" 2>&1 ||
  fail "the tree cannot be configured: $(tail -n 20 "$folder/configure.log")"
cmake --build "$folder/build" --target plumb_kinds_test "plumb_provider_${new}_test" > "$folder/build.log" 2>&1 ||
  fail "the tree cannot be built: $(tail -n 40 "$folder/build.log")"

"$folder/build/tests/plumb_provider_${new}_test" --gtest_brief=1 || fail "the new kind's own tests fail"
"$folder/build/tests/plumb_kinds_test" --gtest_brief=1 || fail "the tests of every kind fail"
cases=$(find "$tree/testdata/kinds/$new" -name '*.json' | wc -l)
ran=$("$folder/build/tests/plumb_kinds_test" --gtest_list_tests --gtest_filter="*/${new}*" | grep -c "^  ")
# Its cases, and that it says the same as its schema.
[ "$ran" -gt "$cases" ] || fail "only $ran tests are about the new kind, which has $cases cases"

sums > "$folder/after"
changed=$(LC_ALL=C comm -3 "$folder/before" "$folder/after" | awk '{print $2}' | sort -u |
  grep -v -e "^\./providers/$new/" -e "^\./schemas/resources/$new\.json\$" -e "^\./testdata/kinds/$new/" || true)
[ -z "$changed" ] || fail "files outside of the new kind's folders changed: $changed"
echo "new_kind: \`$new\` passes $ran tests and changed nothing else"
