# Two hundred thousand small files on one host: planned, applied, and found as they are asked for.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v python3 >/dev/null || skip 'no python3 here'

root=$work/root
mkdir -p "$root/etc" project
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
printf 'plumb: v1\nhosts:\n  localhost: {connection: local}\n' >project/hosts.yaml
# A file of configuration has at most 8 MiB.
python3 - project <<'PYTHON'
import os, sys
os.chdir(sys.argv[1])
with open('plumb.yaml', 'w') as project:
    project.write('plumb: v1\nproject: many\nresources:\n  - directory: /srv\n')
    for i in range(200):
        project.write(f'  - directory: /srv/d{i}\n')
    for m in range(40):
        project.write(f'  - use: ./modules/m{m}\n')
        os.makedirs(f'modules/m{m}')
        with open(f'modules/m{m}/module.yaml', 'w') as module:
            module.write('plumb: v1\nresources:\n')
            for i in range(5000 * m, 5000 * (m + 1)):
                module.write(f'  - file: /srv/d{i % 200}/f{i}\n    content: "{i}"\n')
PYTHON
begin=$SECONDS
exits 0 "$plumb" -C project --root "$root" apply --yes
says '200201 changed'
echo "applied in $((SECONDS - begin)) s"
[ "$(find "$root/srv" -type f | wc -l)" = 200000 ] || fail 'some are not there'
[ "$(cat "$root/srv/d199/f199999")" = 199999 ] || fail 'one is another'
begin=$SECONDS
exits 0 "$plumb" -C project --root "$root" apply --yes
says 'Nothing to change'
echo "seen again in $((SECONDS - begin)) s"
