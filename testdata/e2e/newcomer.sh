# A newcomer's path by the pages alone, on two empty hosts of the lab: package, first project, second host, drift, undo, CI, secrets,
# module, provider. The package is that of `make deb` or `make release`.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

command -v python3 >/dev/null || skip 'no python3'
packages=${PLUMB_PACKAGES:-${PLUMB_BIN%/bin}/packages}
package=$(ls "$packages"/plumbline_*_amd64.deb 2>/dev/null | tail -n 1) || true
[ -n "$package" ] || skip 'no package for Debian: `make deb` makes one'
with_lab 2
"$PLUMB_SOURCE/testdata/lab/lab" fresh 1 >log && "$PLUMB_SOURCE/testdata/lab/lab" fresh 2 >>log || fail "$(cat log)"
# The machine's account has a key with which it logs in to the second host.
ssh -F "$lab_run/ssh_config" -l deploy h1 'umask 077 && mkdir -p ~/.ssh && cat >~/.ssh/id_ed25519' <"${lab_run%/run/*}/keys/id_ed25519"
scp -q -F "$lab_run/ssh_config" "$package" "deploy@h1:" || fail 'the package does not come to the host'
python3 "$PLUMB_SOURCE/testdata/e2e/newcomer.py" "$PLUMB_SOURCE/docs" "${package##*/}" "$lab_run/ssh_config" h1 127.0.1.12 ||
  fail 'the pages do not lead through'
