# Packages of Python on a real host: an environment that is made, versions, requirements, drift, and one that goes; from
# wheels of the test's own, without an index.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v python3 >/dev/null || skip 'no python3 here to make wheels with'
with_lab 3
sed -i '/^  h[124-9]/d' hosts.yaml
host=h3

clean() {
  on_host $host 'rm -rf /srv/plumb-pip; userdel -r plumb-pip' >/dev/null 2>&1 || true
}
clean
trap 'clean; rm -rf "$work"' EXIT

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
wheel 1.1
on_host $host 'mkdir -p /srv/plumb-pip/wheels'
bring() { tar -c "plumb_wheel-$1-py3-none-any.whl" | on_host $host 'tar -C /srv/plumb-pip/wheels -x && chmod -R a+rX /srv/plumb-pip'; }
bring 1.0

project() { { printf 'plumb: v1\nproject: pip\nresources:\n  - package: python3-venv\n  - user: plumb-pip\n    shell: /bin/sh\n'; cat; } >plumb.yaml; }
from='extra_args: [--no-index, --find-links, /srv/plumb-pip/wheels]'
has() { # VERSION
  [ "$(on_host $host /srv/plumb-pip/venv/bin/python -c "'import plumb_wheel; print(plumb_wheel.version)'")" = "$1" ] || fail "not version $1"
}
one() {
  project <<YAML
  - directory: /srv/plumb-pip/venv
    owner: plumb-pip
  - pip: plumb-wheel
    virtualenv: /srv/plumb-pip/venv
    user: plumb-pip
    $from
    $1
YAML
}

# --- Python, the environment and the package come in one plan
one 'version: "1.0"'
exits 0 "$plumb" plan
says '+ pip:plumb-wheel#/srv/plumb-pip/venv'
exits 0 "$plumb" apply --yes
has 1.0
[ "$(on_host $host stat -c %U /srv/plumb-pip/venv/bin/python /srv/plumb-pip/venv/pyvenv.cfg | sort -u)" = plumb-pip ] || fail 'whose the environment is'
exits 0 "$plumb" plan --detailed-exitcode

# --- another version
bring 1.1
one 'version: "1.1"'
exits 0 "$plumb" plan
says '1.0 → 1.1'
exits 0 "$plumb" apply --yes
has 1.1
exits 0 "$plumb" plan --detailed-exitcode

# --- drift: somebody took it out, and somebody put another one there
one 'version: "1.0"'
exits 0 "$plumb" apply --yes
has 1.0
on_host $host /srv/plumb-pip/venv/bin/python -m pip uninstall --yes -q plumb-wheel 2>/dev/null
exits 0 "$plumb" plan
says '+ pip:plumb-wheel#/srv/plumb-pip/venv'
exits 0 "$plumb" apply --yes
has 1.0

# --- requirements, as often as their file changes
required() {
  project <<YAML
  - file: /srv/plumb-pip/requirements.txt
    content: "plumb-wheel == $1\n"
  - pip: app
    requirements: /srv/plumb-pip/requirements.txt
    virtualenv: /srv/plumb-pip/venv
    $from
YAML
}
required 1.1
exits 0 "$plumb" apply --yes
has 1.1
exits 0 "$plumb" plan --detailed-exitcode
required 1.0
exits 0 "$plumb" apply --yes
has 1.0
exits 0 "$plumb" plan --detailed-exitcode

# --- the host's own packages are left alone, and one of an environment goes
project <<YAML
  - package: python3-pip
  - pip: plumb-wheel
    $from
YAML
exits 0 "$plumb" apply --yes --address package:python3-pip
exits 1 "$plumb" plan
says 'the Python packages of this host are its package manager'
project <<'YAML'
  - pip: plumb-wheel
    virtualenv: /srv/plumb-pip/venv
    state: absent
YAML
exits 0 "$plumb" apply --yes
on_host $host '! ls -d /srv/plumb-pip/venv/lib/python3*/site-packages/plumb_wheel*' 2>/dev/null || fail 'the package is still there'
exits 0 "$plumb" apply --yes
says 'Nothing to change'
