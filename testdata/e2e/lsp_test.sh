# The language server: an editor with a client of its own, Neovim; every beginning of a file; streams that end or are no
# protocol.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

# --- what is no conversation ends it in good order
printf 'Content-Length: 2\r\n\r\n{}' | "$plumb" lsp >answer || code=$?
[ "${code:-0}" = 1 ] || fail "without shutdown it ends with ${code:-0}"
grep -q '"code":-32600' answer || fail "no error is answered: $(cat answer)"
message() { printf 'Content-Length: %d\r\n\r\n%s' "${#1}" "$1"; }
{
  message 'nonsense'
  printf 'more nonsense\r\n\r\n'
  message '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}'
  message '{"jsonrpc":"2.0","id":2,"method":"shutdown"}'
  message '{"jsonrpc":"2.0","method":"exit"}'
} | "$plumb" lsp >answer || fail "a conversation with nonsense in it ends with $?"
grep -q '"id":2' answer || fail "after nonsense nothing is answered: $(cat answer)"

# --- every beginning of a file has an answer
if command -v python3 >/dev/null; then
  cp -r "$PLUMB_SOURCE/docs/examples/server" server
  timeout 300 python3 "$PLUMB_SOURCE/testdata/e2e/lsp_prefixes.py" "$plumb" server/plumb.yaml || fail 'a beginning of a file'
fi

# --- an editor
command -v nvim >/dev/null || skip 'there is no Neovim, whose language client talks to the server'
mkdir project
cat >project/plumb.yaml <<'YAML'
plumb: v1
project: edited
inputs:
  greeting: {type: string, default: hi, description: What is said.}
resources:
  - file: /etc/motd
    content: "é ${inputs.greeting}\n"
    mdoe: "0644"
YAML
cat >project/hosts.yaml <<'YAML'
plumb: v1
hosts:
  here: {connection: local, inputs: {greeting: hello}}
YAML
# A snapshot of a host without the file, of the project as it will be once its mistake is put right.
sed 's/mdoe/mode/; s,/etc/motd,/etc/plumb-lsp-motd,' project/plumb.yaml >right.yaml
mkdir -p right project/.plumb
cp right.yaml right/plumb.yaml
cp project/hosts.yaml right/
sed -i 's,/etc/motd,/etc/plumb-lsp-motd,' project/plumb.yaml
exits 0 "$plumb" -C right observe -o "$work/project/.plumb/snapshot"
cd project
export PLUMB=$plumb HOME=$work XDG_RUNTIME_DIR=$work
exits 0 timeout 120 nvim --headless -u NONE -i NONE -c "luafile $PLUMB_SOURCE/testdata/e2e/lsp_editor.lua"
says ok
echo ok
