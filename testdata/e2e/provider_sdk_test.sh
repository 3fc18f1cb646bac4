# Providers from outside: begun in each language, judged as the built-in kinds are, and told what they do not keep.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

exits 0 "$plumb" provider new notes
says 'made notes/notes-provider'
says 'plumb provider test notes'
exits 1 "$plumb" provider new notes
says 'notes is there already'
exits 1 "$plumb" provider new Notes
says 'cannot be the name of a provider'
exits 1 "$plumb" provider new mail_alias
says '`mail-alias` can, and its kind is `mail_alias` all the same'
exits 1 "$plumb" provider new file
says 'plumb has the kind `file` already'

# --- as it is made it keeps all, and the report says so for programs too
exits 0 "$plumb" provider test notes --report report.json
says 'ok    converges'
says 'all is kept'
grep -q '"format": "plumb.conformance/1"' report.json || fail 'the report'
command -v python3 >/dev/null && {
  exits 0 "$plumb" provider new in-python --language python
  exits 0 "$plumb" provider test in-python
}

# --- in a shell, lists are lines and back, whatever is in them
printf '%s\n' '. "$1"' 'items_of "$2" >lines' 'told="" && tell_items list "$(cat lines)" && printf "%s\n" "$told"' >lists
for shell in dash bash 'busybox sh'; do
  command -v "${shell%% *}" >/dev/null || continue
  [ "$($shell lists notes/plumb-provider.sh '["a \"b\"","c\\d, e","é","","$x"]')" = ',"list":["a \"b\"","c\\d, e","é","","$x"]' ] ||
    fail "$shell: $(cat lines)"
  [ "$(sed -n 2p lines)" = 'c\d, e' ] || fail "$shell: $(cat lines)"
  [ "$($shell lists notes/plumb-provider.sh '[]')" = ',"list":[]' ] || fail "$shell has something in an empty list"
done

# --- the SDK is installed, found, and enough
if command -v cmake >/dev/null && [ -e /usr/include/nlohmann/json.hpp ]; then
  cmake -S "$PLUMB_SOURCE/providers/outside/sdk/cpp" -B sdk -DCMAKE_INSTALL_PREFIX="$work/installed" >/dev/null && cmake --install sdk >/dev/null ||
    fail 'the SDK is not installed'
  exits 0 "$plumb" provider new in-cpp --language cpp
  cmake -S in-cpp -B in-cpp/.build -DCMAKE_PREFIX_PATH="$work/installed" >/dev/null && cmake --build in-cpp/.build >/dev/null ||
    fail 'it is not built'
  exits 0 "$plumb" provider test in-cpp
fi

# --- one that does not do what it says
broken() { # SED CHECK
  rm -rf broken
  cp -r notes broken
  sed -i "$1" broken/notes-provider
  exits 1 "$plumb" provider test broken
  says "$2"
}
broken 's/tell text "$content"/tell text "${content}x"/' 'FAIL  as planned'
broken 's/^plumb_provider notes.*/echo garbage/' 'FAIL'
broken 's/rm -f "$want_path"/true/' 'FAIL  as planned'
broken 's/^apply_notes() {/&\n  date >>"${want_path%\/*}\/log"/' 'not planned'
# What it would write while it observes, the kernel refuses.
sed 's/^observe_notes() {/&\n  date >>"${want_path%\/*}\/log"/' notes/notes-provider >broken/notes-provider
exits 0 "$plumb" provider test broken
printf 'exceptions: {there_and_gone: it keeps what it has}\n' >>notes/tests/cases.yaml
exits 1 "$plumb" provider test notes
says 'there is an exception, and it holds'

# --- what newcomers stumble over is told with what to do
printf 'plumb: v1\ntests:\n  - name: x\n    before: [[./make, "{scratch}"]]\n    resource: {notes: "{scratch}/x", text: y}\n' >notes/tests/cases.yaml
exits 1 "$plumb" provider test notes
says 'cannot start ./make'
says './tests/NAME'
cp -r notes bytes
printf 'plumb: v1\ntests:\n  - name: x\n    before: [[sh, -c, "head -c 4 /dev/zero >{scratch}/other"]]\n    resource: {notes: "{scratch}/x", text: y}\n' >bytes/tests/cases.yaml
sed -i 's/^apply_notes() {/&\n  printf x >>"${want_path%\/*}\/other"/' bytes/notes-provider
exits 1 "$plumb" provider test bytes
says 'bytes that are no text'
sed -i 's/"text": {/"tags": {/' bytes/schemas/notes.json
exits 3 "$plumb" provider test bytes
says 'has the name of a key that every kind takes'
says 'give the attribute another name'

# --- what cannot be read is told with its place
printf 'plumb: v1\ntests:\n  - name: x\n    resource: {nothing: /x}\n' >notes/tests/cases.yaml
exits 3 "$plumb" provider test notes
says 'the resource is of no kind of the provider'
says 'tests/cases.yaml:4'
rm notes/tests/cases.yaml
exits 3 "$plumb" provider test notes
says 'there are no cases'
rm notes/provider.yaml
exits 3 "$plumb" provider test notes
