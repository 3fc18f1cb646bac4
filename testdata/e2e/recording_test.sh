# The picture on the first page is what the program prints: it is recorded anew and compared.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

command -v python3 >/dev/null || skip 'no python3 to play a terminal'
unset CI NO_COLOR
exits 0 python3 "$PLUMB_SOURCE/docs/demo/record.py" "$plumb" "$work/plumb.svg"
cmp "$work/plumb.svg" "$PLUMB_SOURCE/docs/demo/plumb.svg" ||
  fail "docs/demo/plumb.svg is of another version: docs/demo/record.py build/bin/plumb docs/demo/plumb.svg
$(diff "$PLUMB_SOURCE/docs/demo/plumb.svg" "$work/plumb.svg" | head -20)"
