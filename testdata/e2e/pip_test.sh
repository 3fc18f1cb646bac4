# The latest version of a package of Python: pip is asked while planning, where the kernel lets it have a folder for a while.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
. "$PLUMB_SOURCE/testdata/e2e/cut_off.sh"
python=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null) || skip 'no python3 here'
"$python" -m venv --help >/dev/null 2>&1 && "$python" -c 'import ensurepip' 2>/dev/null || skip 'this python3 makes no environments'
# Landlock, by which a program may write to one folder alone.
[ "$(uname -m)" != x86_64 ] || "$python" -c 'import ctypes,sys; sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 3)' ||
  skip 'this kernel lets no program that only looks have a folder'

wheel() { # VERSION
  python3 - "$1" <<'PY'
import sys, zipfile
version = sys.argv[1]
info = f"plumb_wheel-{version}.dist-info"
with zipfile.ZipFile(f"plumb_wheel-{version}-py3-none-any.whl", "w") as file:
    file.writestr("plumb_wheel.py", f"version = '{version}'\n")
    file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: Plumb.Wheel\nVersion: {version}\n")
    file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    file.writestr(f"{info}/RECORD", f"plumb_wheel.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
PY
}
wheel 1.0
mkdir wheels project
mv plumb_wheel-1.0-* wheels/
resources() { { printf 'plumb: v1\nproject: pip\nresources:\n'; cat; } >project/plumb.yaml; }
run() { "$plumb" -C project "$@"; }
state() {
  resources <<YAML
  - pip: plumb-wheel
    virtualenv: $work/venv
    python: $python
    extra_args: [--no-index, --find-links, $work/wheels]
    $1
YAML
}
exits 0 "$plumb" init project
state 'state: latest'
exits 0 run plan
says '(bounded)'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
wheel 1.1
mv plumb_wheel-1.1-* wheels/
exits 0 run plan
says '1.0 → 1.1'
exits 0 run apply --yes
[ "$(venv/bin/python -c 'import plumb_wheel; print(plumb_wheel.version)')" = 1.1 ] || fail 'not the latest'
exits 0 run plan --detailed-exitcode
state 'version: "1.0"'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
# Whatever the moment at which the executor is killed, the next apply completes it.
no_wheel() { venv/bin/python -m pip uninstall --yes plumb-wheel >gone.log 2>&1 || fail "$(cat gone.log)"; }
apply_it() { run apply --yes; }
plan_it() { run plan --detailed-exitcode; }
cut_off no_wheel apply_it plan_it 50
[ "$(venv/bin/python -c 'import plumb_wheel; print(plumb_wheel.version)')" = 1.0 ] || fail 'what came where it was cut off'
state 'state: absent'
exits 0 run apply --yes
exits 0 run plan --detailed-exitcode
